// Command strangers is an OpenID provider on the op package of zitadel/oidc, which nobody here wrote, for the end-to-end
// tests. It listens on loopback only, trusts everybody who can reach it, and ends when its stdin closes. Its rules are
// those of that library's own example: refresh tokens rotate, an old one is refused without ending anything, and a
// refresh ends the access token before it.
//
//	strangers '{"access_ttl":60,"session_ttl":600,"account":"ada"}'    seconds; all members are optional
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the library logs requests there
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are what the command line and the control requests may set.
type options struct {
	AccessTTL  int    `json:"access_ttl"`
	SessionTTL int    `json:"session_ttl"`
	Account    string `json:"account"`
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	o := options{AccessTTL: 60, SessionTTL: 600, Account: "ada"}
	if len(args) > 0 {
		if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
			return fmt.Errorf("reading the options: %w", err)
		}
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	issuer := "http://" + listener.Addr().String()
	handler, err := newHandler(issuer, o)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(stdout, "ready issuer=%s\n", issuer); err != nil {
		return errors.Join(err, server.Close())
	}
	_, _ = io.Copy(io.Discard, stdin) // whoever started us is gone, or done
	closing := server.Close()
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return closing
}

func newHandler(issuer string, o options) (http.Handler, error) {
	s, err := newStorage(o)
	if err != nil {
		return nil, err
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	provider, err := op.NewProvider(&op.Config{
		CryptoKey: key, CodeMethodS256: true, AuthMethodPost: true, GrantTypeRefreshToken: true,
		DeviceAuthorization: op.DeviceAuthorizationConfig{
			Lifetime: 10 * time.Minute, PollInterval: time.Second, UserFormPath: "/device", UserCode: op.UserCodeBase20,
		},
	}, s, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, fmt.Errorf("making the provider: %w", err)
	}
	pages := &pages{storage: s, back: op.AuthCallbackURL(provider)}
	mux := http.NewServeMux()
	mux.Handle("GET /login", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(pages.login))
	mux.HandleFunc("GET /device", pages.device)
	mux.HandleFunc("GET /control/log", s.journal.show)
	mux.HandleFunc("GET /control/grants", s.showGrants)
	mux.HandleFunc("POST /control", s.control)
	mux.Handle("POST /oauth/token", s.journal.wrap(provider))
	mux.Handle("/", provider)
	return mux, nil
}

// pages are where a person would sign in and consent: this one always does, as whoever the client hints at.
type pages struct {
	storage *storage
	back    func(ctx context.Context, requestID string) string
}

func (p *pages) login(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if err := p.storage.approve(id); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, p.back(r.Context(), id), http.StatusFound)
}

func (p *pages) device(w http.ResponseWriter, r *http.Request) {
	if err := p.storage.approveDevice(r.URL.Query().Get("user_code")); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}
