package provider

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// metadataFor is a metadata document for the server at base, with changes.
func metadataFor(base string, changes map[string]any) map[string]any {
	doc := map[string]any{
		"issuer":                                         base,
		"authorization_endpoint":                         base + "/authorize",
		"token_endpoint":                                 base + "/token",
		"device_authorization_endpoint":                  base + "/device",
		"revocation_endpoint":                            base + "/revoke",
		"introspection_endpoint":                         base + "/introspect",
		"userinfo_endpoint":                              base + "/userinfo",
		"jwks_uri":                                       base + "/keys",
		"pushed_authorization_request_endpoint":          base + "/par",
		"token_endpoint_auth_methods_supported":          []string{"client_secret_post"},
		"scopes_supported":                               []string{"openid", "email", "offline_access"},
		"require_pushed_authorization_requests":          true,
		"authorization_response_iss_parameter_supported": true,
	}
	maps.Copy(doc, changes)
	return doc
}

// serveMetadata serves a document at a path; change sees the base URL.
func serveMetadata(t *testing.T, path string, change func(base string) map[string]any) (*httptest.Server, *Wire) {
	t.Helper()
	var base string
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(rw, r)
			return
		}
		_ = json.NewEncoder(rw).Encode(metadataFor(base, change(base)))
	})
	base = server.URL
	return server, w
}

const oidcPath = "/.well-known/openid-configuration"

func plain(string) map[string]any { return nil }

func TestDiscover(t *testing.T) {
	server, w := serveMetadata(t, oidcPath, plain)
	p, err := w.discover(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b := server.URL
	want := Provider{
		Name: server.Listener.Addr().String(), Issuer: b,
		AuthorizeURL: b + "/authorize", TokenURL: b + "/token", DeviceURL: b + "/device", RevokeURL: b + "/revoke",
		IntrospectURL: b + "/introspect", UserinfoURL: b + "/userinfo", JWKSURL: b + "/keys", PARURL: b + "/par",
		AuthMethods: []string{"client_secret_post"}, Scopes: []string{"openid", "email"},
		OfflineScope: "offline_access", OfflineParams: map[string]string{"access_type": "offline"},
		ConsentPrompt: ConsentAlways, AccountPrompt: PromptLogin, Offline: true, Check: Check{Kind: CheckUserinfo, URL: b + "/userinfo"},
		PARRequired: true, IssRequired: true, OIDC: true,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestDiscoverKinds(t *testing.T) {
	for _, v := range []struct {
		name    string
		path    string
		change  map[string]any
		oidc    bool
		offline string
		check   CheckKind
		scopes  []string
	}{
		{
			"no scopes listed", oidcPath,
			map[string]any{"scopes_supported": nil},
			true, "offline_access",
			CheckUserinfo,
			[]string{"openid", "profile", "email"},
		},
		{
			"no offline_access", oidcPath,
			map[string]any{"scopes_supported": []string{"openid"}},
			true, "",
			CheckUserinfo,
			[]string{"openid"},
		},
		{
			"no userinfo", oidcPath,
			map[string]any{"userinfo_endpoint": ""},
			true, "offline_access",
			CheckIntrospect,
			[]string{"openid", "email"},
		},
		{"RFC 8414", "/.well-known/oauth-authorization-server", nil, false, "offline_access", CheckIntrospect, nil},
		{
			"RFC 8414 with nothing", "/.well-known/oauth-authorization-server",
			map[string]any{"scopes_supported": nil, "introspection_endpoint": nil},
			false, "", CheckNone, nil,
		},
		{
			"device alone", oidcPath,
			map[string]any{"authorization_endpoint": nil},
			true, "offline_access",
			CheckUserinfo,
			[]string{"openid", "email"},
		},
	} {
		server, w := serveMetadata(t, v.path, func(string) map[string]any { return v.change })
		p, err := w.discover(t.Context(), server.URL)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if p.OIDC != v.oidc || p.OfflineScope != v.offline || p.Check.Kind != v.check || !slices.Equal(p.Scopes, v.scopes) {
			t.Errorf("%s: OIDC %t, offline scope %q, check %q, scopes %q", v.name, p.OIDC, p.OfflineScope,
				p.Check.Kind, p.Scopes)
		}
		if p.OfflineParams["access_type"] != "offline" {
			t.Errorf("%s: access_type=offline is missing", v.name)
		}
	}
}

func TestDiscoverPaths(t *testing.T) {
	for _, v := range []struct{ path, issuer string }{
		{"/realms/x" + oidcPath, "/realms/x"},
		{"/realms/x" + oidcPath, "/realms/x/"},
		{"/.well-known/oauth-authorization-server/realms/x", "/realms/x"},
		{"/.well-known/oauth-authorization-server/realms/x", "/realms/x/"},
		{"/realms/x/.well-known/oauth-authorization-server", "/realms/x"},
		{"/.well-known/openid-configuration/realms/x", "/realms/x"},
	} {
		server, w := serveMetadata(t, v.path, func(base string) map[string]any {
			return map[string]any{"issuer": base + v.issuer}
		})
		if p, err := w.discover(t.Context(), server.URL+v.issuer); err != nil || p.Issuer != server.URL+v.issuer {
			t.Errorf("%s at %s: %q %v", v.issuer, v.path, p.Issuer, err)
		}
	}
}

func TestDiscoverRefuses(t *testing.T) {
	for _, v := range []struct {
		name   string
		change map[string]any
		want   string
	}{
		{
			"another issuer",
			map[string]any{"issuer": "https://other.example"},
			`names another issuer, "https://other.example"`,
		},
		{"no issuer", map[string]any{"issuer": nil}, "names another issuer"},
		{"http endpoint", map[string]any{"token_endpoint": "http://as.example/token"}, "token_endpoint"},
		{"other scheme", map[string]any{"jwks_uri": "file:///etc/passwd"}, "jwks_uri"},
		{"password in a URL", map[string]any{"userinfo_endpoint": "https://a:b@as.example"}, "userinfo_endpoint"},
		{"no token endpoint", map[string]any{"token_endpoint": nil}, "lacks"},
		{"wrong type", map[string]any{"token_endpoint": 7}, "not a metadata document"},
	} {
		server, w := serveMetadata(t, oidcPath, func(string) map[string]any { return v.change })
		if _, err := w.discover(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v; want it to say %q", v.name, err, v.want)
		}
	}
	server, w := serveMetadata(t, oidcPath, plain)
	_, err := w.discover(t.Context(), server.URL+"/")
	if err == nil || !strings.Contains(err.Error(), "slash at the end") {
		t.Errorf("slash: %v", err)
	}
	for issuer, want := range map[string]string{
		"http://as.example":        "must be an https address",
		"as.example":               "not a whole address",
		"https://a:b@as.example":   "user name",
		server.URL + "?x=1":        "query",
		server.URL + "#x":          "fragment",
		server.URL + "/elsewhere":  "no metadata found",
		"https://127.0.0.1:1/none": "connection failed",
	} {
		_, err := w.discover(t.Context(), issuer)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want it to say %q", issuer, err, want)
		}
		if e, ok := errors.AsType[*TargetError](err); !ok || e.Field != "issuer" {
			t.Errorf("%s: %#v; want a TargetError of the issuer", issuer, err)
		}
	}
}

func TestDiscoverOddAnswers(t *testing.T) {
	var hits atomic.Int32
	for _, v := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"page", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "<html>") }, "not a metadata document"},
		{"redirect", func(rw http.ResponseWriter, r *http.Request) {
			hits.Add(1)
			http.Redirect(rw, r, "https://login.example/x", http.StatusFound)
		}, "redirects to login.example"},
		{"503", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) }, "HTTP 503"},
		{"large", func(rw http.ResponseWriter, _ *http.Request) {
			io.WriteString(rw, `{"issuer":"`+strings.Repeat("x", 2<<20))
		}, "too large"},
	} {
		server, w := serve(t, v.answer)
		if _, err := w.discover(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v; want it to say %q", v.name, err, v.want)
		}
	}
	if hits.Load() != 2 {
		t.Errorf("redirects were asked for %d times; want once at each well-known address", hits.Load())
	}
}

