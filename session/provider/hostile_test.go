package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Whichever endpoint redirects, wherever to, nothing is sent there.
func TestTREDIR1NoEndpointIsFollowed(t *testing.T) {
	var elsewhere, asked atomic.Int32
	tokens := func(rw http.ResponseWriter, _ *http.Request) {
		elsewhere.Add(1)
		io.WriteString(rw, `{"access_token":"stolen","sub":"x","keys":[],"issuer":"x"}`)
	}
	other, _ := serveTLS(t, tokens)
	plain, _ := serve(t, tokens)
	var status int
	var location string
	server, w := serveTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere/token" {
			tokens(rw, r)
			return
		}
		asked.Add(1)
		rw.Header().Set("Location", location)
		rw.WriteHeader(status)
	})
	p := &Provider{
		Issuer: server.URL, TokenURL: server.URL + "/token", RevokeURL: server.URL + "/revoke", UserinfoURL: server.URL + "/me",
		DeviceURL: server.URL + "/device", PARURL: server.URL + "/par", IntrospectURL: server.URL + "/introspect",
	}
	c := Client{ID: "app"}
	endpoints := map[string]func(context.Context) (Answer, error){
		"token": func(ctx context.Context) (Answer, error) { return w.Refresh(ctx, p, c, oldToken, nil), nil },
		"code":  func(ctx context.Context) (Answer, error) { return w.Exchange(ctx, p, c, Code{Code: oldToken}), nil },
		"revocation": func(ctx context.Context) (Answer, error) {
			return w.Revoke(ctx, p, c, oldToken, "refresh_token"), nil
		},
		"userinfo": func(ctx context.Context) (Answer, error) { _, a := w.Userinfo(ctx, p, oldToken); return a, nil },
		"introspection": func(ctx context.Context) (Answer, error) {
			return w.Check(ctx, p, c, Check{Kind: CheckIntrospect}, oldToken), nil
		},
		"device": func(ctx context.Context) (Answer, error) { _, a := w.DeviceStart(ctx, p, c, nil); return a, nil },
		"PAR":    func(ctx context.Context) (Answer, error) { _, a := w.Push(ctx, p, c, url.Values{}); return a, nil },
		"keys": func(ctx context.Context) (Answer, error) {
			_, _, err := w.keySet(ctx, server.URL+"/keys", true)
			return Answer{}, err
		},
		"discovery": func(ctx context.Context) (Answer, error) { _, err := w.discover(ctx, server.URL); return Answer{}, err },
	}
	for _, location = range []string{"/elsewhere/token", other.URL + "/token", plain.URL + "/token", ""} {
		for _, status = range []int{301, 302, 303, 307, 308} {
			for name, ask := range endpoints {
				asked.Store(0)
				a, err := ask(t.Context())
				if err == nil && (a.Verdict == VerdictOK || a.Verdict == VerdictSignIn || !a.Tokens.Access.Empty()) {
					t.Errorf("%s, %d to %q: %s %s", name, status, location, a.Verdict, a.Code)
				}
				if n := asked.Load(); n == 0 || n > 1 && name != "discovery" || elsewhere.Load() != 0 {
					t.Errorf("%s, %d to %q: asked %d times, and %d times elsewhere", name, status, location, n, elsewhere.Load())
				}
			}
		}
	}
}

func TestTREDIR1TokenEndpointIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var hits atomic.Int32
		other, _ := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			io.WriteString(rw, `{"access_token":"stolen"}`)
		})
		server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, other.URL+"/token?next=rt-old-token", status)
		})
		a := refreshAt(t.Context(), w, server.URL)
		if a.Verdict != VerdictPassing || a.Code != "redirect_refused" || hits.Load() != 0 {
			t.Errorf("%d: %s %s, %d requests elsewhere", status, a.Verdict, a.Code, hits.Load())
		}
		if strings.Contains(a.Message, "rt-old-token") || !strings.Contains(a.Message, other.Listener.Addr().String()) {
			t.Errorf("%d: message %q", status, a.Message)
		}
	}
}

