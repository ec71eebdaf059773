package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sessionkeeper/session/secret"
)

// packageUser is what PyPI's own servers and most others want beside a token.
const packageUser = "__token__"

// runKeyring answers pip and uv as the program `keyring` does: `get SERVICE USER` gives the password; with --mode creds
// it gives both. What is not ours is not found, which is exit code 1, and pip and uv go on without. Nothing is ever
// stored or deleted.
// https://pip.pypa.io/en/stable/topics/authentication/#keyring-support,
// https://docs.astral.sh/uv/concepts/authentication/http/
func runKeyring(ctx context.Context, c Call) int {
	q, err := parseKeyring(c.Args)
	if err != nil {
		c.Report(err)
		return ExitUsage
	}
	if q.operation != "get" {
		return c.Report(fmt.Errorf("keyring %s: the keeper owns its tokens; nothing else is stored here", q.operation))
	}
	b, found, err := c.BindingFor(serviceHost(q.service), q.user)
	if err != nil {
		return c.Report(err)
	}
	if !found {
		return ExitFailed
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		c.Report(err)
		return ExitFailed
	}
	user := q.user
	for _, other := range []string{b.Options.Username, packageUser} {
		if user == "" {
			user = other
		}
	}
	text, err := q.answer(user, a.Token.Reveal())
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(text)
}

// keyringQuery is a call of keyring, read from its arguments.
type keyringQuery struct {
	operation, service, user string
	creds, json              bool
}

// errKeyring is what pip looks for to see that it talks to an older keyring.
var errKeyring = errors.New("unrecognized arguments")

// parseKeyring takes flags before and after the operation, as keyring does.
func parseKeyring(args []string) (keyringQuery, error) {
	var q keyringQuery
	var words []string
	for i := 0; i < len(args); i++ {
		flag, value, inline := strings.Cut(args[i], "=")
		switch {
		case flag == "--mode" || flag == "--output":
			if !inline {
				if i++; i == len(args) {
					return q, fmt.Errorf("%w: %s wants a value", errKeyring, flag)
				}
				value = args[i]
			}
			if !q.set(flag, value) {
				return q, fmt.Errorf("%w: %s %.20q", errKeyring, flag, value)
			}
		case strings.HasPrefix(args[i], "-"):
			return q, fmt.Errorf("%w: %.40q", errKeyring, args[i])
		default:
			words = append(words, args[i])
		}
	}
	if len(words) == 0 {
		return q, fmt.Errorf("%w: want get SERVICE USER", errKeyring)
	}
	q.operation = words[0]
	switch q.operation {
	case "get", "set", "del":
	default:
		return q, fmt.Errorf("%w: %.40q", errKeyring, q.operation)
	}
	switch words = words[1:]; {
	case len(words) == 2:
		q.service, q.user = words[0], words[1]
	case len(words) == 1 && q.creds:
		q.service = words[0]
	default:
		return q, fmt.Errorf("%w: %s wants SERVICE and USER", errKeyring, q.operation)
	}
	return q, nil
}

func (q *keyringQuery) set(flag, value string) bool {
	switch flag + "=" + value {
	case "--mode=creds":
		q.creds = true
	case "--mode=password":
		q.creds = false
	case "--output=json":
		q.json = true
	case "--output=plain":
		q.json = false
	default:
		return false
	}
	return true
}

func (q *keyringQuery) answer(user, password string) (string, error) {
	switch {
	case q.json && q.creds:
		text, err := json.Marshal(map[string]string{"username": user, "password": password})
		return string(text) + "\n", err
	case q.json:
		text, err := json.Marshal(map[string]string{"password": password})
		return string(text) + "\n", err
	case !secret.OneLine(user):
		return "", errors.New("the user name has control characters")
	case q.creds:
		return user + "\n" + password + "\n", nil
	}
	return password + "\n", nil
}

// serviceHost gives the host that a service of pip and uv means, which is an address first, maybe with the user's name,
// and then a bare host; "" where it is none that may have a token.
func serviceHost(service string) string {
	if !strings.Contains(service, "://") {
		service = "https://" + service
	}
	u, err := url.Parse(service)
	if err != nil {
		return ""
	}
	u.User = nil
	return hostOf(u.String(), "https")
}
