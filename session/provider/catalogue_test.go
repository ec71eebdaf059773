package provider

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
)

func TestBuiltInCatalogue(t *testing.T) {
	all := known(t).All()
	if len(all) < 60 {
		t.Errorf("%d providers; want at least 60", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b Provider) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the entries are not in the order of their ids")
	}
	for _, p := range all {
		if p.Name == "" || len(p.Sources) == 0 {
			t.Errorf("%s lacks a name or sources", p.ID)
		}
		if p.OfflineParams["access_type"] != "offline" {
			t.Errorf("%s: access_type=offline is missing", p.ID)
		}
		if strings.Contains(p.Note, "http://127.0.0.1/callback") && p.RedirectPort != 0 {
			t.Errorf("%s: the note and the redirect port differ", p.ID)
		}
		for _, v := range p.Vars {
			if v.Note == "" {
				t.Errorf("%s: nothing says what {%s} is", p.ID, v.Name)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	c := known(t)
	for id, want := range map[string]string{
		"google": "google", "microsoft-entra": "microsoft", "github-oauth-app": "github", "Forgejo": "gitea", " x ": "x",
	} {
		if p, ok := c.Lookup(id); !ok || p.ID != want {
			t.Errorf("%q: %q %t; want %s", id, p.ID, ok, want)
		}
	}
	if _, ok := c.Lookup("nobody"); ok {
		t.Error("found nobody")
	}
	p, _ := c.Lookup("google")
	p.OfflineParams["access_type"], p.Scopes[0] = "online", "changed"
	if again, _ := c.Lookup("google"); again.OfflineParams["access_type"] != "offline" || again.Scopes[0] == "changed" {
		t.Error("a caller changed the catalogue")
	}
}

func TestWellKnownFacts(t *testing.T) {
	c := known(t)
	get := func(id string) Provider { p, _ := c.Lookup(id); return p }
	if p := get("google"); p.ConsentPrompt != ConsentAgain || p.Replay != ReplaySafe || !p.OIDC {
		t.Errorf("google: %+v", p)
	}
	if p := get("atlassian"); p.ReplayGrace != 10*time.Minute || p.RefreshAbsolute != 365*24*time.Hour {
		t.Errorf("atlassian: %v %v", p.ReplayGrace, p.RefreshAbsolute)
	}
	if p := get("github-app"); !p.RefreshEndsAccess || p.Rotation != RotationAlways || p.Replay != ReplayUnsafe {
		t.Errorf("github-app: %+v", p)
	}
	if p := get("microsoft"); p.RedirectHost != "localhost" || !p.ScopeOnRefresh || p.Vars[0].Default != "common" {
		t.Errorf("microsoft: %+v", p)
	}
}

func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestUsersEntriesWin(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"google.toml":  "name = \"Mine\"\nauthorize_url = \"https://g.example/a\"\ntoken_url = \"https://g.example/t\"\n",
		"work.toml":    "extends = \"google\"\nname = \"Work\"\nscopes = [\"openid\"]\n",
		"box.toml":     "extends = \"box\"\nrefresh_idle = \"30d\"\n",
		"notes.txt":    "not for us",
		".hidden.toml": "broken =",
	})
	c, errs := LoadCatalogue(dir)
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	if p, _ := c.Lookup("google"); p.Name != "Mine" || p.DeviceURL != "" || p.rules != nil {
		t.Errorf("replaced: %+v", p)
	}
	if p, _ := c.Lookup("work"); p.ID != "work" || p.Name != "Work" || p.AuthorizeURL != "https://g.example/a" {
		t.Errorf("extended: %+v", p)
	}
	if p, _ := c.Lookup("box"); p.RefreshIdle != 30*24*time.Hour || p.Rotation != RotationAlways || len(p.rules) == 0 {
		t.Errorf("adjusted: %+v", p)
	}
	if _, errs := LoadCatalogue(filepath.Join(dir, "missing")); len(errs) != 0 {
		t.Errorf("missing folder: %v", errs)
	}
	if _, errs := LoadCatalogue(filepath.Join(dir, "notes.txt")); len(errs) == 0 {
		t.Error("a file in place of the folder went unnoticed")
	}
}

// The order of a folder's names does not matter to what extends what.
func TestEntriesExtendWhatComesLater(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"a.toml":      "extends = \"google\"\nnote = \"mine\"\n",
		"b.toml":      "extends = \"z\"\nname = \"B\"\n",
		"google.toml": "extends = \"google\"\nname = \"Mine\"\n",
		"y.toml":      "id = \"z\"\ntoken_url = \"https://z.example/t\"\n",
		"left.toml":   "extends = \"right\"\n",
		"right.toml":  "extends = \"left\"\n",
	})
	c, errs := LoadCatalogue(dir)
	if len(errs) != 2 || !strings.Contains(errs[0].Error(), "not in the catalogue") {
		t.Errorf("a circle: %v", errs)
	}
	if p, _ := c.Lookup("a"); p.Name != "Mine" || p.Note != "mine" || p.Issuer != "https://accounts.google.com" {
		t.Errorf("a: %+v", p)
	}
	if p, _ := c.Lookup("b"); p.TokenURL != "https://z.example/t" || p.Name != "B" {
		t.Errorf("b: %+v", p)
	}
}

