// Package cloud turns sessions into what the clouds' own libraries take: temporary AWS credentials from STS, and
// loopback endpoints in the protocols of AWS, Google and Azure for the programs that one run starts. A token goes to
// nobody who does not show the run's secret, as far as the protocol has one.
package cloud

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/crowd"
	"sessionkeeper/ui/api/peer"
)

// Source is what gives tokens; a *client.Client is one. A refusal is a *client.Problem.
type Source interface {
	Token(ctx context.Context, name string, r client.TokenRequest) (client.Token, error)
	AWS(ctx context.Context, name string, r client.AWSRequest) (client.AWSCredentials, error)
}

// Options says which endpoints a run of a program gets. Those that are nil are not served.
type Options struct {
	Source Source
	// Dir is a folder of this run alone, mode 0700, for the configuration files that name the endpoints. Whoever made
	// it removes it.
	Dir    string
	Getenv func(string) string // of the environment that the program would inherit; nil: ours
	Log    *slog.Logger

	AWS      *AWS
	Google   *Google
	Metadata *Metadata
	Azure    *Azure
	OAuth    *OAuth
}

// AWS serves the container credential provider's protocol.
type AWS struct {
	Session string
	Request client.AWSRequest // RoleARN at least; Wait and MinTTL are the protocol's own
}

// Google serves ID tokens to an external account (workload or workforce identity federation).
type Google struct {
	Session string
	// Audience is the pool's provider: "//iam.googleapis.com/locations/global/workforcePools/POOL/providers/PROVIDER".
	Audience       string
	UserProject    string // the project that a workforce pool's user is billed to; empty: none
	ServiceAccount string // e-mail address of the account to impersonate; empty: none
}

// Metadata serves access tokens of a session at Google as the metadata server of a virtual machine does. Its protocol
// knows no secret, so that any program of the same user that finds the port gets the token: only where it was asked for.
type Metadata struct {
	Session string
	Project string // project ID; empty: unknown
}

// Azure serves access tokens as the managed identity of an App Service does.
type Azure struct {
	Sessions []AzureSession // looked through for one with tokens for the resource that is asked for
}

// AzureSession is a session at Microsoft Entra ID.
type AzureSession struct {
	Session  string
	Resource string // that its tokens are for, "https://vault.azure.net"; empty: its scopes tell
}

// OAuth serves access tokens as a token endpoint does (RFC 6749 section 4.4): the session's name is the scope.
type OAuth struct {
	Sessions []string // that may be asked for; the first is given where no scope is named
}

// Endpoints are local addresses that give tokens to one run of a program.
type Endpoints struct {
	o       Options
	log     *slog.Logger
	ln      net.Listener
	http    *http.Server
	host    string      // 127.0.0.1:PORT, the one name that is answered
	segment secret.Text // first part of every path, but of those that a protocol fixes
	proof   secret.Text // what a program shows beside it
	env     []string
	drop    []string
}

// New opens the endpoints on a loopback port and writes the files that point to them. Whoever called it runs or closes
// them. It fails where the program would find another identity first.
func New(o Options) (*Endpoints, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	ln, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("opening the endpoints: %w", err)
	}
	e := &Endpoints{
		o: o, log: o.Log, ln: crowd.Listen(ln, doorMaxConns, peer.SameTCP), host: ln.Addr().String(),
		segment: secret.New(rand.Text()), proof: secret.New(rand.Text()),
	}
	e.http = e.server()
	if err := e.point(); err != nil {
		_ = ln.Close()
		return nil, err
	}
	return e, nil
}

func (o *Options) check() error {
	if o.Google != nil && o.Metadata != nil {
		return errors.New("a program has one Google identity: serve an external account or a metadata server, not both")
	}
	if o.AWS != nil {
		if _, err := parseRole(o.AWS.Request.RoleARN); err != nil {
			return err
		}
	}
	if o.Google != nil && o.Google.Audience == "" {
		return errors.New("an external account of Google needs the audience, which names the pool's provider")
	}
	if o.OAuth != nil && len(o.OAuth.Sessions) == 0 || o.Azure != nil && len(o.Azure.Sessions) == 0 {
		return errors.New("an endpoint needs a session at least")
	}
	return nil
}

// point fills the environment with what points to the endpoints.
func (e *Endpoints) point() error {
	for _, add := range []func() error{e.pointAWS, e.pointGoogle, e.pointMetadata, e.pointAzure, e.pointOAuth} {
		if err := add(); err != nil {
			return fmt.Errorf("pointing to the endpoints: %w", err)
		}
	}
	e.passProxies()
	return nil
}

func (e *Endpoints) set(name, value string) { e.env = append(e.env, name+"="+value) }

// address is where one of the endpoints is.
func (e *Endpoints) address(path string) string {
	return "http://" + e.host + "/" + e.segment.Reveal() + path
}

// write makes a file of the run.
func (e *Endpoints) write(name, text string) (path string, err error) {
	path = filepath.Join(e.o.Dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the run's own folder
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	return path, cmp.Or(err, f.Close())
}

// passProxies keeps programs that go through a proxy from sending it the secrets of the run.
func (e *Endpoints) passProxies() {
	proxied := slices.ContainsFunc([]string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}, func(name string) bool {
		return e.o.Getenv(name) != ""
	})
	if !proxied {
		return
	}
	around := cmp.Or(e.o.Getenv("no_proxy"), e.o.Getenv("NO_PROXY"))
	if around != "*" {
		around = strings.TrimPrefix(around+",127.0.0.1", ",")
	}
	e.set("no_proxy", around)
	e.set("NO_PROXY", around)
}

// Env is what the program needs in its environment, as "NAME=value". Some are secrets, good for this run alone.
func (e *Endpoints) Env() []string { return slices.Clone(e.env) }

// Drop names the variables that the program must not inherit: with them it would take another identity.
func (e *Endpoints) Drop() []string { return slices.Clone(e.drop) }

// Run serves until ctx ends, then closes the port and what is connected to it.
func (e *Endpoints) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, e.Close)
	defer stop()
	err := e.http.Serve(e.ln)
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving the endpoints: %w", err)
}

// Close closes the port where Run will not be called.
func (e *Endpoints) Close() {
	_ = e.ln.Close() // also where it was never served
	_ = e.http.Close()
}

// told is the end of a token that a program is told: a little before the true one, but never far into a short life.
func told(expiresAt, now time.Time) time.Time {
	return expiresAt.Add(-min(time.Minute, max(0, expiresAt.Sub(now)/4)))
}

// lifetime is told in whole seconds, 1 at least. A token that does not say when it ends is asked for again in a minute.
func lifetime(expiresAt, now time.Time) int64 {
	if expiresAt.IsZero() {
		return 60
	}
	return max(1, int64(told(expiresAt, now).Sub(now)/time.Second))
}
