package strangers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sessionkeeper/keychain"
	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider/providertest"
)

// slowCheck lets requests to userinfo wait.
type slowCheck struct {
	asked   chan struct{} // gets a value for each
	release chan struct{}
}

func (s *slowCheck) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/userinfo") {
		s.asked <- struct{}{}
		<-s.release
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A program that wants a fresh token while the keeper still looks at what the last refresh did to the token before it
// gets one, when that look is over.
func TestForcedWhileItLearns(t *testing.T) {
	t.Parallel()
	s, err := providertest.Start(providertest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	i := s.Issuer("one", providertest.Hydra(0))
	check := &slowCheck{asked: make(chan struct{}, 100), release: make(chan struct{})}
	h := newHome(t, s.Now, check, &memory{records: map[string]keychain.Record{}})
	h.add(config.Session{
		Name: work, Issuer: i.URL, ClientID: "desk", Scopes: []string{"openid"},
	}, session.LoginRequest{})
	if _, err := h.k.Refresh(t.Context(), work, session.DefaultWait); err != nil {
		t.Fatal(err)
	}
	<-check.asked
	s.Advance(2 * time.Minute) // beyond the floor under demands
	time.AfterFunc(200*time.Millisecond, func() { close(check.release) })
	got, err := h.k.Token(t.Context(), work, session.TokenRequest{Force: true, Wait: session.DefaultWait})
	if err != nil || s.Look(got.Access.Reveal()) != providertest.AccessGood {
		t.Errorf("a fresh token: generation %d, %s, %v", got.Generation, s.Look(got.Access.Reveal()), err)
	}
	if n := s.Tally().Refreshes; n != 2 || got.Generation != 3 {
		t.Errorf("%d refreshes, generation %d; want 2 and 3", n, got.Generation)
	}
}
