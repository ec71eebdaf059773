package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
)

// service is one as somebody may have at work: it signs nobody in by OAuth and knows no clients, but gives a new token
// for a key, which it changes each time.
type service struct {
	*httptest.Server

	mu    sync.Mutex
	n     int    // of the key in force
	state string // "", "down", "gone", "update" or "odd"
	asked []string
}

// serviceFile describes it: other addresses for the first token and the next, JSON, no proof by a client, names of its own.
const serviceFile = `name = "Orders"
token_url = "{base}/auth/start"
refresh_url = "{base}/auth/refresh"
auth_style = "none"
json_body = true
rotation = "always"
replay = "unsafe"
token_params = { app = "desk", "meta.version" = 2 }

[vars.base]
note = "the address of the service"

[request]
fields = { grant_type = "", refresh_token = "session.key" }
headers = { X-Tenant = "main" }

[answer]
access_token = "data.token"
refresh_token = "data.next.key"
expires_at = "data.endsAt"
error = "problem.code"
error_description = "problem.text"

[check]
kind = "get"
url = "{base}/me"

[[errors]]
code = ["session_gone"]
verdict = "sign_in"
reason = "expired"

[[errors]]
code = ["update_app"]
verdict = "setup"
reason = "config"
`

// serviceLife is how long its tokens last: a renewal can be asked for after a third of it.
const serviceLife = 6 * time.Second

func startService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *service) set(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state
}

// newest is the key in force, and how it was asked last.
func (s *service) newest() (key, asked string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("key-%d", s.n), s.asked[len(s.asked)-1]
}

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/me" {
		var n int // of the token; the one before the newest is good as well
		if _, err := fmt.Sscanf(r.Header.Get("Authorization"), "Bearer token-%d", &n); err != nil || n < s.n-1 || n > s.n {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, `{"id":"u-7","email":"ada@work.example"}`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.asked = append(s.asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("Authorization")+
		" "+r.Header.Get("X-Tenant"))
	var got map[string]any
	_ = json.Unmarshal(body, &got)
	want := map[string]any{
		"app": "desk", "meta": map[string]any{"version": 2.0}, "session": map[string]any{"key": fmt.Sprintf("key-%d", s.n)},
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case s.state == "down":
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "<html>key-canary, come back later</html>")
	case s.state == "update":
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"problem":{"code":"UPDATE_APP","text":"this version of the app is too old"}}`)
	case s.state == "odd":
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, `{"problem":{"code":"FULL_MOON","text":"not tonight"}}`)
	case s.state == "gone", !reflect.DeepEqual(got, want):
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"problem":{"code":"SESSION_GONE","text":"sign in on the web page and copy the new key"}}`)
	default:
		s.n++
		_, _ = fmt.Fprintf(w, `{"data":{"token":"token-%[1]d","next":{"key":"key-%[1]d"},"endsAt":%[2]q}}`, s.n,
			time.Now().Add(serviceLife).UTC().Format(time.RFC3339Nano))
	}
}

// fed runs a command with something on its stdin.
func (h *home) fed(stdin string, args ...string) (stderr string, code int) {
	h.t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Stdin, cmd.Stderr = h.env, strings.NewReader(stdin), &errs
	if err := cmd.Run(); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			h.t.Fatal(err)
		}
		code = e.ExitCode()
	}
	return errs.String(), code
}

func (h *home) provide(file, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, "sk", "config", "providers", file)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// A service of one's own is described by a file, and kept like any other session, without a client.
func TestServiceOfOnesOwn(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.provide("work.toml", serviceFile)
	h.serve()
	add := func(name, key string) (string, int) {
		return h.fed(key+"\n", "add", name, "--provider", "work", "--var", "base="+s.URL, "--refresh-token-file", "-")
	}
	if errs, code := add("orders", "key-of-somebody-else"); code == 0 || strings.Contains(errs, "key-of-somebody-else") {
		t.Errorf("a key that is none: exit %d, %s", code, errs)
	}
	if all := h.sessions(); len(all) > 0 {
		t.Errorf("a session is left that never worked: %+v", all)
	}
	if errs, code := add("orders", "key-0"); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	s.handsOut(h)
	if one := h.session("orders"); one.ClientID != "" || one.Account.Email != "ada@work.example" || one.State != session.Active {
		t.Errorf("it is %+v", one)
	}
	h.until("it is renewed", patience, func() bool { return h.session("orders").Generation > 1 })
	s.handsOut(h)
	if _, asked := s.newest(); asked != "POST /auth/refresh application/json  main" {
		t.Errorf("it was asked as %q", asked)
	}
	serviceFaults(t, s, h)

	_, errs, code := h.run("login", "orders")
	if code == 0 || !strings.Contains(errs, "--refresh-token-file") {
		t.Errorf("signing in where that cannot be done: exit %d, %s", code, errs)
	}
	h.must("remove", "orders", "--yes")
	s.set("")
	key, _ := s.newest()
	if errs, code := add("orders", key); code != 0 {
		t.Errorf("added anew: exit %d, %s", code, errs)
	}
	errs, code = h.fed("x\n", "add", "other", "--provider", "google", "--refresh-token-file", "-")
	if code == 0 || !strings.Contains(errs, "client_id") {
		t.Errorf("a provider that has clients, without one: exit %d, %s", code, errs)
	}
	t.Attr("real", "gnome-keyring")
}

