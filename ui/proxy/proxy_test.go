package proxy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/tokens"
	"sessionkeeper/ui/proxy"
)

// bench is a proxy between a client and a target, with a keeper behind.
type bench struct {
	keeper *apitest.Giver
	client *client.Client // to the keeper
	target *httptest.Server
	url    string // the proxy's
	host   string
	key    string
	http   *http.Client
	stop   func() // ends the keeper
	end    func() // ends the proxy, and waits
	logs   *strings.Builder
}

// open puts a proxy before a target. set changes its options.
func open(tb testing.TB, target http.Handler, set func(*proxy.Options)) *bench {
	tb.Helper()
	server := httptest.NewServer(target)
	tb.Cleanup(server.Close)
	return openAt(tb, server, "127.0.0.1:0", set)
}

func openAt(tb testing.TB, target *httptest.Server, address string, set func(*proxy.Options)) *bench {
	tb.Helper()
	k := apitest.NewGiver("work")
	options := apitest.Options(tb, k.Keeper, nil)
	options.Keeper = k
	_, stop := apitest.Serve(tb, options)
	b := &bench{keeper: k, client: client.New(options.Places.Socket()), target: target, stop: stop, logs: new(strings.Builder)}
	tb.Cleanup(b.client.Close)
	taken := tokens.New(b.client, tokens.Options{Face: "proxy", Label: target.URL})
	tb.Cleanup(taken.Close)
	listener, err := proxy.Listen(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	b.url, b.host, b.key = listener.URL, listener.Host, listener.Key
	o := proxy.Options{
		Tokens: taken, Session: "work", Target: target.URL, Key: listener.Key, Host: listener.Host,
		Log: slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if set != nil {
		set(&o)
	}
	p, err := proxy.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := listener.Serve(ctx, p); err != nil {
			tb.Errorf("serving: %v", err)
		}
	})
	b.end = func() {
		cancel()
		running.Wait()
	}
	tb.Cleanup(b.end)
	b.http = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	tb.Cleanup(b.http.CloseIdleConnections)
	return b
}

// ask sends a request to the proxy; headers are name and value in turn.
func (b *bench) ask(tb testing.TB, method, path string, body io.Reader, headers ...string) *http.Response {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, b.url+path, body)
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header[headers[i]] = append(r.Header[headers[i]], headers[i+1])
		}
	}
	answer, err := b.http.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { answer.Body.Close() })
	return answer
}

// text reads an answer.
func text(tb testing.TB, answer *http.Response) string {
	tb.Helper()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatalf("reading the answer: %v", err)
	}
	return string(body)
}

// problem reads an answer of the proxy's own.
func problem(tb testing.TB, answer *http.Response) map[string]any {
	tb.Helper()
	if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
		tb.Fatalf("%s with %q is no problem", answer.Status, got)
	}
	var p map[string]any
	if err := json.Unmarshal([]byte(text(tb, answer)), &p); err != nil {
		tb.Fatal(err)
	}
	if answer.Header.Get("Sessionkeeper-Error") != p["code"] {
		tb.Errorf("marked with %q; want %v", answer.Header.Get("Sessionkeeper-Error"), p["code"])
	}
	return p
}

// echo answers with the request's line and header.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(w, "%s %s\nHost: %s\n", r.Method, r.RequestURI, r.Host)
	_ = r.Header.Write(w)
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "\n%s", body)
}

