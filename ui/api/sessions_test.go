package api_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
)

// What the keeper process puts behind the API.
var (
	_ api.Keeper  = (*session.Keeper)(nil)
	_ api.History = (*history.Log)(nil)
)

const arabic = "جلسة العمل الطويلة/.. % ?#"

func TestNamesOfAnyScript(t *testing.T) {
	for _, name := range []string{"github", "日本語", "a b", "%41", "..", "a/b", "😀", strings.Repeat("ج", 200), arabic} {
		s := github()
		s.Name = name
		h := open(t, s)
		got, err := h.client.Session(t.Context(), name)
		if err != nil || got.Name != name {
			t.Errorf("%q: got %q, %v", name, got.Name, err)
		}
		token, err := h.client.Token(t.Context(), name, client.TokenRequest{})
		if err != nil || token.Access.Reveal() != "token-of-"+name+"-3" {
			t.Errorf("%q: token %v", name, err)
		}
		answer, err := fast.Token(t.Context(), h.socket, name, fast.Request{})
		if err != nil || answer.Token.Reveal() != "token-of-"+name+"-3" {
			t.Errorf("%q: fast token %v", name, err)
		}
	}
}

func TestToken(t *testing.T) {
	h := open(t, github())
	r := h.overSocket(t, wireRequest{
		method: "POST", target: "/v1/sessions/github/token", header: [][2]string{asJSON},
		body: `{"force":true,"id_token":true}`,
	})
	want := `{"access_token":"id-token-of-github-4","token_type":"Bearer","expires_at":"2030-01-02T02:04:05Z",` +
		`"scopes":["repo"],"generation":4}`
	if strings.TrimSpace(r.body) != want {
		t.Errorf("got  %s\nwant %s", r.body, want)
	}
}

func TestListIsAnArray(t *testing.T) {
	h := open(t)
	for _, target := range []string{"/v1/sessions", "/v1/history"} {
		if r := h.overSocket(t, wireRequest{method: "GET", target: target}); strings.TrimSpace(r.body) != "[]" {
			t.Errorf("%s of nothing is %q; want []", target, r.body)
		}
	}
	h.keeper.Put(github())
	r := h.overSocket(t, wireRequest{method: "GET", target: "/v1/sessions/github/related"})
	if strings.TrimSpace(r.body) != "[]" {
		t.Errorf("no relations are %q; want []", r.body)
	}
}

func TestPut(t *testing.T) {
	h := open(t)
	put, err := h.client.Put(t.Context(), arabic, client.Addition{
		Definition: client.Definition{
			Provider: "github", ClientID: "cid", Scopes: []string{"repo"}, MaxAge: client.Duration(30 * 24 * time.Hour),
			WarnBefore: new(client.Duration(time.Minute)), AutoOpen: new(false), Vars: map[string]string{"tenant": "t"},
		},
		ClientSecret: secret.New("cs"), RefreshToken: secret.New("rt"),
	})
	if err != nil || put.Session == nil || put.Login != nil || put.Session.State != "active" {
		t.Fatalf("got %+v, %v; want an active session", put, err)
	}
	a := h.keeper.Added()[0]
	want := config.Session{
		Name: arabic, Provider: "github", ClientID: "cid", Scopes: []string{"repo"},
		MaxAge: config.Duration(30 * 24 * time.Hour), WarnBefore: new(config.Duration(time.Minute)), AutoOpen: new(false),
		Vars: map[string]string{"tenant": "t"},
	}
	secrets := a.ClientSecret.Reveal() + a.RefreshToken.Reveal()
	if !reflect.DeepEqual(a.Definition, want) || secrets != "csrt" || a.SignIn != nil {
		t.Errorf("the keeper was asked for %+v", a)
	}
	for body, status := range map[string]int{
		`{"client_id":"cid"}`:                       200,
		`{"client_id":"cid","name":"github"}`:       400,
		`{"client_id":"cid","refresh_tokn":"x"}`:    400,
		`{"client_id":"cid","sign_in":{"devic":1}}`: 400,
		`{}`: 400,
	} {
		h := open(t, github())
		name := "github"
		if strings.Contains(body, `"name"`) {
			name = "other"
		}
		q := wireRequest{method: "PUT", target: "/v1/sessions/" + name, header: [][2]string{asJSON}, body: body}
		if r := h.overSocket(t, q); r.StatusCode != status {
			t.Errorf("PUT %s with %s: %d %s; want %d", name, body, r.StatusCode, r.body, status)
		}
	}
	h = open(t)
	body := `{"client_id":"c","max_age":90}`
	q := wireRequest{method: "PUT", target: "/v1/sessions/a", header: [][2]string{asJSON}, body: body}
	r := h.overSocket(t, q)
	if r.StatusCode != 201 || h.keeper.Added()[0].Definition.MaxAge != config.Duration(90*time.Second) {
		t.Errorf("PUT of a new one: %d, %v", r.StatusCode, h.keeper.Added())
	}
}

