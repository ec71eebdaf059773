// Command google gets access tokens with the default credentials of Google's Go library, as often as it is told to. It
// prints one line of JSON each time.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/oauth2/google"
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

// run reads how often, and how long between.
func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: google TIMES PAUSE")
	}
	times, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	pause, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	credentials, err := google.FindDefaultCredentials(ctx, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return err
	}
	for range times {
		token, err := credentials.TokenSource.Token()
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer{Token: token.AccessToken, Expires: token.Expiry}); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}
