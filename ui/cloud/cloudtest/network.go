// Package cloudtest has clouds for tests: AWS's and Google's token services behave as they are documented, under their
// own names and over TLS, behind a proxy. It must be imported by tests alone.
package cloudtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Network is a network in which some hosts of the clouds are ours: a proxy that connects to them alone.
type Network struct {
	proxy  string
	bundle string // file with the certificate of the network's own authority
}

// StartNetwork serves hosts, by name, until the test ends.
func StartNetwork(tb testing.TB, hosts map[string]http.Handler) *Network {
	tb.Helper()
	certificate, authority := certify(tb, slices.Collect(maps.Keys(hosts)))
	clouds := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := strings.Cut(r.Host, ":")
		handler, known := hosts[host]
		if !known {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	clouds.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	clouds.StartTLS()
	tb.Cleanup(clouds.Close)
	door := &proxy{hosts: hosts, to: clouds.Listener.Addr().String(), tb: tb}
	front := httptest.NewServer(door)
	tb.Cleanup(func() {
		front.Close()
		door.pipes.Wait()
	})
	bundle := filepath.Join(tb.TempDir(), "authority.pem")
	if err := os.WriteFile(bundle, authority, 0o600); err != nil {
		tb.Fatal(err)
	}
	return &Network{proxy: front.URL, bundle: bundle}
}

// Env leads a program into the network.
func (n *Network) Env() []string {
	return []string{
		"HTTPS_PROXY=" + n.proxy, "https_proxy=" + n.proxy, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
		"SSL_CERT_FILE=" + n.bundle, "AWS_CA_BUNDLE=" + n.bundle, "NODE_EXTRA_CA_CERTS=" + n.bundle,
		"REQUESTS_CA_BUNDLE=" + n.bundle,
	}
}

// proxy connects to the network's hosts and to no other.
type proxy struct {
	hosts map[string]http.Handler
	to    string
	tb    testing.TB
	pipes sync.WaitGroup
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	if _, known := p.hosts[host]; r.Method != http.MethodConnect || err != nil || port != "443" || !known {
		p.tb.Logf("the network refuses %s %s", r.Method, r.Host)
		http.Error(w, "not in this network", http.StatusForbidden)
		return
	}
	var d net.Dialer
	there, err := d.DialContext(r.Context(), "tcp", p.to)
	if err != nil {
		http.Error(w, "gone", http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = to.Close()
		_ = from.Close()
	}
	p.pipes.Go(func() { pipe(there, here) })
	p.pipes.Go(func() { pipe(here, there) })
}

// certify makes an authority and a certificate of it for these hosts.
func certify(tb testing.TB, hosts []string) (tls.Certificate, []byte) {
	tb.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			tb.Fatal(err)
		}
		return k
	}
	top, own := key(), key()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test clouds"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Cloud"}, DNSNames: hosts,
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	root, err := x509.CreateCertificate(rand.Reader, authority, authority, top.Public(), top)
	if err != nil {
		tb.Fatal(err)
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, authority, own.Public(), top)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: own},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root})
}
