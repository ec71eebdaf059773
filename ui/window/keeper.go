package window

import (
	"context"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// keychainProblem says what is the matter with the keychain, and what to do about it.
func keychainProblem(k client.Keychain) words.Problem {
	p := words.OfKeychain(k.State)
	if k.Backend == "file" && p.Action.ID == "unlock" {
		// The keeper asks for the passphrase where it got it before; no prompt is shown here.
		p.Detail = capital(words.Clean(k.Detail, maxSentence))
		p.Action.Label = words.Label("try_again")
	}
	if p.Action.ID == "use_file" {
		p.Action.Label = ""
	}
	return p
}

// unlock lets the keychain show its prompt. It may take as long as the user does.
func (w *Window) unlock(failed func(error)) {
	w.ask(func(ctx context.Context, c *client.Client) error {
		_, err := c.Unlock(ctx)
		return err
	}, unless(failed))
}

// startKeeper has the command line start a keeper. It finds by itself why that cannot be.
func (w *Window) startKeeper(failed func(error)) {
	w.start(func(ctx context.Context) {
		if err := wakeKeeper(ctx, w.o.Program); err != nil && ctx.Err() == nil {
			w.post(func() { failed(err) })
		}
	})
}