// What a network puts in front of the provider until its user has logged in speaks of no token.
func TestF15CaptivePortal(t *testing.T) {
	const page = `<!doctype html><title>Welcome</title><form action="/login"><input name="token"></form>`
	for _, v := range []struct {
		name, location, kind, body string
		status                     int
		code                       string
	}{
		{name: "page", status: 200, kind: "text/html", body: page, code: "captive_portal"},
		{name: "page that says it is JSON", status: 200, kind: "application/json", body: page, code: "captive_portal"},
		{name: "page with a mark before it", status: 200, body: "\xef\xbb\xbf\n" + page, code: "captive_portal"},
		{name: "page that quotes", status: 200, body: page + `{"error":"invalid_grant","access_token":"x"}`, code: "captive_portal"},
		{name: "nothing", status: 200, code: "truncated"},
		{name: "its own JSON", status: 200, body: `{"captive":true,"user-portal-url":"https://portal.example"}`, code: "no_token"},
		{name: "redirect", status: 302, location: "http://portal.example/login", code: "redirect_refused"},
		{name: "redirect to a place like ours", status: 302, location: "https://portal.example/token", code: "redirect_refused"},
		{name: "redirect that keeps the request", status: 307, location: "http://portal.example/token", code: "redirect_refused"},
		{name: "authentication required", status: 511, kind: "text/html", body: page, code: "http_511"},
		{name: "blocked", status: 403, kind: "text/html", body: page, code: "html_page"},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", v.kind)
			if v.location != "" {
				rw.Header().Set("Location", v.location)
			}
			rw.WriteHeader(v.status)
			io.WriteString(rw, v.body)
		})
		a := refreshAt(t.Context(), w, server.URL)
		if a.Verdict != VerdictPassing || a.Code != v.code || a.OutcomeUnknown != (v.location == "") || !a.Tokens.Access.Empty() ||
			!a.Tokens.Refresh.Empty() {
			t.Errorf("%s: %s %s, outcome unknown %t; want passing %s", v.name, a.Verdict, a.Code, a.OutcomeUnknown, v.code)
		}
		checkAnswer(t, a)
	}
}

// certified makes a certificate for a host, which its pool trusts.
func certified(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Inspection Ltd"}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// A server that cannot prove who it is gets not one byte of the request.
func TestF17InterceptedTLSGetsNothing(t *testing.T) {
	soon, past := time.Now().AddDate(0, 1, 0), time.Now().AddDate(0, -1, 0)
	for _, v := range []struct {
		name    string
		host    string
		until   time.Time
		trusted bool
		version uint16
		code    string
	}{
		{"trusted", "127.0.0.1", soon, true, tls.VersionTLS13, ""},
		{"unknown authority", "127.0.0.1", soon, false, tls.VersionTLS13, "tls_untrusted"},
		{"unknown authority, TLS 1.2", "127.0.0.1", soon, false, tls.VersionTLS12, "tls_untrusted"},
		{"expired", "127.0.0.1", past, true, tls.VersionTLS13, "tls_untrusted"},
		{"other name", "portal.example", soon, true, tls.VersionTLS13, "tls_untrusted"},
		{"other address", "127.0.0.2", soon, true, tls.VersionTLS12, "tls_untrusted"},
		{"too old", "127.0.0.1", soon, true, tls.VersionTLS11, "tls_failed"},
	} {
		cert, pool := certified(t, v.host, v.until)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan int64, 1)
		go func() {
			c, err := l.Accept()
			if err != nil {
				got <- -1
				return
			}
			defer c.Close()
			inner := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: v.version, MaxVersion: v.version})
			head := make([]byte, 1)
			n, _ := io.ReadFull(inner, head)
			if n > 0 {
				_, _ = io.WriteString(inner, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"+`{"access_token":"a"}`)
			}
			got <- int64(n)
		}()
		rt := newTransport()
		if v.trusted { // the rest is as it is for everybody
			if rt.TLSClientConfig == nil {
				rt.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
			}
			rt.TLSClientConfig.RootCAs = pool
		}
		a := refreshAt(t.Context(), NewWire(rt, nil), "https://"+l.Addr().String())
		_ = l.Close()
		n := <-got
		if v.code == "" {
			if a.Verdict != VerdictOK || n == 0 {
				t.Errorf("%s: %s %s, %d bytes", v.name, a.Verdict, a.Message, n)
			}
			continue
		}
		if a.Verdict != VerdictPassing || a.Code != v.code || !a.Unsent || a.OutcomeUnknown || n != 0 {
			t.Errorf("%s: %s %s unsent %t, the server read %d bytes; want passing %s, unsent, none", v.name, a.Verdict, a.Code, a.Unsent,
				n, v.code)
		}
		said := "is not trusted (issued by Inspection Ltd)"
		switch {
		case v.until.Equal(past):
			said = "has expired, or is not valid yet by this computer's clock (issued by Inspection Ltd)"
		case v.trusted:
			said = "is that of another server (issued by Inspection Ltd)"
		}
		if v.code == "tls_untrusted" && a.Message != "the server's certificate "+said {
			t.Errorf("%s: message %q; want %q", v.name, a.Message, said)
		}
		checkAnswer(t, a)
	}
	var hits atomic.Int32
	plain, w := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	if a := refreshAt(t.Context(), w, strings.Replace(plain.URL, "http:", "https:", 1)); a.Code != "tls_failed" || !a.Unsent ||
		hits.Load() != 0 {
		t.Errorf("no TLS there: %s unsent %t, %d requests", a.Code, a.Unsent, hits.Load())
	}
}
