// Package providertest is an authorization server for tests: one process plays any number of issuers over real HTTP or
// HTTPS, each with the habits of a Profile, behind a layer of faults that can be scripted for each request. It keeps a
// log of its own, from which it can be computed whether a client sent a refresh token twice or lost a login.
//
// It keeps everything in memory, trusts everybody who can reach it and must never listen beyond the loopback interface.
// Every token that it issues holds Server.Canary, so that one search finds any of them where none should be.
package providertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a Server. The zero value is ready to use.
type Options struct {
	TLS  bool             // https, with a certificate of its own: see Server.Certificate
	Wall func() time.Time // where its clock starts from; nil: time.Now
	// Record is told every entry of the log once nothing changes it any more, one at a time, from any goroutine. It must
	// not call the server. Nil: nobody is told.
	Record func(Entry)
}

// Server is a running server. Its methods are safe from any goroutine.
type Server struct {
	// URL is where it listens, such as http://127.0.0.1:8080. Each issuer has a path below it.
	URL string

	record      func(Entry)
	wall        func() time.Time
	certificate []byte // PEM; nil without TLS
	client      *http.Client
	key         *ecdsa.PrivateKey // signs ID tokens
	seal        []byte            // makes tokens that nobody can guess
	canary      string
	done        chan struct{} // closed by Close

	mu       sync.Mutex // guards what follows, and everything of the issuers that is not fixed
	offset   time.Duration
	issuers  map[string]*Issuer
	families []*family
	flights  map[flight]*sending
	entries  []Entry
	tally    Tally
	choose   func(Call) Fault

	listening sync.Mutex // guards what follows
	address   string
	tls       *tls.Config
	server    *http.Server // nil while it is down
	serving   chan struct{}
	closed    bool
}

// Start listens on a free port of 127.0.0.1. Close it.
func Start(o Options) (*Server, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("starting a provider: %w", err)
	}
	s := &Server{
		record: o.Record, wall: o.Wall, key: key, seal: random(32), canary: "canary" + hex.EncodeToString(random(6)),
		done: make(chan struct{}), issuers: map[string]*Issuer{}, flights: map[flight]*sending{},
		address: "127.0.0.1:0", tally: Tally{Faults: map[string]int{}},
	}
	if s.wall == nil {
		s.wall = time.Now
	}
	scheme := "http://"
	transport := new(http.Transport)
	if o.TLS {
		scheme = "https://"
		if err := s.certify(); err != nil {
			return nil, fmt.Errorf("starting a provider: %w", err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(s.certificate)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	s.client = &http.Client{Transport: transport}
	if err := s.Up(); err != nil {
		return nil, err
	}
	s.URL = scheme + s.address
	return s, nil
}

// Close ends the server and everything that hangs in it.
func (s *Server) Close() {
	s.listening.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	s.listening.Unlock()
	s.Down()
	s.client.CloseIdleConnections()
}

// Up listens again, at the same address, after Down.
func (s *Server) Up() error {
	s.listening.Lock()
	defer s.listening.Unlock()
	if s.server != nil || s.closed {
		return nil
	}
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", s.address)
	if err != nil {
		return fmt.Errorf("listening as a provider: %w", err)
	}
	s.address = l.Addr().String()
	if s.tls != nil {
		l = tls.NewListener(l, s.tls)
	}
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	serving := make(chan struct{})
	s.server, s.serving = server, serving
	go func() {
		defer close(serving)
		_ = server.Serve(l) // always http.ErrServerClosed: there is no other way out
	}()
	return nil
}

// Down closes the listener and every connection: from now on connections are refused.
func (s *Server) Down() {
	s.listening.Lock()
	defer s.listening.Unlock()
	if s.server == nil {
		return
	}
	_ = s.server.Close() // the listener's error would change nothing
	<-s.serving
	s.server, s.serving = nil, nil
}

// Client returns a client that trusts the server's certificate.
func (s *Server) Client() *http.Client { return s.client }

// Certificate is the server's own certificate, PEM, for SSL_CERT_FILE; nil without TLS.
func (s *Server) Certificate() []byte { return s.certificate }

// Canary is a text that every secret which the server issues holds, and nothing else of it.
func (s *Server) Canary() string { return s.canary }

// Now is the server's wall clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// now is called with mu held.
func (s *Server) now() time.Time { return s.wall().Add(s.offset).Round(0) }

// Advance moves the server's wall clock, which decides over lives and limits; a negative d moves it back.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
}

// Issuer makes an issuer below the server's URL, or changes the profile of the one that is there. A name is a path
// without slashes at its ends, such as "team/a".
func (s *Server) Issuer(name string, p Profile) *Issuer {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.issuers[name]
	if i == nil {
		i = &Issuer{s: s, name: name, URL: s.URL + "/" + name, codes: map[string]code{}, devices: map[string]*device{}}
		s.issuers[name] = i
	}
	i.profile = p.withDefaults()
	return i
}

// issuerAt finds the issuer that a path belongs to, and what follows its name.
func (s *Server) issuerAt(path string) (i *Issuer, rest string) {
	path = strings.TrimPrefix(path, "/")
	if name, ok := strings.CutPrefix(path, ".well-known/oauth-authorization-server/"); ok { // RFC 8414 section 3.1
		path = name + "/.well-known/oauth-authorization-server"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := len(path); at > 0; at = strings.LastIndexByte(path[:at], '/') {
		if i := s.issuers[path[:at]]; i != nil {
			return i, path[at:]
		}
	}
	return nil, ""
}

func (s *Server) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i, rest := s.issuerAt(r.URL.Path)
		if i == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("Cache-Control", "no-store")
		switch rest {
		case "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server":
			i.discovery(w, r, rest)
		case "/jwks":
			i.jwks(w)
		case "/authorize":
			i.authorize(w, r)
		case "/token":
			i.token(w, r)
		case "/device":
			i.startDevice(w, r)
		case "/verify":
			i.verifyDevice(w, r)
		case "/revoke":
			i.revoke(w, r)
		case "/introspect":
			i.introspect(w, r)
		case "/userinfo":
			i.userinfo(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// certify makes a certificate for the loopback addresses.
func (s *Server) certify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a provider in a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
		BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	s.certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	s.tls = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"}, // HTTP/2 cannot be cut in the middle of an answer
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

var errNoFamily = errors.New("there is no such grant")