// A file that was changed counts at once for what it says of habits; its addresses wait for the next sign-in.
func TestRestore(t *testing.T) {
	const file = "token_url = \"https://as.example/%[1]s\"\nauth_style = \"post\"\nreplay = %[2]q\nrefresh_idle = %[3]q\n" +
		"[request]\nfields = { refresh_token = %[1]q }\n[answer]\naccess_token = %[1]q\n[check]\nkind = \"get\"\n" +
		"url = \"https://as.example/%[1]s\"\n[[errors]]\ncode = [%[1]q]\nverdict = \"passing\"\n"
	load := func(word, replay, idle string) *Catalogue {
		c, errs := LoadCatalogue(writeFiles(t, map[string]string{"work.toml": fmt.Sprintf(file, word, replay, idle)}))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return c
	}
	kept, _ := load("old", "safe", "1h").Lookup("work")
	want, _ := load("new", "unsafe", "2h").Lookup("work")
	load("new", "unsafe", "2h").Restore(&kept)
	if kept.TokenURL != "https://as.example/old" || kept.Check.URL != "https://as.example/old" {
		t.Errorf("the addresses changed to %s and %s", kept.TokenURL, kept.Check.URL)
	}
	kept.TokenURL, kept.Check.URL = want.TokenURL, want.Check.URL
	if !reflect.DeepEqual(kept, want) {
		t.Errorf("restored %+v; want %+v", kept, want)
	}
	alone := Provider{ID: "gone", TokenURL: "https://gone.example/t", Replay: ReplaySafe}
	load("new", "unsafe", "2h").Restore(&alone)
	if alone.Replay != ReplaySafe {
		t.Error("an entry that is gone took something with it")
	}
}

func TestRenewalAlone(t *testing.T) {
	c, w := known(t), NewWire(roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("unexpected request to %s", r.URL.Host)
	}), nil)
	p, err := c.Resolve(t.Context(), w, Target{ID: "acrobat-sign", Vars: map[string]string{"shard": "eu1"}})
	if err != nil || p.RefreshURL != "https://api.eu1.adobesign.com/oauth/v2/refresh" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := c.Resolve(t.Context(), w, Target{TokenURL: "https://as.example/t"}); err == nil {
		t.Error("hand-typed endpoints without a page to sign in on were taken")
	}
}

// atPlace reports whether an error begins with a file, a line and a column.
func atPlace(err error, file string) bool {
	place, ok := strings.CutPrefix(err.Error(), file+":")
	row, rest, _ := strings.Cut(place, ":")
	col, _, _ := strings.Cut(rest, ": ")
	line, bad := strconv.Atoi(row)
	_, worse := strconv.Atoi(col)
	return ok && line > 0 && bad == nil && worse == nil
}