func TestPutWithSignIn(t *testing.T) {
	h := open(t)
	add := client.Addition{
		Definition: client.Definition{Provider: "github", ClientID: "cid"}, SignIn: &client.LoginRequest{Device: true},
	}
	put, err := h.client.Put(t.Context(), "new", add)
	if err != nil || put.Session != nil || put.Login == nil || put.Login.UserCode == "" || put.Login.Status != "pending" {
		t.Fatalf("got %+v, %v; want a pending sign-in", put, err)
	}
	h.keeper.Finish(put.Login.ID)
	l, err := h.client.LoginStatus(t.Context(), "new", put.Login.ID, time.Hour)
	if err != nil || l.Status != "done" || l.Session == nil || l.Session.State != "active" {
		t.Errorf("got %+v, %v; want it done", l, err)
	}
	put, err = h.client.Put(t.Context(), "other", add)
	if err != nil {
		t.Fatal(err)
	}
	if l, err = h.client.LoginCancel(t.Context(), "other", put.Login.ID); err != nil || l.Failure != "cancelled" {
		t.Errorf("cancelling gave %+v, %v", l, err)
	}
	if _, err := h.client.Session(t.Context(), "other"); code(err) != "not_found" {
		t.Errorf("a half session is left: %v", err)
	}
}

func code(err error) string {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.Code
	}
	return ""
}

func TestLogin(t *testing.T) {
	h := open(t, github())
	request := client.LoginRequest{NoBrowser: true, AsOther: true, Scopes: []string{"x"}}
	l, err := h.client.Login(t.Context(), "github", request)
	if err != nil || l.Status != "pending" || l.Opened || l.URL == "" {
		t.Fatalf("got %+v, %v", l, err)
	}
	now, err := h.client.LoginStatus(t.Context(), "github", l.ID, 0)
	if err != nil || now.Status != "pending" {
		t.Errorf("got %+v, %v; want it pending", now, err)
	}
	_, err = h.client.LoginPaste(t.Context(), "github", l.ID, secret.New("https://x/"))
	if code(err) != "invalid_request" {
		t.Errorf("a wrong address gave %v", err)
	}
	done, err := h.client.LoginPaste(t.Context(), "github", l.ID, secret.New("https://x/?code=y"))
	if err != nil || done.Status != "done" {
		t.Errorf("got %+v, %v; want it done", done, err)
	}
	for _, body := range []string{
		`{"wait":"1s"}`, `{"paste":"x"}`, `{"cancel":true}`, `{"id":"x","device":true}`, `{"id":"x","scopes":["a"]}`,
		`{"id":"x","cancel":true,"paste":"y"}`, `{"id":"x","wait":"1s","paste":"y"}`,
	} {
		q := wireRequest{method: "POST", target: "/v1/sessions/github/login", header: [][2]string{asJSON}, body: body}
		if r := h.overSocket(t, q); r.StatusCode != 400 {
			t.Errorf("%s: %d; want 400", body, r.StatusCode)
		}
	}
	if _, err := h.client.LoginStatus(t.Context(), "github", "unknown", 0); code(err) != "not_found" {
		t.Errorf("an unknown sign-in gave %v", err)
	}
}

