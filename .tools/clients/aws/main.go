// Command aws asks AWS who it is, with the default credentials of AWS's Go SDK, as often as it is told to. It prints
// one line of JSON each time.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type answer struct {
	ARN     string
	Account string
	Key     string
}

// run reads how often, and how long between.
func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: aws TIMES PAUSE")
	}
	times, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	pause, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client := sts.NewFromConfig(settings)
	for range times {
		credentials, err := settings.Credentials.Retrieve(ctx)
		if err != nil {
			return err
		}
		who, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return err
		}
		a := answer{ARN: aws.ToString(who.Arn), Account: aws.ToString(who.Account), Key: credentials.AccessKeyID}
		if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return nil
}
