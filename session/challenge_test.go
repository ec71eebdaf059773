package session

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider/providertest"
)

// edited changes one member of a JSON answer.
func edited(t *testing.T, res *http.Response, name string, value any) *http.Response {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		t.Error(err)
	}
	members[name] = value
	body, err = json.Marshal(members)
	if err != nil {
		t.Error(err)
	}
	return answer(res.StatusCode, string(body))
}

const needsLocation = `{"access_token":{"xms_cc":{"values":["cp1"]},"acrs":{"essential":true,"value":"c1"}}}`

func refusedWith(t *testing.T, claims any) providertest.Fault {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"error": "interaction_required", "suberror": "basic_action", "error_codes": []int{50076}, "claims": claims,
		"error_description": "AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor.",
	})
	if err != nil {
		t.Fatal(err)
	}
	return providertest.Answer("interaction", http.StatusBadRequest, string(body))
}

// TestClaimsOfAProvider: what a provider wants of the next sign-in is passed on, and not once more after that.
func TestClaimsOfAProvider(t *testing.T) {
	d := newDesk(t, providertest.Strict())
	t.Attr("real", "provider over HTTP")
	for name, c := range map[string]struct {
		claims any
		passed bool
	}{
		"text":      {needsLocation, true},
		"object":    {json.RawMessage(needsLocation), true},
		"none":      {"", false},
		"no object": {`["access_token"]`, false},
		"no JSON":   {`{"access_token":`, false},
		"a number":  {7, false},
		"too long":  {`{"access_token":{"x":"` + strings.Repeat("y", 4<<10) + `"}}`, false},
	} {
		session := strings.ReplaceAll(name, " ", "-")
		d.add(session, "openid")
		d.issuer.Next(refusedWith(t, c.claims))
		_, err := d.k.Refresh(t.Context(), session, DefaultWait)
		if s := d.session(session); err == nil || s.State != SignInNeeded || s.Reason != ReasonInteraction {
			t.Errorf("%s: %s, %s, %v", name, s.State, s.Reason, err)
		}
		d.works(name, session)
		l, asked := d.begin(session, LoginRequest{})
		if got := asked.Get("claims"); c.passed != (got != "") || c.passed && !sameJSON(t, got, needsLocation) {
			t.Errorf("%s: the sign-in asks for %q", name, got)
		}
		if asked.Get("login_hint") == "" {
			t.Errorf("%s: the sign-in asks for nobody", name)
		}
		ignored := c.claims != "" && !c.passed
		d.told()
		if _, told := d.screen.showing(keyClaims + session); told != ignored {
			t.Errorf("%s: a notice that claims were left out: %t; want %t", name, told, ignored)
		}
		if end := d.visit(session, l); end.Status != "done" {
			t.Errorf("%s: %+v", name, end)
		}
		if _, asked := d.begin(session, LoginRequest{}); asked.Has("claims") {
			t.Errorf("%s: after a sign-in the next one asks for %q again", name, asked.Get("claims"))
		}
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	first, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(y)
	if err != nil {
		t.Fatal(err)
	}
	return string(first) == string(second)
}

// TestReauthenticationOfWorkspace: the sign-in that Google's administrators want opens with the known account.
func TestReauthenticationOfWorkspace(t *testing.T) {
	for _, sub := range []string{"rapt_required", "invalid_rapt"} {
		d := newDesk(t, providertest.Steady())
		t.Attr("real", "provider over HTTP")
		d.add("work", "openid")
		d.issuer.Next(providertest.Answer(sub, http.StatusBadRequest,
			`{"error":"invalid_grant","error_description":"reauth related error (`+sub+`)","error_subtype":"`+sub+`"}`))
		if _, err := d.k.Refresh(t.Context(), "work", DefaultWait); err == nil || !strings.Contains(err.Error(), "Sign in again") {
			t.Errorf("%s: %v", sub, err)
		}
		if s := d.session("work"); s.Reason != ReasonInteraction {
			t.Errorf("%s: %s, %s", sub, s.State, s.Reason)
		}
		if _, asked := d.begin("work", LoginRequest{}); asked.Get("login_hint") == "" {
			t.Errorf("%s: the sign-in asks for nobody", sub)
		}
	}
}

// TestChallenge: what a resource wants is asked for with a refresh, or else with the next sign-in; renewals go on.
func TestChallenge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		var sent []string
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			sent = append(sent, form.Get("claims"))
			res, err := s.refresh(form, form.Get("refresh_token"))
			return res, err, true
		}
		w.have("work")
		w.start()
		defer func() { w.stop() }()
		asks := func() string {
			t.Helper()
			var claims string
			if _, err := w.k.on(t.Context(), "work", func(e *entry) error { claims = e.claims(); return nil }); err != nil {
				t.Fatal(err)
			}
			return claims
		}
		challenge := func(text string) {
			t.Helper()
			time.Sleep(2 * time.Minute)
			if _, err := w.k.Challenge(t.Context(), "work", w.session("work").Generation, text); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			w.token("work", TokenRequest{Wait: DefaultWait})
		}
		asked := func() (all []string) {
			w.server.set(func() { all = slices.Clone(sent) })
			return all
		}
		coded := base64.StdEncoding.EncodeToString([]byte(needsLocation))
		challenge(coded)
		if sent := asked(); len(sent) != 1 || !sameJSON(t, sent[0], needsLocation) || asks() != "" {
			t.Fatalf("refreshes asked for %q, the next sign-in for %q; want the claims once, and then none", sent, asks())
		}
		if s := w.session("work"); s.Generation != 2 || s.State != Active || s.Reason != "" {
			t.Errorf("generation %d, %s, %s", s.Generation, s.State, s.Reason)
		}
		if _, err := w.k.Challenge(t.Context(), "work", 1, coded); err != nil || asks() != "" {
			t.Errorf("about a token of before: %v, %q", err, asks())
		}
		challenge(coded) // the token that was asked for with them will not do either
		if s := w.session("work"); s.State != Active || s.Reason != ReasonInteraction || !sameJSON(t, asks(), needsLocation) {
			t.Errorf("in vain: %s, %s, asks for %q; want the user to be told", s.State, s.Reason, asks())
		}
		challenge(`{"access_token":{"acrs":{"value":"c2"}}}`)
		if n := len(w.screen.told()); n != 1 || !strings.Contains(asks(), "c2") || !strings.Contains(asks(), "cp1") {
			t.Errorf("%d notices; the next sign-in asks for %s", n, asks())
		}
		w.stop()
		w.start()
		for _, claims := range asked()[1:] {
			if claims != "" {
				t.Errorf("a refresh asked for %s after the user was", claims)
			}
		}
		if s := w.session("work"); s.Reason != ReasonInteraction || !strings.Contains(asks(), "c2") {
			t.Errorf("after a restart: %s, %q", s.Reason, asks())
		}
		for name, text := range map[string]string{
			"too long": `{"access_token":"` + strings.Repeat("x", 9<<10) + `"}`, "no object": "W10=", "nonsense": "{\x00",
		} {
			before := asks()
			challenge(text)
			if asks() != before {
				t.Errorf("%s: the next sign-in asks for %q", name, asks())
			}
		}
		if _, ok := w.screen.showing(keyClaims + "work"); !ok {
			t.Error("nobody was told of claims that were left out")
		}
		if w.server.seen().doubles+w.server.seen().reuses > 0 {
			t.Errorf("the provider saw %+v", w.server.seen())
		}
	})
}

