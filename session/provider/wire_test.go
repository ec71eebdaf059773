package provider

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
)

// trusting returns a Wire of the real kind that trusts a test server's certificate.
func trusting(t *testing.T, server *httptest.Server) *Wire {
	t.Helper()
	rt := newTransport()
	if cert := server.Certificate(); cert != nil {
		roots := x509.NewCertPool()
		roots.AddCert(cert)
		rt.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		rt.TLSClientConfig.RootCAs = roots
	}
	return NewWire(rt, nil)
}

func serveTLS(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Wire) {
	t.Helper()
	server := httptest.NewUnstartedServer(reading(h))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, trusting(t, server)
}

func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Wire) {
	t.Helper()
	server := httptest.NewServer(reading(h))
	t.Cleanup(server.Close)
	return server, NewWire(nil, nil)
}

// reading takes the whole request in before it is answered: closing a connection with something unread resets it.
func reading(h http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h(rw, r)
	}
}

// raw answers every connection with bytes and then ends it, or keeps it open until the test is over. What it returns has a
// value for each request.
func raw(t *testing.T, answer string, keepOpen bool) (base string, requests <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}, 64)
	open := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			// The whole request: closing with something unread would reset the connection.
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				heard <- struct{}{}
				_, _ = io.WriteString(c, answer)
				if keepOpen {
					<-open
				}
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { close(open); _ = l.Close(); <-done })
	return "http://" + l.Addr().String(), heard
}

var oldToken = secret.New("rt-old-token")

func refreshAt(ctx context.Context, w *Wire, target string) Answer {
	return w.Refresh(ctx, &Provider{TokenURL: target}, Client{ID: "app"}, oldToken, nil)
}

func TestRefreshRequest(t *testing.T) {
	var got *http.Request
	var form url.Values
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(body))
		got = r
		io.WriteString(rw, `{"access_token":"new","refresh_token":"next","expires_in":60}`)
	})
	before := time.Now()
	a := refreshAt(t.Context(), w, server.URL+"/token?tenant=x")
	if a.Verdict != VerdictOK || a.Tokens.Refresh.Reveal() != "next" || a.Tokens.ExpiresIn != time.Minute {
		t.Fatalf("answer: %+v", a)
	}
	if a.SentAt.Before(before) || a.SentAt.After(time.Now()) || a.Date.IsZero() || a.Status != 200 {
		t.Errorf("sent at %v, date %v, status %d", a.SentAt, a.Date, a.Status)
	}
	want := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"rt-old-token"}, "client_id": {"app"}}
	if !maps.EqualFunc(form, want, slices.Equal) || got.URL.RawQuery != "tenant=x" {
		t.Errorf("form %v query %q; want %v", form, got.URL.RawQuery, want)
	}
	if got.Header.Get("Accept") != "application/json" || !strings.HasPrefix(got.UserAgent(), "sessionkeeper/") ||
		got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || got.Header.Get("Authorization") != "" {
		t.Errorf("headers %v", got.Header)
	}
}

func TestRefreshVariants(t *testing.T) {
	var path, kind, body string
	server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		path, kind, body = r.URL.Path, r.Header.Get("Content-Type"), string(b)
		io.WriteString(rw, `{"access_token":"new"}`)
	})
	p := &Provider{
		TokenURL: server.URL + "/token", RefreshURL: server.URL + "/refresh", JSONBody: true, ScopeSeparator: ",",
		TokenParams: map[string]string{"expiring": "1"},
	}
	a := w.Refresh(t.Context(), p, Client{ID: "app"}, oldToken, []string{"x", "y"})
	want := `{"client_id":"app","expiring":"1","grant_type":"refresh_token","refresh_token":"rt-old-token","scope":"x,y"}`
	if a.Verdict != VerdictOK || path != "/refresh" || kind != "application/json" || body != want {
		t.Errorf("%s %s %s %s", a.Verdict, path, kind, body)
	}
	if !a.Date.IsZero() {
		t.Error("the Date header of a plain http answer was believed")
	}
	code := Code{Code: secret.New("c"), Verifier: secret.New("v"), RedirectURI: "http://127.0.0.1:1/callback"}
	p.JSONBody, p.TokenParams = false, nil
	w.Exchange(t.Context(), p, Client{ID: "app"}, code)
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {"c"}, "code_verifier": {"v"},
		"redirect_uri": {"http://127.0.0.1:1/callback"}, "client_id": {"app"},
	}
	if path != "/token" || body != form.Encode() {
		t.Errorf("exchange at %s with %s", path, body)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, w := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	a := refreshAt(ctx, w, server.URL)
	if a.Code != "cancelled" || !a.OutcomeUnknown || a.Unsent {
		t.Errorf("while waiting: %s unknown %t unsent %t", a.Code, a.OutcomeUnknown, a.Unsent)
	}
	a = refreshAt(ctx, w, server.URL)
	if a.Code != "cancelled" || a.OutcomeUnknown || !a.Unsent {
		t.Errorf("before sending: %s unknown %t unsent %t", a.Code, a.OutcomeUnknown, a.Unsent)
	}
}

// TestForeignRoundTripper is about a transport without httptrace: nothing is known of what it sent.
func TestForeignRoundTripper(t *testing.T) {
	w := NewWire(roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.ErrClosedPipe }), nil)
	if a := refreshAt(t.Context(), w, "https://as.example/token"); a.Unsent || !a.OutcomeUnknown {
		t.Errorf("unsent %t unknown %t; want unknown", a.Unsent, a.OutcomeUnknown)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestEveryRequestHasItsOwnConnection is what makes "not sent" certain: no kept connection can die under a request.
func TestEveryRequestHasItsOwnConnection(t *testing.T) {
	for _, start := range []func(*testing.T, http.HandlerFunc) (*httptest.Server, *Wire){serve, serveTLS} {
		from := map[string]bool{}
		server, w := start(t, func(rw http.ResponseWriter, r *http.Request) {
			from[r.RemoteAddr] = true
			io.WriteString(rw, `{"access_token":"a"}`)
		})
		for range 3 {
			if a := refreshAt(t.Context(), w, server.URL); a.Verdict != VerdictOK {
				t.Fatalf("%s %s", a.Verdict, a.Message)
			}
		}
		if len(from) != 3 {
			t.Errorf("three requests came over %d connections", len(from))
		}
	}
}

func TestAnswerRepeatsNoSecret(t *testing.T) {
	server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		rw.WriteHeader(http.StatusBadRequest)
		io.WriteString(rw, `{"error":"invalid_grant","error_description":"no such token `+form.Get("refresh_token")+
			` of `+form.Get("client_secret")+`"}`)
	})
	c := Client{ID: "app", Secret: secret.New("s3cr3t"), AuthStyle: AuthPost}
	a := w.Refresh(t.Context(), &Provider{TokenURL: server.URL}, c, oldToken, nil)
	if a.Verdict != VerdictSignIn || strings.Contains(a.Message, "rt-old") || strings.Contains(a.Message, "s3cr3t") {
		t.Errorf("%s %q", a.Verdict, a.Message)
	}
}
