package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/helper"
)

// toolHome is a home in which programs get tokens of the session "work" by way of their helpers.
type toolHome struct {
	*home

	provider *authserver.Server
}

// newToolHome starts a keeper with its session. Tools find us under the names by which they look for us.
func newToolHome(t *testing.T) *toolHome {
	t.Helper()
	h := &toolHome{home: newHome(t, keychaintest.Start(t).Env()...)}
	h.provider = authservertest.Start(t, authserver.Options{
		AccessTTL: time.Hour, SessionTTL: -1, Rotation: authserver.RotationStrict, AutoApprove: true,
	})
	for _, tool := range helper.Tools() {
		if tool.Program == "" {
			continue
		}
		if err := os.Symlink(program, filepath.Join(h.dir, "bin", tool.Program)); err != nil {
			t.Fatal(err)
		}
	}
	h.serve()
	h.must("add", "work", "--issuer", h.provider.Issuer(), "--client-id", "demo", "--scope", "openid")
	return h
}

// bind writes helpers.toml: these tools get tokens of "work" for these hosts.
func (h *toolHome) bind(hosts []string, tools ...string) {
	h.t.Helper()
	var b strings.Builder
	for _, tool := range tools {
		b.WriteString("[[helper]]\ntool = '" + tool + "'\nsession = 'work'\nhosts = ['" + strings.Join(hosts, "', '") + "']\n")
	}
	h.write("sk/config/helpers.toml", b.String())
}

// write writes a file below the home and gives its path.
func (h *toolHome) write(name, text string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return path
}

// token is the one that is handed out now.
func (h *toolHome) token() string { return strings.TrimSpace(h.must("token", "work")) }

// tool is a program that asks a helper, in the home's environment and env.
func (h *toolHome) tool(env []string, name string, args ...string) *exec.Cmd {
	h.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		h.t.Fatalf("%s is missing: %v", name, err)
	}
	cmd := exec.CommandContext(h.t.Context(), path, args...)
	cmd.Dir = h.dir
	cmd.Env = slices.Concat(h.env, []string{"HOME=" + h.dir, "XDG_CONFIG_HOME="}, env)
	return cmd
}

// outcome runs a tool and gives all that it printed.
func outcome(cmd *exec.Cmd) (string, int) {
	out, err := cmd.CombinedOutput()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), e.ExitCode()
	}
	if err != nil {
		return string(out) + err.Error(), -1
	}
	return string(out), 0
}

// resource is an https server that takes tokens of one provider, and any user name with them.
type resource struct {
	*httptest.Server

	caFile string
	realm  string // how it asks for a token: "Basic" or "Bearer"
	header []string
	check  string // where the provider says whether a token is good

	mu      sync.Mutex
	refused map[string]bool
	seen    []string // "status path scheme user token", in order
}

// startResource serves next to those who have a token. Every answer carries header, a name and a value, if there is one.
func (h *toolHome) startResource(realm string, next http.Handler, header ...string) *resource {
	h.t.Helper()
	r := &resource{realm: realm, header: header, check: h.provider.Issuer() + "/userinfo", refused: map[string]bool{}}
	r.Server = httptest.NewUnstartedServer(r.guard(next))
	r.Config.ErrorLog = log.New(new(bytes.Buffer), "", 0)
	certificate, authority := makeAuthority(h.t)
	r.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	r.caFile = h.write("ca.pem", authority)
	r.StartTLS()
	h.t.Cleanup(r.Close)
	return r
}

// host is where it listens, by the name that every tool takes for a host.
func (r *resource) host() string {
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String())
	return "localhost:" + port
}

// refuse makes it take a token no longer, which its provider still finds good.
func (r *resource) refuse(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused[token] = true
}

// requests gives what was asked so far, and forgets it.
func (r *resource) requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.seen
	r.seen = nil
	return seen
}

func (r *resource) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if len(r.header) == 2 {
			w.Header().Set(r.header[0], r.header[1])
		}
		scheme, user, token := credential(q)
		if !r.takes(q, token) {
			r.note("401", q, scheme, user, token)
			challenge := r.realm + ` realm="test"`
			if token != "" {
				w.Header().Add("WWW-Authenticate", `Bearer realm="test", error="invalid_token"`)
			}
			w.Header().Add("WWW-Authenticate", challenge)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		r.note("ok", q, scheme, user, token)
		next.ServeHTTP(w, q)
	})
}

func (r *resource) note(status string, q *http.Request, scheme, user, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, strings.Join([]string{status, q.URL.Path, scheme, user, token}, " "))
}

// takes asks the provider.
func (r *resource) takes(q *http.Request, token string) bool {
	r.mu.Lock()
	refused := r.refused[token]
	r.mu.Unlock()
	if token == "" || refused {
		return false
	}
	ask, err := http.NewRequestWithContext(q.Context(), http.MethodGet, r.check, nil)
	if err != nil {
		return false
	}
	ask.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(ask)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// credential takes a request's Authorization apart.
func credential(q *http.Request) (scheme, user, token string) {
	if user, token, ok := q.BasicAuth(); ok {
		return "Basic", user, token
	}
	scheme, token, _ = strings.Cut(q.Header.Get("Authorization"), " ")
	if _, err := base64.StdEncoding.DecodeString(token); err != nil && scheme == "Basic" {
		token = ""
	}
	return scheme, "", token
}

// makeAuthority makes a certificate for this machine under an authority of its own, in PEM.
func makeAuthority(tb testing.TB) (leaf tls.Certificate, authority string) {
	tb.Helper()
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, leafKey := newKey(tb), newKey(tb)
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		tb.Fatal(err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, server, root, leafKey.Public(), rootKey)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}))
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}
