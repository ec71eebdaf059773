package helper

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sessionkeeper/session/secret"
)

// anyUser is the user name beside a token where nobody says one; the servers that take a token as a password look at
// the password.
const anyUser = "oauth2"

// runNetrc writes the lines of a netrc file for the hosts of a session's binding. A file of them is good for as long as
// the token; programs that read one whenever they run are given it by way of a pipe:
// `curl --netrc-file <(sessionkeeper helper netrc NAME) URL`.
// https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
func runNetrc(ctx context.Context, c Call) int {
	if len(c.Args) > 0 {
		return c.misuse("")
	}
	b, err := c.BindingOf()
	if err != nil {
		return c.Report(err)
	}
	if len(b.Hosts) == 0 {
		return c.Report(fmt.Errorf("no host may have this session's token; run: sessionkeeper helper install netrc %s --host HOST",
			b.Session))
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return c.Report(err)
	}
	text, err := netrcOf(b, a.Token.Reveal())
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(text)
}

func netrcOf(b Binding, token string) (string, error) {
	user := b.Options.Username
	if user == "" {
		user = anyUser
	}
	for _, word := range []string{user, token} {
		if strings.ContainsAny(word, " \"'\\#") || !secret.OneLine(word) {
			return "", errors.New("the token or the user name has characters that no netrc file can hold")
		}
	}
	var text strings.Builder
	seen := map[string]bool{}
	for _, host := range b.Hosts {
		// A netrc file knows no ports.
		name, err := hostAlone(host)
		if err != nil {
			return "", err
		}
		if !seen[name] {
			seen[name] = true
			fmt.Fprintf(&text, "machine %s login %s password %s\n", name, user, token)
		}
	}
	return text.String(), nil
}

// hostAlone gives a host in the form of NormalHost without its port.
func hostAlone(host string) (string, error) {
	normal, err := NormalHost(host)
	if err != nil {
		return "", err
	}
	if i := strings.LastIndexByte(normal, ':'); i > strings.LastIndexByte(normal, ']') {
		normal = normal[:i]
	}
	return strings.Trim(normal, "[]"), nil
}
