package session

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
)

// Whoever has a server, a tenant or a shop of their own names it when a session is added, and its tokens go there and
// nowhere else.
func TestAddressesOfOnesOwn(t *testing.T) {
	for _, v := range []struct {
		def  config.Session
		want string // where a renewal goes
	}{
		{config.Session{Provider: "microsoft"}, "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
		{
			config.Session{Provider: "microsoft", Vars: map[string]string{"tenant": "contoso.onmicrosoft.com"}},
			"https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
		},
		{
			config.Session{Provider: "microsoft", Vars: map[string]string{"tenant": "72f988bf-86f1-41af-91ab-2d7cd011db47"}},
			"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token",
		},
		{
			config.Session{Provider: "azure-b2c", Vars: map[string]string{"tenant": "fabrikam", "policy": "B2C_1_signin"}},
			"https://fabrikam.b2clogin.com/fabrikam.onmicrosoft.com/B2C_1_signin/oauth2/v2.0/token",
		},
		{config.Session{Provider: "gitlab"}, "https://gitlab.com/oauth/token"},
		{
			config.Session{Provider: "gitlab", Vars: map[string]string{"base": "https://code.example/gitlab/"}},
			"https://code.example/gitlab/oauth/token",
		},
		{
			config.Session{Provider: "forgejo", Vars: map[string]string{"base": "https://codeberg.org"}},
			"https://codeberg.org/login/oauth/access_token",
		},
		{
			config.Session{Provider: "keycloak", Vars: map[string]string{"base": "https://sso.example/auth", "realm": "staff"}},
			"https://sso.example/auth/realms/staff/protocol/openid-connect/token",
		},
		{config.Session{Provider: "okta", Vars: map[string]string{"issuer": "https://as.test"}}, "https://as.test/token"},
		{config.Session{Provider: "auth0", Vars: map[string]string{"issuer": "https://as.test/"}}, "https://as.test/token"},
		{
			config.Session{Provider: "cognito", Vars: map[string]string{
				"domain": "shop.auth.eu-west-1.amazoncognito.com", "region": "eu-west-1", "pool": "eu-west-1_AbCdEfGhI",
			}},
			"https://shop.auth.eu-west-1.amazoncognito.com/oauth2/token",
		},
		{
			config.Session{Provider: "snowflake", Vars: map[string]string{"account": "acme.eu-west-1.snowflakecomputing.com"}},
			"https://acme.eu-west-1.snowflakecomputing.com/oauth/token-request",
		},
		{
			config.Session{Provider: "databricks", Vars: map[string]string{"host": "https://dbc-1234.cloud.databricks.com"}},
			"https://dbc-1234.cloud.databricks.com/oidc/v1/token",
		},
		{
			config.Session{Provider: "shopify", Vars: map[string]string{"shop": "my-shop", "redirect": "https://me.example/back"}},
			"https://my-shop.myshopify.com/admin/oauth/access_token",
		},
		{config.Session{Provider: "salesforce"}, "https://login.salesforce.com/services/oauth2/token"},
		{
			config.Session{Provider: "salesforce", Vars: map[string]string{"base": "https://acme.my.salesforce.com"}},
			"https://acme.my.salesforce.com/services/oauth2/token",
		},
		{
			config.Session{Provider: "zoho", Vars: map[string]string{"tld": "com.au"}},
			"https://accounts.zoho.com.au/oauth/v2/token",
		},
		{
			config.Session{Provider: "sentry", Vars: map[string]string{"base": "https://sentry.example"}},
			"https://sentry.example/oauth/token/",
		},
		{
			config.Session{AuthorizeURL: "https://hand.test/a", TokenURL: "https://hand.test/t"},
			"https://hand.test/t",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, time.Hour)
			w.have()
			w.start()
			defer w.stop()
			var at []string
			w.server.set(func() {
				w.server.fault = func(s *server, r *http.Request, _ url.Values) (*http.Response, error, bool) {
					switch {
					case r.URL.Path == "/.well-known/openid-configuration" && r.URL.Host == "as.test":
						issuer := "https://as.test" + map[bool]string{true: "/"}[v.def.Provider == "auth0"]
						return answer(200, document(issuer, "https://as.test/token")), nil, true
					case r.Method != http.MethodPost:
						return answer(401, ""), nil, true // the proof of life
					}
					s.set(func() { at = append(at, r.URL.String()) })
					return answer(200, `{"access_token":"at","refresh_token":"r1","expires_in":3600}`), nil, true
				}
			})
			def := v.def
			def.Name, def.ClientID = "mine", "desk"
			s, _, err := w.k.Add(t.Context(), Addition{Definition: def, RefreshToken: newSecret("r0")})
			if err != nil || s.State != Active {
				t.Fatalf("%s %v: %s, %v", def.Provider, def.Vars, s.State, err)
			}
			if len(at) == 0 || at[0] != v.want {
				t.Errorf("%s %v: renewed at %v; want %s", def.Provider, def.Vars, at, v.want)
			}
		})
	}
}

