package desktop

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	login1Name    = "org.freedesktop.login1"
	login1Path    = dbus.ObjectPath("/org/freedesktop/login1")
	login1Manager = login1Name + ".Manager"

	// lookEvery bounds how late a sleep is noticed where nothing tells of it.
	lookEvery = 10 * time.Second
)

// clock tells how long the machine slept.
type clock struct {
	// offset grows by the time that timers did not count.
	offset func() time.Duration
	// least is the growth that counts as sleep.
	least time.Duration
	// looks sends when it is time to look at offset, until ctx ends.
	looks func(ctx context.Context, out chan<- struct{})
}

// sleeper turns two sources into one: login1 says at once that the machine woke up, the clock says how long it slept
// and notices also where there is no login1.
type sleeper struct {
	offset func() time.Duration
	least  time.Duration
	tell   func(Wake)

	last  time.Duration
	owner string // login1's connection
	told  bool   // the clock told of a sleep, and login1's word for it may follow
}

func (s *sleeper) run(ctx context.Context, looks <-chan struct{}, links <-chan link) {
	s.last = s.offset()
	var l link
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks:
			s.look()
		case l = <-links:
			s.owner = l.owner
		case signal := <-l.signals:
			s.signal(signal)
		}
	}
}

func (s *sleeper) look() {
	slept := s.slept()
	if s.told = slept > 0; s.told {
		s.tell(Wake{Slept: slept, Source: "clock"})
	}
}

// slept is how long the machine slept since the last look.
func (s *sleeper) slept() time.Duration {
	now := s.offset()
	slept := now - s.last
	s.last = now
	if slept < s.least {
		return 0
	}
	return slept
}

func (s *sleeper) signal(signal *dbus.Signal) {
	if owner, ok := newOwner(signal, login1Name); ok {
		s.owner = owner
		return
	}
	// A match rule keeps out what strangers broadcast, not what they send straight to us.
	if signal.Sender != s.owner || signal.Name != login1Manager+".PrepareForSleep" {
		return
	}
	var going bool
	if dbus.Store(signal.Body, &going) != nil {
		return
	}
	if going {
		s.told = false
		return
	}
	slept := s.slept()
	if slept > 0 || !s.told {
		s.tell(Wake{Slept: slept, Source: "login1"})
	}
	s.told = false
}

// tick is the plain way to look now and then.
func tick(ctx context.Context, every time.Duration, out chan<- struct{}) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		select {
		case out <- struct{}{}:
		default: // a look is due already
		}
	}
}
