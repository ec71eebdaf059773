package keychaintest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

const (
	// Password opens the login keyring of every Desktop.
	Password = "pw"

	secretsName  = "org.freedesktop.secrets"
	secretsPath  = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath    = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	serviceIface = "org.freedesktop.Secret.Service"
	ringIface    = "org.freedesktop.Secret.Collection"
	itemIface    = "org.freedesktop.Secret.Item"
	promptIface  = "org.freedesktop.Secret.Prompt"
	masterIface  = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  %s
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

const serviceFile = `[D-BUS Service]
Name=org.freedesktop.secrets
Exec=%s --start --foreground --components=secrets
`

// Desktop is a private D-Bus session with a real Secret Service on it, GNOME Keyring or KeePassXC. It has a home of its
// own and ends with its test. Debian packages: dbus-daemon, gnome-keyring, keepassxc.
type Desktop struct {
	t       testing.TB
	peer    peer
	home    string
	runtime string
	address string
	bus     *exec.Cmd
	daemon  *exec.Cmd // the Secret Service; nil: none that we started
	conn    *dbus.Conn
	owner   chan string     // the new owner of the secrets name, as it changes
	session dbus.ObjectPath // of the Secret Service, for the tests' own calls
}

// peer is a program that is a Secret Service.
type peer struct {
	name    string          // as tests tell which real part they met
	ring    dbus.ObjectPath // where our items go
	stop    syscall.Signal
	command func(d *Desktop, locked bool) *exec.Cmd
}

// gnome is GNOME Keyring, with the login keyring that PAM makes.
var gnome = peer{"gnome-keyring", loginPath, syscall.SIGTERM, func(d *Desktop, locked bool) *exec.Cmd {
	args := []string{"--components=secrets", "--foreground"}
	if !locked {
		args = append(args, "--unlock")
	}
	return d.command("gnome-keyring-daemon", args...)
}}

// Start starts a bus and an unlocked keyring. The bus starts no services by itself.
func Start(tb testing.TB) *Desktop {
	tb.Helper()
	d := StartBus(tb)
	d.Restart()
	return d
}

// StartBus starts a bus with no keyring on it. Restart starts one.
func StartBus(tb testing.TB) *Desktop {
	tb.Helper()
	return start(tb, false)
}

// StartActivatable starts a bus that starts a keyring when one is asked for; that one is locked, or has no default
// keyring yet.
func StartActivatable(tb testing.TB) *Desktop {
	tb.Helper()
	return start(tb, true)
}

func start(tb testing.TB, activatable bool) *Desktop {
	tb.Helper()
	d := &Desktop{t: tb, peer: gnome, home: tb.TempDir(), owner: make(chan string, 64)}
	var err error
	// Not tb.TempDir: the path of a unix socket must be short.
	if d.runtime, err = os.MkdirTemp("", "kt"); err != nil { //nolint:usetesting // a socket's path must be short
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(d.runtime) })
	socket := filepath.Join(d.runtime, "bus")
	d.address = "unix:path=" + socket
	services := ""
	if activatable {
		services = "<servicedir>" + d.runtime + "</servicedir>"
		d.file(secretsName+".service", fmt.Sprintf(serviceFile, d.program("gnome-keyring-daemon")))
	}
	config := d.file("bus.conf", fmt.Sprintf(busConfig, socket, services))
	d.bus = d.command("dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file="+config)
	out, err := d.bus.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := d.bus.Start(); err != nil {
		tb.Fatalf("starting dbus-daemon: %v", err)
	}
	tb.Cleanup(d.end)
	if _, err := out.Read(make([]byte, 1)); err != nil { // it prints its address when it listens
		tb.Fatalf("dbus-daemon did not start: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	d.listen()
	tb.Attr("real", "dbus-daemon")
	return d
}

func (d *Desktop) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.runtime, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d *Desktop) program(name string) string {
	d.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		d.t.Fatalf("%v: these tests need the Debian packages dbus-daemon, gnome-keyring and keepassxc", err)
	}
	return path
}

func (d *Desktop) command(name string, args ...string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command(d.program(name), args...) //nolint:gosec,noctx // a fixed program that the test ends
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}, d.Env()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Vars gives the variables that lead a program to this desktop.
func (d *Desktop) Vars() map[string]string {
	return map[string]string{
		"HOME":                     d.home,
		"XDG_RUNTIME_DIR":          d.runtime,
		"DBUS_SESSION_BUS_ADDRESS": d.address,
	}
}

// Env gives Vars as NAME=VALUE.
func (d *Desktop) Env() []string {
	var env []string
	for name, value := range d.Vars() {
		env = append(env, name+"="+value)
	}
	return env
}

// listen connects and follows who owns the secrets name.
func (d *Desktop) listen() {
	d.t.Helper()
	conn, err := dbus.Connect(d.address)
	if err != nil {
		d.t.Fatalf("connecting to the private bus: %v", err)
	}
	d.conn = conn
	err = conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName))
	if err != nil {
		d.t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	go func() {
		for s := range signals {
			if len(s.Body) == 3 {
				owner, _ := s.Body[2].(string)
				d.owner <- owner
			}
		}
		close(d.owner)
	}()
}

