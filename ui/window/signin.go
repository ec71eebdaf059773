package window

import (
	"context"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// loginWait is how long one look at a running sign-in waits for its end.
const loginWait = time.Minute

// signIn opens a sign-in page, and tells first how that went and last how the sign-in ended. What is told runs where
// widgets may be touched.
func (w *Window) signIn(name string, told func(client.Login, error)) {
	w.start(func(ctx context.Context) {
		var l client.Login
		err := w.link.with(ctx, func(ctx context.Context, c *client.Client) (err error) {
			if l, err = c.Login(ctx, name, client.LoginRequest{}); err != nil {
				return err
			}
			first := l
			w.post(func() { told(first, nil) })
			for err == nil && l.Status == "pending" {
				l, err = c.LoginStatus(ctx, name, l.ID, loginWait)
			}
			return err
		})
		if ctx.Err() == nil {
			w.post(func() { told(l, err) })
		}
	})
}

// showLink shows the address of a sign-in that no browser was opened for.
func (w *Window) showLink(l client.Login) {
	copied := newButton(words.Label("copy"), func() { w.o.App.Clipboard().SetContent(l.URL) }, nil)
	link := words.Address(l.URL)
	detail := words.Say(words.Sentences, "no_page", words.Values{"link": link})
	if l.UserCode != "" {
		detail = words.Say(words.Sentences, "device", words.Values{"link": link}) + " " + words.Clean(l.UserCode, maxWho)
	}
	w.sheet(words.Label("sign_in"), detail, copied, newButton(words.Label("close"), nil, nil))
}