func TestActs(t *testing.T) {
	other := github()
	other.Name = "twin"
	h := open(t, github(), other)
	ctx := t.Context()
	if s, err := h.client.Pause(ctx, "github"); err != nil || s.State != "paused" {
		t.Errorf("pause: %+v, %v", s, err)
	}
	if s, err := h.client.Resume(ctx, "github"); err != nil || s.State != "active" {
		t.Errorf("resume: %+v, %v", s, err)
	}
	if s, err := h.client.Refresh(ctx, "github", time.Second); err != nil || s.Generation != 4 {
		t.Errorf("refresh: %+v, %v", s, err)
	}
	if s, err := h.client.Reject(ctx, "github", 3); err != nil || s.Generation != 4 {
		t.Errorf("rejecting an old generation: %+v, %v", s, err)
	}
	if s, err := h.client.Reject(ctx, "github", 4); err != nil || s.Generation != 5 {
		t.Errorf("rejecting the current generation: %+v, %v", s, err)
	}
	if _, err := h.client.Reject(ctx, "github", 0); code(err) != "invalid_request" {
		t.Errorf("rejecting no generation: %v", err)
	}
	if _, err := h.client.SetSecret(ctx, "github", secret.New("new")); err != nil {
		t.Errorf("set secret: %v", err)
	}
	if _, err := h.client.SetSecret(ctx, "github", secret.Text{}); code(err) != "invalid_request" {
		t.Errorf("set no secret: %v", err)
	}
	if names, err := h.client.Related(ctx, "github"); err != nil || !slices.Equal(names, []string{"twin"}) {
		t.Errorf("related: %v, %v", names, err)
	}
	out, err := h.client.Logout(ctx, "github", true)
	if err != nil || out.Remote != "kept" || out.Session.State != "signed_out" || len(out.Related) != 1 {
		t.Errorf("logout: %+v, %v", out, err)
	}
	entries, err := h.client.History(ctx, "github", 2)
	if err != nil || len(entries) != 2 || entries[0].At.Before(entries[1].At) {
		t.Errorf("history: %v, %v; want the newest two", entries, err)
	}
	if err := h.client.Remove(ctx, "github"); err != nil {
		t.Errorf("remove: %v", err)
	}
	if err := h.client.Remove(ctx, "github"); code(err) != "not_found" {
		t.Errorf("removing again: %v", err)
	}
	if entries, err := h.client.History(ctx, "github", 0); err != nil || len(entries) == 0 {
		t.Errorf("history of what was removed: %v, %v", entries, err)
	}
	if _, err := h.client.History(ctx, "never", 0); code(err) != "not_found" {
		t.Errorf("history of what never was: %v", err)
	}
	if all, err := h.client.Sessions(ctx); err != nil || len(all) != 1 {
		t.Errorf("sessions: %v, %v", all, err)
	}
}

func TestWaits(t *testing.T) {
	for _, c := range []struct {
		wait client.Duration
		want string
	}{{0, `{}`}, {-1, `{"wait":"0s"}`}, {client.Duration(90 * time.Second), `{"wait":"1m30s"}`}} {
		got, err := json.Marshal(client.TokenRequest{Wait: c.wait})
		if err != nil || string(got) != c.want {
			t.Errorf("wait %d is sent as %s, %v; want %s", c.wait, got, err, c.want)
		}
	}
}

// TestClientSpeaksTheKeepersWords holds the client's types, which import nothing of the keeper, against the keeper's.
func TestClientSpeaksTheKeepersWords(t *testing.T) {
	for _, c := range []struct{ ours, theirs any }{
		{client.Session{}, session.Session{}},
		{client.LastError{}, session.LastError{}},
		{client.Account{}, session.Account{}},
		{client.Provider{}, session.Provider{}},
		{client.Var{}, session.Var{}},
		{client.Fact{}, session.Fact{}},
		{client.Discovery{}, session.Discovery{}},
		{client.Login{}, session.Login{}},
		{client.LoginRequest{}, session.LoginRequest{}},
		{client.Logout{}, session.Logout{}},
		{client.Entry{}, history.Entry{}},
		{client.Keychain{}, api.Keychain{}},
	} {
		if ours, theirs := tags(c.ours), tags(c.theirs); !slices.Equal(ours, theirs) {
			t.Errorf("%T has %v; %T has %v", c.ours, ours, c.theirs, theirs)
		}
	}
	event := slices.DeleteFunc(tags(client.Event{}), func(tag string) bool { return tag == "notice" }) // the server's own
	if theirs := tags(session.Event{}); !slices.Equal(event, theirs) {
		t.Errorf("an event has %v; session's has %v", event, theirs)
	}
	definition := append([]string{"name"}, tags(client.Definition{})...)
	if theirs := tags(config.Session{}); !slices.Equal(definition, theirs) {
		t.Errorf("a definition has %v; config's has %v", definition, theirs)
	}
}

func tags(v any) []string {
	var names []string
	for f := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