func TestTPROXY3RequestsGoToTheTargetWithTheToken(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	host := strings.TrimPrefix(b.target.URL, "http://")
	for path, want := range map[string]string{
		"/":                        "/",
		"/v1/users?q=a;b&c=%zz":    "/v1/users?q=a;b&c=%zz",
		"//evil.example/x":         "//evil.example/x",
		"/a/..;/b":                 "/a/..;/b",
		"/%2e%2e/%2F/a%20b":        "/%2e%2e/%2F/a%20b",
		"/@evil.example/":          "/@evil.example/",
		"/.//x":                    "/.//x",
		"/-/healthy":               "/-/healthy",
		"/" + "KEY" + "/x":         "/KEY/x",
		"/?" + many("p=1", 11_000): "/?" + many("p=1", 11_000),
	} {
		r := &http.Request{Method: "GET", Host: b.host, Header: http.Header{}, URL: &url.URL{
			Scheme: "http", Host: b.host, Opaque: "/" + b.key + strings.ReplaceAll(path, "KEY", b.key),
		}}
		if base, q, ok := strings.Cut(r.URL.Opaque, "?"); ok {
			r.URL.Opaque, r.URL.RawQuery = base, q
		}
		answer, err := b.http.Do(r.WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		got := text(t, answer)
		answer.Body.Close()
		want = "GET " + strings.ReplaceAll(want, "KEY", b.key) + "\nHost: " + host + "\n"
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "\nAuthorization: Bearer "+b.keeper.TokenText(1)+"\r\n") {
			t.Errorf("%.60q: the target got %.300q; want %.100q with the token", path, got, want)
		}
	}
	b = open(t, http.HandlerFunc(echo), func(o *proxy.Options) { o.Host, o.Key = "", "" }) // as on a socket
	host = strings.TrimPrefix(b.target.URL, "http://")
	absolute := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: b.host}), DisableKeepAlives: true}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://evil.example/x", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := absolute.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := text(t, answer); !strings.HasPrefix(got, "GET /x\nHost: "+host+"\n") {
		t.Errorf("of an absolute address came %s, %.300q; want it asked of the target", answer.Status, got)
	}
}

func many(one string, n int) string { return strings.TrimSuffix(strings.Repeat(one+"&", n), "&") }

func TestTPROXY2ClientsHeaders(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	token := "Authorization: Bearer " + b.keeper.TokenText(1)
	answer := b.ask(t, "POST", "/x", strings.NewReader("body"),
		"Authorization", "Bearer mine", "Authorization", "Basic mine", "authorization", "mine",
		"Proxy-Authorization", "Basic mine", "Proxy_Authorization", "mine", "X-Forwarded-For", "192.0.2.1", "X_Forwarded_User", "mine",
		"X-Forwarded-Uri", "/mine", "Forwarded", "for=192.0.2.1", "X-Real-Ip", "mine", "Sessionkeeper-Error", "mine",
		"Connection", "Authorization, X-Mine, Cookie", "X-Mine", "mine", "Keep-Alive", "mine", "Te", "mine", "Trailer", "mine",
		"X-Api-Version", "7", "Cookie", "a=1",
	)
	got := text(t, answer)
	if strings.Contains(got, "mine") || strings.Contains(got, "192.0.2.1") {
		t.Errorf("the target got %s", got)
	}
	for _, want := range []string{token, "X-Api-Version: 7", "\n\nbody"} {
		if !strings.Contains(strings.ReplaceAll(got, "\r", ""), want) {
			t.Errorf("the target did not get %q, but %s", want, got)
		}
	}
	if strings.Count(got, "Authorization") != 1 {
		t.Errorf("more than one Authorization: %s", got)
	}
	if got := text(t, b.ask(t, "GET", "/x", nil, "Cookie", "a=1")); !strings.Contains(got, "Cookie: a=1") {
		t.Errorf("a program's cookie is not passed on: %s", got)
	}
	page := text(t, b.ask(t, "GET", "/x", nil, "Cookie", "a=1", "Sec-Fetch-Site", "same-origin",
		"Origin", "http://"+b.host, "Referer", b.url+"/page?q"))
	for _, want := range []string{"Origin: " + b.target.URL, "Referer: " + b.target.URL + "/page?q"} {
		if !strings.Contains(page, want) {
			t.Errorf("of a page the target did not get %q, but %s", want, page)
		}
	}
	if strings.Contains(page, "Cookie") || strings.Contains(page, b.key) {
		t.Errorf("of a page the target got %s", page)
	}
	if page := text(t, b.ask(t, "GET", "/x", nil, "Referer", "http://127.0.0.1/?"+b.key)); strings.Contains(page, b.key) {
		t.Errorf("the target got the key: %s", page)
	}
}

