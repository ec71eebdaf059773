package session

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// metadata answers discovery at hosts: a document, or the error of the connection where there is none.
func metadata(hosts map[string]string) func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
	return func(_ *server, req *http.Request, _ url.Values) (*http.Response, error, bool) {
		if !strings.Contains(req.URL.Path, "/.well-known/") {
			return nil, nil, false
		}
		doc, ok := hosts[req.URL.Host]
		if !ok {
			return nil, errors.New("no such host"), true
		}
		if doc == "" {
			return answer(404, "<html>canary-of-the-body"), nil, true
		}
		return answer(200, doc), nil, true
	}
}

func document(issuer, token string) string {
	return `{"issuer":"` + issuer + `","authorization_endpoint":"https://as.test/authorize","token_endpoint":"` + token +
		`","device_authorization_endpoint":"https://as.test/device","grant_types_supported":["refresh_token"],` +
		`"service_documentation":"canary-of-the-body"}`
}

func TestDiscover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.server.fault = metadata(map[string]string{
			"as.test": document("https://as.test", "https://as.test/token"), "empty.test": "", "page.test": `<html>canary-of-the-body`,
			"other.test":          document("https://right.test", "https://as.test/token"),
			"insecure.test":       document("https://insecure.test", "http://as.test/canary-of-the-body"),
			"accounts.google.com": document("https://accounts.google.com", "https://oauth2.googleapis.com/token"),
		})
		w.have()
		w.start()
		defer w.stop()

		got, err := w.k.Discover(t.Context(), " https://as.test\n")
		if err != nil || got.Issuer != "https://as.test" || got.AuthorizeURL != "https://as.test/authorize" ||
			got.TokenURL != "https://as.test/token" || got.DeviceURL != "https://as.test/device" || !got.Offline ||
			got.Provider != "" || got.RedirectURI != "http://127.0.0.1/callback" {
			t.Errorf("got %+v, %v", got, err)
		}
		if got, err := w.k.Discover(t.Context(), "https://accounts.google.com"); err != nil || got.Provider != "google" {
			t.Errorf("an issuer of the catalogue gave %+v, %v", got, err)
		}
		for issuer, says := range map[string]string{
			"":                          "whole address",
			"login":                     "whole address",
			"login.example.org":         "whole address",
			"javascript:alert(1)":       "whole address",
			"ftp://as.test":             "must be an https address",
			"http://as.test":            "must be an https address",
			"https://me:sesame@as.test": "user name",
			"https://as.test?x=sesame":  "query",
			"https://as.test#sesame":    "fragment",
			"https://gone.test":         "check the address and the network",
			"https://empty.test":        "no issuer's",
			"https://page.test":         "not a metadata document",
			"https://other.test":        `"https://right.test"`,
			"https://as.test/":          "slash at the end",
			"https://insecure.test":     "token_endpoint",
			"https://as.test/" + strings.Repeat("x", 10<<10): "",
		} {
			_, err := w.k.Discover(t.Context(), issuer)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Code != CodeInvalid || e.Field != "issuer" || !strings.Contains(e.Detail, says) {
				t.Errorf("%.40q: %+v; want the issuer at fault and %q", issuer, err, says)
				continue
			}
			if strings.Contains(e.Detail, "canary") || strings.Contains(e.Detail, "sesame") {
				t.Errorf("%.40q: the error repeats what it must not: %s", issuer, e.Detail)
			}
			if first := e.Detail[:1]; strings.ToUpper(first) != first || !strings.HasSuffix(e.Detail, ".") {
				t.Errorf("%.40q: no sentence: %s", issuer, e.Detail)
			}
		}
	})
}

func TestProvidersOfTheCatalogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have()
		w.start()
		defer w.stop()
		all := w.k.Providers()
		if len(all) < 60 || !slices.IsSortedFunc(all, func(a, b Provider) int { return strings.Compare(a.ID, b.ID) }) {
			t.Errorf("%d providers, or not by id", len(all))
		}
		i := slices.IndexFunc(all, func(p Provider) bool { return p.ID == "microsoft" })
		if i < 0 {
			t.Fatal("microsoft is missing")
		}
		p := all[i]
		if p.RedirectURI != "http://localhost/callback" || len(p.Vars) != 1 || p.Vars[0].Default == "" || p.Vars[0].Hint == "" {
			t.Errorf("got %+v", p)
		}
	})
}

