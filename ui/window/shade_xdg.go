//go:build unix && !darwin

package window

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// XDG Desktop Portal, org.freedesktop.portal.Settings.
const (
	portalName  = "org.freedesktop.portal.Desktop"
	portalPath  = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	settingsOf  = "org.freedesktop.portal.Settings"
	appearance  = "org.freedesktop.appearance"
	colorScheme = "color-scheme"

	prefersDark  = uint32(1)
	prefersLight = uint32(2)

	// portalWait is how long the portal may take before others are asked as well: it may have to be started first, and
	// on some desktops it hangs.
	portalWait = 200 * time.Millisecond

	askLimit = 3 * time.Second // any other question
)

func asksDesktop() bool { return os.Getenv("FYNE_THEME") == "" }

// follow asks the portal, and where that does not say, the desktop's own settings.
func (s *Shade) follow(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, signals, err := openSettings(ctx)
	if err != nil {
		s.log.DebugContext(ctx, "no session bus", "error", err)
		s.put(settingsDark(ctx, nil))
		close(s.looked)
		return
	}
	defer conn.Close()
	answers := make(chan uint32, 1)
	asking.Go(func() { answers <- askPortal(ctx, conn) })
	late := time.NewTimer(portalWait)
	defer late.Stop()
	select {
	case scheme := <-answers:
		s.take(ctx, conn, scheme)
	case <-late.C:
		s.put(settingsDark(ctx, conn))
	}
	close(s.looked)
	for {
		select {
		case <-ctx.Done():
			return
		case scheme := <-answers:
			s.take(ctx, conn, scheme)
		case signal, open := <-signals:
			if !open {
				return
			}
			if scheme, ok := changedScheme(signal); ok {
				s.take(ctx, conn, scheme)
			}
		}
	}
}

// take notes what the portal says; where it has no preference, the desktop's own settings may have one.
func (s *Shade) take(ctx context.Context, conn *dbus.Conn, scheme uint32) {
	switch scheme {
	case prefersDark:
		s.put(true)
	case prefersLight:
		s.put(false)
	default:
		s.put(settingsDark(ctx, conn))
	}
}

// openSettings opens a private connection that tells of changed settings.
func openSettings(ctx context.Context) (*dbus.Conn, <-chan *dbus.Signal, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the session bus: %w", err)
	}
	opening, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	unhang := context.AfterFunc(opening, func() { _ = conn.Close() })
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err == nil {
		err = conn.AddMatchSignalContext(opening, dbus.WithMatchSender(portalName), dbus.WithMatchObjectPath(portalPath),
			dbus.WithMatchInterface(settingsOf), dbus.WithMatchMember("SettingChanged"), dbus.WithMatchArg(0, appearance))
	}
	if !unhang() {
		err = errors.Join(err, opening.Err())
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connecting to the session bus: %w", err), conn.Close())
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	return conn, signals, nil
}

// askPortal gives the portal's colour scheme, 0 where it has none. Portals before version 2 of Settings know only Read.
func askPortal(ctx context.Context, conn *dbus.Conn) uint32 {
	for _, method := range []string{"ReadOne", "Read"} {
		var v dbus.Variant
		err := conn.Object(portalName, portalPath).
			CallWithContext(ctx, settingsOf+"."+method, 0, appearance, colorScheme).Store(&v)
		if err == nil {
			return scheme(v)
		}
	}
	return 0
}

// scheme takes a number out of its wrappings, of which Read has one more.
func scheme(v dbus.Variant) uint32 {
	for {
		switch inner := v.Value().(type) {
		case dbus.Variant:
			v = inner
		case uint32:
			return inner
		default:
			return 0
		}
	}
}

// changedScheme reads a SettingChanged.
func changedScheme(s *dbus.Signal) (uint32, bool) {
	var namespace, key string
	var v dbus.Variant
	if s.Name != settingsOf+".SettingChanged" || dbus.Store(s.Body, &namespace, &key, &v) != nil {
		return 0, false
	}
	return scheme(v), namespace == appearance && key == colorScheme
}

// settingsDark reports what the settings of GNOME and its kin say, and those of Xfce.
func settingsDark(ctx context.Context, conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	gsettings := exec.CommandContext(ctx, "gsettings", "get", "org.gnome.desktop.interface", colorScheme)
	gsettings.WaitDelay = time.Second
	said, err := gsettings.Output()
	if err == nil {
		switch strings.Trim(strings.TrimSpace(string(said)), "'") {
		case "prefer-dark":
			return true
		case "prefer-light":
			return false
		}
	}
	if conn == nil {
		return false
	}
	var v dbus.Variant
	err = conn.Object("org.xfce.Xfconf", "/org/xfce/Xfconf").CallWithContext(ctx, "org.xfce.Xfconf.GetProperty",
		dbus.FlagNoAutoStart, "xsettings", "/Net/ThemeName").Store(&v)
	name, _ := v.Value().(string)
	return err == nil && strings.HasSuffix(strings.ToLower(name), "-dark")
}
