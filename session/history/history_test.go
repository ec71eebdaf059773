package history

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// start opens a history that has to be in order.
func start(tb testing.TB, path string) *Log {
	tb.Helper()
	l, aside, err := Open(path)
	if err != nil || aside != "" {
		tb.Fatalf("opening %s: %v, set aside %q", path, err, aside)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

func file(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "state", "history.db")
}

// types lists the types of what List gives.
func types(tb testing.TB, l *Log, session string, limit int) string {
	tb.Helper()
	entries, err := l.List(tb.Context(), session, limit)
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Type)
	}
	return strings.Join(list, " ")
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("CET", 3600))

func TestList(t *testing.T) {
	l := start(t, file(t))
	for i, e := range []Entry{
		{At: noon, Session: "a", Type: "1", Detail: map[string]string{"reason": "revoked\n\"ü\" 工"}},
		{At: noon.Add(time.Second), Session: "b", Type: "2"},
		{At: noon.Add(-time.Second), Session: "a", Type: "0"},
		{At: noon, Session: "a", Type: "1b"},
		{At: noon, Session: "A", Type: "other"},
		{At: noon, Session: "a'; DROP TABLE entries; --", Type: "quoted"},
	} {
		l.Append(e)
		if e.Detail != nil {
			e.Detail["reason"] = fmt.Sprint("changed by the caller afterwards ", i)
		}
	}
	for _, c := range []struct {
		session string
		limit   int
		want    string
	}{
		{"a", 0, "1b 1 0"},
		{"a", 2, "1b 1"},
		{"b", 10, "2"},
		{"", 0, "2 quoted other 1b 1 0"},
		{"", 1, "2"},
		{"nobody", 0, ""},
		{"a'; DROP TABLE entries; --", 0, "quoted"},
	} {
		if got := types(t, l, c.session, c.limit); got != c.want {
			t.Errorf("%q, limit %d: got %q; want %q", c.session, c.limit, got, c.want)
		}
	}
	got, err := l.List(t.Context(), "a", 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Entry{At: noon.UTC(), Session: "a", Type: "1", Detail: map[string]string{"reason": "revoked\n\"ü\" 工"}}
	if e := got[1]; e.At != want.At || e.Session != want.Session || !maps.Equal(e.Detail, want.Detail) {
		t.Errorf("got %+v; want %+v", e, want)
	}
	if none, err := l.List(t.Context(), "nobody", 0); none == nil || err != nil {
		t.Errorf("got %v, %v; want an empty list", none, err)
	}
}

func TestRights(t *testing.T) {
	path := file(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	l := start(t, path)
	l.Append(Entry{Session: "a", Type: "1"})
	if err := l.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(path + suffix); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", path+suffix, info.Mode(), err)
		}
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a?b#c%20d é&x", "history.db")
	l := start(t, path)
	l.Append(Entry{Session: "a", Type: "1"})
	if got := types(t, l, "a", 0); got != "1" {
		t.Errorf("got %q; want 1", got)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestRunWritesWithinASecond(t *testing.T) {
	path := file(t)
	start(t, path) // the tables
	synctest.Test(t, func(t *testing.T) {
		l, _, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.Run(ctx) }()
		synctest.Wait()
		for _, n := range []int{1, 3, batchRows + 1} {
			for range n {
				l.Append(Entry{Session: "a", Type: "x"})
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if waiting := l.waiting(); waiting > 0 {
				t.Errorf("%d of %d entries wait after a second", waiting, n)
			}
		}
		l.Append(Entry{Session: "a", Type: "last"})
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := types(t, start(t, path), "a", 1); got != "last" {
		t.Errorf("got %q; want the entry of the end", got)
	}
}

func TestManyWritersAndReaders(t *testing.T) {
	l := start(t, file(t))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 200 {
				l.Append(Entry{Session: fmt.Sprint(i), Type: fmt.Sprint(n)})
			}
		})
		wg.Go(func() {
			for range 20 {
				if _, err := l.List(ctx, fmt.Sprint(i), 50); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got, err := l.List(t.Context(), "", 0); err != nil || len(got) != 1600 {
		t.Errorf("%d entries, %v; want 1600", len(got), err)
	}
	if got := types(t, l, "3", 3); got != "199 198 197" {
		t.Errorf("got %q; want the last three of a session in order", got)
	}
}

func TestQueueIsBounded(t *testing.T) {
	path := file(t)
	if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	l, aside, err := Open(path)
	if l == nil || aside != "" || err == nil {
		t.Fatalf("got %v, %q, %v; want a Log that waits, and an error", l, aside, err)
	}
	for i := range maxQueue + 100 {
		l.Append(Entry{Session: "a", Type: fmt.Sprint(i)})
	}
	if _, err := l.List(t.Context(), "a", 0); err == nil {
		t.Error("List without a file: want an error")
	}
	if err := l.Err(); err == nil || !strings.Contains(err.Error(), "100 entries lost") {
		t.Errorf("Err: got %v; want word of 100 lost entries", err)
	}
	// The folder can be made: everything is there but the oldest.
	if err := os.Remove(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	got, err := l.List(t.Context(), "a", 0)
	if err != nil || len(got) != maxQueue || got[maxQueue-1].Type != "100" {
		t.Errorf("got %d entries, %v; want all but the oldest 100", len(got), err)
	}
	if err := l.Err(); err != nil {
		t.Errorf("Err: got %v; want nil", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenIsTriedAgainWithNothingToWrite(t *testing.T) {
	path := file(t)
	if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, _, err := Open(path)
	if err == nil {
		t.Fatal("want an error")
	}
	t.Cleanup(func() { _ = l.Close() })
	if err := l.prune(t.Context(), time.Now()); err == nil || l.Err() == nil {
		t.Errorf("got %v, Err %v; want both to say what is wrong", err, l.Err())
	}
	if err := os.Remove(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := l.prune(t.Context(), time.Now()); err != nil || l.Err() != nil {
		t.Errorf("got %v, Err %v; want both nil", err, l.Err())
	}
}

func TestClosed(t *testing.T) {
	path := file(t)
	l := start(t, path)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("a second time: %v", err)
	}
	l.Append(Entry{Session: "a", Type: "late"})
	if _, err := l.List(t.Context(), "", 0); err == nil {
		t.Error("List: want an error")
	}
	if got := types(t, start(t, path), "", 0); got != "" {
		t.Errorf("got %q; want nothing written after Close", got)
	}
}

func TestPrune(t *testing.T) {
	l := start(t, file(t))
	now := time.Now()
	fill(t, l, "old", now.Add(-keepFor-time.Hour), 5)
	fill(t, l, "kept", now.Add(-keepFor+time.Hour), 5)
	fill(t, l, "busy", now.Add(-time.Hour), keepRows+50)
	if err := l.prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for session, want := range map[string]int{"old": 0, "kept": 5, "busy": keepRows} {
		if got, err := l.List(t.Context(), session, 0); err != nil || len(got) != want {
			t.Errorf("%s: %d entries, %v; want %d", session, len(got), err, want)
		}
	}
	if got := types(t, l, "busy", 1); got != fmt.Sprint(keepRows+49) {
		t.Errorf("newest of busy is %s; want %d", got, keepRows+49)
	}
}

// fill writes n entries a millisecond apart; their types count from 0.
func fill(tb testing.TB, l *Log, session string, from time.Time, n int) {
	tb.Helper()
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = Entry{
			At: from.Add(time.Duration(i) * time.Millisecond).UTC(), Session: session, Type: fmt.Sprint(i),
			Detail: map[string]string{"generation": fmt.Sprint(i), "verdict": "ok"},
		}
	}
	if err := l.write(tb.Context(), entries, nil); err != nil {
		tb.Fatal(err)
	}
}

func full(b *testing.B) *Log {
	b.Helper()
	l := start(b, file(b))
	for i := range 10 {
		fill(b, l, fmt.Sprint("session ", i), time.Now().Add(-time.Hour), 10_000)
	}
	return l
}

func BenchmarkList(b *testing.B) {
	l := full(b)
	for _, limit := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint("limit=", limit), func(b *testing.B) {
			for b.Loop() {
				if got, err := l.List(b.Context(), "session 5", limit); err != nil || len(got) != limit {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

func BenchmarkPrune(b *testing.B) {
	l := full(b)
	for b.Loop() {
		if err := l.prune(b.Context(), time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	l := start(b, file(b))
	for b.Loop() {
		for range batchRows {
			l.Append(Entry{Session: "a", Type: "token.renewed", Detail: map[string]string{"generation": "7"}})
		}
		if err := l.flush(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := full(b).path
	for b.Loop() {
		l, aside, err := Open(path)
		if err != nil || aside != "" {
			b.Fatal(aside, err)
		}
		_ = l.Close()
	}
}
