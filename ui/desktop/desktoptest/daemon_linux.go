package desktoptest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	busName      = "org.freedesktop.DBus"
	settingsName = "org.xfce.Xfconf"
)

// Daemon is a real notification daemon on a screen. It ends with the test, or by Stop.
type Daemon struct {
	cmd   *exec.Cmd
	ended <-chan struct{}
}

// Stop ends the daemon, as a crash would. It may be called twice.
func (d *Daemon) Stop() { end(d.cmd, d.ended) }

const dunstSettings = `[global]
    width = 380
    height = 300
    origin = top-right
    offset = 16x16
    font = Sans 10
    markup = full
    format = "<b>%s</b>\n%b"
    padding = 12
    horizontal_padding = 14
    frame_width = 1
    corner_radius = 4
    separator_height = 1
    icon_position = left
    max_icon_size = 48
    idle_threshold = 0
    mouse_left_click = do_action, close_current
    mouse_right_click = close_current
[urgency_low]
    background = "#202423"
    foreground = "#eceeec"
    frame_color = "#3a413e"
[urgency_normal]
    background = "#202423"
    foreground = "#eceeec"
    frame_color = "#3a413e"
[urgency_critical]
    background = "#202423"
    foreground = "#eceeec"
    frame_color = "#f2b872"
`

// A notice stays for an hour, where it would go by itself after ten seconds: what is gone was taken away, and a busy machine
// finds what is to be there.
const notifydSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-notifyd" version="1.0">
  <property name="theme" type="string" value="Default"/>
  <property name="notify-location" type="uint" value="2"/>
  <property name="initial-opacity" type="double" value="1.0"/>
  <property name="do-fadeout" type="bool" value="false"/>
  <property name="do-slideout" type="bool" value="false"/>
  <property name="expire-timeout" type="int" value="3600"/>
  <property name="notification-log" type="bool" value="false"/>
</channel>
`

// StartDaemon starts "dunst", which draws no buttons, or "xfce4-notifyd", which draws them, and returns when it
// listens. The Debian packages have the same names.
func StartDaemon(tb testing.TB, s *Screen, b *Bus, name string) *Daemon {
	tb.Helper()
	d := &Daemon{}
	switch name {
	case "dunst":
		d.cmd = program(tb, name, name, "-conf", s.write(tb, ".config/dunst/dunstrc", dunstSettings))
	case "xfce4-notifyd":
		s.write(tb, ".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-notifyd.xml", notifydSettings)
		s.startSettings(tb, b)
		d.cmd = program(tb, name, serviceProgram(tb, name, "org.xfce.xfce4-notifyd.Notifications"))
	default:
		tb.Fatalf("no notification daemon %q is known here", name)
	}
	d.cmd.Env = append(s.Env(), b.Env()...)
	d.ended = begin(tb, d.cmd)
	b.waitOwner(tb, serviceName, d.ended)
	tb.Attr("real", name)
	return d
}

// startSettings starts Xfce's settings service where the bus has none: this bus starts nothing by itself.
func (s *Screen) startSettings(tb testing.TB, b *Bus) {
	tb.Helper()
	var owned bool
	if err := b.Connect(tb).BusObject().Call(busName+".NameHasOwner", 0, settingsName).Store(&owned); err != nil {
		tb.Fatal(err)
	}
	if owned {
		return
	}
	cmd := program(tb, "xfconf", serviceProgram(tb, "xfconf", settingsName))
	cmd.Env = append(s.Env(), b.Env()...)
	b.waitOwner(tb, settingsName, begin(tb, cmd))
}

// serviceProgram is the program that a desktop's bus would start for a service; it is in no folder of PATH.
func serviceProgram(tb testing.TB, debian, service string) string {
	tb.Helper()
	text, err := os.ReadFile("/usr/share/dbus-1/services/" + service + ".service") //nolint:gosec // a constant
	if err != nil {
		tb.Fatalf("%s is missing: apt-get install %s (%v)", debian, debian, err)
	}
	_, rest, _ := strings.Cut(string(text), "\nExec=")
	program, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(program)
}

// waitOwner blocks until a name on the bus has an owner. It fails the test when the program that is to own it ended.
func (b *Bus) waitOwner(tb testing.TB, name string, ended <-chan struct{}) {
	tb.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		tb.Fatal("connecting to the test's bus: ", err)
	}
	defer conn.Close()
	err = conn.AddMatchSignal(dbus.WithMatchSender(busName), dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, name))
	if err != nil {
		tb.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	var owned bool
	if err := conn.BusObject().Call(busName+".NameHasOwner", 0, name).Store(&owned); err != nil {
		tb.Fatal(err)
	}
	if owned {
		return
	}
	limit := time.After(patience)
	for {
		select {
		case s := <-signals:
			if owner, ok := s.Body[2].(string); ok && s.Body[0] == name && owner != "" {
				return
			}
		case <-ended:
			tb.Fatalf("the program that was to own %s ended", name)
		case <-limit:
			tb.Fatalf("nobody owns %s after %v", name, patience)
		}
	}
}
