package desktop

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/ui/desktop/desktoptest"
)

func notify(t *testing.T, d *Desktop, n Notice) {
	t.Helper()
	if err := d.Notify(t.Context(), n); err != nil {
		t.Fatalf("notice %s: %v", n.Key, err)
	}
}

func titled(title string) func(desktoptest.Notice) bool {
	return func(n desktoptest.Notice) bool { return n.Title == title }
}

// catchUp returns when d has seen everything that the bus sent it before.
func catchUp(t *testing.T, d *Desktop) {
	t.Helper()
	notify(t, d, Notice{Key: "catch up", Title: "catch up"})
	d.Withdraw(t.Context(), "catch up")
}

func TestClickAndIcon(t *testing.T) {
	noDesktop(t)
	bus := desktoptest.StartBus(t)
	service := desktoptest.StartNotifications(t, bus)
	var icon bytes.Buffer
	if err := png.Encode(&icon, image.NewNRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	d := newDesktop(testLog(t), stillClock())
	if err := d.SetIcon([]byte("no picture")); err == nil {
		t.Error("took an icon that is none")
	}
	if err := d.SetIcon(icon.Bytes()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = d.RunNotices(ctx) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	notify(t, d, Notice{Key: "a", Title: "A", Actions: []Action{{"sign-in", "Sign in"}, {"later", "Later"}}})
	got := service.Notices()[0]
	if want := []string{"default", "", "sign-in", "Sign in", "later", "Later"}; !slices.Equal(got.Actions, want) {
		t.Errorf("got actions %q; want %q", got.Actions, want)
	}
	if !got.Picture {
		t.Error("the notice has no icon")
	}
}

func TestNotice(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{
		Key: "a", Title: "Sign in <again> & again", Body: "<b>work</b> & home\nnow\x00\x1b\xff", Urgent: true,
		Actions: []Action{{"default", "Show"}, {"sign-in", "Sign in"}},
	})
	notify(t, d, Notice{Key: "b", Title: "B", Body: "calm"})
	got := service.Notices()
	if len(got) != 2 {
		t.Fatalf("got %d notices; want 2", len(got))
	}
	a, b := got[0], got[1]
	if a.Title != "Sign in <again> & again" || a.Body != "&lt;b&gt;work&lt;/b&gt; &amp; home\nnow  \uFFFD" {
		t.Errorf("got title %q, body %q; want the body escaped, the title not", a.Title, a.Body)
	}
	if !slices.Equal(a.Actions, []string{"default", "Show", "sign-in", "Sign in"}) {
		t.Errorf("got actions %q", a.Actions)
	}
	if a.Urgency != 2 || a.ExpireMilli != 0 || b.Urgency != 1 || b.ExpireMilli != -1 {
		t.Errorf("got urgency %d and %d, expiry %d and %d; want 2, 1, 0, -1",
			a.Urgency, b.Urgency, a.ExpireMilli, b.ExpireMilli)
	}
	if a.App != "Sessionkeeper" || a.DesktopEntry != "sessionkeeper" || a.Replaces != 0 || b.Replaces != 0 {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestNoticeForSimpleService(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus, desktoptest.Capabilities("body"))
	notify(t, d, Notice{Key: "a", Title: "A", Body: "1 < 2 & 3", Actions: []Action{{"x", "X"}}})
	if got := service.Notices()[0]; got.Body != "1 < 2 & 3" || len(got.Actions) != 0 {
		t.Errorf("got body %q, actions %q; want it plain and no actions", got.Body, got.Actions)
	}
}

func TestReplaceAndWithdraw(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A1"})
	notify(t, d, Notice{Key: "b", Title: "B1"})
	notify(t, d, Notice{Key: "a", Title: "A2"})
	showing := service.Showing()
	if len(showing) != 2 || showing[0].Title != "A2" || showing[1].Title != "B1" {
		t.Fatalf("showing %+v; want A2 in place of A1, and B1", showing)
	}
	d.Withdraw(t.Context(), "a")
	d.Withdraw(t.Context(), "never shown")
	if closed := service.Closed(); len(closed) != 1 || closed[0].ID != showing[0].ID {
		t.Errorf("closed %+v; want notice %d alone", closed, showing[0].ID)
	}
	notify(t, d, Notice{Key: "a", Title: "A3"})
	if last := service.Wait(t, titled("A3")); last.Replaces != 0 {
		t.Errorf("A3 replaces %d; want a new notice", last.Replaces)
	}
}

func TestPress(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	actions := []Action{{"default", "Show"}, {"sign-in", "Sign in"}}
	notify(t, d, Notice{Key: "a", Title: "A", Actions: actions})
	notify(t, d, Notice{Key: "b", Title: "B", Actions: actions})
	a, b := service.Wait(t, titled("A")).ID, service.Wait(t, titled("B")).ID

	// Somebody else's notice, a stranger's broadcast and a stranger's word straight to us are all passed over.
	other := bus.Connect(t)
	var foreign uint32
	if err := other.Object(notificationsName, notificationsPath).Call(notificationsName+".Notify", 0, "other", uint32(0),
		"", "F", "", []string{"default", "F"}, map[string]dbus.Variant{}, int32(-1)).Store(&foreign); err != nil {
		t.Fatal(err)
	}
	service.Press(t, foreign, "default")
	if err := other.Emit(notificationsPath, notificationsName+".ActionInvoked", a, "forged"); err != nil {
		t.Fatal(err)
	}
	sendTo(t, other, d.session, notificationsPath, notificationsName, "ActionInvoked", a, "forged")
	sendTo(t, other, d.session, notificationsPath, notificationsName, "NotificationClosed", b, uint32(2))

	service.Press(t, a, "sign-in")
	service.Press(t, b, "default")
	// This service closes what was pressed, and calls that a dismissal.
	for _, want := range []Press{{"a", "sign-in"}, {"a", ActionClosed}, {"b", "default"}, {"b", ActionClosed}} {
		if got := <-d.Presses(); got != want {
			t.Errorf("got %+v; want %+v", got, want)
		}
	}
}

// sendTo sends a signal to the desktop's own connection, which no match rule can keep out.
func sendTo(t *testing.T, from *dbus.Conn, to *bus, path dbus.ObjectPath, iface, member string, args ...any) {
	t.Helper()
	m := &dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(to.current.Load().Names()[0]),
			dbus.FieldPath:        dbus.MakeVariant(path),
			dbus.FieldInterface:   dbus.MakeVariant(iface),
			dbus.FieldMember:      dbus.MakeVariant(member),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(args...)),
		},
		Body: args,
	}
	if call := from.Send(m, nil); call.Err != nil {
		t.Fatal(call.Err)
	}
	// The bus handles one connection's messages in order: once it answered, the signal is on its way.
	if err := from.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err; err != nil {
		t.Fatal(err)
	}
}

