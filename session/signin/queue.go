package signin

import (
	"maps"
	"slices"
	"time"
)

const (
	// company is how long a refusal waits for others: what revokes one session often revokes several.
	company = 2 * time.Second
	// crowd is the number of waiting sessions from which on no page opens by itself.
	crowd = 4
	// memory is how long a session that was dealt with, yet not cured, counts towards a crowd: a provider's revocation
	// of everything reaches the keeper one session after the other.
	memory = 10 * time.Minute
	// calm is how long a session must have been well before a page may open for it again: where the provider signs the
	// user in without asking, pages would else open and close for ever.
	calm = 10 * time.Minute
)

// Queue decides which consent pages open by themselves. It has no clock and no goroutine: one goroutine owns it, tells
// it what happened and asks it what to do.
type Queue struct {
	waiting map[string]*waiter
	opened  map[string]opening // sessions that had their automatic opening
	page    string             // the session whose page is open by itself
	group   map[string]bool    // who the grouped notification speaks of; nil: there is none
	arrived int
}

// waiter is a session that waits for the user.
type waiter struct {
	at    time.Time
	order int
	auto  bool
	stage stage
	since time.Time // of the stage, where that is noticed or tried; zero until the next Decide
}

type stage int

const (
	queued  stage = iota // nothing has been done yet
	open                 // its page is open by itself
	tried                // its page was closed without a sign-in
	noticed              // a single notice was given
	grouped              // it is part of the grouped notification
	theirs               // the user has taken it over
)

// opening is an automatic opening: it uses up the session's right to one until the user acts.
type opening struct {
	at    time.Time // zero after a restart
	acted bool
}

// Decision is what to do now.
type Decision struct {
	// Open is the session to open a page for, once; "" is none. Make it durable before, for NewQueue: none opens twice
	// over a restart.
	Open   string
	Notify []string // sessions to give a single notice each, instead of a page
	// Group is who one grouped notification speaks of; it replaces all others about consent. nil leaves it as it is,
	// and empty but not nil withdraws it. It comes only when somebody joined, or when the last one has left.
	Group []string
	Again time.Time // when to ask again if nothing happens before; zero: no need
}

// NewQueue returns a Queue. opened are the sessions that had their automatic opening before a restart and for which
// the user has done nothing since.
func NewQueue(opened ...string) *Queue {
	q := &Queue{waiting: map[string]*waiter{}, opened: map[string]opening{}}
	for _, name := range opened {
		q.opened[name] = opening{}
	}
	return q
}

// Refused says that the provider refused this session for good or wants the user. auto is false where pages for it
// must not open by themselves. Saying it again changes nothing while the session waits.
func (q *Queue) Refused(name string, at time.Time, auto bool) {
	w := q.waiting[name]
	if w != nil && w.stage != theirs {
		return
	}
	if o, ok := q.opened[name]; ok && o.acted {
		if at.Sub(o.at) >= calm {
			delete(q.opened, name)
		} else {
			q.opened[name] = opening{at: o.at}
		}
	}
	q.arrived++
	q.waiting[name] = &waiter{at: at, order: q.arrived, auto: auto}
}

// Cured says that the session needs nobody any more: it was signed in, signed out, paused or removed.
func (q *Queue) Cured(name string) {
	delete(q.waiting, name)
	if q.page == name {
		q.page = ""
	}
	if o, ok := q.opened[name]; ok {
		o.acted = true
		q.opened[name] = o
	}
}

// Waiting is how many sessions wait for the user.
func (q *Queue) Waiting() int { return len(q.waiting) }

// Acted says that the user acted on the session: an automatic opening is allowed again, and an opening by the user is
// on its way, so that none by itself is needed now.
func (q *Queue) Acted(name string) {
	delete(q.opened, name)
	if q.page == name {
		q.page = ""
	}
	if w := q.waiting[name]; w != nil {
		w.stage = theirs
	}
}

// PageClosed says that the page which Decide asked for has ended, or could not be opened. outcome is "" after success;
// whatever it is, the next page may open.
func (q *Queue) PageClosed(name string, outcome Kind) {
	if outcome == "" {
		q.Cured(name)
		return
	}
	if q.page == name {
		q.page = ""
	}
	if w := q.waiting[name]; w != nil && w.stage == open {
		w.stage = tried
		if q.group[name] {
			w.stage = grouped
		}
	}
}

// Decide says what to do now. What it asks for counts as done. While the screen is locked it asks for nothing; call it
// again when the screen is unlocked.
func (q *Queue) Decide(now time.Time, screenLocked bool) Decision {
	var d Decision
	if q.group != nil && !q.grouping() {
		q.group, d.Group = nil, []string{}
	}
	for w := range maps.Values(q.waiting) {
		if w.stage == tried && w.since.IsZero() {
			w.since = now
		}
	}
	if screenLocked {
		return d
	}
	due := q.due(now)
	switch {
	case len(due) == 0:
	case q.waits(now) >= crowd:
		d.Group = q.join(now)
	default:
		q.serve(&d, due, now)
	}
	d.Again = q.again(now)
	return d
}

// grouping reports whether anybody of the grouped notification still waits.
func (q *Queue) grouping() bool {
	for name := range q.group {
		if q.waiting[name] != nil {
			return true
		}
	}
	return false
}

// due gives the queued sessions that have waited for company, the first first.
func (q *Queue) due(now time.Time) []string {
	return q.names(func(w *waiter) bool { return w.stage == queued && !now.Before(w.at.Add(company)) })
}

func (q *Queue) names(keep func(w *waiter) bool) []string {
	var names []string
	for name, w := range q.waiting {
		if keep(w) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return q.waiting[a].order - q.waiting[b].order })
	return names
}

// waits counts the sessions that wait. Those that were dealt with long ago do not keep a page from a new one.
func (q *Queue) waits(now time.Time) int {
	return len(q.names(func(w *waiter) bool {
		switch w.stage {
		case queued, open, grouped:
			return true
		case tried, noticed:
			return w.since.IsZero() || now.Sub(w.since) < memory
		case theirs:
		}
		return false
	}))
}

// join makes everybody that waits part of the grouped notification and gives its list if it has grown.
func (q *Queue) join(now time.Time) []string {
	names := q.names(func(w *waiter) bool { return w.stage != theirs })
	grown := false
	group := map[string]bool{}
	for _, name := range names {
		group[name] = true
		grown = grown || !q.group[name]
		if w := q.waiting[name]; w.stage != open {
			w.stage, w.since = grouped, now
		}
	}
	if !grown {
		return nil
	}
	q.group = group
	return names
}

// serve opens a page for the first that may have one, if none is open, and gives notice of those that may not.
func (q *Queue) serve(d *Decision, due []string, now time.Time) {
	for _, name := range due {
		w := q.waiting[name]
		_, had := q.opened[name]
		switch {
		case !w.auto || had:
			w.stage, w.since = noticed, now
			d.Notify = append(d.Notify, name)
		case q.page == "":
			w.stage, q.page, d.Open = open, name, name
			q.opened[name] = opening{at: now}
		}
	}
}

// again is when the next queued session has waited long enough. Those behind an open page wait for its end instead.
func (q *Queue) again(now time.Time) time.Time {
	var next time.Time
	for w := range maps.Values(q.waiting) {
		at := w.at.Add(company)
		if w.stage == queued && at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}
