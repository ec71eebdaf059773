package desktop

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"sessionkeeper/ui/desktop/desktoptest"
)

// sleepingClock is a clock whose machine sleeps when told.
type sleepingClock struct {
	slept chan time.Duration // what offset grew to
	look  chan struct{}
}

func newSleepingClock() *sleepingClock {
	c := &sleepingClock{slept: make(chan time.Duration, 1), look: make(chan struct{})}
	c.slept <- 0
	return c
}

func (c *sleepingClock) sleep(d time.Duration) { c.slept <- d + <-c.slept }

func (c *sleepingClock) clock() clock {
	return clock{
		offset: func() time.Duration { d := <-c.slept; c.slept <- d; return d },
		least:  500 * time.Millisecond,
		looks: func(ctx context.Context, out chan<- struct{}) {
			for {
				select {
				case <-c.look:
					out <- struct{}{}
				case <-ctx.Done():
					return
				}
			}
		},
	}
}

// login1 owns logind's name on the bus.
func login1(t *testing.T, bus *desktoptest.Bus) *dbus.Conn {
	t.Helper()
	conn := bus.Connect(t)
	desktoptest.Own(t, conn, login1Name)
	return conn
}

func prepareForSleep(t *testing.T, conn *dbus.Conn, going bool) {
	t.Helper()
	if err := conn.Emit(login1Path, login1Manager+".PrepareForSleep", going); err != nil {
		t.Fatal(err)
	}
}

// onSystemBus runs a Desktop with a system bus of its own, and returns when it is connected.
func onSystemBus(t *testing.T, c clock) (*Desktop, *desktoptest.Bus) {
	t.Helper()
	noDesktop(t)
	bus := desktoptest.StartBus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.Address)
	d := run(t, c)
	for d.system.current.Load() == nil {
		d.system.kick()
	}
	return d, bus
}

func wantWake(t *testing.T, d *Desktop, want Wake) {
	t.Helper()
	if got := <-d.Wakes(); got != want {
		t.Errorf("got %+v; want %+v", got, want)
	}
}

func TestWakeByLogin1(t *testing.T) {
	c := newSleepingClock()
	d, bus := onSystemBus(t, c.clock())
	l := login1(t, bus) // started after we looked for it
	prepareForSleep(t, l, true)
	c.sleep(8 * time.Hour)
	prepareForSleep(t, l, false)
	wantWake(t, d, Wake{8 * time.Hour, "login1"})

	// A sleep that did not come about is told too: who went to rest for it has to be roused.
	prepareForSleep(t, l, true)
	prepareForSleep(t, l, false)
	wantWake(t, d, Wake{0, "login1"})
}

func TestStrangersCannotWake(t *testing.T) {
	c := newSleepingClock()
	d, bus := onSystemBus(t, c.clock())
	l := login1(t, bus)
	stranger := bus.Connect(t)
	prepareForSleep(t, stranger, false)
	sendTo(t, stranger, d.system, login1Path, login1Manager, "PrepareForSleep", false)
	sendTo(t, l, d.system, login1Path, login1Manager, "PrepareForSleep", "no bool")
	c.sleep(time.Minute)
	prepareForSleep(t, l, false)
	wantWake(t, d, Wake{time.Minute, "login1"})
}

func TestWakeAfterRestarts(t *testing.T) {
	c := newSleepingClock()
	d, bus := onSystemBus(t, c.clock())
	l := login1(t, bus)
	_ = l.Close()
	l = login1(t, bus)
	c.sleep(time.Minute)
	prepareForSleep(t, l, false)
	wantWake(t, d, Wake{time.Minute, "login1"})

	bus.Stop()
	bus.Start(t)
	l = login1(t, bus)
	c.sleep(time.Hour)
	d.system.kick()
	for {
		prepareForSleep(t, l, false) // heard as soon as the bus is found again
		select {
		case w := <-d.Wakes():
			if w.Slept != time.Hour {
				t.Errorf("got %+v; want an hour", w)
			}
			return
		default:
		}
	}
}

func TestWakeByClock(t *testing.T) {
	noDesktop(t)
	c := newSleepingClock()
	d := run(t, c.clock())
	c.look <- struct{}{}
	c.sleep(400 * time.Millisecond) // less than counts
	c.look <- struct{}{}
	c.look <- struct{}{}
	c.sleep(2 * time.Hour)
	c.look <- struct{}{}
	// The nap before may be told of with this one.
	if w := <-d.Wakes(); w.Source != "clock" || w.Slept.Round(time.Second) != 2*time.Hour {
		t.Errorf("got %+v; want two hours by the clock", w)
	}
}

func TestOneSleepIsToldOnce(t *testing.T) {
	var offset time.Duration
	var got []Wake
	s := &sleeper{
		offset: func() time.Duration { return offset },
		least:  time.Second,
		tell:   func(w Wake) { got = append(got, w) },
		owner:  ":1.1",
	}
	login1 := func(going bool) {
		s.signal(&dbus.Signal{Sender: ":1.1", Name: login1Manager + ".PrepareForSleep", Body: []any{going}})
	}
	login1(true)
	offset += time.Hour
	s.look() // a little sooner than login1
	login1(false)
	login1(true)
	offset += time.Minute
	login1(false) // a little sooner than the clock
	s.look()
	offset += time.Hour // login1 misses one
	s.look()
	s.look()
	login1(false) // later, and of another
	want := []Wake{{time.Hour, "clock"}, {time.Minute, "login1"}, {time.Hour, "clock"}, {0, "login1"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}
