//go:build unix && !darwin

package tray

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"sessionkeeper/session/words"
)

const (
	busName     = "org.freedesktop.DBus"
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")

	busLimit     = 3 * time.Second
	firstConnect = 100 * time.Millisecond
	lastConnect  = time.Minute
)

// check says what is missing where there is no session bus: it returns a *MissingError.
func (i *icon) check(ctx context.Context) error {
	conn, _, err := connect(ctx)
	if err != nil {
		i.log.WarnContext(ctx, "no session bus", "error", err)
		p, _ := words.OfMachine("no_dbus", nil)
		return &MissingError{Problem: p}
	}
	_ = conn.Close()
	return nil
}

// serve has the icon on the session bus until ctx ends, over the bus's end and return: the library connects once and
// notices nothing. We watch on a connection of our own, because the library takes any signal on its own, of whatever
// kind, for the end. hosts is told whether something shows the icon.
func (i *icon) serve(ctx context.Context, hosts chan<- bool) {
	systray.SetTitle(appTitle)
	i.first()
	var end func()
	open := sync.OnceFunc(func() { close(i.ready) })
	for wait := firstConnect; ctx.Err() == nil; {
		conn, signals, err := connect(ctx)
		if err == nil {
			wait = firstConnect
			end = i.register(ctx)
			open()
			i.watch(ctx, conn, signals, hosts)
			_ = conn.Close()
			i.log.InfoContext(ctx, "bus connection ended")
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			wait = min(2*wait, lastConnect)
		}
	}
	if end != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), quitLimit)
		defer cancel()
		unlessHung(ctx, end)
	}
}

// register has the library connect and offer the icon. It may be called again when its connection has ended.
func (i *icon) register(ctx context.Context) (end func()) {
	start, end := systray.RunWithExternalLoop(nil, nil)
	unlessHung(ctx, start)
	return end
}

// connect opens a private connection, which tells of the panel's coming and going.
func connect(ctx context.Context) (*dbus.Conn, <-chan *dbus.Signal, error) {
	// It finds the bus the way the library will, but starts none.
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the session bus: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, busLimit)
	defer cancel()
	unhang := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err = conn.Auth(nil)
	if err == nil {
		err = conn.Hello()
	}
	if err == nil {
		err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName))
	}
	if err == nil {
		err = conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(watcherName), dbus.WithMatchObjectPath(watcherPath))
	}
	if !unhang() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connecting to the session bus: %w", err), conn.Close())
	}
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	return conn, signals, nil
}

// watch tells who shows the icon, until the connection or ctx ends.
func (i *icon) watch(ctx context.Context, conn *dbus.Conn, signals <-chan *dbus.Signal, hosts chan<- bool) {
	for {
		select {
		case hosts <- hosted(ctx, conn):
		case <-ctx.Done():
			return
		case <-conn.Context().Done():
			return
		}
		if !awaitChange(ctx, conn, signals) {
			return
		}
	}
}

// awaitChange waits for news of the panel; other items' coming and going is none.
func awaitChange(ctx context.Context, conn *dbus.Conn, signals <-chan *dbus.Signal) bool {
	for {
		select {
		case s, open := <-signals:
			if !open {
				return false
			}
			if s.Name == busName+".NameOwnerChanged" || strings.HasPrefix(s.Name, watcherName+".StatusNotifierHost") {
				return true
			}
		case <-ctx.Done():
			return false
		case <-conn.Context().Done():
			return false
		}
	}
}

// hosted reports whether a panel takes icons and shows them.
func hosted(ctx context.Context, conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, busLimit)
	defer cancel()
	var v dbus.Variant
	err := conn.Object(watcherName, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, watcherName, "IsStatusNotifierHostRegistered").Store(&v)
	shown, _ := v.Value().(bool)
	return err == nil && shown
}

// setIcon changes the icon; the library panics where its connection has just ended, and has it all the same for the next.
func setIcon(data []byte) (err error) {
	defer func() {
		if failed, ok := recover().(error); ok {
			err = failed
		}
	}()
	systray.SetIcon(data)
	return nil
}

// mnemonic keeps a label's underscores: a single one marks the letter to type (com.canonical.dbusmenu, label).
func mnemonic(label string) string { return strings.ReplaceAll(label, "_", "__") }
