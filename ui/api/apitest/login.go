package apitest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session"
)

type login struct {
	session.Login
	session string
	scopes  []string // asked for beside those that the session has
	fresh   bool     // the session goes with it where it fails
	done    chan struct{}
}

// Decline makes the user, or the provider, give none of these scopes.
func (k *Keeper) Decline(scopes ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.declined = scopes
}

// Finish ends a sign-in well.
func (k *Keeper) Finish(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.finish(id)
}

func (k *Keeper) finish(id string) session.Login {
	l := k.logins[id]
	s := k.sessions[l.session]
	s.State, s.Reason, s.Detail, s.LastError = session.Active, "", "", nil
	s.Generation++
	s.SignedInAt = time.Now().UTC()
	s.ScopesMissing = nil
	for _, scope := range l.scopes {
		if slices.Contains(k.declined, scope) {
			l.Declined = append(l.Declined, scope)
		} else if !slices.Contains(s.Scopes, scope) {
			s.Scopes = append(slices.Clone(s.Scopes), scope)
		}
	}
	k.sessions[s.Name] = s
	l.Status, l.Session = "done", &s
	k.logins[id] = l
	close(l.done)
	k.tell(session.Event{Type: session.EventConsentDone, Session: s.Name, Outcome: "done"})
	k.tell(session.Event{Type: session.EventState, Session: s.Name, State: s.State})
	return l.Login
}

// Login is that of session.Keeper.
func (k *Keeper) Login(ctx context.Context, name string, r session.LoginRequest) (session.Login, error) {
	return k.start(ctx, name, r, false)
}

func (k *Keeper) start(_ context.Context, name string, r session.LoginRequest, fresh bool) (session.Login, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, "Login "+name)
	if _, ok := k.sessions[name]; !ok {
		return session.Login{}, k.missing(name)
	}
	k.last++
	l := login{session: name, scopes: r.Scopes, fresh: fresh, done: make(chan struct{}), Login: session.Login{
		ID: fmt.Sprintf("login-%d", k.last), Status: "pending", Opened: !r.NoBrowser && !r.Device,
		URL: "https://login.example/authorize?n=" + fmt.Sprint(k.last), ExpiresAt: time.Now().Add(10 * time.Minute).UTC(),
	}}
	l.Paste = !r.Device && slices.ContainsFunc(k.providers, func(p session.Provider) bool {
		return p.ID == k.sessions[name].Provider && p.PasteOnly
	})
	if r.Device {
		l.URL, l.UserCode = "https://login.example/device", "WDJB-MJHT"
	}
	k.logins[l.ID] = l
	k.tell(session.Event{Type: session.EventConsentOpened, Session: name})
	return l.Login, nil
}

// LoginStatus is that of session.Keeper.
func (k *Keeper) LoginStatus(ctx context.Context, name, id string, wait time.Duration) (session.Login, error) {
	l, err := k.find(name, id)
	if err != nil || wait == 0 {
		return l.Login, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-l.done:
	case <-timer.C:
	case <-ctx.Done():
		return session.Login{}, ctx.Err()
	}
	l, err = k.find(name, id)
	return l.Login, err
}

func (k *Keeper) find(name, id string) (login, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l, ok := k.logins[id]
	if !ok || l.session != name {
		return login{}, &session.Error{
			Code: session.CodeNotFound, Session: name, Detail: "this sign-in is over or unknown; start another",
		}
	}
	return l, nil
}

// LoginPaste is that of session.Keeper: an address with a code in it will do.
func (k *Keeper) LoginPaste(_ context.Context, name, id string, address session.Secret) (session.Login, error) {
	l, err := k.find(name, id)
	if err != nil {
		return session.Login{}, err
	}
	if !strings.Contains(address.Reveal(), "code=") {
		return session.Login{}, &session.Error{
			Code: session.CodeInvalid, Session: name, Field: "paste",
			Detail: "this address has no code in it; copy the whole address that the browser ended on",
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, "LoginPaste "+name)
	return k.finish(l.ID), nil
}

// LoginCancel is that of session.Keeper.
func (k *Keeper) LoginCancel(_ context.Context, name, id string) error {
	l, err := k.find(name, id)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, "LoginCancel "+name)
	delete(k.logins, id)
	close(l.done)
	if l.fresh {
		delete(k.sessions, name)
		k.tell(session.Event{Type: session.EventRemoved, Session: name})
	}
	return nil
}