func TestTPROXY5TargetsHeaders(t *testing.T) {
	var target string
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Location", strings.ReplaceAll(r.URL.Query().Get("to"), "TARGET", target))
		h.Set("Content-Location", target+"/there")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Alt-Svc", `h3=":443"`)
		h.Set("Sessionkeeper-Error", "TOKEN_EXPIRED")
		h.Set("Referrer-Policy", "unsafe-url")
		h.Set("X-Other", "kept")
		h.Add("Set-Cookie", "a=1; Path=/; Domain=example.com; HttpOnly")
		h.Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusFound)
	}), nil)
	target = b.target.URL
	for to, want := range map[string]string{
		"TARGET":                 b.url + "/",
		"TARGET/a?b=c#d":         b.url + "/a?b=c#d",
		"/a":                     b.url + "/a",
		"a/b":                    "a/b",
		"?q":                     "?q",
		"https://other.example/": "https://other.example/",
		"//other.example/x":      "//other.example/x",
		"http://u:p@127.0.0.1/":  "http://u:p@127.0.0.1/",
		"javascript:alert(1)":    "javascript:alert(1)",
	} {
		answer := b.ask(t, "GET", "/?to="+url.QueryEscape(to), nil)
		if got := answer.Header.Get("Location"); got != want {
			t.Errorf("Location %q became %q; want %q", to, got, want)
		}
	}
	answer := b.ask(t, "GET", "/?to=/", nil)
	for name, want := range map[string]string{
		"Content-Location": b.url + "/there", "Access-Control-Allow-Origin": "", "Alt-Svc": "", "Sessionkeeper-Error": "",
		"Referrer-Policy": "same-origin", "X-Other": "kept",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	want := []string{"a=1; Path=/" + b.key + "/; HttpOnly", "b=2"}
	if got := answer.Header.Values("Set-Cookie"); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("cookies %q; want %q", got, want)
	}
	if got := b.ask(t, "GET", "/?to=/", nil, "Sec-Fetch-Site", "none").Header.Values("Set-Cookie"); len(got) != 0 {
		t.Errorf("a browser got cookies for every service on this machine: %q", got)
	}
}

func TestTPROXY6NobodyElseIsAnswered(t *testing.T) {
	asked := 0
	b := open(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }), nil)
	_, port, _ := strings.Cut(b.host, ":")
	key := b.key
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"no key":           {path: "/", want: 404},
		"no path":          {path: "", want: 404},
		"wrong key":        {path: "/" + strings.Repeat("A", len(key)) + "/", want: 404},
		"half a key":       {path: "/" + key[:len(key)-1] + "/", want: 404},
		"key and more":     {path: "/" + key + "X/", want: 404},
		"key later":        {path: "/x/" + key + "/", want: 404},
		"key in lower":     {path: "/" + strings.ToLower(key) + "/", want: 404},
		"key in escapes":   {path: fmt.Sprintf("/%%%02x%s/", key[0], key[1:]), want: 404},
		"key as query":     {path: "/?" + key, want: 404},
		"rebound":          {path: "/" + key + "/", headers: []string{"Host", "evil.example:" + port}, want: 421},
		"by name":          {path: "/" + key + "/", headers: []string{"Host", "localhost:" + port}, want: 421},
		"no port":          {path: "/" + key + "/", headers: []string{"Host", "127.0.0.1"}, want: 421},
		"other site":       {path: "/" + key + "/", headers: []string{"Sec-Fetch-Site", "cross-site"}, want: 403},
		"other port":       {path: "/" + key + "/", headers: []string{"Sec-Fetch-Site", "same-site"}, want: 403},
		"two sites":        {path: "/" + key + "/", headers: []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Site", "cross-site"}, want: 403},
		"other origin":     {path: "/" + key + "/", headers: []string{"Origin", "https://evil.example"}, want: 403},
		"no origin's page": {path: "/" + key + "/", headers: []string{"Origin", "null"}, want: 403},
		"TRACE":            {method: "TRACE", path: "/" + key + "/", want: 405},
		"preflight":        {method: "OPTIONS", path: "/" + key + "/", headers: []string{"Origin", "https://evil.example"}, want: 403},
	} {
		r := &http.Request{Method: c.method, Host: b.host, Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: b.host, Opaque: c.path}}
		for i := 0; i < len(c.headers); i += 2 {
			if c.headers[i] == "Host" {
				r.Host = c.headers[i+1]
			} else {
				r.Header.Add(c.headers[i], c.headers[i+1])
			}
		}
		answer, err := b.http.Do(r.WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		if p := problem(t, answer); answer.StatusCode != c.want || p["detail"] == "" {
			t.Errorf("%s: %s, %v; want %d", name, answer.Status, p, c.want)
		}
		answer.Body.Close()
	}
	if asked != 0 {
		t.Errorf("the target was asked %d times", asked)
	}
	if strings.Contains(b.logs.String(), key) {
		t.Errorf("the log holds the key: %s", b.logs)
	}
}

