package tray

import (
	"context"
	"errors"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/desktop"
)

const (
	actLimit    = time.Minute
	unlockLimit = 5 * time.Minute // a prompt waits for a person
)

// do does what was clicked. What takes time runs beside, once at a time.
func (t *tray) do(ctx context.Context, c Command) {
	switch c.Verb {
	case Quit:
		t.quitting = true
		t.quit()
	case Start:
		t.link.kick()
	case OpenWindow:
		t.windowOrPage(ctx, "sessions")
	case OpenKeychain:
		t.windowOrPage(ctx, "keychain")
	case OpenSession, AskSignOut, More, Text, Line:
	default:
		t.act(ctx, c)
	}
}

// act runs what needs the keeper, unless the same is under way, and tells where it fails.
func (t *tray) act(ctx context.Context, c Command) {
	if t.busy[c] {
		return
	}
	t.busy[c] = true
	keeper := t.client.Load()
	t.acts.Go(func() {
		defer t.change(ctx, func() { delete(t.busy, c) })
		err := client.ErrNoKeeper
		if keeper != nil {
			err = t.ask(ctx, keeper, c)
		}
		if errors.Is(err, errInUse) { // the question that names who uses it is the window's or the page's
			t.change(ctx, func() { t.windowOrPage(ctx, "sessions") })
			return
		}
		if err != nil && ctx.Err() == nil {
			told := c.Verb == Unlock && !errors.Is(err, client.ErrNoKeeper) // by the keeper's own notice
			t.o.Log.WarnContext(ctx, "could not do what was clicked", "what", string(c.Verb), "session", c.Session, "error", err)
			if !told {
				t.notices.postOwn(ctx, actionNotice(c.Session, failure(c), reason(err)))
			}
		}
	})
}

func (t *tray) ask(ctx context.Context, keeper *client.Client, c Command) (err error) {
	limit := actLimit
	if c.Verb == Unlock {
		limit = unlockLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	switch c.Verb {
	case SignIn:
		return t.signIn(ctx, keeper, c.Session)
	case Refresh:
		_, err = keeper.Refresh(ctx, c.Session, 0)
	case Pause:
		_, err = keeper.Pause(ctx, c.Session)
	case Resume:
		_, err = keeper.Resume(ctx, c.Session)
	case SignOut:
		return t.signOut(ctx, keeper, c.Session)
	case Unlock:
		_, err = keeper.Unlock(ctx)
	case OpenPage:
		return t.page(ctx, "")
	case OpenHealth:
		return t.page(ctx, "health")
	case AddSession:
		return t.page(ctx, "add")
	default:
	}
	return err
}

// signIn opens the sign-in page. The keeper leaves that to us: an opener can take long, and two pages are one too many.
func (t *tray) signIn(ctx context.Context, keeper *client.Client, name string) error {
	l, err := keeper.Login(ctx, name, client.LoginRequest{NoBrowser: true})
	if err != nil || l.URL == "" {
		return err
	}
	return desktop.New(t.o.Log).Open(ctx, l.URL)
}

// errInUse is signOut's where something uses the session.
var errInUse = errors.New("the session is in use")

// signOut tells where the provider could not be told. What uses the session is named instead of signing out, in a
// notice: a menu cannot do that.
func (t *tray) signOut(ctx context.Context, keeper *client.Client, name string) error {
	found, err := keeper.Uses(ctx, name)
	if p, ok := errors.AsType[*client.Problem](err); ok && p.Code == "not_found" {
		err = nil // a keeper from before there were uses; where it is the session, the sign-out tells
	}
	if err != nil {
		return err
	}
	if len(found) > 0 {
		uses := make([]words.Safe, len(found))
		for i, u := range found {
			uses[i] = words.OfUse(u.Face, u.Label, u.Program, u.PID)
		}
		title := words.Say(words.Sentences, "confirm_sign_out", words.Values{"name": words.Name(name)})
		t.notices.postOwn(ctx, actionNotice(name, title, words.StopWorking(uses)))
		return errInUse
	}
	l, err := keeper.Logout(ctx, name, false)
	if err == nil && (l.Remote == "unreachable" || l.Remote == "unsupported") {
		title := string(words.Name(name)) + ": " + words.OfState(l.Session.State).Word
		t.notices.postOwn(ctx, actionNotice(name, title, sentence(words.Say(words.Remote, l.Remote, nil))))
	}
	return err
}

// windowOrPage shows a window, or the page where there are no windows.
func (t *tray) windowOrPage(ctx context.Context, kind string) {
	page := Command{Verb: OpenPage}
	if kind == "keychain" {
		page.Verb = OpenHealth
	}
	instead := func() { t.change(ctx, func() { t.act(ctx, page) }) }
	shown := t.windows.show(ctx, func(ok bool) {
		if !ok {
			instead()
		}
	}, kind)
	if !shown {
		t.act(ctx, page)
	}
}

// failure says what did not work.
func failure(c Command) string {
	var label string
	switch c.Verb {
	case SignIn:
		label = words.Label("sign_in")
	case Refresh:
		label = words.Label("refresh")
	case Pause:
		label = words.Label("pause")
	case Resume:
		label = words.Label("resume")
	case SignOut:
		label = words.Label("sign_out")
	case AddSession, OpenPage, OpenHealth:
		return wordFailed(words.Label("open_page"))
	default:
		return wordFailed(words.OfKeychain("locked").Action.Label)
	}
	return wordFailed(string(words.Name(c.Session)) + ": " + label)
}

// reason words an error for a person.
func reason(err error) string {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return string(words.Message(p.Error()))
	}
	code := ""
	switch {
	case errors.Is(err, client.ErrNoKeeper):
		code = "no_keeper"
	case errors.Is(err, context.DeadlineExceeded):
		code = "keeper_silent"
	case errors.Is(err, desktop.ErrNoOpener):
		code = "no_browser"
	}
	if p, ok := words.OfMachine(code, nil); ok {
		return p.Title + ". " + p.Detail
	}
	return sentence(words.Clean(err.Error(), maxWhy))
}
