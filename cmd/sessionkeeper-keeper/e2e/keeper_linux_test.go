package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/cmd/sessionkeeper-demo/stranger"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/ui/api/fast"
)

// scale is how much longer than in a normal run the long tests take: SESSIONKEEPER_E2E_SCALE.
func scale(t *testing.T) int {
	t.Helper()
	s := os.Getenv("SESSIONKEEPER_E2E_SCALE")
	if s == "" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("SESSIONKEEPER_E2E_SCALE=%q; want a whole number from 1", s)
	}
	return n
}

// works asks the provider whether an access token is good at this moment.
func works(t *testing.T, userinfo, token string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, userinfo, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Tokens that live nine seconds, of a certified provider that is not ours: every one that is handed out works at that
// moment, no refresh token is sent twice, reuse is never detected. All of it on a real keyring.
func TestShortTokensOfAStranger(t *testing.T) {
	t.Parallel()
	p := stranger.Start(t, stranger.Options{AccessTTL: 9 * time.Second, SessionTTL: 2 * time.Hour})
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	names := []string{"one", "two", "three"}
	for _, name := range names {
		h.must("add", name, "--issuer", p.Issuer, "--client-id", "demo", "--scope", "openid", "--scope", "email")
	}
	var asked atomic.Int64
	end := time.Now().Add(time.Duration(scale(t)) * 30 * time.Second)
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			for time.Now().Before(end) {
				a, err := h.token(name, 10*time.Second)
				if err != nil {
					t.Errorf("token %s: %v", name, err)
					return
				}
				if !works(t, p.Issuer+"/me", a.Token.Reveal()) {
					t.Errorf("token %s of generation %d does not work; it should until %v", name, a.Generation, a.ExpiresAt)
				}
				asked.Add(1)
				<-time.After(100 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	log := p.Log()
	if log.DoubleSends > 0 || log.ReuseDetected > 0 {
		t.Errorf("%d double sends, %d reuses detected; want none", log.DoubleSends, log.ReuseDetected)
	}
	if n := len(h.tabs()); n != len(names) {
		t.Errorf("%d pages were opened; want %d", n, len(names))
	}
	t.Attr("real", "oidc-provider gnome-keyring")
	t.Logf("%d tokens handed out, %d token requests", asked.Load(), len(log.Requests))
}

// The keeper is killed at random moments of its renewals. Where the provider's rules allow it nothing is lost; where
// they do not, only what was interrupted asks for a sign-in, and says why.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	for _, rotation := range []authserver.Rotation{authserver.RotationOff, authserver.RotationGrace, authserver.RotationStrict} {
		t.Run(string(rotation), func(t *testing.T) {
			t.Parallel()
			p := authservertest.Start(t, authserver.Options{
				AccessTTL: 3 * time.Second, SessionTTL: -1, Rotation: rotation, Grace: time.Minute, AutoApprove: true,
			})
			h := newHome(t, keychaintest.Start(t).Env()...)
			h.serve()
			names := []string{"one", "two", "three", "four"}
			for _, name := range names {
				h.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid", "--account", "ada@example.org")
			}
			lost := map[string]bool{}
			kills := 12 * scale(t)
			for range kills {
				// Past the floor under demands, all renew at once, and somewhere in there the keeper dies.
				<-time.After(1100 * time.Millisecond)
				var asking sync.WaitGroup
				for _, name := range names {
					asking.Go(func() {
						_, _ = fast.Token(t.Context(), h.socket(), name, fast.Request{Force: true, Wait: time.Second})
					})
				}
				<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
				h.kill(syscall.SIGKILL)
				asking.Wait()
				h.serve()
				for _, name := range names {
					a, err := h.token(name, 10*time.Second)
					refused, _ := errors.AsType[*fast.Problem](err)
					switch {
					case err == nil && works(t, p.Issuer()+"/userinfo", a.Token.Reveal()):
					case err == nil:
						t.Fatalf("%s: the token handed out does not work: %+v", name, h.session(name))
					case rotation == authserver.RotationStrict && refused != nil && refused.Reason == string(session.ReasonInterrupted):
						lost[name] = true
					default:
						t.Fatalf("%s: %+v, %v", name, refused, err)
					}
				}
				for name := range lost {
					h.must("login", name)
					delete(lost, name)
				}
			}
			log := p.Log()
			if rotation != authserver.RotationStrict && log.ReuseDetected > 0 {
				t.Errorf("reuse was detected %d times", log.ReuseDetected)
			}
			t.Attr("real", "gnome-keyring")
			t.Logf("%d kills, %d token requests, reuse detected %d times", kills, len(log.Requests), log.ReuseDetected)
		})
	}
}

// One revoked grant opens the consent page, once; after consent the session goes on under its name. Fifty at once open
// at most one page and never another.
func TestRevokedGrantsAndTabs(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 6 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	h.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	before := h.session("work")
	p.RevokeAll()
	h.until("the consent page to be opened", 20*time.Second, func() bool { return len(h.tabs()) == 2 })
	h.until("the session to be active again", 10*time.Second, func() bool {
		s := h.session("work")
		return s.State == session.Active && s.Generation > before.Generation
	})
	page := h.tabs()[1]
	for _, want := range []string{"access_type=offline", "code_challenge_method=S256", "state="} {
		if !strings.Contains(page, want) {
			t.Errorf("the consent page %q lacks %s", page, want)
		}
	}
	if out := h.must("history", "work", "--json"); !strings.Contains(out, session.EventConsentDone) {
		t.Errorf("the history does not tell of the consent:\n%s", out)
	}

	const many = 50
	var adding sync.WaitGroup
	for i := range 5 {
		adding.Go(func() {
			for j := range many / 5 {
				name := fmt.Sprintf("s%d%d", i, j)
				if out, errs, code := h.run("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid"); code != 0 {
					t.Errorf("adding %s: exit %d\n%s%s", name, code, out, errs)
				}
			}
		})
	}
	adding.Wait()
	h.kill(syscall.SIGTERM)
	h.env = append(h.env, "BROWSER_CLOSED=1") // from now on nobody answers
	h.serve()
	opened := len(h.tabs())
	p.RevokeAll()
	h.until("all to need a sign-in", 40*time.Second, func() bool {
		for _, s := range h.sessions() {
			if s.State != session.SignInNeeded {
				return false
			}
		}
		return true
	})
	<-time.After(6 * time.Second)
	if n := len(h.tabs()) - opened; n > 1 {
		t.Errorf("fifty revoked grants opened %d pages by themselves; want one at most", n)
	}
	t.Attr("real", "gnome-keyring")
}

// The keyring stops answering in the middle of renewals: tokens go on being handed out, what the provider gave is
// sealed beside the keyring, and it survives a killed keeper.
func TestKeychainStopsDuringRenewals(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 6 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	ring := keychaintest.Start(t)
	h := newHome(t, ring.Env()...)
	h.serve()
	for _, name := range []string{"one", "two"} {
		h.must("add", name, "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	}
	ring.Freeze()
	began := h.session("one").Generation
	h.until("renewals to go on", 40*time.Second, func() bool {
		for _, name := range []string{"one", "two"} {
			a, err := h.token(name, 10*time.Second)
			if err != nil || !works(t, p.Issuer()+"/userinfo", a.Token.Reveal()) {
				t.Fatalf("while the keyring is stopped: %s: %v", name, err)
			}
		}
		return h.session("one").Generation >= began+3
	})
	if s := h.session("one"); s.State != session.KeychainLocked {
		t.Errorf("while the keyring is stopped the session is %s; want keychain_locked", s.State)
	}
	spilled, err := filepath.Glob(h.dir + "/sk/state/spill/*")
	if err != nil || len(spilled) == 0 {
		t.Errorf("nothing was sealed beside the keyring: %v, %v", spilled, err)
	}
	h.kill(syscall.SIGKILL)
	ring.Thaw()
	h.serve()
	h.until("all to be well again", 20*time.Second, func() bool {
		for _, s := range h.sessions() {
			if s.State != session.Active {
				return false
			}
		}
		return true
	})
	for _, name := range []string{"one", "two"} {
		if a, err := h.token(name, 10*time.Second); err != nil || !works(t, p.Issuer()+"/userinfo", a.Token.Reveal()) {
			t.Errorf("afterwards the token of %s does not work: %v", name, err)
		}
	}
	if n := len(h.tabs()); n != 2 {
		t.Errorf("%d pages were opened; want the two of the sign-ins", n)
	}
	if log := p.Log(); log.DoubleSends > 0 || log.ReuseDetected > 0 {
		t.Errorf("%d double sends, %d reuses", log.DoubleSends, log.ReuseDetected)
	}
	t.Attr("real", "gnome-keyring")
}

// A stopped process is what a suspended machine looks like from inside: the first caller afterwards gets a token that
// works.
func TestStoppedAndContinued(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 4 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	for range 2 * scale(t) {
		h.signal(syscall.SIGSTOP)
		<-time.After(6 * time.Second)
		if _, errs, code := h.run("serve"); code != 1 || !strings.Contains(errs, strconv.Itoa(h.keeper.Process.Pid)) {
			t.Errorf("a second keeper beside a stopped one: exit %d, %q; want 1 and the pid", code, errs)
		}
		h.signal(syscall.SIGCONT)
		a, err := h.token("one", 10*time.Second)
		if err != nil || !works(t, p.Issuer()+"/userinfo", a.Token.Reveal()) {
			t.Fatalf("after the stop: %v", err)
		}
	}
	t.Attr("real", "gnome-keyring")
}

// vault collects every secret that there is.
type vault struct {
	mu      sync.Mutex
	secrets []string
}

func (v *vault) add(secret string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets = append(v.secrets, secret)
}

// forms are the ways in which a secret may be written: as it is, cut short, and encoded.
func forms(secret string) []string {
	return []string{
		secret, secret[:min(len(secret), 16)], url.QueryEscape(secret), hex.EncodeToString([]byte(secret)),
		strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
	}
}

// No secret that ever passed is found in a log, a file, an answer or a crash, through every fault of the provider.
func TestNoSecretLeaks(t *testing.T) {
	t.Parallel()
	const clientSecret = "cs_CANARY_5b1f60c2a9"
	secrets := &vault{secrets: []string{clientSecret}}
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 3 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationGrace,
		Grace: time.Minute, Issued: secrets.add,
		Clients: []authserver.Client{{ID: "desk", Secret: clientSecret}},
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	if err := os.MkdirAll(h.dir+"/sk/config", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.dir+"/sk/config/config.toml", []byte("log_level = \"debug\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "GOTRACEBACK=crash")
	h.serve()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "desk", "--client-secret-file", file, "--scope", "openid")
	var said strings.Builder
	for _, name := range []string{"ok", "500-after", "html-200", "truncate", "429", "hang", "cut-after", "invalid_client", "ok"} {
		f, err := authserver.ParseFault(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Count, f.RetryAfter = 1, "1"
		p.SetFault(f)
		<-time.After(2500 * time.Millisecond)
		for _, args := range [][]string{{"status", "one", "--json"}, {"refresh", "one"}, {"add", "no", "--issuer", p.Issuer() + "/x", "--client-id", "desk"}} {
			out, errs, _ := h.run(args...)
			said.WriteString(out + errs)
		}
	}
	for _, args := range [][]string{
		{"list", "--json"}, {"status"}, {"history", "one", "--json"}, {"doctor"}, {"set-secret", "one", "--client-secret-file", file},
	} {
		out, errs, _ := h.run(args...)
		said.WriteString(out + errs)
	}
	texts := map[string]string{"what the commands said": said.String()}
	for _, what := range []string{"cmdline", "environ"} {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", h.keeper.Process.Pid, what))
		if err != nil {
			t.Fatal(err)
		}
		texts["the keeper's "+what] = string(data)
	}
	h.signal(syscall.SIGABRT)
	h.kill(syscall.SIGCONT)
	texts["the crash"] = h.stderr.String()
	collect(t, h, texts)
	if len(secrets.secrets) < 12 {
		t.Fatalf("only %d secrets are known; the test would prove nothing", len(secrets.secrets))
	}
	for where, text := range texts {
		for _, secret := range secrets.secrets {
			for _, form := range forms(secret) {
				if strings.Contains(text, form) {
					t.Errorf("a secret is in %s", where)
				}
			}
		}
	}
	t.Attr("real", "gnome-keyring")
	t.Logf("%d secrets looked for in %d places", len(secrets.secrets), len(texts))
}

// collect reads every file of a home, but not the browser's own list of addresses.
func collect(t *testing.T, h *home, texts map[string]string) {
	t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || path == h.opened {
			return err
		}
		data, err := os.ReadFile(path)
		texts[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
