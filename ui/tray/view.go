package tray

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// The states that the menu treats by name; a new one has the entries that are for all.
const (
	stateActive       = "active"
	stateRetrying     = "retrying"
	stateExpiring     = "expiring"
	stateSignInNeeded = "sign_in_needed"
	statePaused       = "paused"
	stateSignedOut    = "signed_out"
)

const (
	page      = 20 // sessions in a menu; more would not fit on small screens
	maxListed = 60 // sessions in all menus together; the library holds 60 KiB for each
	lineWidth = 56 // characters of a line of text
)

// Verb says what an item of the menu does.
type Verb string

// The verbs. Those with a session in their Command concern it.
const (
	OpenSession  Verb = "session" // opens its submenu
	SignIn       Verb = "sign_in"
	Refresh      Verb = "refresh"
	Pause        Verb = "pause"
	Resume       Verb = "resume"
	AskSignOut   Verb = "ask_sign_out" // opens the question
	SignOut      Verb = "sign_out"
	Unlock       Verb = "unlock"
	Start        Verb = "start"
	OpenPage     Verb = "page"
	OpenHealth   Verb = "health" // of the page
	AddSession   Verb = "add"
	OpenWindow   Verb = "window"
	OpenKeychain Verb = "keychain"
	Quit         Verb = "quit"
	More         Verb = "more" // opens the next sessions
	Text         Verb = "text" // does nothing
	Line         Verb = "line" // separates
)

// Command is what a click on an item means, and what makes the item the same one in the next menu.
type Command struct {
	Verb    Verb
	Session string // or what else tells two items of a verb apart
}

// Item is an entry of a menu.
type Item struct {
	Command Command
	Label   string
	Off     bool // shown, but not to be clicked
	Hidden  bool
	Items   []Item // its submenu
}

// Menu is all that the tray shows.
type Menu struct {
	Tone    words.Tone // of the icon
	Tooltip string
	Items   []Item
}

// View says what a state looks like. Labels are fit to be shown as they are, but for the marks of a desktop's own.
func View(s State) Menu {
	if s.Link != Up {
		return downMenu(s)
	}
	sessions := sorted(s.Sessions)
	m := Menu{Tone: iconTone(sessions, s.Keychain), Tooltip: tooltip(sessions, s.Keychain)}
	m.Items = append(m.Items, keychainItems(s)...)
	if len(sessions) == 0 {
		m.Items = append(m.Items, text(words.Say(words.Sentences, "no_sessions", nil)))
	}
	m.Items = append(m.Items, sessionItems(sessions, s)...)
	m.Items = append(m.Items, line("faces"))
	if s.Window {
		m.Items = append(m.Items, item(OpenWindow, words.Label("sessions")))
	}
	m.Items = append(m.Items, item(OpenPage, words.Label("open_page")), item(AddSession, words.Label("add")))
	m.Items = append(m.Items, line("end"), item(Quit, words.Label("quit")))
	return m
}

func item(v Verb, label string) Item { return Item{Command: Command{Verb: v}, Label: label} }
func text(label string) Item         { return Item{Command: Command{Text, label}, Label: label, Off: true} }
func line(where string) Item         { return Item{Command: Command{Line, where}} }

// downMenu is the menu without a keeper.
func downMenu(s State) Menu {
	code := "no_keeper"
	switch {
	case s.Link == Starting:
		code = "keeper_starting"
	case s.Silent:
		code = "keeper_silent"
	}
	p, _ := words.OfMachine(code, nil)
	m := Menu{Tone: words.Off, Tooltip: p.Title, Items: []Item{text(p.Title)}}
	if s.Link == Down {
		for _, part := range wrap(cmp.Or(s.Why, p.Detail), lineWidth) {
			m.Items = append(m.Items, text(part))
		}
		m.Items = append(m.Items, item(Start, words.Label("try_again")))
	}
	m.Items = append(m.Items, line("end"), item(Quit, words.Label("quit")))
	return m
}