// awaitOwner waits until the secrets name is owned, or is not.
func (d *Desktop) awaitOwner(owned bool) {
	d.t.Helper()
	for owner := range d.owner {
		if (owner != "") == owned {
			return
		}
	}
	d.t.Fatal("the private bus ended")
}

// Restart starts a keyring that is unlocked, as at a log-in. One that runs is stopped first.
func (d *Desktop) Restart() {
	d.t.Helper()
	d.launch(false)
}

// RestartLocked starts a keyring that nobody has given the password, as after a log-in without one.
func (d *Desktop) RestartLocked() {
	d.t.Helper()
	d.launch(true)
}

func (d *Desktop) launch(locked bool) {
	d.t.Helper()
	if d.daemon != nil {
		d.Stop()
	}
	cmd := d.peer.command(d, locked)
	cmd.Stdin = strings.NewReader(Password)
	signal.Ignore(syscall.SIGXFSZ) // inherited: see FillDisk
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("starting %s: %v", d.peer.name, err)
	}
	d.daemon = cmd
	d.awaitOwner(true)
	d.session = ""
	for !locked && d.locked() { // KeePassXC is on the bus before its database is open
	}
	d.t.Attr("real", d.peer.name)
}

// Stop ends the keyring in peace.
func (d *Desktop) Stop() { d.t.Helper(); d.finish(d.peer.stop) }

// Kill ends the keyring with SIGKILL.
func (d *Desktop) Kill() { d.t.Helper(); d.finish(syscall.SIGKILL) }

func (d *Desktop) finish(s syscall.Signal) {
	d.t.Helper()
	if d.daemon == nil {
		d.t.Fatal("no keyring was started")
	}
	_ = d.daemon.Process.Signal(s)
	_ = d.daemon.Wait()
	d.daemon = nil
	d.awaitOwner(false)
}

// Freeze stops the keyring's process: it takes calls and answers none. It returns when that is so.
func (d *Desktop) Freeze() {
	d.t.Helper()
	pid := d.daemon.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		d.t.Fatalf("%s was not stopped: %v, %v", d.peer.name, status, err)
	}
}

// Thaw lets a frozen keyring go on.
func (d *Desktop) Thaw() {
	d.t.Helper()
	if err := syscall.Kill(d.daemon.Process.Pid, syscall.SIGCONT); err != nil {
		d.t.Fatal(err)
	}
}

// FillDisk lets the keyring write no file any more, as a full disk does, until it is restarted.
func (d *Desktop) FillDisk() {
	d.t.Helper()
	err := unix.Prlimit(d.daemon.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{}, nil)
	if err != nil {
		d.t.Fatalf("limiting %s: %v", d.peer.name, err)
	}
}

// StopBus ends the bus, and the keyring with it.
func (d *Desktop) StopBus() {
	d.t.Helper()
	if d.daemon != nil {
		d.Stop()
	}
	_ = d.bus.Process.Kill()
	_ = d.bus.Wait()
	for range d.owner { // closed when the connection is
	}
}

// end is the test's clean-up.
func (d *Desktop) end() {
	if d.daemon != nil {
		_ = d.daemon.Process.Kill()
		_ = d.daemon.Wait()
	} else if pid := d.ownerPid(); pid > 0 { // started by the bus
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = d.conn.Close()
	_ = d.bus.Process.Kill()
	_ = d.bus.Wait()
}

func (d *Desktop) ownerPid() int {
	var pid uint32
	err := d.conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretsName).Store(&pid)
	if err != nil {
		return 0
	}
	return int(pid)
}

// locked reports whether the keyring is locked, or not there yet.
func (d *Desktop) locked() bool {
	d.t.Helper()
	v, err := d.secrets(d.peer.ring).GetProperty(ringIface + ".Locked")
	locked, ok := v.Value().(bool)
	return err != nil || !ok || locked
}

// Lock locks the keyring.
func (d *Desktop) Lock() {
	d.t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := d.secrets(secretsPath).Call(serviceIface+".Lock", 0, []dbus.ObjectPath{d.peer.ring}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 && prompt == "/" {
		d.t.Fatalf("locking the keyring: %v, %v", locked, err)
	}
	d.answer(prompt)
}

// Unlock unlocks GNOME Keyring's login keyring without a prompt, as PAM does.
func (d *Desktop) Unlock() {
	d.t.Helper()
	err := d.secrets(secretsPath).Call(masterIface+".UnlockWithMasterPassword", 0, loginPath, d.secret([]byte(Password))).Err
	if err != nil {
		d.t.Fatalf("unlocking the keyring: %v", err)
	}
}

func (d *Desktop) secrets(path dbus.ObjectPath) dbus.BusObject {
	return d.conn.Object(secretsName, path)
}
