package helper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// The GOAUTH command of go (go help goauth; Go 1.24). Go calls it once before its first fetch, with nothing, and again
// with the URL and the server's answer after a 4xx.

func runGoAuth(ctx context.Context, c Call) int {
	switch len(c.Args) {
	case 0:
		return c.goFirst(ctx)
	case 1:
		return c.goAgain(ctx, c.Args[0])
	}
	return c.misuse("[URL]")
}

// goFirst gives what is in hand, without waiting: most builds need no token of ours at all.
func (c Call) goFirst(ctx context.Context) int {
	if c.fault != nil {
		return c.Report(c.fault)
	}
	var out strings.Builder
	for _, b := range c.Bindings {
		if len(b.Hosts) == 0 {
			continue
		}
		a, err := c.inHand(ctx, b)
		if err != nil {
			continue // the second call says it, where it matters
		}
		for _, h := range b.Hosts {
			out.WriteString("https://" + h + "\n")
		}
		out.WriteString("\nAuthorization: " + authorization(b, a.Token) + "\n\n")
	}
	return c.Answer(out.String())
}

// goAgain answers for a URL that was refused.
func (c Call) goAgain(ctx context.Context, address string) int {
	data, err := c.Request(ctx)
	if err != nil {
		return c.Report(err)
	}
	b, ok, err := c.BindingFor(hostOf(address, "https"), "")
	switch {
	case err != nil:
		return c.Report(err)
	case !ok:
		return ExitDone
	}
	refused, err := goRefused(data)
	if err != nil {
		return c.Report(err)
	}
	get := c.Hand
	if refused {
		get = c.renewedNow
	}
	a, err := get(ctx, b)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(fmt.Sprintf("https://%s\n\nAuthorization: %s\n\n", hostOf(address, "https"), authorization(b, a.Token)))
}

// goRefused reads the server's answer and reports whether it says that the token is no good. A 4xx may have many other
// reasons, which a new token does not mend.
func goRefused(data []byte) (bool, error) {
	head, fields, _ := bytes.Cut(data, []byte("\n"))
	if !bytes.HasPrefix(head, []byte("HTTP/")) {
		return false, errors.New("go sent no response of HTTP; nothing was answered")
	}
	for line := range bytes.SplitSeq(fields, []byte("\n")) {
		name, value, found := bytes.Cut(line, []byte(":"))
		if found && strings.EqualFold(string(bytes.TrimSpace(name)), "WWW-Authenticate") && invalidToken(string(value)) {
			return true, nil
		}
	}
	return false, nil
}