// keychainItems say what is wrong with the keychain as a whole, and what helps.
func keychainItems(s State) []Item {
	if s.Keychain == "" || s.Keychain == "ok" {
		return nil
	}
	p := words.OfKeychain(s.Keychain)
	items := []Item{text(p.Title)}
	if p.Action.ID == string(Unlock) {
		items = append(items, item(Unlock, p.Action.Label+"…"))
	} else {
		items = append(items, item(OpenKeychain, words.Label("details")+"…"))
	}
	return append(items, line("keychain"))
}

// sorted puts those first that need attention.
func sorted(sessions map[string]client.Session) []client.Session {
	return slices.SortedFunc(maps.Values(sessions), func(a, b client.Session) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)),
			strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Name, b.Name))
	})
}

func urgency(s client.Session) int {
	switch words.OfState(s.State).Tone {
	case words.Bad:
		return 0
	case words.Wait:
		return 1
	default:
		return 2
	}
}

// sessionItems is a line per session, the first page of them in the menu itself.
func sessionItems(sessions []client.Session, s State) []Item {
	var all []Item
	for _, one := range sessions[:min(len(sessions), maxListed)] {
		all = append(all, sessionItem(one, sessions, s.Now))
	}
	items := all[:min(len(all), page):min(len(all), page)]
	for first := page; first < len(all); first += page {
		last := min(first+page, len(all))
		items = append(items, Item{
			Command: Command{More, wordMore(first+1, last)}, Label: wordMore(first+1, last), Items: all[first:last],
		})
	}
	if rest := len(sessions) - len(all); rest > 0 {
		items = append(items, Item{Command: Command{OpenPage, "rest"}, Label: wordRest(rest)})
	}
	return items
}

func sessionItem(one client.Session, all []client.Session, now time.Time) Item {
	act := func(v Verb, label string, on bool) Item {
		return Item{Command: Command{v, one.Name}, Label: label, Off: !on}
	}
	signIn := "sign_in_again"
	if one.State == stateSignedOut {
		signIn = "sign_in"
	}
	pause := act(Pause, words.Label("pause"), one.State != stateSignedOut)
	pause.Hidden = one.State == statePaused
	resume := act(Resume, words.Label("resume"), true)
	resume.Hidden = !pause.Hidden
	return Item{
		Command: Command{OpenSession, one.Name},
		Label:   leftToRight(string(words.Name(one.Name)) + " — " + status(one, now)),
		Items: []Item{
			act(SignIn, words.Label(signIn), signInHelps(one)),
			act(Refresh, words.Label("refresh"), refreshHelps(one)),
			pause, resume,
			signOutItem(one, all),
		},
	}
}

// leftToRight has a line run like the others whatever script it begins in: some desktops take its direction from the
// first letter, also where that is isolated.
func leftToRight(label string) string {
	const mark = "\u200e"
	if first, _ := utf8.DecodeRuneInString(label); first > unicode.MaxASCII {
		return mark + label
	}
	return label
}

// signInHelps reports whether a sign-in would mend something, or be the only way to go on.
func signInHelps(s client.Session) bool {
	switch s.State {
	case stateSignInNeeded, stateSignedOut, stateExpiring:
		return true
	case stateActive:
		return s.Reason != "" // it cannot be renewed
	}
	return false
}

// refreshHelps reports whether there is something that can be renewed now.
func refreshHelps(s client.Session) bool {
	switch s.State {
	case stateActive, stateRetrying, stateExpiring:
		return !s.RenewAt.IsZero() || !s.NextTryAt.IsZero()
	}
	return false
}

// signOutItem asks first: signing out cannot be undone without signing in.
func signOutItem(one client.Session, all []client.Session) Item {
	names := related(one, all)
	others := Item{
		Command: Command{Text, "related"}, Off: true, Hidden: len(names) == 0,
		Label: words.Say(words.Sentences, "related", words.Values{"names": words.Names(names)}),
	}
	return Item{
		Command: Command{AskSignOut, one.Name}, Label: words.Label("sign_out") + "…", Off: one.State == stateSignedOut,
		Items: []Item{others, {Command: Command{SignOut, one.Name}, Label: wordSignOut(one.Name)}},
	}
}

