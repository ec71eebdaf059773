package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"sessionkeeper/ui/api/fast"
)

// credential_process of AWS's libraries: JSON on stdout, a failure on stderr with an exit code, which they show
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html). They keep what they get in
// memory alone, so the keeper holds the credentials between runs.

// awsQuestion is what the local API is asked.
type awsQuestion struct {
	RoleARN     string `json:"role_arn"`
	SessionName string `json:"session_name,omitempty"`
	Duration    string `json:"duration,omitempty"`
	Region      string `json:"region,omitempty"`
	Endpoint    string `json:"endpoint,omitempty"`
	AccessToken bool   `json:"access_token,omitempty"`
	Wait        string `json:"wait"`
}

// awsCredentials are the local API's answer.
type awsCredentials struct {
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	SessionToken    string    `json:"session_token"`
	Expiration      time.Time `json:"expiration"`
	AccountID       string    `json:"account_id"`
}

// awsProcess is version 1 of what a credential process prints.
type awsProcess struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
	AccountID       string `json:"AccountId,omitempty"`
}

const awsUsage = "[--role ARN] [--region REGION] [--session-name NAME] [--duration D]"

func runAWS(ctx context.Context, c Call) int {
	b, err := c.BindingOf()
	if err != nil {
		return c.Report(err)
	}
	q, ok := c.awsQuestion(b)
	if !ok {
		return c.misuse(awsUsage)
	}
	if q.RoleARN == "" {
		return c.Report(fmt.Errorf("no role is named; write: sessionkeeper helper aws %s --role ARN", b.Session))
	}
	line, err := c.awsAnswer(ctx, b, q)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(line)
}

// awsQuestion puts together what the arguments, the binding and AWS's own variables say, the first of them first.
func (c Call) awsQuestion(b Binding) (q awsQuestion, ok bool) {
	q = awsQuestion{
		RoleARN: b.Options.Role, Region: b.Options.Region, Wait: tokenWait.String(),
		AccessToken: b.Options.IDToken != nil && !*b.Options.IDToken,
	}
	flags := map[string]*string{
		"--role": &q.RoleARN, "--region": &q.Region, "--session-name": &q.SessionName, "--duration": &q.Duration,
	}
	for i := 0; i < len(c.Args); i++ {
		flag, value, inline := strings.Cut(c.Args[i], "=")
		into := flags[flag]
		if into == nil {
			return q, false
		}
		if !inline {
			if i++; i == len(c.Args) {
				return q, false
			}
			value = c.Args[i]
		}
		*into = value
	}
	if q.Region == "" {
		q.Region = c.awsRegion(q.RoleARN)
	}
	if c.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") != "true" {
		q.Endpoint = c.Getenv("AWS_ENDPOINT_URL_STS")
	}
	return q, true
}

// awsRegion is the region of the environment, which may be meant for a role of another part of AWS.
func (c Call) awsRegion(arn string) string {
	region := c.Getenv("AWS_REGION")
	if region == "" {
		region = c.Getenv("AWS_DEFAULT_REGION")
	}
	if strings.HasPrefix(arn, "arn:aws:") != plainRegion(region) {
		return ""
	}
	return region
}

// plainRegion reports whether a region is in the part of AWS that is open to everybody.
func plainRegion(region string) bool {
	for _, prefix := range []string{"cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"} {
		if strings.HasPrefix(region, prefix) {
			return false
		}
	}
	return true
}

func (c Call) awsAnswer(ctx context.Context, b Binding, q awsQuestion) (string, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("asking for AWS credentials: %w", err)
	}
	status, answer, err := c.Keeper.Post(ctx, "/v1/sessions/"+url.PathEscape(b.Session)+"/aws", body)
	if err != nil {
		return "", err
	}
	if status != 200 {
		return "", fast.Refusal(status, answer)
	}
	var got awsCredentials
	if json.Unmarshal(answer, &got) != nil || got.AccessKeyID == "" || got.SecretAccessKey == "" || got.SessionToken == "" {
		return "", errors.New("the keeper's answer is not what this version expects; restart the keeper")
	}
	return jsonLine(awsProcess{
		Version: 1, AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.SessionToken,
		Expiration: told(got.Expiration, time.Now()).UTC(), AccountID: got.AccountID,
	})
}
