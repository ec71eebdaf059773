package desktop

import (
	"context"
	"maps"
	"testing"
	"time"

	"sessionkeeper/ui/desktop/desktoptest"
)

// signIn is a notice with a button.
func signIn(key, title string) Notice {
	return Notice{Key: key, Title: title, Actions: []Action{{"sign-in", "Sign in"}}}
}

// one wants exactly one notice on the screen, with that title.
func one(t *testing.T, service *desktoptest.Notifications, title string) desktoptest.Notice {
	t.Helper()
	showing := service.Showing()
	if len(showing) != 1 || showing[0].Title != title {
		t.Fatalf("showing %+v; want %q alone", showing, title)
	}
	return showing[0]
}

func wantPress(t *testing.T, d *Desktop, want Press) {
	t.Helper()
	if got := <-d.Presses(); got != want {
		t.Errorf("got %+v; want %+v", got, want)
	}
}

// adoptAll hands everything from one process to another.
func adoptAll(from, to *Desktop) {
	for key, id := range from.Shown() {
		to.Adopt(key, id)
	}
}

func TestHandover(t *testing.T) {
	keeper, bus := onBus(t)
	tray := run(t, stillClock())
	service := desktoptest.StartNotifications(t, bus)
	notify(t, keeper, signIn("a", "from the keeper"))
	first := one(t, service, "from the keeper")
	if got := keeper.Shown(); !maps.Equal(got, map[string]uint32{"a": first.ID}) {
		t.Fatalf("the keeper shows %v; want a under %d", got, first.ID)
	}

	// There: the tray hears of it, replaces it, and the keeper's withdrawal of its own old notice is the same bubble.
	adoptAll(keeper, tray)
	service.Press(t, first.ID, "sign-in")
	wantPress(t, tray, Press{"a", "sign-in"})
	wantPress(t, tray, Press{"a", ActionClosed})
	notify(t, keeper, signIn("a", "again"))
	adoptAll(keeper, tray)
	notify(t, tray, signIn("a", "from the tray"))
	second := one(t, service, "from the tray")
	if !maps.Equal(tray.Shown(), map[string]uint32{"a": second.ID}) {
		t.Errorf("the tray shows %v; want a under %d", tray.Shown(), second.ID)
	}

	// And back, to a keeper that knows nothing of what the tray did meanwhile.
	tray.Withdraw(t.Context(), "a")
	notify(t, tray, signIn("a", "the tray's second"))
	adoptAll(tray, keeper)
	notify(t, keeper, signIn("a", "the keeper's again"))
	one(t, service, "the keeper's again")
	keeper.Withdraw(t.Context(), "a")
	if showing := service.Showing(); len(showing) > 0 || len(keeper.Shown()) > 0 {
		t.Errorf("showing %+v, Shown %v; want nothing", showing, keeper.Shown())
	}
}

// Both had a notice under the same key: one is too many.
func TestAdoptInPlaceOfOwn(t *testing.T) {
	d, bus := onBus(t)
	other := run(t, stillClock())
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, signIn("a", "own"))
	notify(t, other, signIn("a", "other"))
	own := service.Showing()[0]
	adoptAll(other, d)
	service.WaitClosed(t, own.ID)
	one(t, service, "other")
	notify(t, d, signIn("a", "next"))
	one(t, service, "next")
}

// A notice that is on its way to a slow service when another is adopted takes its place.
func TestAdoptWhileBusy(t *testing.T) {
	d, bus := onBus(t)
	other := run(t, stillClock())
	service := desktoptest.StartNotifications(t, bus)
	d.Buttons(t.Context())
	notify(t, other, signIn("a", "other"))
	adopted := one(t, service, "other")
	service.Hang()
	if err := giveUp(t, d, request{key: "a", notice: new(signIn("a", "own"))}); err == nil {
		t.Fatal("the service hangs; want an error")
	}
	d.Adopt("a", adopted.ID)
	service.Resume()
	service.WaitClosed(t, adopted.ID)
	one(t, service, "own")
}

