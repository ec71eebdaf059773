package desktop

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"sessionkeeper/ui/desktop/desktoptest"
)

const nowhere = "unix:path=/nonexistent/bus"

// noDesktop takes the real desktop away from a test.
func noDesktop(t *testing.T) {
	t.Helper()
	for _, key := range []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_SESSION_ID"} {
		t.Setenv(key, "")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nowhere)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", nowhere)
}

// stillClock is a clock that nobody looks at.
func stillClock() clock {
	return clock{
		offset: func() time.Duration { return 0 },
		looks:  func(ctx context.Context, _ chan<- struct{}) { <-ctx.Done() },
	}
}

func testLog(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// run runs a Desktop until the test ends.
func run(t *testing.T, c clock) *Desktop {
	t.Helper()
	d := newDesktop(testLog(t), c)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d
}

// onBus runs a Desktop with a session bus of its own.
func onBus(t *testing.T) (*Desktop, *desktoptest.Bus) {
	t.Helper()
	noDesktop(t)
	bus := desktoptest.StartBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	return run(t, stillClock()), bus
}

func TestNothingRuns(t *testing.T) {
	noDesktop(t)
	d := New(testLog(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Notify(ctx, Notice{Key: "a", Title: "A"}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("before Run: got %v; want ErrNotRunning", err)
	}
	if err := d.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := d.Notify(t.Context(), Notice{Key: "a", Title: "A"}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after Run: got %v; want ErrNotRunning", err)
	}
	d.Withdraw(t.Context(), "a")
	if err := d.Run(ctx); err == nil {
		t.Error("a second Run: want an error")
	}
	if d.ScreenLocked(t.Context()) {
		t.Error("locked without a desktop; want unknown to be unlocked")
	}
}

func TestRealClockEndsWithRun(t *testing.T) {
	noDesktop(t)
	d := New(testLog(t))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	// The first answer says that everything runs.
	if err := d.Notify(ctx, Notice{Key: "a", Title: "A"}); err == nil {
		t.Error("no bus: want an error")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