// handsOut makes sure that a token that a program gets is one that the service takes.
func (s *service) handsOut(h *home) {
	h.t.Helper()
	if got := strings.TrimSpace(h.must("token", "orders")); !works(h.t, s.URL+"/me", got) {
		h.t.Error("the token does not work")
	}
}

// serviceFaults has the service answer in its own words for what can go wrong.
func serviceFaults(t *testing.T, s *service, h *home) {
	t.Helper()
	for _, v := range []struct {
		state  string
		exit   int
		verify func(one session.Session) bool
	}{
		{"down", 4, func(one session.Session) bool { return one.LastError.Verdict == "passing" }},
		{"odd", 4, func(one session.Session) bool { return one.LastError.Code == "full_moon" }},
		{"update", 6, func(one session.Session) bool { return one.State == session.SetupNeeded }},
	} {
		s.set(v.state)
		var said string
		h.until("it says what "+v.state+" means", patience, func() bool {
			_, errs, code := h.run("refresh", "orders")
			said += errs
			one := h.session("orders")
			return code == v.exit && one.LastError != nil && v.verify(one)
		})
		if strings.Contains(said, "canary") {
			t.Errorf("%s: what the provider sent is repeated: %s", v.state, said)
		}
		s.set("")
		h.until("it works again after "+v.state, patience, func() bool {
			h.run("refresh", "orders")
			return h.session("orders").State == session.Active
		})
	}
	s.set("gone")
	h.until("it says that it is over", patience, func() bool {
		_, _, code := h.run("refresh", "orders")
		one := h.session("orders")
		return code == 3 && one.State == session.SignInNeeded && one.Reason == session.ReasonExpired
	})
}

// A file that is broken while the keeper runs is told with its line, and what it said before goes on for the sessions.
func TestProviderFilesAreReadAgain(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.provide("work.toml", serviceFile)
	h.provide("lab.toml", "extends = \"gitlab\"\nname = \"The lab\"\n\n[vars.base]\ndefault = \"https://git.lab.example\"\nnote = \"x\"\n")
	h.serve()
	if errs, code := h.fed("key-0\n", "add", "orders", "--provider", "work", "--var", "base="+s.URL,
		"--refresh-token-file", "-"); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if shown := h.must("providers", "lab"); !strings.Contains(shown, "The lab") || !strings.Contains(shown, "https://gitlab") &&
		!strings.Contains(shown, "{base}/oauth/token") {
		t.Errorf("the file that builds on another:\n%s", shown)
	}
	h.provide("work.toml", strings.Replace(serviceFile, `rotation = "always"`, `rotation = "often"`, 1))
	place := filepath.Join(h.dir, "sk", "config", "providers", "work.toml") + ":6:1: "
	h.until("the fault is told", patience, func() bool {
		out, _, _ := h.run("doctor")
		return strings.Contains(out, place)
	})
	_, errs, _ := h.run("providers", "lab")
	if !strings.Contains(errs, place+`rotation "often": want one of`) {
		t.Errorf("what is said of the broken file: %s", errs)
	}
	s.handsOut(h)
	h.provide("work.toml", strings.Replace(serviceFile, "main", "other", 1))
	h.until("the mended file counts", patience, func() bool {
		_, asked := s.newest()
		return strings.HasSuffix(asked, " other")
	})
	s.handsOut(h)
	t.Attr("real", "gnome-keyring")
}
