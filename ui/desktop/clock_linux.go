package desktop

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// systemClock uses that CLOCK_BOOTTIME counts the time asleep and CLOCK_MONOTONIC does not (clock_gettime(2)).
func systemClock() clock {
	return clock{
		offset: bootOffset,
		least:  500 * time.Millisecond,
		looks:  func(ctx context.Context, out chan<- struct{}) { lookout(ctx, lookEvery, out) },
	}
}

func bootOffset() (offset time.Duration) {
	// The clocks are read one after the other: take a reading that was not interrupted between them.
	for range 5 {
		before, boot, after := read(unix.CLOCK_MONOTONIC), read(unix.CLOCK_BOOTTIME), read(unix.CLOCK_MONOTONIC)
		offset = boot - before
		if after-before < time.Millisecond {
			break
		}
	}
	return offset
}

func read(id int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// lookout sends every so often, and at once when the kernel sets the wall clock, which it does on waking up: the timer
// runs on that clock and is cancelled when it jumps (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
func lookout(ctx context.Context, every time.Duration, out chan<- struct{}) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		tick(ctx, every, out)
		return
	}
	timer := os.NewFile(uintptr(fd), "timer")
	stop := context.AfterFunc(ctx, func() { _ = timer.Close() })
	defer func() {
		if stop() {
			_ = timer.Close()
		}
	}()
	for ctx.Err() == nil {
		if wait(timer, fd, every) != nil {
			tick(ctx, every, out)
			return
		}
		select {
		case out <- struct{}{}:
		default: // a look is due already
		}
	}
}

func wait(timer *os.File, fd int, every time.Duration) error {
	at := unix.ItimerSpec{Value: unix.NsecToTimespec(time.Now().Add(every).UnixNano())}
	flags := unix.TFD_TIMER_ABSTIME | unix.TFD_TIMER_CANCEL_ON_SET
	// Setting a timer that was cancelled fails once and sets it all the same.
	if err := unix.TimerfdSettime(fd, flags, &at, nil); err != nil && !errors.Is(err, unix.ECANCELED) {
		return err
	}
	if _, err := timer.Read(make([]byte, 8)); err != nil && !errors.Is(err, unix.ECANCELED) {
		return err
	}
	return nil
}
