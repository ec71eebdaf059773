package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// goldenHeaders are on every response, whatever it is, and nothing beside them but what belongs to the answer.
var goldenHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
		"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
	"Permissions-Policy": "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), " +
		"gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), " +
		"screen-wake-lock=(), serial=(), usb=()",
}

var answersOwn = []string{
	"Content-Type", "Content-Length", "Date", "Connection", "Allow", "Www-Authenticate", "Retry-After",
	"Transfer-Encoding",
}

func checkHeaders(t *testing.T, what string, r reply) {
	t.Helper()
	for name, want := range goldenHeaders {
		if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q; want %q", what, name, got, want)
		}
	}
	for name := range r.Header {
		if goldenHeaders[name] == "" && !slices.Contains(answersOwn, name) {
			t.Errorf("%s: unexpected header %s", what, name)
		}
	}
	if r.StatusCode == http.StatusUnauthorized && r.Header.Get("Www-Authenticate") == "" {
		t.Errorf("%s: 401 without WWW-Authenticate", what)
	}
}

func TestTHDR1EveryResponse(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, r := range everyRoute {
		for _, header := range [][][2]string{{asJSON}, {asJSON, bearer}, {{"Content-Type", "text/plain"}, bearer}} {
			q := wireRequest{method: r.method, target: r.target, header: header, body: r.body}
			checkHeaders(t, "http "+r.method+" "+r.target, h.overTCP(t, q))
			checkHeaders(t, "socket "+r.method+" "+r.target, h.overSocket(t, q))
		}
	}
	evil := "evil.test"
	for what, q := range map[string]wireRequest{
		"404":     {method: "GET", target: "/nothing", header: [][2]string{bearer}},
		"404 v1":  {method: "GET", target: "/v1/nothing", header: [][2]string{bearer}},
		"405":     {method: "PATCH", target: "/v1/sessions", header: [][2]string{bearer}},
		"421":     {method: "GET", target: "/", host: &evil},
		"OPTIONS": {method: "OPTIONS", target: "*"},
		"HEAD":    {method: "HEAD", target: "/"},
		"TRACE":   {method: "TRACE", target: "/v1/sessions", header: [][2]string{bearer}},
	} {
		checkHeaders(t, what, h.overTCP(t, q))
		checkHeaders(t, what, h.overSocket(t, q))
	}
}

func TestTREBIND2Hosts(t *testing.T) {
	h := open(t, github())
	right := h.tcp()
	_, port, _ := strings.Cut(right, ":")
	for _, host := range []string{
		"evil.test", "evil.test:" + port, "localhost:" + port, "localhost.evil.test:" + port,
		"127.0.0.1.evil.test:" + port, "x.localhost:" + port, "x.local:" + port, "0.0.0.0:" + port, "[::]:" + port,
		"[::1]:" + port, "127.0.0.2:" + port, "127.1:" + port, "2130706433:" + port, "[::ffff:127.0.0.1]:" + port,
		"127.0.0.1", "127.0.0.1:1", "127.0.0.1:" + port + ".", "127.0.0.1.:" + port, "0x7f.0.0.1:" + port,
		"127.0.0.1:0" + port, "LOCALHOST:" + port, "EVIL.TEST:" + port, "",
	} {
		for _, target := range []string{"/", "/app.js", "/v1/health", "/v1/sessions", "/nothing"} {
			r := h.overTCP(t, wireRequest{method: "GET", target: target, host: &host})
			if r.StatusCode != http.StatusMisdirectedRequest && r.StatusCode != http.StatusBadRequest {
				t.Errorf("host %q, %s: %d; want 421 or 400", host, target, r.StatusCode)
			}
		}
	}
	for what, q := range map[string]wireRequest{
		"absolute form": {method: "GET", target: "http://evil.test/v1/health"},
		"second host":   {method: "GET", target: "/", header: [][2]string{{"Host", "evil.test"}}},
		"no host":       {method: "GET", target: "/", host: new("-")},
	} {
		if r := h.overTCP(t, q); r.StatusCode != http.StatusMisdirectedRequest && r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d; want 421 or 400", what, r.StatusCode)
		}
	}
	if r := h.overTCP(t, wireRequest{method: "GET", target: "/"}); r.StatusCode != http.StatusOK {
		t.Errorf("host %q: %d", right, r.StatusCode)
	}
}

