// Command azure gets access tokens for a resource with a credential of Azure's Go SDK, as often as it is told to. It
// prints one line of JSON each time.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type answer struct {
	Token   string
	Expires time.Time
}

// run reads the credential (default or cli), the resource, how often, and how long between.
func run(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("usage: azure default|cli RESOURCE TIMES PAUSE")
	}
	times, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	pause, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	var credential azcore.TokenCredential
	if args[0] == "cli" {
		credential, err = azidentity.NewAzureCLICredential(nil)
	} else {
		credential, err = azidentity.NewDefaultAzureCredential(nil)
	}
	if err != nil {
		return err
	}
	for range times {
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{args[1] + "/.default"}})
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer{Token: token.Token, Expires: token.ExpiresOn}); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}
