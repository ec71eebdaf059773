package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/session/signin"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

func loginCommand() *cobra.Command {
	var r client.LoginRequest
	var w signIn
	var limit duration
	cmd := &cobra.Command{
		Use:               "login NAME [--device] [--no-browser] [--paste] [--as-other] [--scope S]... [--wait D] [--json]",
		Short:             "Sign in to a session again",
		Args:              oneName,
		ValidArgsFunction: completeNames,
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			if w.paste && w.device {
				return misusef(cmd, "--paste and --device are two ways to sign in; choose one")
			}
			return nil
		},
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			if err := refusePaused(cmd, c, args[0]); err != nil {
				return err
			}
			r.Device, r.NoBrowser = w.device, w.noBrowser || w.device || w.paste
			login, err := c.Login(cmd.Context(), args[0], r)
			if err != nil {
				return err
			}
			w.cmd, w.client, w.name, w.limit = cmd, c, args[0], time.Duration(limit)
			return w.wait(login)
		}),
	}
	flags := cmd.Flags()
	flags.BoolVar(&w.device, "device", false, "sign in on another device, with a code")
	flags.BoolVar(&w.noBrowser, "no-browser", false, "print the sign-in address on stdout instead of opening it")
	flags.BoolVar(&w.paste, "paste", false, "read the address that the browser ended on from stdin")
	flags.BoolVar(&r.AsOther, "as-other", false, "another account than before is welcome")
	flags.StringArrayVar(&r.Scopes, "scope", nil, "a further `SCOPE` to ask for; repeat it for more")
	flags.Var(&limit, "wait", "how long to wait for you (default: as long as the page is good)")
	flags.BoolVar(&w.json, "json", false, "JSON lines for programs: the sign-in, then the session")
	return cmd
}

// refusePaused says before any page opens that signing in to a paused session gains nothing.
func refusePaused(cmd *cobra.Command, c *client.Client, name string) error {
	s, err := c.Session(cmd.Context(), name)
	if err != nil || session.State(s.State) != session.Paused || s.Detail != "" { // with a detail it was not the user's wish
		return err
	}
	p, _ := words.Of(s.State, s.Reason, s.Name)
	return faultf(helper.ExitPaused, "%s Run: %s", p.Detail, p.Action.Command)
}

// pollWait is how long the keeper is asked to wait for the user at a time.
const pollWait = 20 * time.Second

// signIn is a sign-in that the user watches on the command line.
type signIn struct {
	cmd    *cobra.Command
	client *client.Client
	name   string
	limit  time.Duration // 0: as long as the keeper waits

	noBrowser, device, paste, json bool
	offered                        bool // the address can be pasted although nobody asked for that: it is the only way
}

// wait shows what to do and returns when the session is active, the sign-in failed, or nobody came. Ctrl-C gives the
// sign-in up.
func (w *signIn) wait(l client.Login) error {
	ctx := w.cmd.Context()
	if l.Status == "pending" {
		w.offered = l.Paste && !w.paste
		if err := w.invite(l); err != nil {
			return err
		}
		w.paste = w.paste || l.Paste
	}
	if w.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.limit)
		defer cancel()
	}
	end, err := w.watch(ctx, l)
	switch {
	case err == nil:
		return w.ended(end)
	case ctx.Err() == nil:
		return err
	case w.cmd.Context().Err() != nil:
		w.giveUp(ctx, l)
		return w.cmd.Context().Err()
	}
	return faultf(helper.ExitSignIn, "nobody signed in within %s; the page stays open for now, or start again: sessionkeeper login %s",
		words.Span(w.limit), words.Shell(w.name))
}

// watch returns the sign-in once it has ended.
func (w *signIn) watch(ctx context.Context, l client.Login) (client.Login, error) {
	if w.paste && l.Status == "pending" {
		return w.watchPaste(ctx, l)
	}
	heard := l.Detail
	for l.Status == "pending" {
		next, err := w.client.LoginStatus(ctx, w.name, l.ID, pollWait)
		if err != nil {
			return l, err
		}
		if l = next; l.Status == "pending" && l.Detail != heard { // something that does not end it
			heard = l.Detail
			tell(w.cmd, "%s", clean(heard))
		}
	}
	return l, nil
}

