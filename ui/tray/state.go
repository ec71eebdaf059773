package tray

import (
	"sort"
	"time"

	"sessionkeeper/ui/api/client"
)

// Link says how the tray stands with the keeper.
type Link int

// The links.
const (
	Starting Link = iota // none was reached yet, or one has just gone
	Down                 // none runs and none could be started, or it does not answer
	Up
)

// The events' types that the tray knows by name.
const (
	eventSnapshot = "snapshot"
	eventRemoved  = "session.removed"
	eventKeychain = "keychain.state"
)

// State is all that the menu is made of.
type State struct {
	Link     Link
	Why      string // of Down: one or two sentences, cleaned
	Silent   bool   // of Down: one runs
	Sessions map[string]client.Session
	Keychain string // "ok" or what is wrong with it
	Window   bool   // windows can be shown
	Now      time.Time
}

// Apply takes an event in. One about a session has to carry it, unless it is gone.
func (s *State) Apply(e client.Event) {
	switch {
	case e.Type == eventSnapshot:
		s.Link, s.Why = Up, ""
		s.Sessions = make(map[string]client.Session, len(e.Sessions))
		for _, one := range e.Sessions {
			s.Sessions[one.Name] = one
		}
	case e.Type == eventRemoved:
		delete(s.Sessions, e.Session)
	case e.Type == eventKeychain:
		s.Keychain = e.Code
	case e.Now != nil:
		s.Sessions[e.Now.Name] = *e.Now
	}
}

// nextChange is when the menu would read differently without any event; zero where it would not. Not every panel tells
// that it opens the menu, so the time left is kept right. Nothing wakes up before it reads differently.
func (s *State) nextChange() time.Time {
	var next time.Time
	for _, one := range s.Sessions {
		left, ends := timeLeft(one, s.Now)
		if !ends {
			continue
		}
		now := status(one, s.Now)
		steps := int(min(left, maxStep)/step) + 1
		at := s.Now.Add(step * time.Duration(sort.Search(steps, func(n int) bool {
			return status(one, s.Now.Add(step*time.Duration(n))) != now
		})))
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

const (
	step    = 10 * time.Millisecond // a timer may fire early by what the clocks disagree
	maxStep = 24 * time.Hour        // no words for a time last longer

	briefly = time.Minute // less than that is told without a number
)

// timeLeft is how long a session has still to go; ends is false where nothing says so, or where the end is a limit on
// idleness, which each renewal moves.
func timeLeft(s client.Session, now time.Time) (left time.Duration, ends bool) {
	left = s.EndsAt.Sub(now)
	if s.EndsAt.IsZero() || left <= 0 {
		return 0, false
	}
	switch s.State {
	case stateExpiring:
		return left, true
	case stateActive, stateRetrying:
		return left, s.EndsFirm
	}
	return 0, false
}