// TestTCSRF1ForeignPages tries every route of the API as another page would make a browser do it.
func TestTCSRF1ForeignPages(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	origin := h.server.PageAddress()
	before := len(h.keeper.Changes())
	for _, r := range everyRoute {
		if !strings.HasPrefix(r.target, "/v1") {
			continue
		}
		for what, header := range map[string][][2]string{
			"cross-site":         {bearer, {"Sec-Fetch-Site", "cross-site"}},
			"same-site":          {bearer, {"Sec-Fetch-Site", "same-site"}},
			"odd":                {bearer, {"Sec-Fetch-Site", "Same-Origin"}},
			"empty":              {bearer, {"Sec-Fetch-Site", ""}},
			"two":                {bearer, {"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}},
			"none, evil origin":  {bearer, {"Sec-Fetch-Site", "none"}, {"Origin", "http://evil.test"}},
			"null origin":        {bearer, {"Origin", "null"}},
			"origin with suffix": {bearer, {"Origin", origin + "0"}},
			"origin of https":    {bearer, {"Origin", strings.Replace(origin, "http:", "https:", 1)}},
			"two origins":        {bearer, {"Origin", origin}, {"Origin", "http://evil.test"}},
		} {
			q := wireRequest{method: r.method, target: r.target, header: append(header, asJSON), body: r.body}
			if got := h.overTCP(t, q); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d; want 403", r.method, r.target, what, got.StatusCode)
			}
		}
	}
	if after := h.keeper.Changes(); len(after) != before {
		t.Errorf("a foreign page changed something: %v", after[before:])
	}
}

// TestTGET1WithoutBearer tries every route without one; what exists and what does not must look the same.
func TestTGET1WithoutBearer(t *testing.T) {
	h := open(t, github())
	before := len(h.keeper.Changes())
	for _, r := range everyRoute {
		if r.bare {
			continue
		}
		bodies := map[string]bool{}
		for _, target := range []string{r.target, strings.Replace(r.target, "github", "unknown", 1), "/v1/nothing"} {
			for _, header := range [][][2]string{
				{asJSON},
				{asJSON, {"Authorization", "Bearer x"}},
				{asJSON, {"Authorization", "Basic Og=="}},
				{asJSON, {"Cookie", "bearer=x"}},
				{asJSON, {"Sec-Fetch-Site", "same-origin"}},
			} {
				got := h.overTCP(t, wireRequest{method: r.method, target: target, header: header, body: r.body})
				if got.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s %s with %v: %d; want 401", r.method, target, header, got.StatusCode)
				}
				bodies[got.body] = true
			}
		}
		if len(bodies) != 1 {
			t.Errorf("%s %s: the answers differ: %v", r.method, r.target, slices.Collect(maps.Keys(bodies)))
		}
	}
	if after := h.keeper.Changes(); len(after) != before {
		t.Errorf("something was changed without a bearer: %v", after[before:])
	}
}

func absent(r reply) bool {
	return r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusMethodNotAllowed
}

// TestTSOCK3Reach asks for every route over both doors with all rights.
func TestTSOCK3Reach(t *testing.T) {
	for _, r := range everyRoute {
		h := open(t, github())
		q := wireRequest{method: r.method, target: r.target, header: [][2]string{asJSON}, body: r.body}
		got := h.overSocket(t, q)
		if absent(got) == r.socket {
			t.Errorf("socket %s %s: %d", r.method, r.target, got.StatusCode)
		}
		h = open(t, github())
		q.header = append(q.header, h.bearer(t))
		got = h.overTCP(t, q)
		if absent(got) == r.page {
			t.Errorf("http %s %s: %d %s", r.method, r.target, got.StatusCode, got.body)
		}
		if strings.Contains(got.body, "token-of-") {
			t.Errorf("http %s %s gave a token away: %s", r.method, r.target, got.body)
		}
		changed := len(h.keeper.Changes()) > 0
		if r.page && changed != r.changes {
			t.Errorf("%s %s: changed something: %v; want %v", r.method, r.target, changed, r.changes)
		}
	}
}

func TestTCORS1NoCORS(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	origin := h.server.PageAddress()
	for _, r := range everyRoute {
		for _, method := range []string{r.method, "OPTIONS"} {
			for _, from := range []string{"null", "http://evil.test", origin, origin + ".evil.test", "http://localhost"} {
				got := h.overTCP(t, wireRequest{method: method, target: r.target, body: r.body, header: [][2]string{
					bearer, asJSON,
					{"Origin", from},
					{"Access-Control-Request-Method", r.method},
					{"Access-Control-Request-Headers", "authorization"},
					{"Access-Control-Request-Private-Network", "true"},
				}})
				for name := range got.Header {
					if strings.HasPrefix(name, "Access-Control") || name == "Set-Cookie" || name == "Location" {
						t.Errorf("%s %s from %s: header %s", method, r.target, from, name)
					}
				}
			}
		}
	}
}

