package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	schemaVersion = 1
	schema        = `
CREATE TABLE entries (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	session TEXT NOT NULL,
	type    TEXT NOT NULL,
	detail  TEXT NOT NULL     -- a JSON object, or empty
);
CREATE INDEX entries_session_at ON entries (session, at);
CREATE INDEX entries_at ON entries (at);
PRAGMA user_version = 1;`

	// checkSize is up to what size the whole file is checked when it is opened: some 20 ms. In a bigger one damage is
	// found when it is met.
	checkSize = 4 << 20

	// connections: one writes, one reads beside it.
	connections = 2
)

// errNewer is a file that a newer version of this program wrote.
var errNewer = errors.New("written by a newer version")

// errDamaged is a file that is no history, or not any more.
var errDamaged = errors.New("not a history database")

// open makes the database ready, whatever lies there. The caller is the writer.
func (l *Log) open(ctx context.Context) error {
	db, err := openFile(ctx, l.path)
	if errors.Is(err, errNewer) {
		l.setAside("%s was written by a newer version and is left alone; %s is used meanwhile", l.path, besidePath(l.path))
		l.path = besidePath(l.path)
		db, err = openFile(ctx, l.path)
	}
	// A file beside a newer one that is newer still is none of ours either.
	if damaged(err) || errors.Is(err, errNewer) {
		if err := l.putAway(); err != nil {
			return err
		}
		db, err = openFile(ctx, l.path)
	}
	if err != nil {
		return err
	}
	l.db.Store(db)
	return nil
}

// putAway makes room for a new file; the caller is the writer.
func (l *Log) putAway() error {
	kept, err := rename(l.path, time.Now())
	if err != nil {
		return fmt.Errorf("setting the damaged history aside: %w", err)
	}
	l.setAside("the history in %s could not be read; it is kept as %s, and a new one was started", l.path, kept)
	return nil
}

// besidePath is where this version keeps its history while the file of a newer one lies at path.
func besidePath(path string) string {
	ext := filepath.Ext(path)
	return fmt.Sprintf("%s.v%d%s", strings.TrimSuffix(path, ext), schemaVersion, ext)
}

func openFile(ctx context.Context, path string) (*sql.DB, error) {
	info, err := touch(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	if err := prepare(ctx, db, info.Size()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// touch makes sure that the file is there and ours alone: SQLite would make it as the umask says, and gives its
// companion files the same rights.
func touch(path string) (fs.FileInfo, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, errDamaged)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the keeper's own file
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	return info, errors.Join(err, f.Close())
}

// source is the name that the driver knows the file by, with what holds for each connection.
func source(path string) string {
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(2000)", "synchronous(NORMAL)", "journal_size_limit(1048576)", "trusted_schema(OFF)",
	}}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + options.Encode()
}

