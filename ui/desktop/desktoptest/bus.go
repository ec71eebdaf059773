// Package desktoptest is a desktop for tests: a private D-Bus daemon that starts no services, a notification service on
// it that records what it is told and behaves like a real one, and a screen with the real programs of a desktop. It never
// touches the user's own bus or screen.
package desktoptest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A session bus without service folders: nothing is started by calling it. Its rules are the stock session bus's.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// Bus is a private dbus-daemon. It ends with the test.
type Bus struct {
	Address string // for DBUS_SESSION_BUS_ADDRESS or DBUS_SYSTEM_BUS_ADDRESS; the same over Stop and Start

	socket, config string
	daemon         *exec.Cmd // nil while stopped
}

// StartBus starts a private dbus-daemon (Debian package dbus). The environment is left alone.
func StartBus(tb testing.TB) *Bus {
	tb.Helper()
	// A socket's path has to be shorter than a test's folder often is.
	dir, err := os.MkdirTemp("", "bus") //nolint:usetesting // see above
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &Bus{socket: filepath.Join(dir, "bus"), config: filepath.Join(dir, "bus.conf")}
	b.Address = "unix:path=" + dbus.EscapeBusAddressValue(b.socket)
	if err := os.WriteFile(b.config, fmt.Appendf(nil, busConfig, b.socket), 0o600); err != nil {
		tb.Fatal(err)
	}
	b.Start(tb)
	tb.Cleanup(b.Stop)
	return b
}

// Env is the environment of a program that takes the bus for the session's.
func (b *Bus) Env() []string { return []string{"DBUS_SESSION_BUS_ADDRESS=" + b.Address} }

// PID is the daemon's, for tests that stop it in its tracks.
func (b *Bus) PID() int { return b.daemon.Process.Pid }

// Start starts the daemon again after Stop, at the same address.
func (b *Bus) Start(tb testing.TB) {
	tb.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		tb.Fatal("dbus-daemon is missing: apt-get install dbus")
	}
	ready, told, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	defer ready.Close()
	// The daemon outlives no test: Stop ends it, not a context.
	daemon := exec.CommandContext(context.WithoutCancel(tb.Context()), path, //nolint:gosec // the machine's own daemon
		"--config-file="+b.config, "--nofork", "--nopidfile", "--print-address=3")
	daemon.ExtraFiles = []*os.File{told}
	err = daemon.Start()
	_ = told.Close()
	if err != nil {
		tb.Fatal("starting dbus-daemon: ", err)
	}
	b.daemon = daemon
	if line, err := bufio.NewReader(ready).ReadString('\n'); err != nil || !strings.Contains(line, "unix:") {
		tb.Fatalf("dbus-daemon said %q, %v; want its address", line, err)
	}
	tb.Attr("real", "dbus-daemon")
}

// Stop ends the daemon, and with it every connection. It may be called twice.
func (b *Bus) Stop() {
	if b.daemon == nil {
		return
	}
	_ = b.daemon.Process.Kill()
	_ = b.daemon.Wait()
	b.daemon = nil
	_ = os.Remove(b.socket)
}

// Connect opens a connection of its own, which ends with the test at the latest.
func (b *Bus) Connect(tb testing.TB) *dbus.Conn {
	tb.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		tb.Fatal("connecting to the test's bus: ", err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Own makes conn the owner of a well-known name.
func Own(tb testing.TB, conn *dbus.Conn, name string) {
	tb.Helper()
	got, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		tb.Fatalf("requesting %s: reply %d, %v", name, got, err)
	}
}