func TestPressOfServiceThatKeepsNotice(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus, desktoptest.KeepPressed())
	notify(t, d, Notice{Key: "a", Title: "A", Actions: []Action{{"x", "X"}}})
	id := service.Wait(t, titled("A")).ID
	for range 2 {
		service.Press(t, id, "x")
		if got, want := <-d.Presses(), (Press{"a", "x"}); got != want {
			t.Errorf("got %+v; want %+v", got, want)
		}
	}
	d.Withdraw(t.Context(), "a")
	if len(service.Showing()) > 0 {
		t.Error("still shown after Withdraw")
	}
}

func TestClosedByUser(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A1"})
	service.Dismiss(service.Wait(t, titled("A1")).ID)
	catchUp(t, d)
	notify(t, d, Notice{Key: "a", Title: "A2"})
	if got := service.Wait(t, titled("A2")); got.Replaces != 0 {
		t.Errorf("A2 replaces %d, which is closed; want a new notice", got.Replaces)
	}
}

// giveUp asks for something of a service that hangs, and waits no longer than it takes to be heard.
func giveUp(t *testing.T, d *Desktop, r request) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- d.ask(ctx, r) }()
	for heard := make(chan bool); ; {
		d.notifier.tasks <- func(context.Context) {
			w := d.notifier.keys[r.key]
			heard <- w != nil && w.notice == r.notice
		}
		if <-heard {
			cancel()
			return <-failed
		}
	}
}

