package history

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sample is the bytes of a history with a few entries.
func sample(t *testing.T) []byte {
	t.Helper()
	path := file(t)
	l, _, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, "a", time.Now(), 40)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t *testing.T, data []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustWork checks that the history takes an entry and gives it back.
func mustWork(t *testing.T, l *Log) {
	t.Helper()
	l.Append(Entry{Session: "new", Type: "works"})
	if got := types(t, l, "new", 1); got != "works" || l.Err() != nil {
		t.Errorf("got %q, Err %v; want a history that works", got, l.Err())
	}
}

func TestUnusableFileIsSetAside(t *testing.T) {
	other := sqlFile(t, "CREATE TABLE bookmarks (url TEXT)")
	halfOther := sqlFile(t, "CREATE TABLE entries (url TEXT); PRAGMA user_version = 1")
	for name, data := range map[string][]byte{
		"text":              []byte(strings.Repeat("this is no database\n", 500)),
		"zeros":             make([]byte, 8192),
		"header and noise":  append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte{0xff}, 8192)...),
		"another program's": other,
		"another entries":   halfOther,
	} {
		t.Run(name, func(t *testing.T) {
			path := put(t, data)
			l, aside, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			kept, err := filepath.Glob(path + ".corrupt-*")
			if err != nil || len(kept) == 0 || !strings.Contains(aside, kept[0]) {
				t.Fatalf("kept %q, %v; aside says %q", kept, err, aside)
			}
			if got, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(got, data) {
				t.Errorf("what was kept is not what was there: %v", err)
			}
			mustWork(t, l)
		})
	}
}

// sqlFile is the bytes of a database that some SQL made.
func sqlFile(t *testing.T, statements string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFolderInTheWayIsSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.MkdirAll(filepath.Join(path, "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, aside, err := Open(path)
	if err != nil || aside == "" {
		t.Fatalf("got %q, %v; want the folder set aside", aside, err)
	}
	defer l.Close()
	mustWork(t, l)
}

func TestTruncatedAndFlipped(t *testing.T) {
	whole := sample(t)
	open := func(what string, data []byte) {
		l, _, err := Open(put(t, data))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		defer l.Close()
		// Damage that opening does not see is seen now, and put right before the next.
		if _, err := l.List(t.Context(), "", 0); err != nil && !errors.Is(err, ErrSetAside) {
			t.Errorf("%s: %v", what, err)
		}
		mustWork(t, l)
	}
	for size := 0; size < len(whole); size += 499 {
		open(fmt.Sprint("cut at ", size), whole[:size])
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		data := bytes.Clone(whole)
		at := random.IntN(len(data))
		data[at] ^= 1 << random.IntN(8)
		open(fmt.Sprint("flipped at ", at), data)
	}
}

func TestNewerFileIsLeftAlone(t *testing.T) {
	path := file(t)
	l, _, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, "a", time.Now(), 3)
	const upgrade = "ALTER TABLE entries ADD COLUMN more TEXT; PRAGMA user_version = 2"
	if _, err := l.db.Load().ExecContext(t.Context(), upgrade); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the file beside it is found again
		l, aside, err := Open(path)
		beside := strings.TrimSuffix(path, ".db") + ".v1.db"
		if err != nil || !strings.Contains(aside, beside) {
			t.Fatalf("got %q, %v; want word of %s", aside, err, beside)
		}
		mustWork(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the newer file was changed: %v", err)
	}
}

func TestFileThatBreaksInUse(t *testing.T) {
	for name, find := range map[string]func(context.Context, *Log) error{
		"while writing": func(ctx context.Context, l *Log) error {
			l.Append(Entry{Session: "new", Type: "x"})
			return l.flush(ctx)
		},
		"while reading": func(ctx context.Context, l *Log) error {
			_, err := l.List(ctx, "", 0)
			if errors.Is(err, ErrSetAside) {
				return nil
			}
			return fmt.Errorf("got %w; want ErrSetAside", err)
		},
		"while pruning": func(ctx context.Context, l *Log) error { return l.prune(ctx, time.Now()) },
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			l := start(t, path)
			fill(t, l, "a", time.Now(), 2000)
			db := l.db.Load()
			if _, err := db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, bytes.Repeat([]byte{0xa5}, int(info.Size())), 0o600); err != nil {
				t.Fatal(err)
			}
			// A new connection has nothing of the file in memory.
			db.SetMaxIdleConns(0)
			if err := find(t.Context(), l); err != nil {
				t.Error(err)
			}
			kept, err := filepath.Glob(path + ".corrupt-*Z")
			if err != nil || len(kept) != 1 || !strings.Contains(l.Aside(), kept[0]) {
				t.Errorf("kept %q, %v; Aside says %q", kept, err, l.Aside())
			}
			mustWork(t, l)
		})
	}
}

func TestLockedByAnotherProgram(t *testing.T) {
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
	l.Append(Entry{Session: "a", Type: "waits"})
	err = l.flush(t.Context())
	if bad, ok := errors.AsType[*sqlite.Error](err); !ok || bad.Code() != sqlite3.SQLITE_BUSY || l.Err() == nil {
		t.Errorf("got %v, Err %v; want both to say that it is busy", err, l.Err())
	}
	// Reading goes on beside the writer, and an ended context ends the waiting.
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := l.flush(soon); err == nil {
		t.Error("want an error")
	}
	if _, err := conn.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if got := types(t, l, "a", 0); got != "waits" || l.Err() != nil {
		t.Errorf("got %q, Err %v; want the entry that waited", got, l.Err())
	}
	if l.Aside() != "" {
		t.Errorf("set aside: %s", l.Aside())
	}
}

func TestFullDisk(t *testing.T) {
	l := start(t, file(t))
	db := l.db.Load()
	db.SetMaxOpenConns(1) // the limit belongs to the connection
	if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 8"); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		l.Append(Entry{Session: "a", Type: fmt.Sprint(i), Detail: map[string]string{"text": strings.Repeat("x", 100)}})
	}
	err := l.flush(t.Context())
	if bad, ok := errors.AsType[*sqlite.Error](err); !ok || bad.Code() != sqlite3.SQLITE_FULL || l.Err() == nil {
		t.Fatalf("got %v, Err %v; want both to say that there is no room", err, l.Err())
	}
	if _, err := l.List(t.Context(), "a", 1); err != nil {
		t.Errorf("reading with a full disk: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if got, err := l.List(t.Context(), "a", 0); err != nil || len(got) != 1000 || l.Err() != nil {
		t.Errorf("%d entries, %v, Err %v; want all 1000", len(got), err, l.Err())
	}
	if l.Aside() != "" {
		t.Errorf("set aside: %s", l.Aside())
	}
}

func TestRenameKeepsEveryFile(t *testing.T) {
	path := put(t, []byte("1"))
	now := time.Now()
	first, err := rename(path, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		if err := os.WriteFile(path+suffix, []byte("2"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	second, err := rename(path, now)
	if err != nil || second == first {
		t.Fatalf("got %q and %q, %v; want two names", first, second, err)
	}
	for path, want := range map[string]string{first: "1", second: "2", second + "-wal": "2"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", path, got, err, want)
		}
	}
}
