package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/tokens"
	"sessionkeeper/ui/proxy"
)

func proxyCommand() *cobra.Command {
	var target, listen string
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "proxy NAME --target URL [--listen 127.0.0.1:0|unix:PATH] [--json]",
		Short: "Put a session's token into requests to one service, for programs that know nothing of tokens",
		Long: `Put a session's token into requests to one service, for programs that know nothing of tokens. It prints its own
address, to be used instead of the service's, and runs until Ctrl-C. The address holds a key that is new in each run:
who does not know it is not answered. GET /-/health below it proves the token at the provider.`,
		Example: "  sessionkeeper proxy work --target https://api.example.com\n" +
			"  curl http://127.0.0.1:PORT/KEY/v1/things     # the address that it printed, and the service's own path",
		Args:              oneName,
		ValidArgsFunction: completeNames,
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			return runProxy(cmd, c, proxyCall{args[0], target, listen, *asJSON})
		}),
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if target == "" {
			return misusef(cmd, "--target is missing; name the service's origin, like https://api.example.com")
		}
		if _, err := tokens.Origin(target); err != nil {
			return misusef(cmd, "--target: %v", err)
		}
		if err := proxy.CheckAddress(listen); err != nil {
			return misusef(cmd, "--listen: %v", err)
		}
		return nil
	}
	cmd.Flags().StringVar(&target, "target", "", "the `ORIGIN` of the service, like https://api.example.com")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "an `ADDRESS`: 127.0.0.1:PORT with port 0 for any, or unix:PATH")
	asJSON = jsonFlag(cmd)
	return cmd
}

type proxyCall struct {
	name, target, listen string
	json                 bool
}

// proxyGC lets the heap of a proxy grow to five times what lives: that is a few MiB, and what requests leave behind is
// most of the work.
const proxyGC = 400

// runProxy answers until the command is interrupted.
func runProxy(cmd *cobra.Command, c *client.Client, call proxyCall) error {
	debug.SetGCPercent(proxyGC)
	ctx := cmd.Context()
	s, err := c.Session(ctx, call.name)
	if err != nil {
		return err
	}
	taken := tokens.New(c, tokens.Options{Face: "proxy", Label: call.target})
	defer taken.Close()
	listener, err := proxy.Listen(ctx, call.listen)
	if err != nil {
		return err
	}
	p, err := proxy.New(proxy.Options{
		Tokens: taken, Session: call.name, Target: call.target, Key: listener.Key, Host: listener.Host,
		Prove: (&prover{client: c, name: call.name, wire: provider.NewWire(nil, nil)}).prove,
		Log:   slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)),
	})
	if err != nil {
		_ = listener.Close()
		return err
	}
	if err := tellProxy(cmd, listener.URL, call.json); err != nil {
		_ = listener.Close()
		return err
	}
	if state := session.State(s.State); state != session.Active && state != session.Expiring {
		tell(cmd, "%s: %s", clean(s.Name), sentence(s, time.Now()))
	}
	tell(cmd, "Requests to this address go to %s with the token of %s, until Ctrl-C.", clean(call.target), clean(s.Name))
	return listener.Serve(ctx, p)
}

func tellProxy(cmd *cobra.Command, url string, asJSON bool) error {
	if asJSON {
		return printLine(cmd.OutOrStdout(), map[string]string{"url": url})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), url)
	return err
}

// prover asks a session's provider whether its token works, by the same check as the keeper's own proof of life.
type prover struct {
	client *client.Client
	name   string
	wire   *provider.Wire
}

func (p *prover) prove(ctx context.Context) (proxy.Proof, error) {
	t, err := p.client.Token(ctx, p.name, client.TokenRequest{})
	if err != nil {
		return proxy.Proof{}, err
	}
	prov, err := p.provider(ctx)
	if err != nil {
		return proxy.Proof{Failure: "The provider cannot be asked: " + err.Error()}, nil //nolint:nilerr // it is the answer
	}
	proof := p.ask(ctx, &prov, t)
	if !proof.Refused {
		return proof, nil
	}
	// The keeper renews it, or learns that it must not hand it out any more.
	s, err := p.client.Reject(ctx, p.name, t.Generation)
	if err != nil {
		return proof, err
	}
	newer, err := p.client.Token(ctx, p.name, client.TokenRequest{Force: s.Generation == t.Generation})
	if err != nil || newer.Generation == t.Generation {
		return proof, err
	}
	return p.ask(ctx, &prov, newer), nil
}

// ask makes one request with the token.
func (p *prover) ask(ctx context.Context, prov *provider.Provider, t client.Token) proxy.Proof {
	s, err := p.client.Session(ctx, p.name)
	if err != nil {
		return proxy.Proof{Failure: "The keeper does not answer; see: sessionkeeper doctor"}
	}
	user := proxy.User(s.Account)
	var answer provider.Answer
	if prov.Check.Kind == provider.CheckGet {
		answer = p.wire.Check(ctx, prov, provider.Client{}, prov.Check, t.Access)
	} else {
		var account provider.Account
		if account, answer = p.wire.Userinfo(ctx, prov, t.Access); account.Sub != "" {
			user = proxy.User{Sub: clean(account.Sub), Name: clean(account.Name), Email: clean(account.Email)}
		}
	}
	switch {
	case answer.Verdict == provider.VerdictOK:
		return proxy.Proof{User: user, At: time.Now()}
	case answer.Verdict == provider.VerdictSignIn:
		return proxy.Proof{Refused: true}
	case answer.Code == "unsupported":
		return proxy.Proof{User: user}
	}
	return proxy.Proof{Failure: "The provider does not answer (" + answer.Code + "); try again in a moment."}
}

// provider is the session's, as its definition says.
func (p *prover) provider(ctx context.Context) (provider.Provider, error) {
	home, err := places.Find()
	if err != nil {
		return provider.Provider{}, err
	}
	dir, err := config.Open(home.Config)
	if err != nil {
		return provider.Provider{}, err
	}
	defs, _ := dir.Sessions()
	d, ok := defs[p.name]
	if !ok {
		return provider.Provider{}, fmt.Errorf("the definition of %s cannot be read; see: sessionkeeper doctor", p.name)
	}
	catalogue, _ := provider.LoadCatalogue(filepath.Join(home.Config, "providers"))
	return catalogue.Resolve(ctx, p.wire, provider.Target{
		ID: d.Provider, Issuer: d.Issuer, AuthorizeURL: d.AuthorizeURL, TokenURL: d.TokenURL, DeviceURL: d.DeviceURL,
		CheckURL: d.CheckURL, Vars: d.Vars,
	})
}
