// Package words is what people read about sessions, in one table that every face shares: tray, windows, page, command
// line, doctor and notifications. The page is built from the same words.json. It knows words and nothing else: no
// network, no files, no state.
package words

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
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
	ID      string `json:"-"`       // sign_in, sign_in_again, resume, unlock, set_secret, edit, details, wait …
	Label   string `json:"label"`   // of a button; empty where a face has none for it
	Command string `json:"command"` // of the command line, ready for a shell; empty where there is none
}

// Problem is what is the matter and what cures it.
type Problem struct {
	Title  string // "Access was revoked"
	Detail string // what happened and, at its end, what to do; without jargon
	More   string // for a fold: what a developer wants to know; mostly empty
	Action Action // its ID is "wait" where there is nothing to do
}

// Page is what the page says on which a sign-in ends in the browser.
type Page struct {
	Tone   Tone   `json:"tone"`
	Title  string `json:"title"`
	Lead   string `json:"lead"`   // what that means
	Action string `json:"action"` // what to do now; empty where there is nothing
}

type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	More   string `json:"more"`
	Action string `json:"action"`
}

// Section is a part of the table that has texts alone.
type Section string

// The sections.
const (
	Reasons   Section = "reasons"   // half sentences, by a session's reason
	Outcomes  Section = "outcomes"  // half sentences, by how a sign-in failed
	Events    Section = "events"    // by an event's type
	Stories   Section = "stories"   // what happened in a line, by an event's type; the command line shows them
	Keychain  Section = "keychain"  // by the keychain's state
	Health    Section = "health"    // by the keeper's status
	Checks    Section = "checks"    // what doctor says where all is well, by what it looked at
	Errors    Section = "errors"    // what a program is told, by our own keys
	Advice    Section = "advice"    // on a provider's answer, by its reason or its code; a specification's names stand in parentheses
	Remote    Section = "remote"    // how a sign-out went at the provider
	SignIn    Section = "sign_in"   // what came of a sign-in, and of an address that was pasted; likewise
	Labels    Section = "labels"    // of buttons, menu entries and lines
	Sentences Section = "sentences" // that several faces say
	Window    Section = "window"    // what only the windows say
	Tray      Section = "tray"      // what only the tray says
)

var sections = []Section{
	Reasons, Outcomes, Events, Stories, Keychain, Health, Checks, Errors, Advice, Remote, SignIn, Labels, Sentences, Window, Tray,
}

type book struct {
	States   map[string]State              `json:"states"`
	Problems map[string]map[string]problem `json:"problems"` // by state, by reason; "" where none is given
	Machine  map[string]problem            `json:"machine"`  // by our own codes
	Actions  map[string]Action             `json:"actions"`
	Notices  map[string]notice             `json:"notices"`
	Pages    map[string]Page               `json:"pages"`
	Counts   map[string]count              `json:"counts"`
	texts    map[Section]map[string]string
}

type notice struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

type count struct {
	One  string `json:"one"`
	Many string `json:"many"`
}

// read gives the table, which is parsed when the first text is asked for: a program that only hands out a token has
// none to say.
var read = sync.OnceValue(func() book {
	b, err := parse(source)
	if err != nil {
		panic(fmt.Sprintf("words.json: %v", err)) // a test reads it as well
	}
	return b
})

func parse(source []byte) (book, error) {
	b := book{texts: map[Section]map[string]string{}}
	var parts map[Section]json.RawMessage
	if err := json.Unmarshal(source, &b); err != nil {
		return b, err
	}
	if err := json.Unmarshal(source, &parts); err != nil {
		return b, err
	}
	for _, s := range sections {
		texts := map[string]string{}
		if err := json.Unmarshal(parts[s], &texts); err != nil {
			return b, fmt.Errorf("%s: %w", s, err)
		}
		b.texts[s] = texts
	}
	return b, nil
}

// OfState says a state; an unknown one is shown as it is.
func OfState(state string) State {
	if s, ok := read().States[state]; ok {
		return s
	}
	return State{Word: Clean(state, maxName), Tone: Wait}
}

// Of says what is the matter with the session name; ok is false where all is well.
func Of(state, reason, name string) (p Problem, ok bool) {
	found, ok := read().Problems[state][reason]
	if !ok {
		found, ok = read().Problems[state][""]
	}
	if !ok {
		return Problem{}, false
	}
	p = found.fill(Values{"name": inText(name)})
	p.Action.Command = strings.ReplaceAll(p.Action.Command, "{name}", Shell(name))
	return p, true
}

// OfMachine says what is the matter with this machine or the keeper, by a code of the table: no_keeper, clock_wrong,
// no_network, history_down … ok is false for a code that it does not have.
func OfMachine(code string, v Values) (p Problem, ok bool) {
	found, ok := read().Machine[code]
	if !ok {
		return Problem{}, false
	}
	return found.fill(v), true
}

func (p problem) fill(v Values) Problem {
	a := read().Actions[p.Action]
	a.ID = p.Action
	return Problem{Title: fill(p.Title, v), Detail: fill(p.Detail, v), More: fill(p.More, v), Action: a}
}

// OfKeychain says what is the matter with the keychain as a whole, by its state: locked, denied, absent, slow or full;
// any other state just cannot be used.
func OfKeychain(state string) Problem {
	p, ok := OfMachine("keychain_"+state, nil)
	if !ok {
		p, _ = OfMachine("keychain_down", nil)
	}
	return p
}

// OfClock says that this machine's clock goes wrong: ahead of a host's by skew, or behind it where that is negative.
func OfClock(skew time.Duration, host string) Problem {
	side := Safe("ahead of")
	if skew < 0 {
		side = "behind"
	}
	p, _ := OfMachine("clock_wrong", Values{"span": Safe(About(skew.Abs())), "side": side, "host": inText(host)})
	return p
}

// OfPage is a page by how a sign-in ended, or by what came in its place; an id that the table does not have gives an
// empty one.
func OfPage(id string) Page { return read().Pages[id] }

// Say is a text of a section; an id that it does not have is shown as it is.
func Say(s Section, id string, v Values) string {
	if text, ok := read().texts[s][id]; ok {
		return fill(text, v)
	}
	return Clean(id, maxMessage)
}

// Reason says why a session is in its state, as half a sentence: "access was revoked".
func Reason(reason string) string { return Say(Reasons, reason, nil) }

// Outcome says how a sign-in failed, as half a sentence: "nobody came back in time".
func Outcome(kind string) string { return Say(Outcomes, kind, nil) }

// Event says what happened in a word or two, by the type of an event.
func Event(kind string) string { return Say(Events, kind, nil) }

// Label is what a button, a menu entry or a line is called.
func Label(id string) string { return Say(Labels, id, nil) }

// Notice is the title and the body of a notification, by an id of the table. Names are shortened in the title, two of
// them more than one, so that its end can be read where it has one line.
func Notice(id string, v Values) (title, body string) {
	n := read().Notices[id]
	short := maps.Clone(v)
	limit := maxTitle
	if _, two := v["program"]; two {
		limit /= 2
	}
	for _, who := range []string{"name", "program"} {
		if name, ok := v[who]; ok {
			short[who] = inTitle(name, limit)
		}
	}
	return fill(n.Title, short), fill(n.Body, v)
}

// Count says n things, by an id of the table: "1 session", "3 sessions".
func Count(id string, n int) string {
	c := read().Counts[id]
	text := c.Many
	if n == 1 {
		text = c.One
	}
	return fill(text, Values{"n": number(n)})
}

func number(n int) Safe { return Safe(strconv.Itoa(n)) }