// TestAdditionNamesTheField: whatever of an addition is wrong, before anybody is asked to consent.
func TestAdditionNamesTheField(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have("taken")
		hosts := metadata(map[string]string{"as.test": document("https://as.test", "https://as.test/token"), "empty.test": ""})
		w.server.fault = func(s *server, req *http.Request, form url.Values) (*http.Response, error, bool) {
			switch {
			case req.URL.Path == "/device" && form.Get("scope") == "odd":
				return answer(400, `{"error":"invalid_scope"}`), nil, true
			case req.URL.Path == "/device":
				return answer(401, `{"error":"invalid_client"}`), nil, true
			case form.Get("refresh_token") == "of-nobody":
				return answer(400, `{"error":"invalid_grant"}`), nil, true
			case form.Get("client_id") == "stranger":
				return answer(401, `{"error":"invalid_client"}`), nil, true
			}
			return hosts(s, req, form)
		}
		w.start()
		defer w.stop()
		base := config.Session{
			Name: "new", AuthorizeURL: w.prov.AuthorizeURL, TokenURL: w.prov.TokenURL, DeviceURL: "https://fake.test/device",
			ClientID: "desk",
		}
		device := &LoginRequest{Device: true}
		for _, c := range []struct {
			field  string
			code   Code
			change func(a *Addition)
		}{
			{"name", CodeInvalid, func(a *Addition) { a.Definition.Name = "a/b" }},
			{"name", CodeConflict, func(a *Addition) { a.Definition.Name, a.SignIn = "taken", device }},
			{"name", CodeConflict, func(a *Addition) { a.Definition.Name = "Taken" }},
			{"client_id", CodeInvalid, func(a *Addition) { a.Definition.ClientID = "" }},
			{"provider", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{Name: "new", ClientID: "desk", Provider: "nobody"}
			}},
			{"vars.realm", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{
					Name: "new", ClientID: "desk", Provider: "keycloak", Vars: map[string]string{"base": "https://as.test"},
				}
			}},
			{"vars.base", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{
					Name: "new", ClientID: "desk", Provider: "keycloak", Vars: map[string]string{"base": "as.test", "realm": "r"},
				}
			}},
			{"vars.nothing", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{
					Name: "new", ClientID: "desk", Provider: "google", Vars: map[string]string{"nothing": "x"},
				}
			}},
			{"issuer", CodeInvalid, func(a *Addition) { a.Definition.Issuer = "http://as.example" }},
			{"authorize_url", CodeInvalid, func(a *Addition) { a.Definition.AuthorizeURL = "as.test" }},
			{"token_url", CodeInvalid, func(a *Addition) { a.Definition.TokenURL = "" }},
			{"scopes", CodeInvalid, func(a *Addition) { a.Definition.Scopes = []string{"a b"} }},
			{"max_age", CodeInvalid, func(a *Addition) { a.Definition.MaxAge = -1 }},
			{"vars.tenant", CodeInvalid, func(a *Addition) { a.Definition.Vars = map[string]string{"tenant": "\x00"} }},
			{"issuer", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{Name: "new", ClientID: "desk", Issuer: "https://empty.test"}
				a.SignIn = device
			}},
			{"issuer", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{Name: "new", ClientID: "desk", Issuer: "https://gone.test"}
				a.RefreshToken = newSecret("x")
			}},
			{"client_id", CodeInvalid, func(a *Addition) { a.SignIn = device }},
			{"client_id", CodeInvalid, func(a *Addition) {
				a.Definition = config.Session{Name: "new", ClientID: "desk", Issuer: "https://as.test"}
				a.SignIn = device
			}},
			{"scopes", CodeInvalid, func(a *Addition) { a.Definition.Scopes, a.SignIn = []string{"odd"}, device }},
			{"refresh_token", CodeSignIn, func(a *Addition) { a.RefreshToken = newSecret("of-nobody") }},
			{"client_id", CodeSetup, func(a *Addition) {
				a.Definition.ClientID, a.RefreshToken = "stranger", newSecret("x")
			}},
		} {
			a := Addition{Definition: base}
			c.change(&a)
			_, _, err := w.k.Add(t.Context(), a)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Field != c.field || e.Code != c.code || e.Detail == "" {
				t.Errorf("want %s of %s: %+v", c.code, c.field, err)
			}
			synctest.Wait()
			if _, err := w.k.Session("new"); err == nil {
				t.Errorf("want %s of %s: half a session is left", c.code, c.field)
			}
		}
	})
}

