// Package stranger runs oidc-provider, a certified OpenID provider that this project did not write, so that tests meet
// an independent opinion: it rotates refresh tokens at each use and ends the whole grant when an old one comes back. It
// must be imported by tests alone.
package stranger

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// TB is what Start needs of a testing.TB.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
	Attr(key, value string)
}

// Options configures the provider. The zero value is ready to use.
type Options struct {
	AccessTTL  time.Duration // life of access tokens in whole seconds; zero means a minute
	SessionTTL time.Duration // life of grants in whole seconds; zero means ten minutes
	Account    string        // who signs in where no login_hint says so; empty means "ada"
}

// Provider is a running provider with a public client "demo" and a confidential one "demo-secret" whose secret is
// "demo-secret". Both may use any loopback port with the path /callback. Every consent is given at once. It wants PKCE,
// and gives a refresh token only for offline_access with prompt=consent.
type Provider struct {
	Issuer string

	t TB
}

// Request is one request to the token endpoint. A refresh token is named by a part of its hash.
type Request struct {
	At           time.Time `json:"at"`
	EndedAt      time.Time `json:"ended_at"`
	GrantType    string    `json:"grant_type"`
	Grant        string    `json:"grant"`         // empty where the request did not get that far
	RefreshToken string    `json:"refresh_token"` // presented, empty for none
	SentBefore   bool      `json:"sent_before"`   // an earlier request presented it too
	Issued       string    `json:"issued"`        // refresh token in the answer, empty for none
	Status       int       `json:"status"`
	Error        string    `json:"error"`
}

// Log is what the token endpoint has seen.
type Log struct {
	Requests      []Request `json:"requests"`       // in the order of their answers
	DoubleSends   int       `json:"double_sends"`   // requests with a refresh token that had been presented before
	ReuseDetected int       `json:"reuse_detected"` // grants that the provider ended because of that
	GrantsRevoked int       `json:"grants_revoked"` // for that reason, or by a client's revocation request
}

// Grant is something allowed and still alive.
type Grant struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Client  string `json:"client"`
}

const folder = ".tools/oidc-provider"

// Start runs the provider until the test ends. It fails the test where the provider is not installed.
func Start(t TB, o Options) *Provider {
	t.Helper()
	home, err := find()
	if err != nil {
		t.Fatalf("%v", err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("the provider needs Node, Debian package nodejs: %v", err)
	}
	settings, err := json.Marshal(settingsOf(o))
	if err != nil {
		t.Fatalf("starting the provider: %v", err)
	}
	// The command outlives the test's context, which ends before the clean-up that closes its stdin.
	//nolint:gosec // node as found on PATH, with our own script
	command := exec.CommandContext(context.WithoutCancel(t.Context()), node, "server.mjs", string(settings))
	command.Dir = home
	var words bytes.Buffer
	command.Stderr = &words
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatalf("starting the provider: %v", err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatalf("starting the provider: %v", err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("starting the provider: %v", err)
	}
	out := bufio.NewReader(stdout)
	t.Cleanup(func() {
		stdin.Close()
		_, _ = io.Copy(io.Discard, out) // what is left unread would fail Wait
		if err := command.Wait(); err != nil {
			t.Logf("the provider ended: %v", err)
		}
	})
	line, err := out.ReadString('\n')
	issuer, ready := strings.CutPrefix(strings.TrimSpace(line), "ready issuer=")
	if err != nil || !ready {
		stdin.Close()
		_ = command.Wait()
		t.Fatalf("the provider did not start: %v\n%s", err, words.String())
	}
	t.Attr("real", "oidc-provider")
	return &Provider{Issuer: issuer, t: t}
}

func settingsOf(o Options) map[string]any {
	settings := make(map[string]any)
	if o.AccessTTL != 0 {
		settings["access_ttl"] = int(o.AccessTTL / time.Second)
	}
	if o.SessionTTL != 0 {
		settings["session_ttl"] = int(o.SessionTTL / time.Second)
	}
	if o.Account != "" {
		settings["account"] = o.Account
	}
	return settings
}

// find looks for the provider from the working folder upwards: tests run in their package's folder.
func find() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", folder, err)
	}
	for {
		home := filepath.Join(at, folder)
		if _, err := os.Stat(filepath.Join(home, "server.mjs")); err == nil {
			if _, err := os.Stat(filepath.Join(home, "node_modules", "oidc-provider")); err != nil {
				return "", fmt.Errorf("%s has no node_modules: run make test, which installs them", folder)
			}
			return home, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("there is no %s above the working folder", folder)
		}
		at = filepath.Dir(at)
	}
}

// Revoke ends one grant at once, with its refresh tokens and access tokens.
func (p *Provider) Revoke(id string) {
	p.t.Helper()
	if p.control(map[string]any{"revoke": id}) != 1 {
		p.t.Fatalf("there is no grant %s", id)
	}
}

// RevokeAll ends all grants and returns how many there were.
func (p *Provider) RevokeAll() int {
	p.t.Helper()
	return p.control(map[string]any{"revoke": "all"})
}

// SetAccessTTL changes the life of the access tokens issued from now on.
func (p *Provider) SetAccessTTL(d time.Duration) {
	p.t.Helper()
	p.control(map[string]any{"access_ttl": int(d / time.Second)})
}

// Log returns what the token endpoint has seen so far.
func (p *Provider) Log() Log {
	p.t.Helper()
	var l Log
	p.call(http.MethodGet, "/control/log", nil, &l)
	return l
}

// Grants returns the grants that are alive, oldest first.
func (p *Provider) Grants() []Grant {
	p.t.Helper()
	var grants []Grant
	p.call(http.MethodGet, "/control/grants", nil, &grants)
	return grants
}

func (p *Provider) control(command map[string]any) (revoked int) {
	p.t.Helper()
	var answer struct{ Revoked int }
	p.call(http.MethodPost, "/control", command, &answer)
	return answer.Revoked
}

func (p *Provider) call(method, path string, body map[string]any, into any) {
	p.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	// Clean-ups call this too, when the test's own context is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.t.Context()), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.Issuer+path, bytes.NewReader(b))
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	request.Close = true
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s: status %d", method, path, response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
}
