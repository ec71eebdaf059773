package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"sessionkeeper/session"
	"sessionkeeper/session/history"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// evil commands a terminal in each way that there is: as C0, as C1, by other line ends, and by turning text around.
const evil = "x\x1b[2J\x1b]0;y\x07\r\n\x7f\u0085\u009b2J\u2028\u2029\u202e\u2066\u200fz"

// past is a history that strangers have written.
type past struct {
	*apitest.Keeper
	entries []history.Entry
}

func (p past) List(context.Context, string, int) ([]history.Entry, error) { return p.entries, nil }

// strangersWrote serves a keeper everything of which strangers have written, but for the name of the session work.
func strangersWrote(t *testing.T) {
	t.Helper()
	k := apitest.New()
	var entries []history.Entry
	for _, name := range []string{"work", evil} {
		for _, kind := range []string{
			session.EventAdded, session.EventRemoved, session.EventState, session.EventRenewed, session.EventRefreshFailed,
			session.EventWarning, session.EventConsentOpened, session.EventConsentDone, session.EventHandedOut, evil,
		} {
			detail := map[string]string{"http_status": evil, "count": "2"}
			for _, key := range []string{"was", "state", "reason", "code", "message", "kind", "outcome", "program", "face", "parent"} {
				detail[key] = evil
			}
			entries = append(entries, history.Entry{At: time.Now(), Session: name, Type: kind, Detail: detail})
		}
	}
	for i, state := range []session.State{
		session.Active, session.Retrying, session.Expiring, session.SignInNeeded, session.SetupNeeded, session.KeychainLocked, evil,
	} {
		name := evil + strings.Repeat("!", i)
		if i == 3 {
			name = "work"
		}
		s := session.Session{
			Name: name, Provider: evil, Issuer: evil, ClientID: evil, Scopes: []string{evil}, State: state, Reason: evil, Detail: evil,
			EndsAt: time.Now().Add(time.Minute), LastError: &session.LastError{Verdict: evil, Code: evil, Message: evil, At: time.Now()},
			Account: session.Account{Sub: evil, Name: evil, Email: evil},
		}
		k.Put(s)
		k.Fail(name, &session.Error{Code: session.CodeSignIn, Reason: evil, Session: name, Detail: evil, LoginURL: evil})
	}
	k.SetAutostart(client.Autostart{Kind: evil, Path: evil, Detail: evil})
	k.SetClock(client.Clock{State: "wrong", Seen: evil})
	o := apitest.Options(t, k, nil)
	o.HTTP, o.History, o.Version = "", past{k, entries}, evil
	apitest.Serve(t, o)
	t.Setenv("SESSIONKEEPER_HOME", filepath.Dir(o.Places.Run))
	t.Setenv("SESSIONKEEPER_NO_AUTOSTART", "1")
	t.Setenv("PATH", t.TempDir())
	t.Setenv("DISPLAY", "")
}

// Whatever strangers have written where, no command lets it command the terminal, nor turn its lines around.
func TestTTERM1NoCommandPrintsControls(t *testing.T) {
	strangersWrote(t)
	said := 0
	for _, line := range []string{
		"list", "status", "status work", "history", "history work", "history --hand-outs", "doctor", "approvals", "events",
		"token work", "header work", "exec work -- true", "login work --no-browser --wait 1ms", "refresh work",
		"pause work", "resume work", "logout work --yes", "remove work --yes", "status nobody" + evil, "token nobody" + evil, "nothing" + evil,
		"providers " + evil, "providers explain --status 400", "autostart status", "helper status", "version", "proxy work --target " + evil,
		"file work " + evil, "add " + evil + " --issuer https://as.example --client-id x", "add one --issuer " + evil + " --client-id x",
	} {
		for _, form := range []string{"", " --json"} {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // events goes on for ever
			var out, errs bytes.Buffer
			stdin := strings.NewReader(`{"error":"invalid_grant` + evil + `","error_description":"` + evil + `","error_uri":"` + evil + `"}`)
			head, tail, _ := strings.Cut(line+form, " -- ")
			args := strings.Split(head, " ")
			if tail != "" {
				args = append(args, "--", strings.TrimSuffix(tail, form))
			}
			code := run(ctx, args, stdin, &out, &errs)
			cancel()
			for where, text := range map[string]string{"stdout": out.String(), "stderr": errs.String()} {
				said += len(text)
				if i := strings.IndexFunc(text, func(r rune) bool {
					return r != '\n' && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
				}); i >= 0 {
					t.Errorf("%q: exit %d, %s has %q", line+form, code, where, text[max(0, i-60):min(len(text), i+20)])
				}
			}
		}
	}
	if said < 5_000 {
		t.Errorf("%d bytes were said; this test would prove nothing", said)
	}
}
