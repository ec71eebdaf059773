package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
)

// changing is a token endpoint whose client gets another secret while it is in use, as a console does it.
type changing struct {
	mu     sync.Mutex // guards what follows
	takes  map[string]bool
	n      int // of the current refresh token
	reused bool
}

func (c *changing) take(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takes = map[string]bool{}
	for _, s := range secrets {
		c.takes[s] = true
	}
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, secret, _ := r.BasicAuth()
	switch {
	case !c.takes[secret]:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprint(w, `{"error":"invalid_client"}`)
	case r.FormValue("refresh_token") != fmt.Sprintf("rt-%d", c.n):
		c.reused = true
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":"invalid_grant"}`)
	default:
		c.n++
		_, _ = fmt.Fprintf(w, `{"access_token":"at-%d","token_type":"Bearer","expires_in":3,"refresh_token":"rt-%d"}`, c.n, c.n)
	}
}

// TestClientSecretChanges changes the secret of a client in use with the real command line: the session is renewed all
// the while, also by a keeper that was killed, and what is stored has the old secret no longer than it is needed.
func TestClientSecretChanges(t *testing.T) {
	t.Parallel()
	provider := &changing{}
	provider.take("first")
	server := httptest.NewServer(provider)
	t.Cleanup(server.Close)
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	t.Attr("real", "gnome-keyring")
	write := func(text string) string {
		path := filepath.Join(h.dir, "text")
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token := filepath.Join(h.dir, "token")
	if err := os.WriteFile(token, []byte("rt-0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must("add", "work", "--authorize-url", server.URL+"/authorize", "--token-url", server.URL+"/token", "--client-id", "desk",
		"--client-secret-file", write("first"), "--refresh-token-file", token)
	renewed := func(what string) session.Session {
		t.Helper()
		was := h.session("work").Generation
		h.until(what, renewalLimit, func() bool { return h.session("work").Generation > was+1 })
		s := h.session("work")
		if s.State != session.Active {
			t.Errorf("%s: the session is %s, %s", what, s.State, s.Reason)
		}
		h.must("token", "work")
		return s
	}
	h.must("set-secret", "work", "--client-secret-file", write("second"))
	if s := renewed("the provider does not know the new secret yet"); !strings.Contains(s.Detail, "refuses the new") {
		t.Errorf("status says %q", s.Detail)
	}
	h.kill(syscall.SIGKILL)
	h.serve()
	renewed("after the keeper was killed")
	provider.take("second")
	if s := renewed("the provider knows the new secret alone"); s.Detail != "" {
		t.Errorf("status says %q", s.Detail)
	}
	h.must("set-secret", "work", "--client-secret-file", write("mistyped"))
	renewed("a wrong secret was set")
	h.must("set-secret", "work", "--client-secret-file", write("second"))
	if s := renewed("and corrected"); s.Detail != "" {
		t.Errorf("status says %q", s.Detail)
	}
	provider.take("third") // without a word before
	h.until("setup_needed", renewalLimit, func() bool { return h.session("work").State == session.SetupNeeded })
	h.must("set-secret", "work", "--client-secret-file", write("third"))
	h.until("the session is well again", renewalLimit, func() bool { return h.session("work").State == session.Active })
	h.must("token", "work")
	provider.mu.Lock()
	defer provider.mu.Unlock()
	if provider.reused {
		t.Error("a refresh token was sent twice")
	}
}

// renewalLimit is long enough for some renewals of a token that lives for seconds, on a machine under load.
const renewalLimit = 60 * time.Second