func TestBrokenEntries(t *testing.T) {
	const good = "name = \"N\"\ntoken_url = \"https://as.example/token\"\n"
	for _, v := range []struct{ text, want string }{
		{"name = ", "bad.toml:1:"},
		{"name = 7\n", "bad.toml:1:"},
		{good + "tokn_url = \"x\"\n", `bad.toml:3:1: unknown key "tokn_url"; known keys here: access_life, `},
		{good + "[check]\nkind = \"get\"\nlink = \"x\"\n", `unknown key "check.link"; known keys here: dead_codes, `},
		{good + "[[errors]]\ncod = [\"x\"]\n", `known keys here: code, match, `},
		{good + "[vars.a]\nhelp = \"x\"\n", `known keys here: default, note`},
		{good + "refresh_idle = \"soon\"\n", "bad.toml:3:"},
		{good + "refresh_idle = \"-3d\"\n", "no number of days"},
		{good + "refresh_idle = 90\n", "bad.toml:3:1: refresh_idle: write it in quotes"},
		{good + "offline_needs = \"luck\"\n", "bad.toml:3:1: offline_needs \"luck\": want one of"},
		{good + "scope_param = \"a b\"\n", "scope_param \"a b\": use letters"},
		{good + "offline_needs = \"setting\"\n", "needs offline_note"},
		{good + "redirect_rule = \"any_port\"\nredirect_port = 7\n", "bad.toml:4:1: redirect_port 7: none is fixed"},
		{"authorize_url = \"https://as.example/a\"\n", "token_url: missing"},
		{good + "rotation = \"often\"\n", "rotation \"often\": want one of"},
		{good + "replay = \"grace\"\n", "needs replay_grace"},
		{good + "redirect_port = 70000\n", "no such port"},
		{good + "issuer_match = \"(\"\n", "issuer_match"},
		{good + "device_url = \"https://{host}/x\"\n", "{host} is not among vars"},
		{good + "device_url = \"http://as.example/x\"\n", "want an https address"},
		{good + "[[errors]]\nverdict = \"setup\"\nreason = \"client\"\n", "needs a code or a match"},
		{good + "[[errors]]\ncode = [\"x\"]\nverdict = \"ok\"\n", "bad.toml:5:1: errors[0].verdict \"ok\""},
		{good + "[[errors]]\ncode = [\"x\"]\nverdict = \"setup\"\nreason = \"revoked\"\n", "bad.toml:6:1: errors[0].reason \"revoked\""},
		{good + "id = \"Not An Id\"\n", "small letters"},
		{"extends = \"nobody\"\n", "not in the catalogue"},
	} {
		dir := writeFiles(t, map[string]string{"bad.toml": v.text, "good.toml": good})
		c, errs := LoadCatalogue(dir)
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), v.want) || !atPlace(errs[0], filepath.Join(dir, "bad.toml")) {
			t.Errorf("%q: %v; want the place and %q", v.text, errs, v.want)
		}
		if _, ok := c.Lookup("good"); !ok {
			t.Errorf("%q: the good entry is gone", v.text)
		}
	}
}

func TestResolveEntry(t *testing.T) {
	c, w := known(t), NewWire(roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("unexpected request to %s", r.URL.Host)
	}), nil)
	p, err := c.Resolve(t.Context(), w, Target{ID: "microsoft"})
	if err != nil || p.TokenURL != "https://login.microsoftonline.com/common/oauth2/v2.0/token" || len(p.Vars) != 0 {
		t.Errorf("microsoft: %q %v", p.TokenURL, err)
	}
	p, err = c.Resolve(t.Context(), w, Target{ID: "gitlab", Vars: map[string]string{"base": "https://git.example/"}})
	if err != nil || p.Issuer != "https://git.example" || p.TokenURL != "https://git.example/oauth/token" {
		t.Errorf("gitlab: %q %q %v", p.Issuer, p.TokenURL, err)
	}
	p, err = c.Resolve(t.Context(), w, Target{ID: "dex", Issuer: "http://127.0.0.1:5556/dex"})
	if err != nil || p.Issuer != "http://127.0.0.1:5556/dex" || p.TokenURL != "http://127.0.0.1:5556/dex/token" {
		t.Errorf("dex: %q %q %v", p.Issuer, p.TokenURL, err)
	}
	p, err = c.Resolve(t.Context(), w, Target{ID: "google", CheckURL: "https://api.example/me"})
	if err != nil || !reflect.DeepEqual(p.Check, Check{Kind: CheckGet, URL: "https://api.example/me"}) {
		t.Errorf("check: %+v %v", p.Check, err)
	}
	p, err = c.Resolve(t.Context(), w, Target{
		AuthorizeURL: "https://as.example/authorize", TokenURL: "https://as.example/token",
	})
	if err != nil || p.Name != "as.example" || p.OfflineParams["access_type"] != "offline" {
		t.Errorf("by hand: %+v %v", p, err)
	}
	p, err = c.Resolve(t.Context(), w, Target{
		AuthorizeURL: "https://login.microsoftonline.com/t/oauth2/v2.0/authorize",
		TokenURL:     "https://login.microsoftonline.com/t/oauth2/v2.0/token",
	})
	if a := Judge(&p, 400, nil, []byte(`{"error":"invalid_grant","error_codes":[50076]}`)); err != nil ||
		p.ID != "" || a.Verdict != VerdictInteraction {
		t.Errorf("by hand at a known host: %s %v", a.Verdict, err)
	}
	for _, v := range []struct {
		target Target
		want   string
	}{
		{Target{ID: "gogle"}, "did you mean google?"},
		{Target{ID: "hub"}, "did you mean github, github-app, hubspot?"},
		{Target{ID: "zzzzzz"}, "hand-typed"},
		{Target{ID: "gitea"}, `provider gitea needs "base"`},
		{Target{ID: "keycloak", Vars: map[string]string{"base": "https://k.example"}}, `provider keycloak needs "realm"`},
		{Target{ID: "google", Vars: map[string]string{"tenant": "x"}}, `no variable "tenant"`},
		{Target{ID: "microsoft", Vars: map[string]string{"tenat": "x"}}, "it takes tenant"},
		{Target{ID: "microsoft", Vars: map[string]string{"tenant": "x/../y"}}, "letters, digits"},
		{
			Target{ID: "shopify", Vars: map[string]string{
				"shop":     "evil.example/x?",
				"redirect": "https://a.example",
			}}, "letters, digits",
		},
		{
			Target{ID: "shopify", Vars: map[string]string{
				"shop":     "me@evil.example",
				"redirect": "https://a.example",
			}}, "letters, digits",
		},
		{Target{ID: "gitea", Vars: map[string]string{"base": "http://git.example"}}, "want an https address"},
		{Target{AuthorizeURL: "https://as.example/a"}, "address is missing"},
		{Target{}, "address is missing"},
		{Target{AuthorizeURL: "https://as.example/a", TokenURL: "http://as.example/t"}, "token_url"},
	} {
		if _, err := c.Resolve(t.Context(), w, v.target); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%+v: %v; want it to say %q", v.target, err, v.want)
		}
	}
}

