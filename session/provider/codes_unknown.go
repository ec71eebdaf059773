package provider

import (
	"slices"
	"time"

	"sessionkeeper/session/words"
)

const (
	unknownTimes  = 5
	unknownSpan   = time.Hour
	unknownForget = 24 * time.Hour // without being met
	maxUnknowns   = 8
)

// Unknowns counts a session's answers that no table names. One alone passes; one that is met 5 times over an hour or
// more is shown to the user, once. The zero value has met none. It is kept with the session, over restarts.
type Unknowns struct {
	Met []Unknown `json:"met,omitempty"`
}

// Unknown is an answer that no table names, by its code and HTTP status.
type Unknown struct {
	Code   string    `json:"code"`
	Status int       `json:"status"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
	Times  int       `json:"times"`
	Shown  bool      `json:"shown,omitzero"`
}

// Meet takes note of an answer that came at wall time now, and reports whether to show it to the user: its Advice is then
// that for an answer that lasts. Answers that stop a session, or that work, end the count; known ones that pass, and
// those that never came, say nothing of it.
func (u *Unknowns) Meet(a *Answer, now time.Time) (show bool) {
	now = now.Round(0)
	switch {
	case a.Verdict != VerdictPassing:
		u.Met = nil
		return false
	case a.Known || a.Status == 0:
		return false
	}
	u.Met = slices.DeleteFunc(u.Met, func(m Unknown) bool {
		return now.Sub(m.Last) > unknownForget || now.Before(m.First) // the clock was set back: it starts anew
	})
	i := slices.IndexFunc(u.Met, func(m Unknown) bool { return m.Code == a.Code && m.Status == a.Status })
	if i < 0 {
		if len(u.Met) >= maxUnknowns {
			u.Met = slices.Delete(u.Met, 0, 1)
		}
		u.Met = append(u.Met, Unknown{Code: a.Code, Status: a.Status, First: now})
		i = len(u.Met) - 1
	}
	m := &u.Met[i]
	m.Last = now
	m.Times = min(m.Times+1, unknownTimes)
	if m.Times < unknownTimes || now.Sub(m.First) < unknownSpan {
		return false
	}
	a.Advice = words.Say(words.Advice, adviceLasting, nil)
	show, m.Shown = !m.Shown, true
	return show
}
