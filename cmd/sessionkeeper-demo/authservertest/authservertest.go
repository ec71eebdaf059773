// Package authservertest starts the demo provider inside a test and plays the person at its consent page. It must be
// imported by tests alone.
package authservertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// Start serves a provider over http on a free loopback port until the test ends. Options.Issuer is filled in.
func Start(tb testing.TB, o authserver.Options) *authserver.Server {
	tb.Helper()
	front := httptest.NewUnstartedServer(nil)
	o.Issuer = "http://" + front.Listener.Addr().String()
	server, err := authserver.New(o)
	if err != nil {
		front.Listener.Close()
		tb.Fatal(err)
	}
	front.Config.Handler = server
	front.Start()
	tb.Cleanup(func() {
		server.Close()
		front.Close()
	})
	return server
}

// Browser is somebody at a browser. Its zero value allows what is asked, as the account that the page proposes.
type Browser struct {
	Account string // subject to sign in as; empty: the one that the page proposes
	Deny    bool
	// Stay does not follow the redirect that leads away from the provider; Open returns its address as landed.
	Stay bool
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	proposed   = regexp.MustCompile(`value="([^"]+)" checked`)
)

// Open opens an authorization or device verification address, answers the page, and follows what comes back to the
// client. It returns the last page's address, with status and text.
func (b Browser) Open(tb testing.TB, address string) (landed *url.URL, status int, text string) {
	tb.Helper()
	client := &http.Client{Transport: new(http.Transport), CheckRedirect: b.follow}
	defer client.CloseIdleConnections()
	landed, status, text = b.visit(tb, client, address, nil)
	action := formAction.FindStringSubmatch(text)
	if action == nil {
		return landed, status, text
	}
	answer := url.Values{"account": {b.Account}, "decision": {"allow"}}
	if p := proposed.FindStringSubmatch(text); b.Account == "" && p != nil {
		answer.Set("account", p[1])
	}
	if b.Deny {
		answer.Set("decision", "deny")
	}
	return b.visit(tb, client, landed.ResolveReference(&url.URL{Path: action[1]}).String(), answer)
}

func (b Browser) follow(next *http.Request, via []*http.Request) error {
	if b.Stay && next.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

func (Browser) visit(tb testing.TB, client *http.Client, address string, form url.Values) (*url.URL, int, string) {
	tb.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, address, body)
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		tb.Fatalf("opening the page: %v", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatalf("reading the page: %v", err)
	}
	if away, err := response.Location(); err == nil {
		return away, response.StatusCode, string(text)
	}
	return response.Request.URL, response.StatusCode, string(text)
}
