package history

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkMillion shows what the history costs that holds a hundred entries of each of ten thousand sessions.
func BenchmarkMillion(b *testing.B) {
	const sessions, each = 10_000, 100
	l := start(b, file(b))
	from := time.Now().Add(-each * time.Hour)
	for n := range each { // in the order in which they would come
		entries := make([]Entry, sessions)
		for i := range entries {
			entries[i] = Entry{
				At: from.Add(time.Duration(n)*time.Hour + time.Duration(i)), Session: fmt.Sprint("session ", i),
				Type: "token.renewed", Detail: map[string]string{"generation": fmt.Sprint(n)},
			}
		}
		if err := l.write(b.Context(), entries, nil); err != nil {
			b.Fatal(err)
		}
	}
	list := func(b *testing.B, session string, limit, want int) {
		b.Helper()
		for b.Loop() {
			if got, err := l.List(b.Context(), session, limit); err != nil || len(got) != want {
				b.Fatal(len(got), err)
			}
		}
	}
	b.Run("list of one", func(b *testing.B) { list(b, "session 5000", 0, each) })
	b.Run("newest of all", func(b *testing.B) { list(b, "", each, each) })
	b.Run("append", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			l.Append(Entry{Session: fmt.Sprint("session ", n%sessions), Type: "token.renewed"})
			if err := l.flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("prune", func(b *testing.B) {
		for b.Loop() {
			if err := l.prune(b.Context(), time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			again, aside, err := Open(l.path)
			if err != nil || aside != "" {
				b.Fatal(aside, err)
			}
			_ = again.Close()
		}
	})
}
