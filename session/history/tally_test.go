package history

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func curl(n int, at time.Time) Tally {
	return Tally{
		Session: "a", Who: map[string]string{"program": "/usr/bin/curl", "face": "socket"}, PID: 100 + n, Count: n, First: at, Last: at,
	}
}

// counts lists the counts of the session "a", newest first, with "-" for entries that are none.
func counts(tb testing.TB, l *Log) string {
	tb.Helper()
	entries, err := l.List(tb.Context(), "a", 0)
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.Type == HandedOut {
			list = append(list, e.Detail["count"])
		} else {
			list = append(list, "-")
		}
	}
	return strings.Join(list, " ")
}

func TestTallyGrowsInPlace(t *testing.T) {
	path := file(t)
	l := start(t, path)
	hour := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l.Tally(curl(3, hour.Add(time.Minute)))
	l.Tally(curl(4, hour.Add(2*time.Minute)))
	if got := counts(t, l); got != "7" {
		t.Fatalf("got %q; want one entry", got)
	}
	l.Append(Entry{At: hour.Add(3 * time.Minute), Session: "a", Type: "x"})
	bash := curl(1, hour.Add(4*time.Minute))
	bash.Who = map[string]string{"program": "/bin/bash"}
	l.Tally(bash)
	if got := counts(t, l); got != "1 - 7" {
		t.Fatalf("got %q; want another program in an entry of its own", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = start(t, path) // the next keeper
	l.Tally(curl(5, hour.Add(59*time.Minute)))
	if got := counts(t, l); got != "12 1 -" {
		t.Fatalf("got %q; want the entry to grow and to become the newest", got)
	}
	l.Tally(curl(2, hour.Add(time.Hour)))
	l.Tally(Tally{Session: "b", Count: 9, First: hour, Last: hour})
	l.Tally(Tally{Session: "a", Count: 0, Last: hour})
	if got := counts(t, l); got != "2 12 1 -" {
		t.Fatalf("got %q; want a new entry for the next hour", got)
	}
	entries, err := l.List(t.Context(), "a", 2)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"program": "/usr/bin/curl", "face": "socket", "pid": "105", "count": "12",
		"first": "2026-03-01T12:01:00Z", "last": "2026-03-01T12:59:00Z",
	}
	if e := entries[1]; !maps.Equal(e.Detail, want) || !e.At.Equal(hour.Add(59*time.Minute)) || e.Type != HandedOut {
		t.Errorf("got %+v; want %v", e, want)
	}
}

// Names of programs are strangers' text: none passes for a count, and no two for one.
func TestTallyOfOddNames(t *testing.T) {
	l := start(t, file(t))
	now := time.Now()
	for i, who := range []map[string]string{
		nil,
		{"program": ""},
		{"program": `a"b`},
		{"program": `a`, "parent": `b`},
		{"program": `a"parent"b`},
		{"program": "\x00\n\u202e"},
		{"program": "/tmp/\xff\xfe\xc3"},
		{"program": strings.Repeat("ا", 5000)},
	} {
		for range 2 {
			l.Tally(Tally{Session: "a", Who: who, Count: i + 1, First: now, Last: now})
			if err := l.flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := l.List(t.Context(), "a", 0)
	if err != nil || len(entries) != 8 {
		t.Fatalf("got %d entries, %v; want 8", len(entries), err)
	}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Detail["count"]); err != nil || n%2 != 0 {
			t.Errorf("got %+v; want each counted twice", e)
		}
	}
}

// A row that says nothing of use is left alone.
func TestTallyBesideDamage(t *testing.T) {
	l := start(t, file(t))
	now := time.Now()
	for _, detail := range []map[string]string{nil, {"count": "x"}, {"count": "-1"}, {"count": "1", "first": "noon"}} {
		l.Append(Entry{At: now, Session: "a", Type: HandedOut, Detail: detail})
	}
	l.Tally(curl(1, now))
	l.Tally(curl(1, now))
	entries, err := l.List(t.Context(), "a", 0)
	if err != nil || len(entries) != 5 || entries[0].Detail["count"] != "2" {
		t.Errorf("got %+v, %v", entries, err)
	}
}

func TestTalliesWaitForTheDisk(t *testing.T) {
	path := file(t)
	l := start(t, path)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	now := time.Now().Truncate(time.Hour)
	l.Tally(curl(1, now))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := l.flush(ctx); err == nil {
		t.Error("flushed into a locked file")
	}
	for i := range maxTallies + 10 {
		one := curl(1, now)
		one.Who = map[string]string{"program": fmt.Sprint(i)}
		l.Tally(one)
	}
	l.Tally(curl(1, now)) // one that waits already
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	entries, err := l.List(t.Context(), "a", 0)
	if err != nil || len(entries) != maxTallies {
		t.Fatalf("%d entries, %v; want what had room", len(entries), err)
	}
	for _, e := range entries {
		if e.Detail["program"] == "/usr/bin/curl" && e.Detail["count"] != "2" {
			t.Errorf("got %+v; want both counts", e)
		}
	}
}

// Run writes a count like an entry, and what is left at the end.
func TestRunWritesTallies(t *testing.T) {
	path := file(t)
	start(t, path) // the tables
	synctest.Test(t, func(t *testing.T) {
		l, _, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }()
		l.Tally(curl(1, noon))
		time.Sleep(time.Second)
		synctest.Wait()
		if n := l.waiting(); n != 0 {
			t.Errorf("%d wait after a second", n)
		}
		l.Tally(curl(1, noon))
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := counts(t, start(t, path)); got != "2" {
		t.Errorf("got %q; want what was counted at the end, too", got)
	}
}

// What is counted and what happened do not push each other out.
func TestPruneKeepsBothKinds(t *testing.T) {
	l := start(t, file(t))
	now := time.Now()
	fill(t, l, "a", now.Add(-time.Hour), keepRows)
	var rows []Entry
	for i := range keepTallies + 20 {
		at := now.Add(-time.Duration(i) * time.Minute)
		rows = append(rows, Tally{Session: "a", Count: 1, First: at, Last: at}.Entry())
	}
	rows = append(rows, Tally{Session: "a", Count: 1, First: now, Last: now.Add(-keepFor - time.Hour)}.Entry())
	if err := l.write(t.Context(), rows, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	entries, err := l.List(t.Context(), "a", 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[bool]int{}
	for _, e := range entries {
		kinds[e.Type == HandedOut]++
	}
	if kinds[true] != keepTallies || kinds[false] != keepRows {
		t.Errorf("kept %d counted and %d others; want %d and %d", kinds[true], kinds[false], keepTallies, keepRows)
	}
}

// BenchmarkTallies writes the hand-outs of 20 programs, as the keeper does every few seconds at the most.
func BenchmarkTallies(b *testing.B) {
	l := full(b)
	now := time.Now()
	for b.Loop() {
		for i := range 20 {
			one := curl(1, now)
			one.Session, one.Who = fmt.Sprint("session ", i%10), map[string]string{"program": fmt.Sprint(i)}
			l.Tally(one)
		}
		if err := l.flush(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