func TestSocketRefusesBrowsers(t *testing.T) {
	h := open(t, github())
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		for _, r := range everyRoute {
			q := wireRequest{method: r.method, target: r.target, body: r.body, header: [][2]string{asJSON, {name, "http://x"}}}
			if got := h.overSocket(t, q); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s with %s: %d; want 403", r.method, r.target, name, got.StatusCode)
			}
		}
	}
}

func TestTURL1SecretInAddress(t *testing.T) {
	h := open(t, github())
	bearer := h.bearer(t)
	for _, query := range []string{"access_token=x", "token", "code=x", "a=b&client_secret=x", "refresh_token=x"} {
		q := wireRequest{method: "GET", target: "/v1/sessions?" + query, header: [][2]string{bearer}}
		if got := h.overTCP(t, q); got.StatusCode != http.StatusBadRequest {
			t.Errorf("http with %s: %d; want 400", query, got.StatusCode)
		}
		if got := h.overSocket(t, q); got.StatusCode != http.StatusBadRequest {
			t.Errorf("socket with %s: %d; want 400", query, got.StatusCode)
		}
	}
}

// TestPathsAreLiteral: no path is cleaned up, redirected or read as another.
func TestPathsAreLiteral(t *testing.T) {
	h := open(t, github())
	for _, target := range []string{
		"//evil.test/..", "/v1//sessions", "/v1/sessions/", "/v1/./sessions", "/v1/x/../sessions", "/v1/sessions/github/",
		"/v1/sessions/github//token", "/V1/sessions", "/v1/sessions%2Fgithub", "/v1/sessions/github/token/x",
		"/v1/sessions/%2e%2e/token/..", "/index.html", "/debug/pprof/", "/metrics",
	} {
		if got := h.overSocket(t, wireRequest{method: "GET", target: target}); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d; want 404", target, got.StatusCode)
		}
	}
	for _, target := range []string{"/v1/sessions/%ff", "/v1/sessions//token"} {
		if got := h.overSocket(t, wireRequest{method: "GET", target: target}); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d; want 400", target, got.StatusCode)
		}
	}
}

func TestTPAIR1OneTimeCode(t *testing.T) {
	h := open(t, github())
	exchange := func(code string) int {
		body, err := json.Marshal(map[string]string{"code": code})
		if err != nil {
			t.Fatal(err)
		}
		return h.overTCP(t, wireRequest{
			method: "POST", target: "/v1/ui/session", header: [][2]string{asJSON}, body: string(body),
		}).StatusCode
	}
	newCode := func() string {
		code, err := h.client.PageCode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := h.server.PageAddress() + "/#k=" + code.Code; code.URL != want {
			t.Errorf("the page's address is %s; want %s", code.URL, want)
		}
		return code.Code
	}
	code := newCode()
	if len(code) < 26 {
		t.Errorf("a code of %d characters of base32 has less than 128 bits", len(code))
	}
	if got := exchange(code); got != http.StatusOK {
		t.Errorf("a fresh code: %d", got)
	}
	if got := exchange(code); got != http.StatusUnauthorized {
		t.Errorf("a used code: %d; want 401", got)
	}
	code = newCode()
	for range 4 {
		exchange("wrong")
	}
	if got := exchange(code); got != http.StatusOK {
		t.Errorf("a code after 4 wrong ones: %d", got)
	}
	code = newCode()
	for range 5 {
		exchange("wrong")
	}
	if got := exchange(code); got != http.StatusUnauthorized {
		t.Errorf("a code after 5 wrong ones: %d; want 401", got)
	}
	if got := exchange(""); got != http.StatusUnauthorized {
		t.Errorf("no code: %d; want 401", got)
	}
}

func TestBearersAreFew(t *testing.T) {
	h := open(t, github())
	first := h.bearer(t)
	var last [2]string
	for range 25 {
		last = h.bearer(t)
	}
	ask := func(bearer [2]string) int {
		return h.overTCP(t, wireRequest{method: "GET", target: "/v1/sessions", header: [][2]string{bearer}}).StatusCode
	}
	if got := ask(first); got != http.StatusUnauthorized {
		t.Errorf("the oldest of 26 bearers: %d; want 401", got)
	}
	if got := ask(last); got != http.StatusOK {
		t.Errorf("the newest bearer: %d", got)
	}
}

func TestPageCannotRedirectASession(t *testing.T) {
	h := open(t, github())
	body := `{"client_id":"cid","token_url":"https://evil.test/token"}`
	q := wireRequest{method: "PUT", target: "/v1/sessions/github", header: [][2]string{asJSON, h.bearer(t)}, body: body}
	if got := h.overTCP(t, q); got.StatusCode != http.StatusConflict {
		t.Errorf("the page changed a session's token URL: %d", got.StatusCode)
	}
	if added := h.keeper.Added(); len(added) != 0 {
		t.Errorf("the keeper was asked to change %v", added)
	}
}