func TestHangingService(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A0"})
	service.Hang()
	for _, n := range []Notice{
		{Key: "a", Title: "A1"},
		{Key: "a", Title: "A2"},
		{Key: "a", Title: "A3"},
		{Key: "b", Title: "B1"},
		{Key: "c", Title: "C1"},
	} {
		if err := giveUp(t, d, request{key: n.Key, notice: &n}); !errors.Is(err, errSlow) {
			t.Errorf("%s: got %v; want word of a slow service", n.Title, err)
		}
	}
	if err := giveUp(t, d, request{key: "c"}); !errors.Is(err, errSlow) {
		t.Errorf("the withdrawal: got %v; want word of a slow service", err)
	}
	service.Resume()
	service.Wait(t, titled("A3"))
	notify(t, d, Notice{Key: "b", Title: "B2"})
	c := service.Wait(t, titled("C1"))
	service.WaitClosed(t, c.ID)

	var titles []string
	for _, n := range service.Showing() {
		titles = append(titles, n.Title)
	}
	slices.Sort(titles)
	if !slices.Equal(titles, []string{"A3", "B2"}) {
		t.Errorf("showing %q; want the newest of a and b, and c withdrawn", titles)
	}
	for _, n := range service.Notices() {
		if n.Title == "A2" {
			t.Error("A2 was sent, although A3 had taken its place")
		}
	}
}

func TestRestartedService(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A1", Body: "<"})
	service.Stop()
	service = desktoptest.StartNotifications(t, bus, desktoptest.Capabilities("body"))
	catchUp(t, d)
	notify(t, d, Notice{Key: "a", Title: "A2", Body: "<"})
	got := service.Wait(t, titled("A2"))
	if got.Replaces != 0 || got.Body != "<" {
		t.Errorf("A2 replaces %d, body %q; want ids and capabilities of the old service forgotten", got.Replaces, got.Body)
	}
}

func TestServiceThatDiesWithACallUnderWay(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A0"})
	service.Hang()
	failed := make(chan error, 1)
	go func() { failed <- d.Notify(t.Context(), Notice{Key: "a", Title: "A1"}) }()
	for d.session.current.Load() != nil && !pending(d, "a") {
	}
	service.Stop()
	if err := <-failed; err == nil {
		t.Error("want an error")
	}
	err := d.Notify(t.Context(), Notice{Key: "a", Title: "A2"})
	if err == nil || !strings.Contains(err.Error(), "install one") {
		t.Errorf("no service: got %v; want word of what to install", err)
	}
	service = desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A3"})
	service.Wait(t, titled("A3"))
}

// pending reports whether a second request for the key has to wait, which says that the first is under way.
func pending(d *Desktop, key string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	return errors.Is(d.Notify(ctx, Notice{Key: key, Title: "probe"}), errSlow)
}

func TestBusComesAndGoes(t *testing.T) {
	d, bus := onBus(t)
	desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A1", Actions: []Action{{"x", "X"}}})
	for range 2 {
		bus.Stop()
		if err := d.Notify(t.Context(), Notice{Key: "a", Title: "lost"}); err == nil {
			t.Fatal("no bus: want an error")
		}
		bus.Start(t)
		service := desktoptest.StartNotifications(t, bus)
		for d.Notify(t.Context(), Notice{Key: "a", Title: "A2", Actions: []Action{{"x", "X"}}}) != nil {
		}
		got := service.Wait(t, titled("A2"))
		if got.Replaces != 0 {
			t.Errorf("A2 replaces %d of another bus", got.Replaces)
		}
		service.Press(t, got.ID, "x")
		<-d.Presses()
	}
}

func TestSetEnvMovesToAnotherBus(t *testing.T) {
	noDesktop(t)
	d := run(t, stillClock())
	err := d.Notify(t.Context(), Notice{Key: "a", Title: "A"})
	if err == nil || !strings.Contains(err.Error(), "session bus") {
		t.Fatalf("got %v; want word of the missing bus", err)
	}
	for range 2 {
		bus := desktoptest.StartBus(t)
		service := desktoptest.StartNotifications(t, bus)
		d.SetEnv(map[string]string{"DBUS_SESSION_BUS_ADDRESS": bus.Address, "DISPLAY": "", "PATH": "/nowhere"})
		for d.Notify(t.Context(), Notice{Key: "a", Title: "A"}) != nil || len(service.Notices()) == 0 {
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	errs := make(chan error)
	const callers = 40
	for i := range callers {
		go func() {
			key := string(rune('a' + i%4))
			errs <- d.Notify(t.Context(), Notice{Key: key, Title: key})
		}()
	}
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := len(service.Showing()); got != 4 {
		t.Errorf("%d notices on the screen; want one for each key", got)
	}
}
