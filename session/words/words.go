// Package words is what people read about sessions, in one table that every face shares: tray, windows, page, command
// line, doctor and notifications. The page is built from the same words.json. It knows words and nothing else: no
// network, no files, no state.
package words

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

//go:embed words.json
var source []byte

// Tone says how a state feels, for its colour and its shape.
type Tone string

// The tones.
const (
	Good Tone = "good" // all is well
	Wait Tone = "wait" // something goes on that may need the user later
	Bad  Tone = "bad"  // the user is needed
	Off  Tone = "off"  // nothing happens, because the user wants it so
)

// State is a state as people read it.
type State struct {
	Word string `json:"word"` // "Signed in"
	Tone Tone   `json:"tone"`
}

// Action is what the user can do.
type Action struct {
	ID      string `json:"-"`       // sign_in, resume, unlock, set_secret, edit or wait
	Label   string `json:"label"`   // of a button; empty where a face has none for it
	Command string `json:"command"` // of the command line; {name} is the session
}

// Problem is what is the matter with a session and what cures it.
type Problem struct {
	Title  string // "Access was revoked"
	Detail string // a sentence or two without jargon, the session's name in them
	Action Action // the zero Action where there is nothing to do
}

type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Action string `json:"action"`
}

type book struct {
	States   map[string]State              `json:"states"`
	Problems map[string]map[string]problem `json:"problems"` // by state, by reason; "" where none is given
	Actions  map[string]Action             `json:"actions"`
	Events   map[string]string             `json:"events"`
}

var read = func() book {
	var b book
	if err := json.Unmarshal(source, &b); err != nil {
		panic(fmt.Sprintf("words.json: %v", err)) // a test reads it as well
	}
	return b
}()

// OfState says a state; an unknown one is shown as it is.
func OfState(state string) State {
	if s, ok := read.States[state]; ok {
		return s
	}
	return State{Word: state, Tone: Wait}
}

// Of says what is the matter with the session name; ok is false where all is well.
func Of(state, reason, name string) (p Problem, ok bool) {
	found, ok := read.Problems[state][reason]
	if !ok {
		found, ok = read.Problems[state][""]
	}
	if !ok {
		return Problem{}, false
	}
	a := read.Actions[found.Action]
	a.ID = found.Action
	a.Command = strings.ReplaceAll(a.Command, "{name}", name)
	return Problem{Title: found.Title, Detail: strings.ReplaceAll(found.Detail, "{name}", name), Action: a}, true
}

// Event says what happened, by the type of an event.
func Event(kind string) string {
	if w, ok := read.Events[kind]; ok {
		return w
	}
	return kind
}

// Span says a duration the way people do: "41 min", "3 h 20 min", "5 days".
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch d = max(d, 0).Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 3*time.Minute:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < day:
		return pair(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	case d < 2*day:
		return pair(1, "day", int(d.Hours())%24, "h")
	}
	return fmt.Sprintf("%d days", int(d/day))
}

func pair(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}

// From says how far away t is from now: "in 41 min", "2 min ago"; "" for no time.
func From(t, now time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.After(now):
		return "in " + Span(t.Sub(now))
	}
	return Span(now.Sub(t)) + " ago"
}