// related are the other sessions that a sign-out may end at the provider: those of the same account and client, as the
// keeper counts them when it is asked to sign out.
func related(one client.Session, all []client.Session) []string {
	var names []string
	for _, o := range all {
		if o.Name != one.Name && o.ClientID == one.ClientID && o.Provider == one.Provider && o.State != stateSignedOut &&
			(o.Account.Sub == one.Account.Sub || o.Account.Sub == "" || one.Account.Sub == "") {
			names = append(names, o.Name)
		}
	}
	return names
}

// status is a state in a few words, with the time left or the reason where there is one.
func status(s client.Session, now time.Time) string {
	word := words.OfState(s.State).Word
	switch left, ends := timeLeft(s, now); {
	case ends && left < briefly:
		return say("soon", nil)
	case ends && (left < 24*time.Hour && s.State == stateActive || s.State == stateExpiring):
		return wordEnds(left)
	case ends:
		return wordStateEnds(word, left)
	case s.Reason != "":
		return word + ": " + words.Reason(s.Reason)
	}
	return word
}

// iconTone is the most urgent there is; nothing rests where there is nothing.
func iconTone(sessions []client.Session, keychain string) words.Tone {
	if len(sessions) == 0 && (keychain == "" || keychain == "ok") {
		return words.Good
	}
	seen := map[words.Tone]bool{}
	for _, s := range sessions {
		seen[words.OfState(s.State).Tone] = true
	}
	if keychain != "" && keychain != "ok" {
		seen[words.Wait] = true
	}
	for _, t := range []words.Tone{words.Bad, words.Wait, words.Good} {
		if seen[t] {
			return t
		}
	}
	return words.Off
}

// tooltip is the whole in a line: "3 sessions, 1 needs you".
func tooltip(sessions []client.Session, keychain string) string {
	const most = 2 // that is said of the sessions; the rest is in the menu
	if len(sessions) == 0 {
		if keychain != "" && keychain != "ok" {
			return words.OfKeychain(keychain).Title
		}
		return words.Say(words.Sentences, "no_sessions", nil)
	}
	parts := []string{words.Count("sessions", len(sessions))}
	if keychain != "" && keychain != "ok" {
		parts = append(parts, words.OfKeychain(keychain).Title)
	}
	bad := 0
	others := map[string]int{}
	var order []string
	for _, s := range sessions {
		switch state := words.OfState(s.State); state.Tone {
		case words.Bad:
			bad++
		case words.Good:
		default:
			if others[state.Word]++; others[state.Word] == 1 {
				order = append(order, state.Word)
			}
		}
	}
	if bad > 0 {
		parts = append(parts, wordNeedYou(bad))
	}
	for _, word := range order[:min(len(order), most)] {
		parts = append(parts, wordSome(others[word], word))
	}
	if len(parts) == 1 {
		return words.Count("well", len(sessions))
	}
	return strings.Join(parts, ", ")
}

// sameItems reports whether two menus differ in nothing but how their items look.
func sameItems(a, b []Item) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if a[k].Command != b[k].Command || !sameItems(a[k].Items, b[k].Items) {
			return false
		}
	}
	return true
}

// wrap breaks a text into lines of about width characters.
func wrap(s string, width int) []string {
	var lines []string
	var current []rune
	for word := range strings.FieldsSeq(s) {
		w := []rune(word)
		if len(current) > 0 && len(current)+1+len(w) > width {
			lines = append(lines, string(current))
			current = nil
		}
		if len(current) > 0 {
			current = append(current, ' ')
		}
		for current = append(current, w...); len(current) > width; current = current[width:] {
			lines = append(lines, string(current[:width]))
		}
	}
	if len(current) > 0 {
		lines = append(lines, string(current))
	}
	return lines
}
