package desktop

import (
	"errors"
	"syscall"
	"testing"

	"sessionkeeper/ui/desktop/desktoptest"
)

// A bus daemon that is stopped accepts connections and answers nothing: every call has to end all the same.
func TestFrozenBus(t *testing.T) {
	d, bus := onBus(t)
	service := desktoptest.StartNotifications(t, bus)
	notify(t, d, Notice{Key: "a", Title: "A1"})
	if err := syscall.Kill(bus.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := d.Notify(t.Context(), Notice{Key: "a", Title: "A2"}); !errors.Is(err, errSlow) {
		t.Errorf("got %v; want word of a slow service", err)
	}
	if d.ScreenLocked(t.Context()) {
		t.Error("locked; want unknown to be unlocked")
	}
	for _, c := range Look(t.Context()) {
		if c.Name == "dbus" && c.OK {
			t.Errorf("got %+v; want a bus that does not answer", c)
		}
	}
	if err := syscall.Kill(bus.PID(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	service.Wait(t, titled("A2"))
	notify(t, d, Notice{Key: "a", Title: "A3"})
	if showing := service.Showing(); len(showing) != 1 || showing[0].Title != "A3" {
		t.Errorf("showing %+v; want A3 alone", showing)
	}
}
