package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

// tokenCall is a token or header command, read from its arguments.
type tokenCall struct {
	name    string
	request fast.Request
	header  bool // "Authorization: Bearer …" instead of the bare token
	json    bool // the local API's answer instead
}

// quickToken answers `token` and `header` while a keeper runs, before anything heavy is set up: programs call these
// for every request of theirs. done is false where the ordinary way must be taken, because no keeper runs or because
// the arguments are not the plain ones.
func quickToken(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, done bool) {
	c, ok := parseTokenCall(args)
	if !ok {
		return 0, false
	}
	p, err := places.Find()
	if err != nil {
		return 0, false
	}
	err = c.run(ctx, p.Socket(), stdout)
	if errors.Is(err, fast.ErrNoKeeper) {
		return 0, false
	}
	return report(stderr, err), true
}

// parseTokenCall reads the plain forms of `token NAME` and `header NAME` alone; anything else (help, a wrong flag) is
// left to the full parser, which accepts all that this one does.
func parseTokenCall(args []string) (tokenCall, bool) {
	if len(args) < 2 || args[0] != "token" && args[0] != "header" {
		return tokenCall{}, false
	}
	c := tokenCall{header: args[0] == "header"}
	rest := args[1:]
	for i := 0; i < len(rest); i++ {
		flag, value, inline := strings.Cut(rest[i], "=")
		switch {
		case flag == "--min-ttl" || flag == "--wait":
			if !inline {
				if i++; i == len(rest) {
					return c, false
				}
				value = rest[i]
			}
			d, err := client.ParseDuration(value)
			if err != nil {
				return c, false
			}
			c.setDuration(flag, d)
		case inline && strings.HasPrefix(flag, "-"):
			return c, false
		case flag == "--force":
			c.request.Force = true
		case flag == "--id-token":
			c.request.IDToken = true
		case flag == "--json":
			c.json = true
		case strings.HasPrefix(rest[i], "-") || c.name != "":
			return c, false
		default:
			c.name = rest[i]
		}
	}
	return c, c.name != "" && (!c.header || !c.json && !c.request.IDToken)
}

func (c *tokenCall) setDuration(flag string, d time.Duration) {
	if flag == "--wait" {
		c.request.Wait = d
		return
	}
	c.request.MinTTL = d
}

// run asks the keeper and writes the token. It is one of the few places where a token leaves us.
func (c *tokenCall) run(ctx context.Context, socket string, stdout io.Writer) error {
	a, err := fast.Token(ctx, socket, c.name, c.request)
	if err != nil {
		return err
	}
	if a.Token.Empty() {
		return &client.Problem{
			Status: a.Status, Code: a.Code, Title: a.Title, Detail: a.Detail, Reason: a.Reason,
			Session: a.Session, RetryAt: a.RetryAt, LoginURL: a.LoginURL,
		}
	}
	text := a.Token.Reveal()
	switch {
	case c.json:
		text = strings.TrimRight(a.Body.Reveal(), "\n")
	case c.header:
		text = "Authorization: " + scheme(a.Type) + " " + text
	}
	_, err = io.WriteString(stdout, text+"\n")
	return err
}

// scheme is the word before the token. RFC 6749 section 5.1 makes token_type case-insensitive, and servers that say
// "bearer" still want RFC 6750's "Bearer".
func scheme(tokenType string) string {
	if tokenType == "" || strings.EqualFold(tokenType, "Bearer") {
		return "Bearer"
	}
	return tokenType
}
