package install

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
)

// program is the sessionkeeper that tools call, built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sk-install")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "sessionkeeper")
	build := exec.Command("go", "build", "-o", program, "sessionkeeper/cmd/sessionkeeper")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building sessionkeeper: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// desk is a user's home with a running keeper and the tools that are installed here.
type desk struct {
	Home
	env []string
	ca  string // the certificate that the servers of a test have
	tls *tls.Config
}

// hostile is a session whose name every configuration has to quote.
const hostile = `it's "mine" $(touch pwned) \ #1;`

const token = "token-of-"

func newDesk(t *testing.T) *desk {
	t.Helper()
	var sessions []session.Session
	for _, name := range []string{"work", hostile} {
		sessions = append(sessions, session.Session{
			Name: name, State: session.Active, Generation: 3, AccessExpiresAt: time.Now().Add(time.Hour),
		})
	}
	o := apitest.Options(t, apitest.New(sessions...), nil)
	apitest.Serve(t, o)
	// A folder of its own, with a name that tools may stumble over.
	dir := filepath.Join(filepath.Dir(o.Places.Config), "a user")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d := &desk{Home: Home{Dir: dir, Places: o.Places, Program: program}}
	d.env = []string{
		"HOME=" + dir, "SESSIONKEEPER_HOME=" + filepath.Dir(o.Places.Config), "SESSIONKEEPER_NO_AUTOSTART=1",
		"PATH=" + filepath.Join(o.Places.State, "bin") + ":" + filepath.Join(dir, ".local", "bin") + ":" + os.Getenv("PATH"),
		"LC_ALL=C.UTF-8", "PYENV_VERSION=system", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
		"PIP_DISABLE_PIP_VERSION_CHECK=1",
	}
	d.Getenv = func(name string) string {
		for _, v := range d.env {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
	d.certificate(t)
	return d
}

// certificate makes the servers' own certificate, which is also what signs it.
func (d *desk) certificate(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	d.ca = filepath.Join(d.Dir, "ca.pem")
	if err := os.WriteFile(d.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	d.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// run runs a tool in the home and gives what it printed.
func (d *desk) run(t *testing.T, stdin, name string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = d.Dir, d.env, strings.NewReader(stdin), &out, &errs
	err = cmd.Run()
	if e := new(exec.Error); err != nil && asError(err, e) {
		t.Fatalf("%s is missing here: %v; install its Debian package", name, err)
	}
	return out.String(), errs.String(), err
}

func asError(err error, target *exec.Error) bool {
	e, ok := err.(*exec.Error) //nolint:errorlint // what Run itself gives
	if ok {
		*target = *e
	}
	return ok
}

// must is run for a tool that has to succeed.
func (d *desk) must(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	stdout, stderr, err := d.run(t, stdin, name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(d.Dir, "pwned")); err == nil {
		t.Fatalf("%s %q ran a command that is a session's name", name, args)
	}
	return stdout
}