// prepare checks what is in the file, and makes the tables in an empty one. A file that is not ours stays as it is.
func prepare(ctx context.Context, db *sql.DB, size int64) error {
	if err := check(ctx, db, size); err != nil {
		return err
	}
	// A write-ahead log lets readers and the writer pass each other. Where the file system cannot have one (network),
	// SQLite stays with its older journal and reports no error.
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version == schemaVersion {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// check reports errNewer or damage, and nil for a file that is ours or empty.
func check(ctx context.Context, db *sql.DB, size int64) error {
	var version, tables int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > schemaVersion {
		return errNewer
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if version == 0 && tables == 0 {
		return nil
	}
	if size <= checkSize {
		var verdict string
		if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, verdict)
		}
	}
	_, err := read(ctx, db, "", 1)
	if bad, ok := errors.AsType[*sqlite.Error](err); ok && bad.Code() == sqlite3.SQLITE_ERROR {
		return fmt.Errorf("%w: %w", errDamaged, err) // no such table, no such column: another program's file
	}
	return err
}

// damaged reports whether the error says that the file itself is of no use, rather than that it cannot be reached now.
func damaged(err error) bool {
	if errors.Is(err, errDamaged) || errors.Is(err, syscall.EISDIR) {
		return true
	}
	bad, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	if bad.Code() == sqlite3.SQLITE_IOERR_SHORT_READ { // cut off
		return true
	}
	switch bad.Code() & 0xff { // the rest says what kind
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return true
	default:
		return false
	}
}

// rename keeps the file and its companions under another name, so that somebody can look at them.
func rename(path string, now time.Time) (kept string, err error) {
	kept = path + ".corrupt-" + now.UTC().Format("20060102T150405.000Z")
	for n := 2; ; n++ {
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			break
		}
		kept = fmt.Sprintf("%s.corrupt-%s-%d", path, now.UTC().Format("20060102T150405.000Z"), n)
	}
	if err := os.Rename(path, kept); err != nil {
		return "", err
	}
	// A log of the old file must not be taken for one of the new.
	for _, companion := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Rename(path+companion, kept+companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return kept, nil
}

// become waits until nobody else writes.
func (l *Log) become(ctx context.Context) error {
	select {
	case <-l.writer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flush writes what waits. It opens the database where that failed before, and replaces it where it is damaged.
func (l *Log) flush(ctx context.Context) error {
	if err := l.become(ctx); err != nil {
		return err
	}
	defer func() { l.writer <- struct{}{} }()
	for {
		entries, first := l.batch()
		if len(entries) == 0 {
			return nil
		}
		err := l.write(ctx, entries)
		if damaged(err) {
			if err = l.replace(ctx); err == nil {
				err = l.write(ctx, entries)
			}
		}
		if err != nil {
			err = fmt.Errorf("writing history: %w", err)
			if ctx.Err() == nil {
				l.setErr(err)
			}
			return err
		}
		l.written(first + uint64(len(entries)))
		l.setErr(nil)
	}
}

// current is the open database; the caller is the writer.
func (l *Log) current(ctx context.Context) (*sql.DB, error) {
	if db := l.db.Load(); db != nil {
		return db, nil
	}
	if l.isClosed() {
		return nil, fs.ErrClosed
	}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	return l.db.Load(), nil
}

func (l *Log) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// replace sets the open database aside and starts a new one; the caller is the writer.
func (l *Log) replace(ctx context.Context) error {
	if db := l.db.Swap(nil); db != nil {
		_ = db.Close() // whatever it says: the file is damaged
	}
	if err := l.putAway(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return l.open(ctx)
}

func (l *Log) write(ctx context.Context, entries []Entry) error {
	db, err := l.current(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, entries); err != nil {
		// What went wrong first counts: damage must be recognised.
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func insert(ctx context.Context, tx *sql.Tx, entries []Entry) error {
	statement, err := tx.PrepareContext(ctx, "INSERT INTO entries (at, session, type, detail) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, e := range entries {
		detail := ""
		if len(e.Detail) > 0 {
			text, err := json.Marshal(e.Detail)
			if err != nil {
				return err
			}
			detail = string(text)
		}
		if _, err := statement.ExecContext(ctx, e.At.UnixNano(), e.Session, e.Type, detail); err != nil {
			return err
		}
	}
	return nil
}

// prune deletes what is too old or too much. It is also what finds out that a database that could not be opened can be
// opened again, where nothing is to be written.
func (l *Log) prune(ctx context.Context, now time.Time) error {
	if err := l.become(ctx); err != nil {
		return err
	}
	defer func() { l.writer <- struct{}{} }()
	db, err := l.current(ctx)
	if err == nil {
		err = prune(ctx, db, now.Add(-keepFor))
	}
	if damaged(err) {
		err = l.replace(ctx)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		err = fmt.Errorf("pruning history: %w", err)
		l.setErr(err)
	case err == nil && l.waiting() == 0:
		l.setErr(nil)
	}
	return err
}

func prune(ctx context.Context, db *sql.DB, before time.Time) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM entries WHERE at < ?", before.UnixNano()); err != nil {
		return err
	}
	sessions, err := crowded(ctx, db)
	if err != nil {
		return err
	}
	for _, session := range sessions {
		_, err := db.ExecContext(ctx, `DELETE FROM entries WHERE session = ?1 AND (at, id) <
			(SELECT at, id FROM entries WHERE session = ?1 ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?2)`, session, keepRows-1)
		if err != nil {
			return err
		}
	}
	return nil
}

// crowded gives the sessions with more entries than are kept.
func crowded(ctx context.Context, db *sql.DB) (sessions []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT session FROM entries GROUP BY session HAVING count(*) > ?", keepRows)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var session string
		if err := rows.Scan(&session); err != nil {
			return nil, err
		}
		sessions = append(sessions, session)
	}
	return sessions, rows.Err()
}

// List gives a session's entries, newest first; session "" gives everyone's. limit 0 is all that is kept. What waits to
// be written is written first, so that the newest is there.
func (l *Log) List(ctx context.Context, session string, limit int) ([]Entry, error) {
	_ = l.flush(ctx) // Err tells; what is there can be read all the same
	db := l.db.Load()
	if db == nil {
		err := l.Err()
		if err == nil {
			err = fs.ErrClosed
		}
		return nil, fmt.Errorf("reading history: %w", err)
	}
	entries, err := read(ctx, db, session, limit)
	if damaged(err) {
		return nil, l.damagedWhileReading(ctx, db, err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading history: %w", err)
	}
	return entries, nil
}

// damagedWhileReading replaces db, unless somebody has done so meanwhile.
func (l *Log) damagedWhileReading(ctx context.Context, db *sql.DB, err error) error {
	if err := l.become(ctx); err != nil {
		return err
	}
	defer func() { l.writer <- struct{}{} }()
	if l.db.Load() == db {
		if err := l.replace(ctx); err != nil {
			return fmt.Errorf("replacing damaged history: %w", err)
		}
	}
	return fmt.Errorf("%w: %w", ErrSetAside, err)
}

func read(ctx context.Context, db *sql.DB, session string, limit int) ([]Entry, error) {
	query, args := "SELECT at, session, type, detail FROM entries", []any(nil)
	if session != "" {
		query, args = query+" WHERE session = ?", append(args, session)
	}
	query += " ORDER BY at DESC, id DESC"
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries := []Entry{}
	for rows.Next() {
		var e Entry
		var at int64
		var detail string
		if err := rows.Scan(&at, &e.Session, &e.Type, &detail); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		e.At = time.Unix(0, at).UTC()
		if detail != "" && json.Unmarshal([]byte(detail), &e.Detail) != nil {
			e.Detail = nil // a damaged detail does not cost the rest
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
