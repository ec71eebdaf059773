package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

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
		tallies := l.takeTallies()
		if len(entries)+len(tallies) == 0 {
			return nil
		}
		err := l.write(ctx, entries, tallies)
		if damaged(err) {
			if err = l.replace(ctx); err == nil {
				err = l.write(ctx, entries, tallies)
			}
		}
		if err != nil {
			l.putBack(tallies)
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

func (l *Log) write(ctx context.Context, entries []Entry, tallies map[tallyKey]Tally) error {
	db, err := l.current(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = insert(ctx, tx, entries)
	if err == nil {
		err = count(ctx, tx, tallies)
	}
	if err != nil {
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
		if err := thin(ctx, db, session); err != nil {
			return err
		}
	}
	return nil
}

// thin deletes a session's oldest entries where it has more than are kept. What is counted never pushes out what happened,
// nor the other way round.
func thin(ctx context.Context, db *sql.DB, session string) error {
	for counted, keep := range map[bool]int{false: keepRows, true: keepTallies} {
		_, err := db.ExecContext(ctx, `DELETE FROM entries WHERE session = ?1 AND (type = ?2) = ?3 AND (at, id) <
			(SELECT at, id FROM entries WHERE session = ?1 AND (type = ?2) = ?3 ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?4)`,
			session, HandedOut, counted, keep-1)
		if err != nil {
			return err
		}
	}
	return nil
}

// crowded gives the sessions that may have more than are kept. It looks at an index alone: to look at a million entries
// would hold up who reads.
func crowded(ctx context.Context, db *sql.DB) (sessions []string, err error) {
	rows, err := db.QueryContext(ctx,
		"SELECT session FROM entries GROUP BY session HAVING count(*) > ?", min(keepRows, keepTallies))
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
