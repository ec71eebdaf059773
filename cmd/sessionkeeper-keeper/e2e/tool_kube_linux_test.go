package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// kubeClient builds a program on client-go.
func kubeClient(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kube")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../../../.tools/clients", "-o", path, "./kube")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the client of client-go: %v\n%s", err, out)
	}
	return path
}

// fetchJSON reads a document of the provider's.
func fetchJSON(tb testing.TB, address string, into any) {
	tb.Helper()
	res, err := http.Get(address)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		tb.Fatal(err)
	}
}

// idTokens takes what an API server with OIDC takes: ID tokens that the provider signed for our client and that are
// valid now.
func (h *toolHome) idTokens() func(token string) bool {
	h.t.Helper()
	var about struct {
		JWKS string `json:"jwks_uri"`
	}
	var keys jose.JSONWebKeySet
	fetchJSON(h.t, h.provider.Issuer()+"/.well-known/openid-configuration", &about)
	fetchJSON(h.t, about.JWKS, &keys)
	return func(token string) bool {
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil || len(parsed.Headers) != 1 {
			return false
		}
		var claims jwt.Claims
		key := keys.Key(parsed.Headers[0].KeyID)
		if len(key) != 1 || parsed.Claims(key[0].Key, &claims) != nil {
			return false
		}
		want := jwt.Expected{Issuer: h.provider.Issuer(), AnyAudience: jwt.Audience{"demo"}, Time: time.Now()}
		return claims.ValidateWithLeeway(want, 0) == nil
	}
}

// startCluster serves an API server's version to those with an ID token.
func (h *toolHome) startCluster() *resource {
	h.t.Helper()
	takes := h.idTokens()
	r := h.startResource("Bearer", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"gitVersion":"v1.36.1"}`))
	}))
	userinfo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if _, _, token := credential(q); !takes(token) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	h.t.Cleanup(userinfo.Close)
	r.check = userinfo.URL
	return r
}

// client-go gets an ID token in either version of its protocol, keeps it for all requests of a process, and passes on why
// there is none.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	h := newToolHome(t)
	r := h.startCluster()
	kube := kubeClient(t)
	config := func(version string) string {
		return h.write("kubeconfig", `{"apiVersion":"v1","kind":"Config","current-context":"c",
"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"clusters":[{"name":"c","cluster":{"server":"https://`+r.host()+`","certificate-authority":"`+r.caFile+`"}}],
"users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/`+version+`","command":"`+program+`",
"args":["helper","kubectl","work"],"interactiveMode":"Never","provideClusterInfo":true}}}]}`)
	}
	for _, version := range []string{"v1", "v1beta1"} {
		out, code := outcome(h.tool(nil, kube, config(version), "3"))
		if code != 0 || strings.Count(out, "v1.36.1") != 3 {
			t.Errorf("%s: exit %d, %s", version, code, out)
		}
		got := r.requests()
		token := strings.TrimSpace(h.must("token", "work", "--id-token"))
		for _, request := range got {
			if request != "ok /version Bearer  "+token {
				t.Errorf("%s: the server saw %q; want the ID token", version, request)
			}
		}
		if len(got) != 3 {
			t.Errorf("%s: %d requests; want 3", version, len(got))
		}
	}
	h.must("logout", "work", "--yes")
	out, code := outcome(h.tool(nil, kube, config("v1"), "1"))
	if code == 0 || !strings.Contains(out, "sessionkeeper login work") {
		t.Errorf("a session without a token: exit %d, %s", code, out)
	}
	t.Attr("real", "client-go")
}
