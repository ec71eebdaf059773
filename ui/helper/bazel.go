package helper

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// The credential helper of Bazel, which other build tools share: headers for a URL
// (https://github.com/EngFlow/credential-helper-spec).

// bazelAnswer is the whole answer; its headers are text, since this is the wire.
type bazelAnswer struct {
	Headers map[string][]string `json:"headers"`
	Expires time.Time           `json:"expires,omitzero"`
}

func runBazel(ctx context.Context, c Call) int {
	if len(c.Args) != 1 || c.Args[0] != "get" {
		return c.misuse("get")
	}
	answer, err := c.headersOf(ctx)
	if err != nil {
		return c.Report(err)
	}
	text, err := jsonLine(answer)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(text)
}

func (c Call) headersOf(ctx context.Context) (bazelAnswer, error) {
	answer := bazelAnswer{Headers: map[string][]string{}}
	data, err := c.Request(ctx)
	if err != nil {
		return answer, err
	}
	var asked struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(data, &asked) != nil || asked.URI == "" {
		return answer, errors.New("this is no request for a URL's headers; nothing was answered")
	}
	b, ok, err := c.BindingFor(hostOf(asked.URI, "https", "grpcs"), "")
	if err != nil || !ok {
		return answer, err
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return answer, err
	}
	answer.Headers["Authorization"] = []string{authorization(b, a.Token)}
	if !a.ExpiresAt.IsZero() {
		answer.Expires = told(a.ExpiresAt, time.Now()).UTC()
	}
	return answer, nil
}
