package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/desktop/desktoptest"
)

// maxMemory is what a tray may hold, in bytes.
const maxMemory = 15 << 20

// BenchmarkIdle measures what the tray costs while nothing happens, after a notice: its memory, and how often one of its
// threads wakes up.
func BenchmarkIdle(b *testing.B) {
	for _, sessions := range []int{3, 200} {
		b.Run(strconv.Itoa(sessions), func(b *testing.B) { idle(b, sessions) })
	}
}

func idle(b *testing.B, sessions int) {
	b.Helper()
	bus := desktoptest.StartBus(b)
	p := startPanel(b, bus)
	var all []apitest.Session
	for n := range sessions {
		all = append(all, kept(fmt.Sprintf("session %03d", n)))
	}
	k := apitest.New(all...)
	o := apitest.Options(b, k, nil)
	apitest.Serve(b, o)
	service := desktoptest.StartNotifications(b, bus)
	tray := newDesk(b, o.Places, bus, options{}).start(b)
	p.icon(b).waitFor(b, "session 002 — Signed in")
	k.ShowNotice(signInNotice)
	service.Wait(b, titled(signInNotice.Title))
	proc := fmt.Sprintf("/proc/%d", tray.cmd.Process.Pid)
	settled(b, proc)
	const watch = 10 * time.Second
	var woken int
	for b.Loop() {
		before := switches(b, proc)
		time.Sleep(watch)
		woken += switches(b, proc) - before
	}
	memory := status(b, proc, "VmRSS:") << 10
	b.ReportMetric(float64(woken)/(float64(b.N)*watch.Seconds()), "wake-ups/s")
	b.ReportMetric(float64(memory)/(1<<20), "MiB")
	b.ReportMetric(0, "ns/op")
	if memory > maxMemory {
		b.Errorf("the tray holds %d KiB; want at most %d", memory>>10, maxMemory>>10)
	}
}

// settled waits until no thread has anything left to do from the start. The HTTP client looks once, after 30 s, whether a
// connection is idle.
func settled(b *testing.B, proc string) {
	b.Helper()
	for last, now := -1, -2; last != now; now = switches(b, proc) {
		last = now
		time.Sleep(35 * time.Second)
	}
}

// switches counts how often threads went to sleep by themselves so far.
func switches(b *testing.B, proc string) (sum int) {
	b.Helper()
	tasks, err := os.ReadDir(filepath.Join(proc, "task"))
	if err != nil {
		b.Fatal(err)
	}
	for _, task := range tasks {
		sum += status(b, filepath.Join(proc, "task", task.Name()), "voluntary_ctxt_switches:")
	}
	return sum
}

// status is a number of a process or a thread (proc_pid_status(5)).
func status(b *testing.B, proc, field string) int {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(proc, "status"))
	if err != nil {
		b.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		words := bytes.Fields(lines.Bytes())
		if len(words) > 1 && string(words[0]) == field {
			n, err := strconv.Atoi(string(words[1]))
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("no %s in %s", field, proc)
	return 0
}
