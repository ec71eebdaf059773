// Package helper answers the programs that want one thing, a token: the token and header commands, and the credential
// helpers of other programs in each one's own protocol. It starts in a millisecond, so it links neither the keeper's own
// parts nor net/http; it never prompts and never opens a browser.
package helper

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

// TokenCall is a token or header command, read from its arguments.
type TokenCall struct {
	Name    string
	Request fast.Request
	Header  bool // "Authorization: Bearer …" instead of the bare token
	JSON    bool // the local API's answer instead
}

// Quick answers `token`, `header` and the helpers while a keeper runs, before anything heavy is set up: programs call
// these for every request of theirs. args are those of Args. done is false where the ordinary way must be taken, because
// no keeper runs or because the arguments are not the plain ones; nothing has been read or written then.
func Quick(ctx context.Context, args []string, s Streams) (code int, done bool) {
	if i, ok := ParseInvocation(args); ok {
		return i.quick(ctx, s)
	}
	c, ok := Parse(args)
	if !ok {
		return 0, false
	}
	p, err := places.Find()
	if err != nil {
		return 0, false
	}
	err = c.Run(ctx, p.Socket(), s.Stdout)
	if errors.Is(err, fast.ErrNoKeeper) {
		return 0, false
	}
	return report(s.Stderr, err), true
}

// Parse reads the plain forms of `token NAME` and `header NAME` alone; anything else (help, a wrong flag) is
// left to the full parser, which accepts all that this one does.
func Parse(args []string) (TokenCall, bool) {
	if len(args) < 2 || args[0] != "token" && args[0] != "header" {
		return TokenCall{}, false
	}
	c := TokenCall{Header: args[0] == "header"}
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
			d, err := fast.ParseDuration(value)
			if err != nil {
				return c, false
			}
			c.setDuration(flag, d)
		case inline && strings.HasPrefix(flag, "-"):
			return c, false
		case flag == "--force":
			c.Request.Force = true
		case flag == "--id-token":
			c.Request.IDToken = true
		case flag == "--json":
			c.JSON = true
		case strings.HasPrefix(rest[i], "-") || c.Name != "":
			return c, false
		default:
			c.Name = rest[i]
		}
	}
	return c, c.Name != "" && (!c.Header || !c.JSON && !c.Request.IDToken)
}

func (c *TokenCall) setDuration(flag string, d time.Duration) {
	if flag == "--wait" {
		c.Request.Wait = d
		return
	}
	c.Request.MinTTL = d
}

// Run asks the keeper at socket and writes the token. It is one of the few places where a token leaves us. A refusal is
// a *fast.Problem.
func (c *TokenCall) Run(ctx context.Context, socket string, stdout io.Writer) error {
	a, err := fast.Token(ctx, socket, c.Name, c.Request)
	if err != nil {
		return err
	}
	return c.write(a, stdout)
}

func (c *TokenCall) write(a fast.Answer, stdout io.Writer) error {
	text := a.Token.Reveal()
	switch {
	case !a.Token.OneLine():
		return errControl
	case c.JSON:
		text = strings.TrimRight(a.Body.Reveal(), "\n")
	case c.Header:
		text = "Authorization: " + scheme(a.Type) + " " + text
	}
	_, err := io.WriteString(stdout, text+"\n")
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