// The user's provider files are taken over while the keeper runs; a broken one is told, and stays out.
func TestCatalogueIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have("one")
		w.start()
		defer w.stop()
		dir := t.TempDir()
		load := func(work string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, "work.toml"), []byte(work), 0o600); err != nil {
				t.Fatal(err)
			}
			c, faults := provider.LoadCatalogue(dir)
			w.k.SetCatalogue(t.Context(), c, faults)
			w.k.Reload(t.Context())
		}
		known := func() bool {
			return slices.ContainsFunc(w.k.Providers(), func(p Provider) bool { return p.ID == "work" })
		}
		add := func(name string) error {
			_, _, err := w.k.Add(t.Context(), Addition{Definition: config.Session{Name: name, Provider: "work", ClientID: "desk"}})
			return err
		}
		if known() || add("two") == nil {
			t.Error("the provider is known before its file is there")
		}
		load("extends = \"google\"\nname = \"Work\"\n")
		if err := add("two"); err != nil || !known() || len(w.k.Faults()) > 0 {
			t.Errorf("with its file the provider is known: %v, adding: %v, faults: %v", known(), err, w.k.Faults())
		}
		load("name =\n")
		if f := w.k.Faults(); known() || len(f) != 1 || !strings.Contains(f[0].Err.Error(), "work.toml") {
			t.Errorf("with a broken file the provider is known: %v, faults: %v", known(), f)
		}
		load("extends = \"google\"\nname = \"Work\"\n")
		if !known() || len(w.k.Faults()) > 0 {
			t.Errorf("with a mended file the provider is known: %v, faults: %v", known(), w.k.Faults())
		}
		time.Sleep(2 * time.Minute)
		w.token("one", TokenRequest{}) // goes on with the addresses that it has
	})
}

// What a file says of lifetimes and requests counts at once for the sessions that are signed in.
func TestCatalogueHabitsCountAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.prov.ID = "work"
		w.have("one")
		w.start()
		defer w.stop()
		dir := t.TempDir()
		file := "token_url = \"https://elsewhere.test/token\"\nauth_style = \"none\"\nrefresh_idle = \"30d\"\n" +
			"[request]\nheaders = { X-Tenant = \"main\" }\n"
		if err := os.WriteFile(filepath.Join(dir, "work.toml"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		if s := w.session("one"); !s.EndsAt.IsZero() {
			t.Fatalf("it ends at %v before anything says so", s.EndsAt)
		}
		w.k.SetCatalogue(t.Context(), first(provider.LoadCatalogue(dir)), nil)
		if left := w.session("one").EndsAt.Sub(w.wall()); left < 29*24*time.Hour || left > 30*24*time.Hour {
			t.Errorf("it ends in %v; want what the file says", left)
		}
		var host, tenant string
		w.server.set(func() {
			w.server.fault = func(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
				host, tenant = r.URL.Host, r.Header.Get("X-Tenant")
				return nil, nil, false
			}
		})
		if _, err := w.k.Refresh(t.Context(), "one", DefaultWait); err != nil {
			t.Fatal(err)
		}
		if host != "fake.test" || tenant != "main" {
			t.Errorf("renewed at %s for the tenant %q; want the address from before and the header of the file", host, tenant)
		}
	})
}

func first(c *provider.Catalogue, _ []error) *provider.Catalogue { return c }

// A service of one's own that a file describes: no sign-in page, no clients, a refresh token that is brought along.
func TestServiceOfOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Minute)
		w.have()
		w.start()
		defer w.stop()
		w.k.SetCatalogue(t.Context(), first(provider.LoadCatalogue("provider/testdata/providers")), nil)
		asked := 0
		w.server.set(func() {
			w.server.fault = func(_ *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
				if asked++; r.URL.String() != "https://orders.test/auth/refresh" {
					t.Errorf("asked at %s", r.URL)
				}
				ends := w.wall().Add(20 * time.Minute).Format(time.RFC3339)
				return answer(200, fmt.Sprintf(`{"data":{"token":"at%d","expiresAt":%q}}`, asked, ends)), nil, true
			}
		})
		s, _, err := w.k.Add(t.Context(), Addition{
			Definition: config.Session{
				Name: "orders", Provider: "work", Vars: map[string]string{"base": "https://orders.test"},
			},
			RefreshToken: newSecret("brought-along"),
		})
		if err != nil || s.State != Active {
			t.Fatalf("added as %s: %v", s.State, err)
		}
		w.k.SetCatalogue(t.Context(), first(provider.LoadCatalogue("")), []error{errors.New("its file is broken")})
		w.k.Reload(t.Context())
		time.Sleep(21 * time.Minute) // beyond the life of the first, and without its file
		tok, err := w.k.Token(t.Context(), "orders", TokenRequest{})
		if err != nil || tok.Access.Reveal() != "at2" || asked != 2 {
			t.Errorf("got %q after %d renewals: %v", tok.Access.Reveal(), asked, err)
		}
		// The same without a client at a provider that has some is a definition that cannot be used.
		def := config.Session{Name: "lost", Provider: "google"}
		if _, _, err := w.k.Add(t.Context(), Addition{Definition: def, RefreshToken: newSecret("x")}); err == nil {
			t.Error("a session without a client was added at a provider that has some")
		}
		dir, _ := w.files()
		if err := dir.Save(def); err != nil {
			t.Fatal(err)
		}
		w.k.Reload(t.Context())
		if f := w.k.Faults(); len(f) != 2 || !strings.Contains(f[0].Err.Error(), "client_id: missing") {
			t.Errorf("the faults are %v", f)
		}
	})
}