// TestDiscoverBehindAPage: a server that answers every address with a page, or sends it to one, has its document all the
// same where it has one.
func TestDiscoverBehindAPage(t *testing.T) {
	for name, other := range map[string]http.HandlerFunc{
		"a page":     func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "<html>") },
		"a redirect": func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/login", http.StatusFound) },
		"a list":     func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "[]") },
		"nothing":    func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) },
	} {
		var base string
		server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/.well-known/oauth-authorization-server/tenant" {
				other(rw, r)
				return
			}
			_ = json.NewEncoder(rw).Encode(metadataFor(base, map[string]any{"issuer": base + "/tenant"}))
		})
		base = server.URL
		if p, err := w.discover(t.Context(), base+"/tenant"); err != nil || p.TokenURL != base+"/token" {
			t.Errorf("%s: %q, %v", name, p.TokenURL, err)
		}
	}
}

// TestDiscoverAsksABusyServerOnce: where a server is busy, or is not there, the next address would say nothing else.
func TestDiscoverAsksABusyServerOnce(t *testing.T) {
	var hits atomic.Int32
	server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, err := w.discover(t.Context(), server.URL+"/tenant"); err == nil || hits.Load() != 1 {
		t.Errorf("%v after %d requests; want one", err, hits.Load())
	}
}

// TestDiscoverAccountPrompt: what lets the user choose another account is what the server lists, or what every one knows.
func TestDiscoverAccountPrompt(t *testing.T) {
	for _, v := range []struct {
		path   string
		listed any
		want   string
	}{
		{oidcPath, nil, PromptLogin},
		{oidcPath, []string{"none", "login", "select_account"}, PromptAccount},
		{oidcPath, []string{"none", "login", "consent"}, PromptLogin},
		{oidcPath, []string{"none"}, ""},
		{"/.well-known/oauth-authorization-server", nil, ""},
	} {
		server, w := serveMetadata(t, v.path, func(string) map[string]any { return map[string]any{"prompt_values_supported": v.listed} })
		if p, err := w.discover(t.Context(), server.URL); err != nil || p.AccountPrompt != v.want {
			t.Errorf("%v at %s: %q, %v; want %q", v.listed, v.path, p.AccountPrompt, err, v.want)
		}
	}
}

func TestDiscoverMicrosoftsTenants(t *testing.T) {
	for _, v := range []struct {
		tenant string
		ok     bool
	}{{"common", true}, {"organizations", true}, {"consumers", true}, {"evil/../common", false}, {"other", false}} {
		m := metadata{Issuer: "https://login.microsoftonline.com/{tenantid}/v2.0"}
		if got := m.names("https://login.microsoftonline.com/" + v.tenant + "/v2.0"); got != v.ok {
			t.Errorf("tenant %s: %t; want %t", v.tenant, got, v.ok)
		}
	}
}
