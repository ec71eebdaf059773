package helper

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sessionkeeper/ui/api/fast"
)

// An executable-sourced credential of Google's libraries: the keeper's token is the subject token that they take to
// Google's STS (https://google.aip.dev/auth/4117). They merge stderr into the answer or drop the answer of a program
// that fails, so a failure goes to stdout too, with exit code 0.

const (
	googleIDToken = "urn:ietf:params:oauth:token-type:id_token" //nolint:gosec // the name of a type
	googleJWT     = "urn:ietf:params:oauth:token-type:jwt"
)

// googleAnswer is version 1 of the answer; the token is text, since this is the wire.
type googleAnswer struct {
	Version        int    `json:"version"`
	Success        bool   `json:"success"`
	TokenType      string `json:"token_type,omitempty"`
	IDToken        string `json:"id_token,omitempty"`
	ExpirationTime int64  `json:"expiration_time,omitempty"` // in seconds since 1970
	Code           string `json:"code,omitempty"`
	Message        string `json:"message,omitempty"`
}

func runGoogle(ctx context.Context, c Call) int {
	if len(c.Args) > 0 {
		return c.misuse("")
	}
	answer, err := c.googleAnswer(ctx)
	if err != nil {
		answer = googleAnswer{Code: googleCode(err), Message: oneLine(err)}
	}
	answer.Version = 1
	line, err := jsonLine(answer)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(line)
}

func (c Call) googleAnswer(ctx context.Context) (googleAnswer, error) {
	kind := c.Getenv("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE")
	switch kind {
	case googleIDToken, googleJWT:
	case "":
		kind = googleIDToken
	default:
		return googleAnswer{}, fmt.Errorf("the subject token type %.100q cannot be given; write %s", kind, googleIDToken)
	}
	if c.Getenv("GOOGLE_EXTERNAL_ACCOUNT_REVOKE") == "1" {
		return googleAnswer{}, errors.New("a library does not sign anybody out; use: sessionkeeper logout")
	}
	b, err := c.BindingOf()
	if err != nil {
		return googleAnswer{}, err
	}
	asked := c.Getenv("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE")
	if want := b.Options.Audience; want != "" && asked != "" && asked != want {
		return googleAnswer{}, fmt.Errorf("the token is for %.200q alone, and %.200q asks for it", want, asked)
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return googleAnswer{}, err
	}
	answer := googleAnswer{Success: true, TokenType: kind, IDToken: a.Token.Reveal()}
	if !a.ExpiresAt.IsZero() {
		answer.ExpirationTime = told(a.ExpiresAt, time.Now()).Unix()
	}
	return answer, nil
}

// googleCode is HTTP's status where the keeper refused; the libraries show it with the message.
func googleCode(err error) string {
	if p, ok := errors.AsType[*fast.Problem](err); ok {
		return strconv.Itoa(p.Status)
	}
	return "500"
}
