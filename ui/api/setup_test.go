package api_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
)

func TestProviders(t *testing.T) {
	h := open(t)
	if r := h.overSocket(t, wireRequest{method: "GET", target: "/v1/providers"}); strings.TrimSpace(r.body) != "[]" {
		t.Errorf("an empty catalogue is %q; want []", r.body)
	}
	want := client.Provider{
		ID: "lab", Name: "Lab", TokenURL: "https://{tenant}.example/token", Scopes: []string{"openid"}, PasteOnly: true,
		Vars: []client.Var{{Name: "tenant", Default: "main", Hint: "the first part of the address"}}, RedirectURI: "https://x/",
		RedirectRule: "exact", Secret: "optional", AuthStyle: "post", RefreshURL: "https://{tenant}.example/refresh",
		OfflineNeeds: "request", OfflineScope: "offline_access", Rotation: "always", Replay: "grace",
		ReplayGrace: client.Duration(time.Minute), AccessLife: client.Duration(time.Hour),
		EndsAfter: client.Duration(365 * 24 * time.Hour), IdleAfter: client.Duration(90 * 24 * time.Hour), Defaults: true,
		EndsWhen: []string{"the password changes"},
		Facts:    []client.Fact{{About: "session", Label: "sign-in lasts", Text: "not known"}},
		Note:     "a note", Sources: []string{"https://docs.example"},
	}
	h.keeper.SetProviders(want)
	got, err := h.client.Providers(t.Context())
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestDiscover(t *testing.T) {
	h := open(t)
	want := client.Discovery{
		Issuer: "https://login.example", TokenURL: "https://login.example/token", Offline: true, Provider: "lab",
		RedirectURI: "http://127.0.0.1/callback",
	}
	h.keeper.SetDiscovery(want)
	if got, err := h.client.Discover(t.Context(), want.Issuer); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, issuer := range []string{"https://other.example", ""} {
		_, err := h.client.Discover(t.Context(), issuer)
		if code(err) != "invalid_request" || field(err) != "issuer" {
			t.Errorf("%q: %v; want the issuer at fault", issuer, err)
		}
	}
}

// TestPageDiscoversSlowly: a page must not become a way to look around in the network.
func TestPageDiscoversSlowly(t *testing.T) {
	h := open(t)
	h.keeper.SetDiscovery(client.Discovery{Issuer: "https://login.example"})
	ask := func(bearer [2]string) reply {
		return h.overTCP(t, wireRequest{
			method: "POST", target: "/v1/discover", header: [][2]string{asJSON, bearer}, body: `{"issuer":"https://login.example"}`,
		})
	}
	one, other := h.bearer(t), h.bearer(t)
	let := 0
	for range 50 {
		switch r := ask(one); r.StatusCode {
		case 200:
			let++
		case 503:
			if p := r.problem(t); p.Code != "unavailable" || r.Header.Get("Retry-After") == "" {
				t.Fatalf("refused with %+v", p)
			}
		default:
			t.Fatalf("asking: %d %s", r.StatusCode, r.body)
		}
	}
	if let < 5 || let > 40 { // as many as its time allows: the machine may be slow
		t.Errorf("%d of 50 questions were let through", let)
	}
	if r := ask(other); r.StatusCode != 200 {
		t.Errorf("another page waits for the first: %d", r.StatusCode)
	}
	if _, err := h.client.Discover(t.Context(), "https://login.example"); err != nil {
		t.Errorf("the socket waits for a page: %v", err)
	}
}

func TestLookPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := api.NewPages()
		asked := func() bool {
			done, err := p.Look("one")
			if err == nil {
				done()
			}
			return err == nil
		}
		for i := range 5 {
			if !asked() {
				t.Errorf("question %d was refused", i+1)
			}
		}
		if asked() {
			t.Error("a sixth at once was let through")
		}
		time.Sleep(3 * time.Second)
		if !asked() || asked() {
			t.Error("3 s later it is not one more")
		}
		done, err := p.Look("two")
		if err != nil {
			t.Error(err)
		}
		if _, err := p.Look("two"); err == nil {
			t.Error("two questions of one page at once")
		}
		time.Sleep(time.Hour)
		if _, err := p.Look("two"); err == nil {
			t.Error("an hour later the first counts no more, though it has no answer yet")
		}
		done()
		if !asked() || p.Looks() != 1 {
			t.Errorf("%d pages are remembered; want the one that asked last", p.Looks())
		}
	})
}