// A provider that refuses claims refuses no session: the refresh without them follows at once.
func TestChallengeThatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		var with, without int
		w.server.fault = func(s *server, _ *http.Request, form url.Values) (*http.Response, error, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if form.Has("claims") {
				with++
				return answer(400, `{"error":"interaction_required","claims":"{\"id_token\":{\"auth_time\":null}}"}`), nil, true
			}
			without++
			res, err := s.refresh(form, form.Get("refresh_token"))
			return res, err, true
		}
		w.have("work")
		w.start()
		defer w.stop()
		if _, err := w.k.Challenge(t.Context(), "work", 1, needsLocation); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		w.token("work", TokenRequest{Wait: DefaultWait})
		counts := func() (a, b int) {
			w.server.set(func() { a, b = with, without })
			return a, b
		}
		s := w.session("work")
		if with, without := counts(); with != 1 || without != 1 || s.State != Active || s.Reason != ReasonInteraction || s.Generation != 2 {
			t.Errorf("%d refreshes with claims and %d without; generation %d, %s, %s", with, without, s.Generation, s.State, s.Reason)
		}
		if n := w.screen.told(); len(n) != 1 || len(n[0].Actions) == 0 {
			t.Errorf("the notices are %+v; want one with a button to sign in", n)
		}
		time.Sleep(3 * time.Hour)
		w.token("work", TokenRequest{Wait: DefaultWait})
		if with, _ := counts(); with != 1 {
			t.Errorf("the claims were sent %d times", with)
		}
	})
}
