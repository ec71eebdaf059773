package helper

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
)

// The helper of git (gitcredentials(7), git-credential(1)).
//
// A git of version 2.46 or newer is told which token it got, in state[], and to come back if that one is refused
// (continue=1). So a token that a server no longer takes is replaced within one command, where an older git fails once,
// calls erase, and has the new token at the next command.

// maxGitLine bounds a line, as git-credential(1) does.
const maxGitLine = 65535

// errGit is a request that git does not make.
var errGit = errors.New("this is no request of git's; nothing was answered")

// gitRequest is what git says about the credential that it wants, used, or found refused.
type gitRequest struct {
	protocol, host, username string
	secret                   secret.Text // of a credential that git got from a helper
	state                    []string
	withState, withAuthType  bool // what this git can do
}

// parseGit reads a request: lines of key=value up to an empty one or the end. Keys that it does not know are skipped,
// as git-credential(1) asks.
func parseGit(data []byte) (gitRequest, error) {
	var r gitRequest
	if bytes.ContainsAny(data, "\x00\r") {
		// A carriage return in a host has made helpers answer for another one (CVE-2024-50338).
		return r, errGit
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		if len(line) == 0 {
			break
		}
		key, value, found := strings.Cut(string(line), "=")
		if !found || key == "" || len(line) >= maxGitLine {
			return gitRequest{}, errGit
		}
		switch key {
		case "protocol":
			r.protocol = value
		case "host":
			r.host = value
		case "username":
			if !secret.OneLine(value) {
				return gitRequest{}, errGit // it goes back in the answer
			}
			r.username = value
		case "password", "credential":
			r.secret = secret.New(value)
		case "capability[]":
			r.withState = r.withState || value == "state"
			r.withAuthType = r.withAuthType || value == "authtype"
		case "state[]":
			if r.state = append(r.state, value); value == "" {
				r.state = nil
			}
		}
	}
	return r, nil
}

func runGit(ctx context.Context, c Call) int {
	if len(c.Args) != 1 {
		return c.misuse("get|store|erase|capability")
	}
	switch c.Args[0] {
	case "capability":
		return c.Answer("version 0\ncapability authtype\ncapability state\n")
	case "get", "erase", "store":
	default:
		return ExitDone // git-credential(1): operations that a helper does not know are ignored
	}
	data, err := c.Request(ctx)
	if err != nil {
		return c.Report(err)
	}
	r, err := parseGit(data)
	if err != nil {
		return c.Report(err)
	}
	b, ok, err := c.BindingFor(r.boundHost(), r.username)
	switch {
	case err != nil:
		return c.Report(err)
	case !ok || c.Args[0] == "store":
		return ExitDone
	case c.Args[0] == "erase":
		return c.rejectIfOurs(ctx, b, r.secret)
	}
	return c.getForGit(ctx, b, r)
}

// boundHost is the host that a binding may name.
func (r gitRequest) boundHost() string {
	if r.protocol != "https" {
		return ""
	}
	normal, err := NormalHost(r.host)
	if err != nil {
		return ""
	}
	return normal
}

func (c Call) getForGit(ctx context.Context, b Binding, r gitRequest) int {
	rejected := gitRejected(r.state, b.Session)
	a, err := c.renewed(ctx, b, rejected) // no token is of generation 0
	switch {
	case err != nil:
		return c.quitGit(err)
	case rejected > 0 && a.Generation == rejected:
		return c.quitGit(fmt.Errorf("%s refuses the newest token of session %q; see whether its account may do this there, or %s",
			r.boundHost(), b.Session, signIn(b)))
	}
	return c.Answer(gitAnswer(a, b, r, rejected == 0, time.Now()))
}

// gitAnswer is the answer with a token; mayReturn lets git come back if the server refuses it.
func gitAnswer(a fast.Answer, b Binding, r gitRequest, mayReturn bool, now time.Time) string {
	var out strings.Builder
	bearer := b.Options.Scheme == schemeBearer && r.withAuthType
	if bearer {
		out.WriteString("capability[]=authtype\n")
	}
	if r.withState {
		out.WriteString("capability[]=state\n")
	}
	if bearer {
		// Ephemeral: no other helper may store it.
		fmt.Fprintf(&out, "authtype=Bearer\ncredential=%s\nephemeral=1\n", a.Token.Reveal())
	} else {
		fmt.Fprintf(&out, "username=%s\npassword=%s\n", gitUser(b, r), a.Token.Reveal())
	}
	if !a.ExpiresAt.IsZero() {
		fmt.Fprintf(&out, "password_expiry_utc=%d\n", told(a.ExpiresAt, now).Unix())
	}
	if r.withState {
		fmt.Fprintf(&out, "state[]=%s\n", gitState(b.Session, a.Generation))
		if mayReturn {
			out.WriteString("continue=1\n")
		}
	}
	return out.String()
}

// gitUser is the user name beside the token. Providers of git take any, or the one that their documentation names:
// GitLab wants oauth2, Bitbucket x-token-auth.
func gitUser(b Binding, r gitRequest) string {
	usual := "oauth2"
	if r.boundHost() == "bitbucket.org" {
		usual = "x-token-auth"
	}
	return cmp.Or(b.Options.Username, r.username, usual)
}

const gitStatePrefix = "sessionkeeper:1:"

// gitState tells a later call of the same command which token this one gave.
func gitState(session string, generation uint64) string {
	return gitStatePrefix + strconv.FormatUint(generation, 10) + ":" + url.PathEscape(session)
}

// gitRejected reads the state that git brings back, which it does for a token that was refused: its generation, or 0.
func gitRejected(state []string, session string) uint64 {
	for _, s := range state {
		rest, ours := strings.CutPrefix(s, gitStatePrefix)
		number, name, _ := strings.Cut(rest, ":")
		if !ours || name != url.PathEscape(session) {
			continue
		}
		if n, err := strconv.ParseUint(number, 10, 64); err == nil {
			return n
		}
	}
	return 0
}

// quitGit says what is wrong and keeps git from asking for a password, which cannot help.
func (c Call) quitGit(err error) int {
	code := c.Report(err)
	if c.Answer("quit=1\n") != ExitDone {
		return ExitFailed
	}
	return code
}