func TestAutostart(t *testing.T) {
	h := open(t)
	want := client.Autostart{Kind: "systemd,xdg", Path: "/home/ada/unit", Detail: "no tray is installed"}
	h.keeper.SetAutostart(want)
	if got, err := h.client.Autostart(t.Context()); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, on := range []bool{true, true, false} {
		want.On = on
		if got, err := h.client.SetAutostart(t.Context(), on); err != nil || got != want {
			t.Errorf("turning it %v: %+v, %v", on, got, err)
		}
	}
	for _, body := range []string{``, `{}`, `{"on":null}`, `{"on":"yes"}`} {
		r := h.overSocket(t, wireRequest{method: "PUT", target: "/v1/autostart", header: [][2]string{asJSON}, body: body})
		if r.StatusCode != 400 || r.problem(t).Field != "on" {
			t.Errorf("%s: %d %s; want 400 and the field on", body, r.StatusCode, r.body)
		}
	}
}

func TestClockInHealth(t *testing.T) {
	h := open(t, github())
	for _, c := range []struct {
		clock  client.Clock
		json   string
		status string
	}{
		{client.Clock{State: "unknown"}, `{"state":"unknown"}`, "ok"},
		{
			client.Clock{State: "ok", Skew: client.Duration(2 * time.Second), Seen: "as.example"},
			`{"state":"ok","skew":"2s","seen":"as.example"}`, "ok",
		},
		{
			client.Clock{State: "wrong", Skew: client.Duration(-time.Hour), Seen: "as.example"},
			`{"state":"wrong","skew":"-1h0m0s","seen":"as.example"}`, "degraded",
		},
	} {
		h.keeper.SetClock(c.clock)
		health, err := h.client.Health(t.Context())
		if err != nil || health.Clock != c.clock || health.Status != c.status {
			t.Errorf("got %+v %s, %v; want %+v %s", health.Clock, health.Status, err, c.clock, c.status)
		}
		if got, err := json.Marshal(health.Clock); err != nil || string(got) != c.json {
			t.Errorf("on the wire it is %s, %v; want %s", got, err, c.json)
		}
	}
}

func TestProblemsNameTheField(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, c := range []struct{ method, target, body, field string }{
		{"PUT", "/v1/sessions/a", `{}`, "client_id"},
		{"PUT", "/v1/sessions/a", `{"client_id":7}`, "client_id"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","name":"b"}`, "name"},
		{"PUT", "/v1/sessions/github", `{"client_id":"c"}`, "name"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","max_age":"soon"}`, "max_age"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","max_age":"1h","warn_before":-1}`, "warn_before"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","scopes":"openid"}`, "scopes"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","vars":{"x":1}}`, "vars"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","sign_in":{"device":1}}`, "sign_in.device"},
		{"PUT", "/v1/sessions/a", `{"client_id":"c","isuer":"x"}`, "isuer"},
		{"POST", "/v1/sessions/github/secret", `{}`, "client_secret"},
		{"POST", "/v1/sessions/github/refresh", `{"wait":"soon"}`, "wait"},
		{"PUT", "/v1/sessions/a", `[`, ""},
	} {
		q := wireRequest{method: c.method, target: c.target, header: [][2]string{asJSON, bearer}, body: c.body}
		r := h.overTCP(t, q)
		if p := r.problem(t); r.StatusCode/100 != 4 || p.Field != c.field {
			t.Errorf("%s with %s: %d %+v; want the field %q", c.target, c.body, r.StatusCode, p, c.field)
		}
	}
}

// TestUnknownKeyIsCut: what a stranger's key says does not fill the answer.
func TestUnknownKeyIsCut(t *testing.T) {
	h := open(t)
	body := `{"` + strings.Repeat("x", 200<<10) + `":1}`
	r := h.overSocket(t, wireRequest{method: "PUT", target: "/v1/sessions/a", header: [][2]string{asJSON}, body: body})
	if r.StatusCode != 400 || len(r.body) > 1000 {
		t.Errorf("%d with %d bytes", r.StatusCode, len(r.body))
	}
}
