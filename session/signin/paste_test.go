package signin_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
	"sessionkeeper/session/signin"
)

func pasteOnly(srv *server) *provider.Provider {
	p := srv.provider()
	p.PasteOnly, p.RedirectURL = true, "https://keeper.example/oauth/done"
	return p
}

func TestPaste(t *testing.T) {
	for name, form := range map[string]func(u *url.URL) string{
		"whole":        func(u *url.URL) string { return u.String() },
		"query":        func(u *url.URL) string { return u.RawQuery },
		"question":     func(u *url.URL) string { return "?" + u.RawQuery },
		"no scheme":    func(u *url.URL) string { return strings.TrimPrefix(u.String(), "https://") },
		"upper host":   func(u *url.URL) string { return strings.Replace(u.String(), "keeper.example", "KEEPER.example", 1) },
		"slash":        func(u *url.URL) string { return strings.Replace(u.String(), "done?", "done/?", 1) },
		"code#state":   func(u *url.URL) string { return u.Query().Get("code") + "#" + u.Query().Get("state") },
		"wrapped":      func(u *url.URL) string { s := u.String(); return "  <" + s[:40] + "\r\n  " + s[40:] + ">\n" },
		"quoted":       func(u *url.URL) string { return `"` + u.String() + `"` },
		"fragment":     func(u *url.URL) string { return "https://keeper.example/oauth/done#" + u.RawQuery },
		"with an echo": func(u *url.URL) string { return u.String() + "#_=_" },
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, behaviour{})
			var k keeper
			f := start(t, request(pasteOnly(srv), &k))
			u, err := url.Parse(consent(t, f))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Paste(t.Context(), secret.New(form(u))); err != nil {
				t.Fatal(err)
			}
			if got := end(t, f); got != "" {
				t.Errorf("ended %s", got)
			}
			k.only(t)
			if err := f.Paste(t.Context(), secret.New(form(u))); err == nil || srv.exchanges() != 1 {
				t.Errorf("a second paste: %v, %d exchanges", err, srv.exchanges())
			}
		})
	}
}

func TestPasteWrong(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(pasteOnly(srv), &k))
	right := consent(t, f)
	u, _ := url.Parse(right)
	code, state := u.Query().Get("code"), u.Query().Get("state")
	for name, c := range map[string]struct{ text, say string }{
		"nothing":       {"", "Nothing was pasted"},
		"blank":         {" \n", "Nothing was pasted"},
		"a word":        {"hello", "not the address"},
		"the code":      {code, "not the address"},
		"no query":      {"https://keeper.example/oauth/done", "no answer"},
		"authorize":     {f.URL(), "provider's own page"},
		"another site":  {"https://evil.example/oauth/done?" + u.RawQuery, "evil.example"},
		"another path":  {"https://keeper.example/other?" + u.RawQuery, "begins with"},
		"http":          {strings.Replace(right, "https", "http", 1), "begins with"},
		"wrong state":   {strings.Replace(right, state, "WRONG", 1), "another sign-in"},
		"wrong pair":    {code + "#WRONG", "another sign-in"},
		"no state":      {"code=" + code, "which sign-in"},
		"two codes":     {right + "&code=x", "more than once"},
		"code and no":   {right + "&error=access_denied", "both"},
		"state alone":   {"state=" + state, "neither"},
		"nul":           {right + "%00", "characters"},
		"bad escape":    {right + "%zz", "written"},
		"bad address":   {"https://[::1", "that can be read"},
		"far too long":  {right + strings.Repeat("x", 70<<10), "too long"},
		"control chars": {"https://evil\x1b[31m.example/?code=x&state=y", "that can be read"},
	} {
		t.Run(name, func(t *testing.T) {
			err := f.Paste(t.Context(), secret.New(c.text))
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Fatalf("%v, want %q", err, c.say)
			}
			if _, ok := errors.AsType[*signin.Error](err); ok {
				t.Error("this is no end of the sign-in")
			}
			if strings.Contains(err.Error(), code) || strings.Contains(err.Error(), state) {
				t.Errorf("the error quotes the answer: %v", err)
			}
			pending(t, f)
		})
	}
	if err := f.Paste(t.Context(), secret.New(right)); err != nil {
		t.Error(err)
	}
}

func TestPasteFromAnotherMachine(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	if err := f.Paste(t.Context(), secret.New(consent(t, f))); err != nil {
		t.Fatal(err)
	}
	k.only(t)
}

func TestPasteOfARefusal(t *testing.T) {
	srv := newServer(t, behaviour{refuse: url.Values{"error": {"access_denied"}}})
	var k keeper
	f := start(t, request(pasteOnly(srv), &k))
	err := f.Paste(t.Context(), secret.New(consent(t, f)))
	if got := kind(t, err); got != signin.KindDenied {
		t.Errorf("%v", err)
	}
}

func TestPasteGivesUpWaiting(t *testing.T) {
	srv := newServer(t, behaviour{hold: make(chan struct{}), holding: make(chan struct{}, 1)})
	var k keeper
	f := start(t, request(pasteOnly(srv), &k))
	ctx, cancel := context.WithCancel(t.Context())
	address := secret.New(consent(t, f))
	got := make(chan error, 1)
	go func() { got <- f.Paste(ctx, address) }()
	<-srv.set.holding
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(srv.set.hold)
	if got := end(t, f); got != "" {
		t.Errorf("ended %s", got)
	}
	k.only(t)
}
