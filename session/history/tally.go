package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// HandedOut is the type of the entries that count tokens handed out.
const HandedOut = "token.handed_out"

const (
	tallySpan   = time.Hour
	maxTallies  = 10_000 // wait at most while nothing can be written
	keepTallies = 5_000  // rows of each session
)

// Tally counts tokens that were handed out: too many for an entry each. Those of one session and Who grow into one
// entry of type HandedOut for each hour of the clock (UTC).
type Tally struct {
	Session     string
	Who         map[string]string // to whom; is part of the entry's detail
	PID         int               // of the last; 0: not known
	Count       int
	First, Last time.Time // within one hour
}

// tallyKey is what tells tallies apart.
type tallyKey struct {
	session, who string
	hour         int64
}

func (t Tally) key() tallyKey {
	var who strings.Builder
	for _, key := range slices.Sorted(maps.Keys(t.Who)) {
		who.WriteString(strconv.Quote(key))
		who.WriteString(strconv.Quote(t.Who[key]))
	}
	return tallyKey{session: t.Session, who: who.String(), hour: t.hour().Unix()}
}

func (t Tally) hour() time.Time { return t.Last.UTC().Truncate(tallySpan) }

// and is both.
func (t Tally) and(o Tally) Tally {
	t.Count += o.Count
	if o.First.Before(t.First) {
		t.First = o.First
	}
	if !o.Last.Before(t.Last) {
		t.Last, t.PID = o.Last, o.PID
	}
	return t
}

// The keys of a tally's detail beside those of Who.
const (
	detailPID   = "pid"
	detailCount = "count"
	detailFirst = "first"
	detailLast  = "last"
)

// Entry is the tally as it stands in the history: at its last time.
func (t Tally) Entry() Entry {
	detail := map[string]string{}
	maps.Copy(detail, t.Who)
	if t.PID != 0 {
		detail[detailPID] = strconv.Itoa(t.PID)
	}
	detail[detailCount] = strconv.Itoa(t.Count)
	detail[detailFirst] = t.First.UTC().Format(time.RFC3339)
	detail[detailLast] = t.Last.UTC().Format(time.RFC3339)
	return Entry{At: t.Last.UTC().Round(0), Session: t.Session, Type: HandedOut, Detail: detail}
}

// tallyOf reads an entry back; not ok where it is none.
func tallyOf(e Entry) (t Tally, ok bool) {
	t = Tally{Session: e.Session, Who: maps.Clone(e.Detail), Last: e.At}
	var err error
	if t.Count, err = strconv.Atoi(t.Who[detailCount]); err != nil || t.Count < 0 {
		return Tally{}, false
	}
	if t.First, err = time.Parse(time.RFC3339, t.Who[detailFirst]); err != nil {
		return Tally{}, false
	}
	t.PID, _ = strconv.Atoi(t.Who[detailPID])
	for _, key := range []string{detailPID, detailCount, detailFirst, detailLast} {
		delete(t.Who, key)
	}
	return t, true
}

// Tally adds a count; it returns at once and never fails, and is written with the entries. Where nothing can be written
// 10,000 different ones wait at most; those that come then are lost, and Err counts them.
func (l *Log) Tally(t Tally) {
	if t.Count <= 0 {
		return
	}
	who := make(map[string]string, len(t.Who))
	for key, value := range t.Who { // as JSON reads it back, so that the row is found again
		who[strings.ToValidUTF8(key, "\uFFFD")] = strings.ToValidUTF8(value, "\uFFFD")
	}
	t.Who = who
	if t.Last.Before(t.First) { // the clock was put back between them
		t.First, t.Last = t.Last, t.First
	}
	l.mu.Lock()
	first := len(l.queue)+len(l.tallies) == 0
	l.merge(t)
	l.mu.Unlock()
	if first {
		l.rouse()
	}
}

// merge needs mu.
func (l *Log) merge(t Tally) {
	key := t.key()
	was, ok := l.tallies[key]
	switch {
	case ok:
		t = was.and(t)
	case len(l.tallies) >= maxTallies:
		l.dropped++
		return
	case l.tallies == nil:
		l.tallies = map[tallyKey]Tally{}
	}
	l.tallies[key] = t
}

// takeTallies takes the waiting tallies out.
func (l *Log) takeTallies() map[tallyKey]Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.tallies
	l.tallies = nil
	return taken
}

// putBack returns tallies that could not be written.
func (l *Log) putBack(tallies map[tallyKey]Tally) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tallies {
		l.merge(t)
	}
}

// count lets the rows of tallies grow, or adds them.
func count(ctx context.Context, tx *sql.Tx, tallies map[tallyKey]Tally) error {
	type span struct {
		session string
		hour    int64
	}
	known := map[span]map[tallyKey]counted{}
	var fresh []Entry
	for key, t := range tallies {
		at := span{key.session, key.hour}
		if known[at] == nil {
			rows, err := rowsOf(ctx, tx, key.session, t.hour())
			if err != nil {
				return err
			}
			known[at] = rows
		}
		was, ok := known[at][key]
		if !ok {
			fresh = append(fresh, t.Entry())
			continue
		}
		grown := was.tally.and(t).Entry()
		detail, err := json.Marshal(grown.Detail)
		if err != nil {
			return err
		}
		const grow = "UPDATE entries SET at = ?, detail = ? WHERE id = ?"
		if _, err := tx.ExecContext(ctx, grow, grown.At.UnixNano(), string(detail), was.id); err != nil {
			return err
		}
	}
	return insert(ctx, tx, fresh)
}

// counted is a tally's row.
type counted struct {
	id    int64
	tally Tally
}

// rowsOf gives a session's rows of an hour.
func rowsOf(ctx context.Context, tx *sql.Tx, session string, hour time.Time) (map[tallyKey]counted, error) {
	rows, err := tx.QueryContext(ctx,
		"SELECT id, at, detail FROM entries WHERE session = ? AND at >= ? AND at < ? AND type = ?",
		session, hour.UnixNano(), hour.Add(tallySpan).UnixNano(), HandedOut)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[tallyKey]counted{}
	for rows.Next() {
		e := Entry{Session: session, Type: HandedOut}
		var id, at int64
		var detail string
		if err := rows.Scan(&id, &at, &detail); err != nil {
			return nil, err
		}
		e.At = time.Unix(0, at).UTC()
		if json.Unmarshal([]byte(detail), &e.Detail) != nil {
			continue
		}
		if t, ok := tallyOf(e); ok {
			found[t.key()] = counted{id: id, tally: t}
		}
	}
	return found, rows.Err()
}
