package signin_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// TestRedirectURIIsTheOneThatIsSent: what the user registers is what the provider then sees, but for a free port.
func TestRedirectURIIsTheOneThatIsSent(t *testing.T) {
	srv := newServer(t, behaviour{})
	for _, c := range []struct {
		host, path string
		fixed      bool
		want       string // {port} is the fixed one
	}{
		{"", "", false, "http://127.0.0.1/callback"},
		{"127.0.0.1", "done", false, "http://127.0.0.1/done"},
		{"Localhost", "/OauthRedirect", true, "http://localhost:{port}/OauthRedirect"},
		{"::1", "", false, "http://[::1]/callback"},
		{"[::1]", "", true, "http://[::1]:{port}/callback"},
	} {
		p := srv.provider()
		p.RedirectHost, p.RedirectPath = c.host, c.path
		if c.fixed {
			p.RedirectPort = freePort(t)
		}
		var k keeper
		f := start(t, request(p, &k))
		asked, err := url.Parse(f.URL())
		if err != nil {
			t.Fatal(err)
		}
		sent, err := url.Parse(asked.Query().Get("redirect_uri"))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(c.want, "{port}", sent.Port())
		if got := signin.RedirectURI(p); got != want {
			t.Errorf("%+v: %s is to be registered; want %s", c, got, want)
		}
		if !c.fixed {
			sent.Host = strings.TrimSuffix(sent.Host, ":"+sent.Port())
		}
		if sent.String() != want {
			t.Errorf("%+v: %s was sent; want %s", c, sent, want)
		}
		f.Cancel()
	}
	p := srv.provider()
	p.PasteOnly, p.RedirectURL = true, "https://app.example/done"
	if got := signin.RedirectURI(p); got != p.RedirectURL {
		t.Errorf("where the address is pasted, %s is to be registered; want %s", got, p.RedirectURL)
	}
}

var loopbackAddress = regexp.MustCompile(`http://(127\.0\.0\.1|localhost)[^\s;,]*`)

// TestNotesSayTheSame holds what the catalogue tells people in words against what it tells programs.
func TestNotesSayTheSame(t *testing.T) {
	catalogue, errs := provider.LoadCatalogue("")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	said := 0
	for _, p := range catalogue.All() {
		uri := signin.RedirectURI(&p)
		if uri == "" && !p.RedirectFree {
			t.Errorf("%s: nothing is to be registered", p.ID)
		}
		if found := loopbackAddress.FindString(p.Note); found != "" {
			said++
			// Where a whole host or folder is allowed, ours lies in it.
			if !strings.HasPrefix(uri, strings.TrimRight(found, ".*")) {
				t.Errorf("%s: the note says %s; a program is told %s", p.ID, found, uri)
			}
		}
		for words, secret := range map[string]string{
			"secret is required": "required", "secret is optional": "optional", "has no secret": "none",
			"Leave Confidential off": "optional",
		} {
			if strings.Contains(p.Note, words) && p.NeedsSecret != secret {
				t.Errorf("%s: the note says %q; a program is told %q", p.ID, words, p.NeedsSecret)
			}
		}
	}
	if said < 20 {
		t.Errorf("only %d notes name an address; this test has lost its eyes", said)
	}
}