// watchPaste waits for the pasted address and for the sign-in itself, which may end without one.
func (w *signIn) watchPaste(ctx context.Context, l client.Login) (client.Login, error) {
	type outcome struct {
		login client.Login
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan outcome, 2)
	go func() {
		byItself := *w
		byItself.paste = false
		end, err := byItself.watch(ctx, l)
		ended <- outcome{end, err}
	}()
	go func() {
		if end, err := w.readAddress(ctx, l); err != nil || end.Status != "pending" {
			ended <- outcome{end, err}
		}
	}()
	o := <-ended
	if o.err != nil && ctx.Err() == nil {
		w.giveUp(ctx, l)
	}
	return o.login, o.err
}

// readAddress asks for the address that the browser ended on until one is right or the input ends.
func (w *signIn) readAddress(ctx context.Context, l client.Login) (client.Login, error) {
	for {
		w.cmd.PrintErr("Paste the address here: ")
		line, err := readLine(ctx, w.cmd)
		switch {
		case errors.Is(err, io.EOF) && w.offered: // it can be pasted elsewhere
			w.cmd.PrintErrln()
			return l, nil
		case errors.Is(err, io.EOF):
			w.cmd.PrintErrln()
			return l, errors.New("no address that fits was pasted; start again with login --paste")
		case err != nil:
			return l, err
		case line == "":
			continue
		}
		end, err := w.client.LoginPaste(ctx, w.name, l.ID, secret.New(line))
		if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != string(session.CodeInvalid) {
			return end, err
		}
		tell(w.cmd, "\n%s", helper.Advice(err))
	}
}

// invite tells where to sign in. The address is data where the user asked for it, else words.
func (w *signIn) invite(l client.Login) error {
	link := clean(l.URL)
	asData := w.noBrowser || w.device || w.paste
	switch {
	case w.device:
		tell(w.cmd, "Open %s on any device and type the code %s", link, clean(l.UserCode))
	case w.paste:
		tell(w.cmd, "Open the address below in any browser and sign in. It ends on a page that may not load: "+
			"copy that page's address.")
	case w.offered && l.Opened:
		tell(w.cmd, "Opened your browser. Sign in there; it ends on a page that may not load: copy that page's address.\n"+
			"No page? Open this one: %s", link)
	case w.offered:
		tell(w.cmd, "Open the address below and sign in. It ends on a page that may not load: copy that page's address.\n%s", link)
	case w.noBrowser:
		tell(w.cmd, "Open the address below and sign in; waiting for you to finish there …")
	case l.Opened:
		tell(w.cmd, "Opened your browser; waiting for you to finish there …\nNo page? Open this one: %s", link)
	default:
		// There is no browser, or it takes its time to come up: the keeper does not wait for that.
		tell(w.cmd, "If no browser comes up, open this page yourself; waiting for you to finish there …\n%s", link)
	}
	if w.json {
		return printLine(w.cmd.OutOrStdout(), l)
	}
	if asData {
		_, err := fmt.Fprintln(w.cmd.OutOrStdout(), link)
		return err
	}
	return nil
}

// giveUp ends the sign-in at the keeper, so that a page that is still open cannot finish it.
func (w *signIn) giveUp(ctx context.Context, l client.Login) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startWait)
	defer cancel()
	if _, err := w.client.LoginCancel(ctx, w.name, l.ID); err != nil {
		tell(w.cmd, "The sign-in may still be open: %s", clean(err.Error()))
	}
}

// ended says how the sign-in went.
func (w *signIn) ended(l client.Login) error {
	if l.Status == "done" && l.Session != nil {
		if l.Detail != "" {
			tell(w.cmd, "%s", clean(l.Detail))
		}
		return w.finished(*l.Session)
	}
	text := cmp.Or(l.Detail, "the sign-in failed; try again")
	if l.Failure == string(signin.KindWrongAccount) {
		text += "\n" + words.Say(words.Errors, "as_other", words.Values{"name": words.Safe(words.Shell(w.name))})
	}
	return &fault{code: failureCode(l.Failure), text: text}
}

func (w *signIn) finished(s client.Session) error {
	if w.json {
		return printLine(w.cmd.OutOrStdout(), s)
	}
	tell(w.cmd, "%s (%s): %s", clean(s.Name), cmp.Or(accountWords(s.Account), "an account without a name"), sentence(s, time.Now()))
	return nil
}

// failureCode says what a sign-in that failed exits with.
func failureCode(kind string) int {
	switch signin.Kind(kind) {
	case signin.KindDenied, signin.KindWrongAccount, signin.KindTimeout, signin.KindCancelled:
		return helper.ExitSignIn
	case signin.KindStore:
		return helper.ExitKeychain
	case signin.KindSetup:
		return helper.ExitSetup
	case signin.KindExchange, signin.KindNoRefresh:
		return helper.ExitFailed
	}
	return helper.ExitFailed
}