// A withdrawal under way belongs to the notice it was asked for, not to one that is adopted meanwhile.
func TestAdoptWhileWithdrawing(t *testing.T) {
	d, bus := onBus(t)
	other := run(t, stillClock())
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, signIn("a", "own"))
	notify(t, other, signIn("a", "other"))
	ids := service.Showing()
	service.Hang()
	if err := giveUp(t, d, request{key: "a"}); err == nil {
		t.Fatal("the service hangs; want an error")
	}
	d.Adopt("a", ids[1].ID)
	service.Resume()
	service.WaitClosed(t, ids[0].ID)
	notify(t, d, signIn("a", "next"))
	if next := one(t, service, "next"); next.Replaces != ids[1].ID {
		t.Errorf("replaces %d; want the adopted %d", next.Replaces, ids[1].ID)
	}
}

// What is handed over before there is a bus waits for it; a service that does not run had no notice.
func TestAdoptBeforeTheBus(t *testing.T) {
	keeper, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, keeper, signIn("a", "from the keeper"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nowhere)
	tray := run(t, stillClock())
	adoptAll(keeper, tray)
	if shown := tray.Shown(); len(shown) > 0 {
		t.Errorf("without a bus: Shown gives %v", shown)
	}
	tray.SetEnv(map[string]string{"DBUS_SESSION_BUS_ADDRESS": bus.Address})
	for tray.Notify(t.Context(), signIn("a", "from the tray")) != nil { // until the new bus is reached
	}
	one(t, service, "from the tray")

	service.Stop()
	catchUpGone(t, tray)
	tray.Adopt("b", 7)
	if shown := tray.Shown(); len(shown) > 0 {
		t.Errorf("without a service: Shown gives %v", shown)
	}
}

// catchUpGone returns when d knows that no service runs.
func catchUpGone(t *testing.T, d *Desktop) {
	t.Helper()
	for d.Notify(t.Context(), Notice{Key: "probe", Title: "probe"}) == nil || len(d.Shown()) > 0 {
	}
}

func TestClosedPress(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, signIn("expired", "expired"))
	notify(t, d, signIn("withdrawn", "withdrawn"))
	notify(t, d, signIn("dismissed", "dismissed"))
	ids := d.Shown()
	service.Expire(ids["expired"])
	d.Withdraw(t.Context(), "withdrawn")
	service.Dismiss(ids["dismissed"])
	service.Dismiss(ids["dismissed"])
	wantPress(t, d, Press{"dismissed", ActionClosed})
	catchUp(t, d)
	select {
	case p := <-d.Presses():
		t.Errorf("got %+v; want one press for the one that the user dismissed", p)
	default:
	}
	if shown := d.Shown(); len(shown) > 0 {
		t.Errorf("Shown gives %v; want nothing", shown)
	}
}

func TestButtons(t *testing.T) {
	d, bus := onBus(t)
	if d.Buttons(t.Context()) {
		t.Error("no service: want no buttons")
	}
	service := desktoptest.StartNotifications(t, bus)
	for !d.Buttons(t.Context()) { // word of the new service may be on its way
	}
	service.Hang()
	if !d.Buttons(t.Context()) {
		t.Error("a service that said so before it hung: want buttons")
	}
	service.Stop()
	service = desktoptest.StartNotifications(t, bus, desktoptest.Capabilities("body"))
	catchUp(t, d)
	if d.Buttons(t.Context()) {
		t.Error("a service without actions: want no buttons")
	}
	service.Stop()
	desktoptest.StartNotifications(t, bus).Hang()
	fresh := run(t, stillClock())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if fresh.Buttons(ctx) {
		t.Error("a service that hangs: want no buttons")
	}
}

func TestHandoverWithoutRun(t *testing.T) {
	noDesktop(t)
	d := New(testLog(t))
	if shown := d.Shown(); len(shown) > 0 {
		t.Errorf("before Run: Shown gives %v", shown)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Run(ctx); err != nil {
		t.Fatal(err)
	}
	d.Adopt("a", 1)
	if d.Buttons(t.Context()) || len(d.Shown()) > 0 {
		t.Error("after Run: want no buttons and nothing shown")
	}
}
