package keychaintest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// GNOME Keyring shows its prompts through these (gcr, GcrSystemPrompter).
const (
	prompterName  = "org.gnome.keyring.SystemPrompter"
	prompterPath  = dbus.ObjectPath("/org/gnome/keyring/Prompter")
	prompterIface = "org.gnome.keyring.internal.Prompter"
	callbackIface = "org.gnome.keyring.internal.Prompter.Callback"
)

// Prompter stands for the screen and the user before it: GNOME Keyring's prompts come here.
type Prompter struct {
	t     testing.TB
	conn  *dbus.Conn
	shown chan prompt
}

type prompt struct {
	keyring string // the caller's unique name
	path    dbus.ObjectPath
}

// Prompter puts one on the desktop. Without it a prompt cannot be shown and counts as cancelled.
func (d *Desktop) Prompter() *Prompter {
	d.t.Helper()
	p := &Prompter{t: d.t, conn: d.conn, shown: make(chan prompt, 8)}
	if err := d.conn.Export((*screen)(p), prompterPath, prompterIface); err != nil {
		d.t.Fatal(err)
	}
	if err := d.own(prompterName); err != nil {
		d.t.Fatalf("becoming the prompter: %v", err)
	}
	return p
}

// Shown waits until a prompt is on the screen. Nobody answers it before Cancel.
func (p *Prompter) Shown() (cancel func()) {
	p.t.Helper()
	on := <-p.shown
	return func() {
		p.t.Helper()
		err := p.conn.Object(on.keyring, on.path).
			Call(callbackIface+".PromptReady", 0, "no", map[string]dbus.Variant{}, "").Err
		if err != nil {
			p.t.Fatalf("cancelling the prompt: %v", err)
		}
	}
}

// Count tells how many prompts were shown and not taken by Shown.
func (p *Prompter) Count() int { return len(p.shown) }

// screen has the methods that GNOME Keyring calls.
type screen Prompter

// readyAgain is how long the keyring may leave PromptReady unanswered before it is told again.
const readyAgain = 3 * time.Second

// BeginPrompting asks for the screen, which is free. The keyring takes that as said only once it has seen our reply, which
// goes out when this method has returned; what it is told before, it leaves without an answer for ever.
func (s *screen) BeginPrompting(sender dbus.Sender, callback dbus.ObjectPath) *dbus.Error {
	keyring := s.conn.Object(string(sender), callback)
	go func() {
		for range 2 {
			_ = keyring.Call("org.freedesktop.DBus.Peer.Ping", 0).Err
		}
		for unheard := true; unheard; {
			ctx, cancel := context.WithTimeout(s.conn.Context(), readyAgain)
			_ = keyring.CallWithContext(ctx, callbackIface+".PromptReady", 0, "", map[string]dbus.Variant{}, "").Err
			unheard = errors.Is(ctx.Err(), context.DeadlineExceeded)
			cancel()
		}
	}()
	return nil
}

// PerformPrompt shows a prompt.
func (s *screen) PerformPrompt(
	sender dbus.Sender, callback dbus.ObjectPath, _ string, _ map[string]dbus.Variant, _ string,
) *dbus.Error {
	s.shown <- prompt{string(sender), callback}
	return nil
}

// StopPrompting takes it down.
func (s *screen) StopPrompting(sender dbus.Sender, callback dbus.ObjectPath) *dbus.Error {
	s.conn.Object(string(sender), callback).Go(callbackIface+".PromptDone", 0, nil)
	return nil
}

// own takes a well-known name on the bus, for services that a test brings itself.
func (d *Desktop) own(name string) error {
	reply, err := d.conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		err = errors.New("the name is taken")
	}
	return err
}
