package history

import (
	"context"
	"database/sql"
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