func TestResolveByIssuer(t *testing.T) {
	server, w := serveMetadata(t, "/realms/x"+oidcPath, func(base string) map[string]any {
		return map[string]any{"issuer": base + "/realms/x"}
	})
	c := known(t)
	p, err := c.Resolve(t.Context(), w, Target{Issuer: server.URL + "/realms/x"})
	if err != nil || p.ID != "keycloak" || p.TokenURL != server.URL+"/token" || len(p.rules) == 0 || len(p.Vars) != 0 ||
		p.Check.URL != server.URL+"/userinfo" || p.AuthMethods == nil {
		t.Errorf("known: %+v %v", p, err)
	}
	server, w = serveMetadata(t, oidcPath, plain)
	p, err = c.Resolve(t.Context(), w, Target{Issuer: server.URL})
	if err != nil || p.ID != "" || p.ConsentPrompt != ConsentAlways || p.OfflineScope != "offline_access" {
		t.Errorf("unknown: %+v %v", p, err)
	}
	if e := c.entries["gitlab"]; e.issuerMatch == nil || !e.issuerMatch.MatchString("https://gitlab.com") {
		t.Error("gitlab.com is not known by its issuer")
	}
	gitlab := c.entries["gitlab"].provider()
	if gitlab.forgetEndpoints(); gitlab.checkURLs() != nil {
		t.Errorf("by its issuer: %v", gitlab.checkURLs())
	}
	p, err = c.Resolve(t.Context(), w, Target{ID: "okta", Vars: map[string]string{"issuer": server.URL}})
	if err != nil || p.ID != "okta" || p.TokenURL != server.URL+"/token" ||
		p.Check.URL != "" && p.Check.URL != p.UserinfoURL {
		t.Errorf("completed: %+v %v", p, err)
	}
}

// TestLazyUserinfo is about entries that leave the userinfo endpoint to their issuer.
func TestLazyUserinfo(t *testing.T) {
	reads := 0
	var base string
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case oidcPath:
			reads++
			fmt.Fprintf(rw, `{"issuer":%[1]q,"authorization_endpoint":%[1]q,"token_endpoint":%[1]q,"userinfo_endpoint":%q}`,
				base, base+"/me")
		case "/me":
			io.WriteString(rw, `{"sub":"1"}`)
		}
	})
	base = server.URL
	p := &Provider{Issuer: base, OIDC: true, Check: Check{Kind: CheckUserinfo}}
	for range 2 {
		if a := w.Check(t.Context(), p, Client{}, p.Check, secret.New("at")); a.Verdict != VerdictOK {
			t.Errorf("check: %s %s", a.Verdict, a.Code)
		}
	}
	far := &Provider{Issuer: "https://127.0.0.1:1", OIDC: true, Check: Check{Kind: CheckUserinfo}}
	if a := w.Check(t.Context(), far, Client{}, far.Check, secret.New("at")); a.Code != "network" || !a.Unsent {
		t.Errorf("unreachable issuer: %s unsent %t", a.Code, a.Unsent)
	}
	if who, _ := w.Userinfo(t.Context(), p, secret.New("at")); who.Sub != "1" || reads != 1 {
		t.Errorf("account %+v, metadata read %d times", who, reads)
	}
}

// known loads the built-in catalogue, which must be without a fault.
func known(tb testing.TB) *Catalogue {
	tb.Helper()
	c, errs := LoadCatalogue("")
	for _, err := range errs {
		tb.Fatalf("loading the catalogue: %v", err)
	}
	return c
}
