package desktop

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/ui/desktop/desktoptest"
)

const dunstControl = "org.dunstproject.cmd0"

// start starts a program that ends with the test, and returns what it prints first on descriptor 3.
func start(t *testing.T, debian string, env []string, name string, args ...string) *bufio.Reader {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: apt-get install %s", name, debian)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.ExtraFiles = []*os.File{w}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = r.Close()
	})
	return bufio.NewReader(r)
}

// startDunst shows notices on a screen of its own, and returns when it is ready.
func startDunst(t *testing.T, bus *desktoptest.Bus) *dbus.Conn {
	t.Helper()
	screen := start(t, "xvfb", nil, "Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	number, err := screen.ReadString('\n')
	if err != nil {
		t.Fatal("Xvfb ended: ", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
	conn := bus.Connect(t)
	if err := conn.AddMatchSignal(dbus.WithMatchSender(busName), dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, notificationsName)); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	home := t.TempDir()
	config := filepath.Join(home, "dunstrc")
	if err := os.WriteFile(config, []byte("[global]\nmarkup = full\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(bus.Env(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_RUNTIME_DIR="+home)
	gone := start(t, "dunst", env, "dunst", "-conf", config)
	ended := make(chan error, 1)
	go func() {
		_, err := gone.ReadByte() // its end closes the pipe
		ended <- err
	}()
	for {
		select {
		case s := <-signals:
			if owner, ok := newOwner(s, notificationsName); ok && owner != "" {
				return conn
			}
		case err := <-ended:
			t.Fatal("dunst ended: ", err)
		}
	}
}

// displayed is how many notices dunst has on the screen.
func displayed(t *testing.T, conn *dbus.Conn) uint32 {
	t.Helper()
	v, err := conn.Object(notificationsName, notificationsPath).GetProperty(dunstControl + ".displayedLength")
	if err != nil {
		t.Fatal(err)
	}
	n, ok := v.Value().(uint32)
	if !ok {
		t.Fatalf("displayedLength is %v", v)
	}
	return n
}

// A real notification service on a real screen: what it draws, replaces, takes away and hears.
func TestDunst(t *testing.T) {
	d, bus := onBus(t)
	conn := startDunst(t, bus)
	notify(t, d, Notice{Key: "a", Title: "Session ends", Body: "old"})
	notify(t, d, Notice{
		Key: "a", Title: "Session ends", Body: "<work> & home", Urgent: true,
		Actions: []Action{{"default", "Show"}, {"sign-in", "Sign in"}},
	})
	notify(t, d, Notice{Key: "b", Title: "Other", Body: "b"})
	for displayed(t, conn) != 2 {
	}
	control := conn.Object(notificationsName, notificationsPath)
	if err := control.Call(dunstControl+".NotificationAction", 0, uint32(0)).Err; err != nil {
		t.Fatal(err)
	}
	if got := <-d.Presses(); got != (Press{"a", "default"}) {
		t.Errorf("got %+v; want a click on a", got)
	}
	d.Withdraw(t.Context(), "a")
	d.Withdraw(t.Context(), "b")
	for displayed(t, conn) != 0 {
	}
	var history []map[string]dbus.Variant
	if err := control.Call(dunstControl+".NotificationListHistory", 0).Store(&history); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, n := range history {
		seen = append(seen, fmt.Sprint(n["summary"].Value(), ": ", n["body"].Value()))
	}
	slices.Sort(seen)
	if want := []string{"Other: b", "Session ends: &lt;work&gt; &amp; home"}; !slices.Equal(seen, want) {
		t.Errorf("dunst remembers %q; want %q", seen, want)
	}
	if c := lookForDisplay(t.Context()); !c.OK {
		t.Errorf("got %+v; want the X display", c)
	}
	if c := look(t)["notifications"]; !strings.Contains(c.Detail, "dunst") {
		t.Errorf("got %+v; want dunst by name", c)
	}
	t.Attr("real", "dunst")
}

// Dunst tells only the maker of a notice what becomes of it: after a handover that is the one who replaced it last.
func TestDunstHandover(t *testing.T) {
	keeper, bus := onBus(t)
	tray := run(t, stillClock())
	conn := startDunst(t, bus)
	if !tray.Buttons(t.Context()) {
		t.Error("dunst knows actions")
	}
	notify(t, keeper, Notice{Key: "a", Title: "A", Urgent: true, Actions: []Action{{"default", "Show"}}})
	control := conn.Object(notificationsName, notificationsPath)
	press := func() {
		t.Helper()
		for displayed(t, conn) != 1 {
		}
		if err := control.Call(dunstControl+".NotificationAction", 0, uint32(0)).Err; err != nil {
			t.Fatal(err)
		}
	}
	from, to := keeper, tray
	for range 4 {
		adoptAll(from, to)
		press()
		wantPress(t, from, Press{"a", "default"})
		notify(t, to, Notice{Key: "a", Title: "A", Urgent: true, Actions: []Action{{"default", "Show"}}})
		press()
		wantPress(t, to, Press{"a", "default"})
		from, to = to, from
	}
	if err := control.Call(dunstControl+".NotificationCloseLast", 0).Err; err != nil {
		t.Fatal(err)
	}
	wantPress(t, from, Press{"a", ActionClosed})
	for displayed(t, conn) != 0 {
	}
	notify(t, keeper, Notice{Key: "a", Title: "A", Urgent: true})
	adoptAll(keeper, tray)
	tray.Withdraw(t.Context(), "a")
	for displayed(t, conn) != 0 {
	}
	t.Attr("real", "dunst")
}
