//go:build !windows && !darwin

package keychain

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// outcome is how a prompt ended.
type outcome struct {
	fault     fault
	dismissed bool
}

// unlocking is the one attempt to unlock; who asks while it goes on shares it.
type unlocking struct {
	done  chan struct{}
	fault fault
	cause error
}

// unlock raises the keyring's prompt and waits for the user until ctx ends; one prompt serves all who ask. A prompt is
// never taken down: gnome-keyring 42 dies of Prompt.Dismiss, and a late answer still counts.
func (g *guard) unlock(ctx context.Context) (fault, error) {
	g.mu.Lock()
	u, first := g.unlocking, false
	if u == nil {
		u, first = &unlocking{done: make(chan struct{})}, true
		g.unlocking = u
	}
	g.mu.Unlock()
	if first {
		u.fault, u.cause = g.promptUser(ctx)
		g.mu.Lock()
		g.unlocking = nil
		g.mu.Unlock()
		close(u.done)
	}
	<-u.done // ends with ctx: all share the child's
	return u.fault, u.cause
}

func (g *guard) promptUser(ctx context.Context) (fault, error) {
	look, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	conn, err := g.bus(look)
	if err != nil {
		return faultNoBus, err
	}
	path, locked, f, err := g.keyring(look, conn)
	if f != faultNone || path != noObject && !locked {
		return f, err
	}
	prompt, err := askPrompt(look, conn, path)
	if err != nil {
		return busFault(look, err), err
	}
	if prompt != noObject {
		if f, err := g.await(ctx, conn, prompt); f != faultNone {
			return f, err
		}
	}
	again, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	path, locked, f, err = g.keyring(again, conn)
	if f == faultNone && (path == noObject || locked) {
		return faultDenied, nil
	}
	return f, err
}

// askPrompt asks for a prompt that unlocks the keyring at path, or makes a default one where there is none.
func askPrompt(ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath) (prompt dbus.ObjectPath, err error) {
	secrets := conn.Object(secretsName, secretsPath)
	if path == noObject {
		var made dbus.ObjectPath
		label := map[string]dbus.Variant{ringIface + ".Label": dbus.MakeVariant("Default keyring")}
		err = secrets.CallWithContext(ctx, serviceIface+".CreateCollection", 0, label, "default").Store(&made, &prompt)
		return prompt, err
	}
	var unlocked []dbus.ObjectPath
	err = secrets.CallWithContext(ctx, serviceIface+".Unlock", 0, []dbus.ObjectPath{path}).Store(&unlocked, &prompt)
	return prompt, err
}

// await shows a prompt and waits for its end.
func (g *guard) await(ctx context.Context, conn *dbus.Conn, prompt dbus.ObjectPath) (fault, error) {
	wait := make(chan outcome, 1)
	g.mu.Lock()
	g.prompts[prompt] = wait
	g.mu.Unlock()
	if err := conn.Object(secretsName, prompt).CallWithContext(ctx, promptIface+".Prompt", 0, "").Err; err != nil {
		g.endPrompt(prompt, outcome{})
		return busFault(ctx, err), err
	}
	select {
	case o := <-wait:
		if o.fault == faultNone && o.dismissed {
			return faultDenied, nil
		}
		return o.fault, nil
	case <-ctx.Done():
		return faultClosed, ctx.Err()
	}
}

// endPrompt tells those who wait for the prompt at path, or for any where path is empty.
func (g *guard) endPrompt(path dbus.ObjectPath, o outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for p, wait := range g.prompts {
		if path == "" || p == path {
			wait <- o
			delete(g.prompts, p)
		}
	}
}
