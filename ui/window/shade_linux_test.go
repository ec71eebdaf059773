package window

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/theme"
	"github.com/godbus/dbus/v5"

	"sessionkeeper/ui/desktop/desktoptest"
)

// portal is a desktop portal of which an app can read the colour scheme.
type portal struct {
	conn *dbus.Conn
	old  bool   // it knows only Read
	hang func() // nil: it answers at once

	mu     sync.Mutex // guards scheme
	scheme uint32
}

func startPortal(t *testing.T, b *desktoptest.Bus, p *portal) {
	t.Helper()
	p.conn = b.Connect(t)
	methods := map[string]any{"Read": p.read}
	if !p.old {
		methods["ReadOne"] = p.readOne
	}
	if err := p.conn.ExportMethodTable(methods, portalPath, settingsOf); err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, p.conn, portalName)
}

func (p *portal) readOne(namespace, key string) (dbus.Variant, *dbus.Error) {
	if p.hang != nil {
		p.hang()
	}
	if namespace != appearance || key != colorScheme {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return dbus.MakeVariant(p.scheme), nil
}

func (p *portal) read(namespace, key string) (dbus.Variant, *dbus.Error) {
	v, err := p.readOne(namespace, key)
	return dbus.MakeVariant(v), err
}

// turn changes the colour scheme and tells of it.
func (p *portal) turn(t *testing.T, scheme uint32) {
	t.Helper()
	p.mu.Lock()
	p.scheme = scheme
	p.mu.Unlock()
	if err := p.conn.Emit(portalPath, settingsOf+".SettingChanged", appearance, colorScheme, dbus.MakeVariant(scheme)); err != nil {
		t.Fatal(err)
	}
}

// startXfconf serves the name of Xfce's theme.
func startXfconf(t *testing.T, b *desktoptest.Bus, name string) {
	t.Helper()
	conn := b.Connect(t)
	get := func(channel, property string) (dbus.Variant, *dbus.Error) {
		if channel != "xsettings" || property != "/Net/ThemeName" {
			return dbus.Variant{}, dbus.NewError("org.xfce.Xfconf.Error.PropertyNotFound", nil)
		}
		return dbus.MakeVariant(name), nil
	}
	err := conn.ExportMethodTable(map[string]any{"GetProperty": get}, "/org/xfce/Xfconf", "org.xfce.Xfconf")
	if err != nil {
		t.Fatal(err)
	}
	desktoptest.Own(t, conn, "org.xfce.Xfconf")
}

// gsettings makes the program gsettings say something; empty: there is none.
func gsettings(t *testing.T, says string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if says == "" {
		return
	}
	script := "#!/bin/sh\n[ \"$*\" = 'get org.gnome.desktop.interface color-scheme' ] && echo \"" + says + "\"\n"
	if err := os.WriteFile(filepath.Join(dir, "gsettings"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
}

// follow has a shade asked of the desktop until the test ends.
func follow(t *testing.T) *Shade {
	t.Helper()
	t.Setenv("FYNE_THEME", "")
	s := NewShade(slog.New(slog.NewTextHandler(t.Output(), nil)))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return s
}

func TestShade(t *testing.T) {
	for _, c := range []struct {
		name      string
		portal    *portal
		gsettings string
		xfce      string
		dark      bool
	}{
		{name: "nothing says anything"},
		{name: "a dark portal", portal: &portal{scheme: prefersDark}, dark: true},
		{name: "a light portal", portal: &portal{scheme: prefersLight}, gsettings: "'prefer-dark'"},
		{name: "an old dark portal", portal: &portal{scheme: prefersDark, old: true}, dark: true},
		{name: "no preference", portal: &portal{}, gsettings: "'default'", xfce: "Greybird"},
		{name: "no preference, dark GNOME", portal: &portal{}, gsettings: "'prefer-dark'", dark: true},
		{name: "no preference, dark Xfce", portal: &portal{}, gsettings: "'default'", xfce: "Greybird-dark", dark: true},
		{name: "a number of tomorrow", portal: &portal{scheme: 7}},
		{name: "dark GNOME", gsettings: "'prefer-dark'", dark: true},
		{name: "light GNOME", gsettings: "'prefer-light'", xfce: "Adwaita-dark"},
		{name: "dark Xfce", xfce: "Adwaita-dark", dark: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := desktoptest.StartBus(t)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
			gsettings(t, c.gsettings)
			if c.portal != nil {
				startPortal(t, b, c.portal)
			}
			if c.xfce != "" {
				startXfconf(t, b, c.xfce)
			}
			s := follow(t)
			<-s.looked
			want := theme.VariantLight
			if c.dark {
				want = theme.VariantDark
			}
			late := time.After(patience)
			for *s.paint().shade != want { // a portal that is slow has its say later
				select {
				case <-s.changed:
				case <-late:
					t.Fatalf("the shade is %v; want %v", *s.paint().shade, want)
				}
			}
		})
	}
}

// TestShadeChanges: the colours follow the desktop, and a portal that hangs holds nothing up.
func TestShadeChanges(t *testing.T) {
	b := desktoptest.StartBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	gsettings(t, "")
	goOn := make(chan struct{})
	p := &portal{scheme: prefersDark, hang: func() { <-goOn }}
	startPortal(t, b, p)
	s := follow(t)
	<-s.looked
	if s.dark.Load() {
		t.Error("it is dark before anything said so")
	}
	close(goOn)
	for _, dark := range []bool{true, false, true} {
		<-s.changed
		if s.dark.Load() != dark {
			t.Errorf("dark is %v after a change; want %v", !dark, dark)
		}
		if dark {
			p.turn(t, prefersLight)
		} else {
			p.turn(t, prefersDark)
		}
	}
}

func TestShadeWithoutBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "nothing"))
	gsettings(t, "'prefer-dark'")
	s := follow(t)
	<-s.looked
	if !s.dark.Load() {
		t.Error("without a bus the desktop's settings are not asked")
	}
}

// TestShadeOfTheUser: FYNE_THEME has the last word.
func TestShadeOfTheUser(t *testing.T) {
	t.Setenv("FYNE_THEME", "dark")
	if s := NewShade(slog.New(slog.DiscardHandler)); s != nil || s.paint().shade != nil {
		t.Error("the desktop is asked although FYNE_THEME is set")
	}
}

// TestShadeOfWindow changes the colours of a window while it is open.
func TestShadeOfWindow(t *testing.T) {
	s := &Shade{looked: make(chan struct{}), changed: make(chan struct{}, 1)}
	d := newDesk(t, scene{kind: Sessions, keeper: all(), dark: true, shade: s})
	d.says("home")
	back := func() any { return colour(theme.ColorNameBackground) }
	if got, want := back(), palette(theme.VariantLight).back; got != want {
		t.Errorf("the background is %v; want light, as the desktop is: %v", got, want)
	}
	s.put(true)
	d.until("the dark", func() bool { return back() == any(palette(theme.VariantDark).back) })
	d.picture("turned-dark")
}