func TestTPROXY8HandTypedRequests(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	for name, c := range map[string]struct{ request, want string }{
		"CONNECT":         {"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", "HTTP/1.1 421"},
		"CONNECT to us":   {"CONNECT HOST HTTP/1.1\r\nHost: HOST\r\n\r\n", "HTTP/1.1 405"},
		"absolute form":   {"GET http://evil.example/KEY/ HTTP/1.1\r\nHost: HOST\r\n\r\n", "HTTP/1.1 421"},
		"asterisk":        {"OPTIONS * HTTP/1.1\r\nHost: HOST\r\n\r\n", "HTTP/1.1 404"},
		"two hosts":       {"GET /KEY/ HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", "HTTP/1.1 400"},
		"no host":         {"GET /KEY/ HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
		"length and more": {"POST /KEY/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nTransfer-Encoding: gzip\r\n\r\nbody", "HTTP/1.1 501"},
		"two lengths":     {"POST /KEY/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody", "HTTP/1.1 400"},
		"folded":          {"GET /KEY/ HTTP/1.1\r\nHost: HOST\r\nX-A: b\r\n Authorization: mine\r\nX-B : c\r\n\r\n", "HTTP/1.1 400"},
		"space in name":   {"GET /KEY/ HTTP/1.1\r\nHost: HOST\r\nAuthorization : mine\r\n\r\n", "HTTP/1.1 400"},
		"huge header":     {"GET /KEY/ HTTP/1.1\r\nHost: HOST\r\nX-A: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"prior h2":        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 421"},
		"garbage":         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400"},
	} {
		c.request = strings.NewReplacer("HOST", b.host, "KEY", b.key).Replace(c.request)
		if got := typed(t, b.host, c.request); !strings.HasPrefix(got, c.want) || strings.Contains(got, b.keeper.TokenText(1)) {
			t.Errorf("%s: %.200q; want %s", name, got, c.want)
		}
	}
}

func TestTargetsThatAreNone(t *testing.T) {
	k := client.New(filepath.Join(t.TempDir(), "none.sock"))
	taken := tokens.New(k, tokens.Options{})
	defer taken.Close()
	for _, o := range []proxy.Options{
		{Target: "https://api.example.com/v1"},
		{Target: "http://api.example.com"},
		{Target: "https://a:b@api.example.com"},
		{Target: ""},
		{Target: "https://api.example.com?x"},
		{Target: "http://127.0.0.1:7", Host: "127.0.0.1:7"},
	} {
		o.Tokens, o.Session = taken, "work"
		if _, err := proxy.New(o); err == nil {
			t.Errorf("target %q is taken", o.Target)
		}
	}
}

func TestKeyWithoutSlash(t *testing.T) {
	b := open(t, http.HandlerFunc(echo), nil)
	answer := b.ask(t, "GET", "?q=1", nil)
	if got := answer.Header.Get("Location"); answer.StatusCode != http.StatusPermanentRedirect || got != "/"+b.key+"/?q=1" {
		t.Errorf("%s to %q", answer.Status, got)
	}
}

// aMoment bounds what a test waits for, so that it tells what is missing.
const aMoment = 20 * time.Second
