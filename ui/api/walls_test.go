package api_test

import (
	"net/http"
	"strings"
	"testing"

	"sessionkeeper/ui/api/apitest"
)

// TestTXSSI1ScriptsOfOthers asks for everything that can be got, as a <script> of another page would: no answer can be read
// as a script there.
func TestTXSSI1ScriptsOfOthers(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, r := range everyRoute {
		if r.method != http.MethodGet || !strings.HasPrefix(r.target, "/v1") {
			continue
		}
		for _, site := range []string{"same-site", "cross-site"} {
			got := h.overTCP(t, wireRequest{method: "GET", target: r.target, header: [][2]string{
				bearer, {"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "script"},
			}})
			if got.StatusCode != http.StatusForbidden || got.Header.Get("X-Content-Type-Options") != "nosniff" ||
				got.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s, %s: %d %v", r.target, site, got.StatusCode, got.Header)
			}
		}
	}
}

// TestTFWD1NobodySpeaksForOthers: what a request says of proxies before it, and of who it comes from, changes no answer.
func TestTFWD1NobodySpeaksForOthers(t *testing.T) {
	h := open(t, github())
	forwarded := [][2]string{
		{"X-Forwarded-For", "127.0.0.1"},
		{"X-Forwarded-Host", h.tcp()},
		{"X-Forwarded-Proto", "https"},
		{"X-Real-Ip", "127.0.0.1"},
		{"Forwarded", "for=127.0.0.1;host=" + h.tcp()},
		{"X-Original-Url", "/v1/health"},
		{"X-Rewrite-Url", "/v1/health"},
		{"X-Http-Method-Override", "DELETE"},
		{"X-Forwarded-User", "root"},
	}
	evil := "evil.test"
	for _, q := range []wireRequest{
		{method: "GET", target: "/"},
		{method: "GET", target: "/", host: &evil},
		{method: "GET", target: "/v1/sessions"},
		{method: "GET", target: "/v1/sessions", header: [][2]string{h.bearer(t)}},
		{method: "GET", target: "/v1/sessions", header: [][2]string{h.bearer(t), {"Sec-Fetch-Site", "cross-site"}}},
		{method: "POST", target: "/v1/sessions/github/token", header: [][2]string{h.bearer(t), asJSON}, body: "{}"},
	} {
		plain := h.overTCP(t, q)
		q.header = append(q.header, forwarded...)
		if got := h.overTCP(t, q); got.StatusCode != plain.StatusCode || got.body != plain.body {
			t.Errorf("%s %s: %d, and with the headers of a proxy %d", q.method, q.target, plain.StatusCode, got.StatusCode)
		}
	}
	if changes := h.keeper.Changes(); len(changes) != 0 {
		t.Errorf("something was changed: %v", changes)
	}
}

// TestTUI3BearersEndWithTheKeeper: a page that was open is not signed in to the next keeper at the same address, and what it
// holds says nothing.
func TestTUI3BearersEndWithTheKeeper(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	h := openWith(t, k, o)
	bearer, address := h.bearer(t), h.tcp()
	ask := func(h *house) int {
		return h.overTCP(t, wireRequest{method: "GET", target: "/v1/sessions", header: [][2]string{bearer}}).StatusCode
	}
	if got := ask(h); got != http.StatusOK {
		t.Fatalf("a fresh bearer: %d", got)
	}
	if strings.ContainsAny(bearer[1], "._-") || len(bearer[1]) < 40 {
		t.Errorf("a bearer of %d characters has parts that mean something", len(bearer[1]))
	}
	h.stop()
	o.Notices = apitest.Options(t, k, nil).Notices
	next := openWith(t, k, o)
	if next.tcp() != address {
		t.Fatalf("the next keeper's page is at %s; want %s", next.tcp(), address)
	}
	if got := ask(next); got != http.StatusUnauthorized {
		t.Errorf("a bearer of the keeper before: %d; want 401", got)
	}
}

// TestTOPENREDIR1NobodyIsSentElsewhere asks for addresses that other servers have taken for a place to go to.
func TestTOPENREDIR1NobodyIsSentElsewhere(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, target := range []string{
		"//evil.test", "//evil.test/%2e%2e", "/\\evil.test", "/%5cevil.test", "/?next=https://evil.test", "/v1?url=//evil.test",
		"/v1/sessions?redirect_uri=https://evil.test", "/https://evil.test", "/%2f%2fevil.test", "/;@evil.test", "/v1", "/v1/",
	} {
		for _, got := range []reply{
			h.overTCP(t, wireRequest{method: "GET", target: target, header: [][2]string{bearer}}),
			h.overSocket(t, wireRequest{method: "GET", target: target}),
		} {
			if got.StatusCode/100 == 3 || got.Header.Get("Location") != "" || got.Header.Get("Refresh") != "" ||
				strings.Contains(strings.ToLower(got.body), `http-equiv="refresh`) {
				t.Errorf("%s: %d to %q", target, got.StatusCode, got.Header.Get("Location"))
			}
		}
	}
}

// TestTDEBUG1NoDebugRoutes: what the standard library registers for developers is not there.
func TestTDEBUG1NoDebugRoutes(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, target := range []string{
		"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap", "/debug/vars", "/debug/requests", "/metrics", "/status", "/config",
		"/v1/debug", "/.git/config", "/app.js.map",
	} {
		q := wireRequest{method: "GET", target: target, header: [][2]string{bearer}}
		if got := h.overTCP(t, q); got.StatusCode != http.StatusNotFound {
			t.Errorf("http %s: %d; want 404", target, got.StatusCode)
		}
		if got := h.overSocket(t, wireRequest{method: "GET", target: target}); got.StatusCode != http.StatusNotFound {
			t.Errorf("socket %s: %d; want 404", target, got.StatusCode)
		}
	}
}
