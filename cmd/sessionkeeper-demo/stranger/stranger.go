// Package stranger runs OpenID providers that this project did not write, so that tests meet an independent opinion:
// oidc-provider, which is certified, rotates refresh tokens at each use and ends the whole grant when an old one comes
// back; and one on the op package of zitadel/oidc, where a refresh ends the access token before it. It must be imported
// by tests alone.
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

// Options configures a provider. The zero value is ready to use.
type Options struct {
	AccessTTL  time.Duration // life of access tokens in whole seconds; zero means a minute
	SessionTTL time.Duration // life of grants in whole seconds; zero means ten minutes
	Account    string        // who signs in where no login_hint says so; empty means "ada"
}

// Provider is a running provider with a public client "demo" and a confidential one "demo-secret" whose secret is
// "demo-secret". Both may use any loopback port with the path /callback. Every consent is given at once. It wants PKCE,
// and gives a refresh token only for offline_access, oidc-provider only with prompt=consent beside it.
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

const (
	folderOIDC    = ".tools/oidc-provider"
	folderZitadel = ".tools/strangers"
)

// Start runs oidc-provider until the test ends. It fails the test where the provider is not installed.
func Start(t TB, o Options) *Provider {
	t.Helper()
	home, err := find(folderOIDC)
	if err != nil {
		t.Fatalf("%v", err)
	}
	node := filepath.Join(home, "node_modules", ".bin", "node")
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("%s has no Node of its own: run make clean and make test, which installs it", folderOIDC)
	}
	return launch(t, "oidc-provider", home, o, node, "server.mjs")
}

// StartZitadel runs the provider on zitadel/oidc until the test ends. Go builds it, the first time in half a minute. Its
// log does not count reuse, which it refuses without ending anything.
func StartZitadel(t TB, o Options) *Provider {
	t.Helper()
	home, err := find(folderZitadel)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return launch(t, "zitadel-oidc", home, o, "go", "run", ".")
}

// launch runs a provider's program, which says when it is ready and ends when its stdin closes.
func launch(t TB, name, home string, o Options, argv ...string) *Provider {
	t.Helper()
	settings, err := json.Marshal(settingsOf(o))
	if err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	// The command outlives the test's context, which ends before the clean-up that closes its stdin.
	//nolint:gosec // our own programs
	command := exec.CommandContext(context.WithoutCancel(t.Context()), argv[0], append(argv[1:], string(settings))...)
	command.Dir = home
	var words bytes.Buffer
	command.Stderr = &words
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	out := bufio.NewReader(stdout)
	t.Cleanup(func() {
		stdin.Close()
		_, _ = io.Copy(io.Discard, out) // what is left unread would fail Wait
		if err := command.Wait(); err != nil {
			t.Logf("%s ended: %v", name, err)
		}
	})
	line, err := out.ReadString('\n')
	issuer, ready := strings.CutPrefix(strings.TrimSpace(line), "ready issuer=")
	if err != nil || !ready {
		stdin.Close()
		_ = command.Wait()
		t.Fatalf("%s did not start: %v\n%s", name, err, words.String())
	}
	t.Attr("real", name)
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

// find looks for a provider from the working folder upwards: tests run in their package's folder.
func find(folder string) (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", folder, err)
	}
	for {
		home := filepath.Join(at, folder)
		if _, err := os.Stat(home); err == nil {
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

// DeleteClient has the provider on zitadel/oidc forget a client.
func (p *Provider) DeleteClient(id string) {
	p.t.Helper()
	p.control(map[string]any{"delete_client": id})
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