// A value that would lead elsewhere is refused before anything is sent.
func TestAddressesThatLeadElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		w.have()
		w.start()
		defer w.stop()
		for _, v := range []struct{ provider, name, value string }{
			{"microsoft", "tenant", "../../evil"},
			{"microsoft", "tenant", "x@evil.test"},
			{"gitlab", "base", "http://code.example"},
			{"gitlab", "base", "https://me:pass@code.example"},
			{"shopify", "shop", "evil.test/#"},
			{"snowflake", "account", "evil.test/?x="},
			{"zoho", "tld", "com@evil.test"},
			{"salesforce", "base", "javascript:alert(1)"},
		} {
			vars := map[string]string{v.name: v.value}
			if v.provider == "shopify" {
				vars["redirect"] = "https://me.example"
			}
			_, _, err := w.k.Add(t.Context(), Addition{
				Definition:   config.Session{Name: "x", Provider: v.provider, ClientID: "desk", Vars: vars},
				RefreshToken: newSecret("r0"),
			})
			if err == nil {
				t.Errorf("%s with %s=%s was added", v.provider, v.name, v.value)
			}
		}
		if n := w.server.seen().calls; n > 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

// Two apps at one provider, and one account in both: each session renews with its own app's id and secret.
func TestSeveralClientsOfAProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 10*time.Minute)
		w.have()
		w.start()
		defer w.stop()
		seen := map[string]string{} // refresh token -> client
		w.server.set(func() {
			w.server.fault = func(_ *server, r *http.Request, form url.Values) (*http.Response, error, bool) {
				if r.Method != http.MethodPost {
					return answer(200, `{"sub":"one-account","email":"ada@example.org"}`), nil, true
				}
				token := form.Get("refresh_token")
				w.server.set(func() { seen[token] = form.Get("client_id") + " " + form.Get("client_secret") })
				return answer(200, fmt.Sprintf(`{"access_token":"at-%[1]s","refresh_token":%[1]q,"expires_in":600}`, token)), nil, true
			}
		})
		want := map[string]string{}
		for _, app := range []string{"first", "second"} {
			s, _, err := w.k.Add(t.Context(), Addition{
				Definition:   config.Session{Name: app, Provider: "gitlab", ClientID: "id-" + app},
				ClientSecret: newSecret("secret-" + app), RefreshToken: newSecret("rt-" + app),
			})
			if err != nil || s.Account.Sub != "one-account" {
				t.Fatalf("%s of %+v: %v", app, s.Account, err)
			}
			want["rt-"+app] = "id-" + app + " secret-" + app
		}
		w.server.set(func() { clear(seen) })
		time.Sleep(11 * time.Minute) // both were renewed by the timer
		w.server.set(func() {
			for token, client := range want {
				if seen[token] != client {
					t.Errorf("%s went with the client %q; want %q", token, seen[token], client)
				}
			}
		})
		for _, app := range []string{"first", "second"} {
			tok, err := w.k.Token(t.Context(), app, TokenRequest{})
			if err != nil || tok.Access.Reveal() != "at-rt-"+app {
				t.Errorf("%s: %q, %v", app, tok.Access.Reveal(), err)
			}
		}
	})
}
