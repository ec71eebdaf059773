package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
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
func works(tb testing.TB, userinfo, token string) bool {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, userinfo, nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// handsOut has the keeper hand out a token that the provider takes at this moment. A token whose time is up before the
// provider was asked, as it can be on a busy machine, says nothing: another one is asked for. None may be over already
// when it is asked for.
func (h *home) handsOut(name, userinfo string) error {
	h.t.Helper()
	for {
		asked := time.Now()
		a, err := h.token(name, 10*time.Second)
		switch {
		case err != nil:
			return err
		case !a.ExpiresAt.After(asked):
			return fmt.Errorf("the token of generation %d was over %v before it was asked for", a.Generation, asked.Sub(a.ExpiresAt))
		case works(h.t, userinfo, a.Token.Reveal()):
			return nil
		case time.Now().Before(a.ExpiresAt):
			return fmt.Errorf("the token of generation %d does not work; it should until %v", a.Generation, a.ExpiresAt)
		}
	}
}

// Tokens that live nine seconds, of a certified provider that is not ours: every one that is handed out works at that
// moment, no refresh token is sent twice, reuse is never detected. All of it on a real keyring.
func TestF38ShortTokensOfAStranger(t *testing.T) {
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
				if err := h.handsOut(name, p.Issuer+"/me"); err != nil {
					t.Errorf("token %s: %v", name, err)
					return
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
					err := h.handsOut(name, p.Issuer()+"/userinfo")
					refused, _ := errors.AsType[*fast.Problem](err)
					switch {
					case err == nil:
					case rotation == authserver.RotationStrict && refused != nil && refused.Reason == string(session.ReasonInterrupted):
						lost[name] = true
					default:
						t.Fatalf("%s: %+v, %v: %+v", name, refused, err, h.session(name))
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
func TestF22RevokedGrantsAndTabs(t *testing.T) {
	t.Parallel()
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 6 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationStrict,
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	h.serve()
	h.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	before := h.session("work")
	p.RevokeAll()
	h.until("the consent page to be opened", patience, func() bool { return len(h.tabs()) == 2 })
	h.until("the session to be active again", patience, func() bool {
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
	h.until("all to need a sign-in", patience, func() bool {
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
	h.until("renewals to go on", patience, func() bool {
		for _, name := range []string{"one", "two"} {
			if err := h.handsOut(name, p.Issuer()+"/userinfo"); err != nil {
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
	h.until("all to be well again", patience, func() bool {
		for _, s := range h.sessions() {
			if s.State != session.Active {
				return false
			}
		}
		return true
	})
	for _, name := range []string{"one", "two"} {
		if err := h.handsOut(name, p.Issuer()+"/userinfo"); err != nil {
			t.Errorf("afterwards: %s: %v", name, err)
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
		if err := h.handsOut("one", p.Issuer()+"/userinfo"); err != nil {
			t.Fatalf("after the stop: %v", err)
		}
	}
	t.Attr("real", "gnome-keyring")
}
