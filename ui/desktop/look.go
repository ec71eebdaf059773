package desktop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

const trayName = "org.kde.StatusNotifierWatcher"

// Check is one line of a look at the desktop, for doctor.
type Check struct {
	Name   string `json:"name"` // "dbus", "notifications", "tray", "browser", "display"
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Action string `json:"action,omitempty"` // what to do where not OK
}

// Look says what the desktop has, in 2 s at most; it starts nothing. It uses a connection of its own, so that it can be
// asked without a Desktop.
func Look(ctx context.Context) []Check {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	var checks []Check
	if hasBus {
		checks = lookAtBus(ctx)
	} else {
		checks = append(checks, lookForHelper())
	}
	return append(checks, lookForBrowser(), lookForDisplay(ctx))
}

func lookAtBus(ctx context.Context) []Check {
	conn, err := openBus(ctx)
	if err != nil {
		why := "needs the session bus"
		return []Check{
			{
				Name: "dbus", Detail: err.Error(),
				Action: "start this from inside the desktop session; where there is none, apt install dbus-user-session and " +
					"log in again",
			},
			{Name: "notifications", Detail: why, Action: "see dbus"},
			{Name: "tray", Detail: why, Action: "see dbus"},
		}
	}
	defer conn.Close()
	reached := Check{Name: "dbus", OK: true, Detail: "session bus reached"}
	return []Check{reached, lookForNotices(ctx, conn), lookForTray(ctx, conn)}
}

func openBus(ctx context.Context) (*dbus.Conn, error) {
	address, err := sessionAddress()
	if err != nil {
		return nil, err
	}
	return connect(ctx, address, make(signals))
}

func lookForNotices(ctx context.Context, conn *dbus.Conn) Check {
	c := Check{Name: "notifications"}
	owner, err := nameOwner(ctx, conn, notificationsName)
	var startable []string
	if err == nil {
		err = conn.BusObject().CallWithContext(ctx, busName+".ListActivatableNames", 0).Store(&startable)
	}
	switch {
	case err != nil:
		c.Detail, c.Action = "the bus did not answer: "+err.Error(), "see dbus"
	case owner != "":
		c = askService(ctx, conn)
	case slices.Contains(startable, notificationsName):
		c.OK, c.Detail = true, "service starts when needed"
	default:
		c.Detail = "no notification service"
		c.Action = "apt install dunst (or xfce4-notifyd, notification-daemon) and log in again"
	}
	return c
}

// askService gives a service that hangs a quarter of the time, so that the rest can still be looked at.
func askService(ctx context.Context, conn *dbus.Conn) Check {
	ctx, cancel := context.WithTimeout(ctx, lookLimit/4)
	defer cancel()
	var name, vendor, version, spec string
	err := conn.Object(notificationsName, notificationsPath).CallWithContext(ctx,
		notificationsName+".GetServerInformation", dbus.FlagNoAutoStart).Store(&name, &vendor, &version, &spec)
	silent := func(err error) Check {
		return Check{
			Name: "notifications", Detail: "the service runs but does not answer: " + err.Error(),
			Action: "end its process; it is started again when needed",
		}
	}
	if err != nil {
		return silent(err)
	}
	var features []string
	if err := conn.Object(notificationsName, notificationsPath).CallWithContext(ctx,
		notificationsName+".GetCapabilities", dbus.FlagNoAutoStart).Store(&features); err != nil {
		return silent(err)
	}
	buttons := "without buttons"
	if slices.Contains(features, "actions") {
		buttons = "with buttons"
	}
	said := strings.TrimSpace("service runs: " + plain(name) + " " + plain(version))
	return Check{Name: "notifications", OK: true, Detail: said + ", " + buttons}
}

func lookForTray(ctx context.Context, conn *dbus.Conn) Check {
	c := Check{Name: "tray"}
	owner, err := nameOwner(ctx, conn, trayName)
	switch {
	case err != nil:
		c.Detail, c.Action = "the bus did not answer: "+err.Error(), "see dbus"
		return c
	case owner == "":
		c.Detail = "no tray to show an icon in"
	default:
		watcher := conn.Object(trayName, "/StatusNotifierWatcher")
		shown, _ := property(ctx, watcher, trayName, "IsStatusNotifierHostRegistered").(bool)
		if shown {
			c.OK, c.Detail = true, "icons are shown"
			return c
		}
		c.Detail = "icons are collected, but nothing shows them"
	}
	c.Action = "add a panel with a system tray (xfce4-panel, KDE Plasma); on GNOME apt install " +
		"gnome-shell-extension-appindicator; the page has all that the tray has"
	return c
}

func lookForBrowser() Check {
	c := Check{Name: "browser"}
	path, err := opener()
	if err != nil {
		c.Detail = "no opener on PATH (" + strings.Join(openers(), ", ") + ")"
		c.Action = "apt install xdg-utils and a browser, or sign in with --no-browser or --device"
		return c
	}
	c.OK, c.Detail = true, "opened with "+openerName(path)
	return c
}

func lookForDisplay(ctx context.Context) Check {
	c := Check{Name: "display"}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		c.OK, c.Detail = true, "the system's own"
		return c
	}
	err := errors.New("neither DISPLAY nor WAYLAND_DISPLAY is set")
	if name := os.Getenv("WAYLAND_DISPLAY"); name != "" {
		if err = reach(ctx, "unix", waylandSocket(name)); err == nil {
			c.OK, c.Detail = true, "Wayland display "+name
			return c
		}
	}
	if name := os.Getenv("DISPLAY"); name != "" {
		if err = reachX(ctx, name); err == nil {
			c.OK, c.Detail = true, "X display "+name
			return c
		}
	}
	c.Detail = err.Error()
	c.Action = "start this from inside the desktop session; without one, sign in with --no-browser or --device"
	return c
}

// waylandSocket is the compositor's (wl_display_connect: a path, or a name in the run folder).
func waylandSocket(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), name)
}

// reachX connects to what DISPLAY names (X(7), host:display.screen).
func reachX(ctx context.Context, name string) error {
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		return fmt.Errorf("DISPLAY %q has no display number", name)
	}
	digits, _, _ := strings.Cut(name[colon+1:], ".")
	number, err := strconv.ParseUint(digits, 10, 15)
	if err != nil {
		return fmt.Errorf("DISPLAY %q has no display number", name)
	}
	host := name[:colon]
	if host != "" && host != "unix" && !strings.HasPrefix(host, "/") {
		return reach(ctx, "tcp", net.JoinHostPort(host, strconv.FormatUint(6000+number, 10)))
	}
	path := "/tmp/.X11-unix/X" + digits
	if err := reach(ctx, "unix", path); err != nil {
		return reach(ctx, "unix", "@"+path)
	}
	return nil
}

func reach(ctx context.Context, network, address string) error {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	return c.Close()
}
