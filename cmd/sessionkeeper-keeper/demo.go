package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/programs"
)

// demoFlags are demo's flags. A token of 20 s is renewed every 13 s or so, and a session of 6 min is warned about,
// 5 min ahead, within a minute: something to see without waiting.
type demoFlags struct {
	accessTTL, sessionTTL duration
	noBrowser             bool
}

func demoCommand() *cobra.Command {
	f := demoFlags{accessTTL: duration(20 * time.Second), sessionTTL: duration(6 * time.Minute)}
	cmd := &cobra.Command{
		Use:   "demo [--access-ttl 20s] [--session-ttl 6m] [--no-browser]",
		Short: "Try everything with a provider of our own, and leave nothing behind",
		Long: `Start a test provider and a keeper in a temporary folder, sign in, and show what the keeper does: renewals,
the warning before the session ends, and the consent page after a revocation. Ctrl-C removes it all.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd, f) },
	}
	cmd.Flags().Var(&f.accessTTL, "access-ttl", "life of an access token")
	cmd.Flags().Var(&f.sessionTTL, "session-ttl", "life of the session, from consent")
	cmd.Flags().BoolVar(&f.noBrowser, "no-browser", false, "print the sign-in address instead of opening it")
	return cmd
}

const demoSession = "demo"

// demo runs the main job from sign-in to revocation. Everything it starts ends with it.
func demo(cmd *cobra.Command, f demoFlags) (err error) {
	ctx := cmd.Context()
	program := programs.Find("sessionkeeper-demo")
	if program == "" {
		return errors.New("the test provider sessionkeeper-demo is neither beside this program nor on PATH; " +
			"build it: make demo")
	}
	home, err := os.MkdirTemp("", "sessionkeeper-demo-")
	if err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()

	tell(cmd, "A provider, a keychain and a keeper of the demo's own start now, in a temporary folder; your sessions are "+
		"left alone.")
	provider, err := startChild(ctx, home, exec.Command(program, "--until-stdin-closes", //nolint:gosec,noctx // ended below
		"--access-ttl", f.accessTTL.String(), "--session-ttl", f.sessionTTL.String()))
	if err != nil {
		return err
	}
	defer provider.stop()
	ring, err := demoKeychain(ctx, cmd, home)
	if err != nil {
		return err
	}
	defer ring.stop()
	keeper, err := demoKeeper(ctx, home, ring)
	if err != nil {
		return err
	}
	defer keeper.stop()

	c := client.New(keeper.ready["socket"])
	defer c.Close()
	if err := demoSignIn(cmd, c, provider.ready["issuer"], f.noBrowser); err != nil {
		if ctx.Err() != nil {
			return nil // Ctrl-C is how a demo ends
		}
		return err
	}
	if tray := demoTray(home, ring); tray != nil {
		defer tray.stop()
		tell(cmd, "The demo's icon is in the tray, where there is one.")
	}
	demoGuide(cmd, home, provider.ready["page"])
	if err := demoWatch(ctx, cmd.OutOrStdout(), c); err != nil {
		return err
	}
	tell(cmd, "\nThe demo has ended; everything that it made is removed.")
	return nil
}

// demoTray shows the demo's icon and notices on the user's desktop, where there are both; nil where not.
func demoTray(home string, ring *demoRing) *child {
	program := programs.Find("sessionkeeper-tray")
	if program == "" || !ring.desktop {
		return nil
	}
	tray := exec.Command(program) //nolint:gosec,noctx // our own program, ended by stop
	tray.Env = append(os.Environ(), "SESSIONKEEPER_HOME="+home)
	c, err := launch(home, tray)
	if err != nil {
		return nil // the demo goes on without
	}
	return c
}

// demoKeeper starts a keeper that lives in home.
func demoKeeper(ctx context.Context, home string, ring *demoRing) (*child, error) {
	own, err := programs.Own()
	if err != nil {
		return nil, err
	}
	serve := exec.Command(own, append([]string{"serve", "--http", "127.0.0.1:0"}, ring.serveArgs...)...) //nolint:gosec,noctx // ended by stop
	serve.Env = append(os.Environ(), append(ring.env, "SESSIONKEEPER_HOME="+home)...)
	return startChild(ctx, home, serve)
}

func demoSignIn(cmd *cobra.Command, c *client.Client, issuer string, noBrowser bool) error {
	put, err := c.Put(cmd.Context(), demoSession, client.Addition{
		Definition: client.Definition{
			Issuer: issuer, ClientID: "demo",
			Scopes: []string{"openid", "profile", "email", "offline_access"},
		},
		SignIn: &client.LoginRequest{NoBrowser: noBrowser},
	})
	if err != nil {
		return err
	}
	if put.Login == nil { // a browser that was quick
		return nil
	}
	w := signIn{cmd: cmd, client: c, name: demoSession, noBrowser: noBrowser}
	return w.wait(*put.Login)
}

// shown is how the user called us, or our name where that would not work in another terminal.
func shown(called string) string {
	if path, err := filepath.Abs(called); err == nil && strings.ContainsRune(called, filepath.Separator) {
		return path
	}
	return "sessionkeeper"
}

func demoGuide(cmd *cobra.Command, home, page string) {
	tell(cmd, `
You are signed in, and the keeper keeps it so. What it does is shown below as it happens.

Try this:
  - wait: the token is renewed before it runs out, and a warning comes five minutes before the session ends
  - open the provider's page, %[1]s
    press Revoke, and watch: the keeper notices at the next renewal and opens the consent page
  - make the provider's token endpoint fail on the same page: the keeper tries again and opens nothing
  - in another terminal: SESSIONKEEPER_HOME=%[2]s %[3]s token demo
  - the same with "ui" in place of "token demo" opens the keeper's page

Ctrl-C ends the demo and removes everything.
`, page, home, shown(os.Args[0]))
}

// demoWatch shows events until Ctrl-C, and the address of a sign-in page for those who have no browser here. The
// keeper's end before ours is an error.
func demoWatch(ctx context.Context, stdout io.Writer, c *client.Client) error {
	told := ""
	for e, err := range c.Events(ctx, "") {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the demo's keeper is gone: %w; try the demo again", err)
		}
		if err := printEvent(stdout, e); err != nil {
			return err
		}
		if e.Type != session.EventConsentOpened && e.Type != session.EventState {
			continue
		}
		if link := signInLink(ctx, c); link != "" && link != told {
			told = link
			if _, err := fmt.Fprintf(stdout, "          sign in again here: %s\n", clean(link)); err != nil {
				return err
			}
		}
	}
	return nil
}

// signInLink is the sign-in page that is open for the demo's session, "" where there is none.
func signInLink(ctx context.Context, c *client.Client) string {
	current, err := c.Session(ctx, demoSession)
	if err != nil || current.State != string(session.SignInNeeded) {
		return ""
	}
	// Nothing is sent for a session that needs its user: the refusal of a fresh token tells the page.
	_, err = c.Token(ctx, demoSession, client.TokenRequest{Force: true, Wait: -1})
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.LoginURL
	}
	return ""
}

// parseReady reads a line "ready key=value …".
func parseReady(line string) (map[string]string, bool) {
	words := strings.Fields(line)
	if len(words) == 0 || words[0] != "ready" {
		return nil, false
	}
	ready := make(map[string]string, len(words))
	for _, w := range words[1:] {
		if key, value, ok := strings.Cut(w, "="); ok {
			ready[key] = value
		}
	}
	return ready, true
}
