package session

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// text is what people are told about a reason; %q in detail is the session's name.
type text struct{ title, detail string }

// errorWords is what errors say, all of it from the one table. %q is the session's name, %s what a shell takes for it.
type errorWords struct {
	paused, signedOut, unavailable, signInAgain, noRefresh string
	stopping, busyWait, moved, setClient, elsewhere        string
	copied                                                 string
	tokenRefused, answered, endpoint, tokenHost            string
	newSecret, oldSecret, edited, stray, confirms          string
	keptBefore, folder, fileBroken, held                   string
	signIn                                                 map[Reason]text
	setup                                                  map[Reason]string
	keychain                                               map[Reason]string
}

// words gives them. They are made when the first is asked for: every command of the keeper's program links this package,
// and few of them say any.
var words = sync.OnceValue(func() errorWords {
	return errorWords{
		paused:       withCommand(about(Paused, "")),
		signedOut:    withCommand(about(SignedOut, "")),
		signInAgain:  command(about(SignInNeeded, "")),
		setClient:    withCommand(about(SetupNeeded, ReasonSetupClient)),
		noRefresh:    unnamed(about(Active, ReasonNoRefresh).Detail),
		unavailable:  format(table.Say(table.Errors, "unavailable", table.Values{"name": standIn})),
		tokenRefused: format(table.Say(table.Errors, "old_refused", table.Values{"name": standIn})),
		answered:     table.Say(table.Errors, "answered", table.Values{"answer": "%s"}),
		stopping:     table.Say(table.Errors, "stopping", nil),
		busyWait:     table.Say(table.Errors, "too_slow", nil),
		moved:        table.Say(table.Errors, "moved", nil),
		elsewhere:    table.Say(table.Errors, "elsewhere", nil),
		folder:       table.Say(table.Errors, "folder", nil),
		copied:       table.Say(table.Errors, "copied", nil),
		endpoint:     table.Say(table.Errors, "endpoint_moved", table.Values{"host": "%s"}),
		tokenHost:    table.Say(table.Errors, "token_elsewhere", table.Values{"host": "%s", "url": "%s"}),
		edited:       table.Say(table.Errors, "edited", nil),
		confirms:     unnamed(about(Active, ReasonInteraction).Detail),
		stray:        table.Say(table.Errors, "stray", nil),
		keptBefore:   table.Say(table.Errors, "kept_before", nil),
		held:         table.Say(table.Errors, "held", nil),
		fileBroken:   table.Say(table.Errors, "file_broken", table.Values{"fault": "%s"}),
		newSecret:    table.Say(table.Errors, "secret_new", nil),
		oldSecret:    table.Say(table.Errors, "secret_old", nil),
		signIn:       signInTexts(),
		setup:        setupTexts(),
		keychain:     keychainTexts(),
	}
})

// The reasons of each state that has some.
var (
	signInReasons = []Reason{
		ReasonRevoked, ReasonExpired, ReasonReused, ReasonRefused, ReasonInterrupted, ReasonInteraction, ReasonDisabled,
		ReasonWrongAccount, ReasonNoRefresh, ReasonScope,
	}
	setupReasons    = []Reason{ReasonSetupClient, ReasonSetupRedirect, ReasonSetupScope, ReasonSetupConfig}
	keychainReasons = []Reason{"locked", "denied", "absent", "slow", "full"}
)

// standIn is the name in a text that gets its session's later.
const standIn = "NAME"

func about(state State, reason Reason) table.Problem {
	p, _ := table.Of(string(state), string(reason), standIn)
	return p
}

// format makes a text with the stand-in one for fmt.
func format(text string) string { return strings.ReplaceAll(text, "“"+standIn+"”", "%q") }

func command(p table.Problem) string {
	return "Run: " + strings.ReplaceAll(p.Action.Command, standIn, "%s")
}

func withCommand(p table.Problem) string { return format(p.Detail) + " " + command(p) }

// unnamed is a text that does not name its session, because what it stands in does.
func unnamed(text string) string {
	text = strings.ReplaceAll(text, "“"+standIn+"”", "this session")
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func signInTexts() map[Reason]text {
	texts := map[Reason]text{}
	for _, reason := range signInReasons {
		p := about(SignInNeeded, reason)
		texts[reason] = text{p.Title, format(p.Detail)}
	}
	return texts
}

func setupTexts() map[Reason]string {
	texts := map[Reason]string{}
	for _, reason := range setupReasons {
		texts[reason] = unnamed(about(SetupNeeded, reason).Detail)
	}
	return texts
}

func keychainTexts() map[Reason]string {
	texts := map[Reason]string{}
	for _, reason := range keychainReasons {
		p := table.OfKeychain(string(reason))
		texts[reason] = p.Title + ". " + p.Detail
	}
	return texts
}

// sentence is detail where there is one, else the other, with the session's name before it.
func sentence(detail, other, name string) string {
	return fmt.Sprintf("%q: %s", name, cmp.Or(detail, other))
}

// quoted is a name as a shell takes it.
func quoted(name string) string { return table.Shell(name) }

// otherAccount says that somebody else signed in than the account that a session belongs to.
func otherAccount(name string, belongs Account) string {
	who := table.Name(cmp.Or(belongs.Email, belongs.Name))
	if who == "" {
		who = table.Safe(table.Say(table.Errors, "account_before", nil))
	}
	return table.Say(table.Errors, "wrong_account", table.Values{"name": table.Name(name), "account": who})
}

// stop is s with a full stop.
func stop(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.ContainsAny(s[len(s)-1:], ".!?…:") {
		return s
	}
	return s + "."
}

// The keys and buttons of notices.
const (
	keySession  = "session/" // + name: what concerns one session
	keyOutage   = "outage/"  // + issuer
	keyGroup    = "sign-in"  // many sessions at once
	keyCheck    = "check/"   // + name
	keyUnknown  = "unknown/" // + name
	keyClaims   = "claims/"  // + name
	keyNetwork  = "network"
	keyKeychain = "keychain"

	actionSignIn = "sign_in"
	actionLater  = "later"
	actionOpen   = "open"
	actionClick  = "default"
)

func signInActions() []NoticeAction {
	return []NoticeAction{{actionSignIn, table.Label("sign_in_again")}, {actionLater, table.Label("later")}}
}

func endNotice(s Session, now time.Time) Notice {
	n := endsNotice("end", s, now, s.EndsAt.Local().Format("15:04"))
	n.Urgent = true
	return n
}

func aheadNotice(s Session, now time.Time) Notice {
	return endsNotice("ahead", s, now, s.EndsAt.Local().Format("Monday, 2 January, 15:04"))
}

func endsNotice(id string, s Session, now time.Time, at string) Notice {
	n := Notice{Key: keySession + s.Name, Actions: signInActions()}
	n.Title, n.Body = table.Notice(id, table.Values{
		"name": table.Name(s.Name), "span": table.Safe(table.About(s.EndsAt.Sub(now))), "time": table.Safe(at),
	})
	return n
}

func signInNotice(s Session, link string) Notice {
	p, _ := table.Of(string(SignInNeeded), string(s.Reason), s.Name)
	n := Notice{Key: keySession + s.Name, Urgent: true, Title: p.Title, Body: p.Detail, Actions: signInActions()}
	if link != "" {
		n.Body += " " + table.Say(table.Sentences, "link", table.Values{"link": table.Address(link)})
	}
	return n
}

func setupNotice(s Session) Notice {
	n := Notice{Key: keySession + s.Name, Urgent: true}
	why := table.Safe(words().setup[s.Reason])
	if s.Detail != "" && (why == "" || s.Reason == ReasonSetupConfig) { // which setting it is
		why = table.Message(s.Detail)
	}
	n.Title, n.Body = table.Notice("setup", table.Values{"name": table.Name(s.Name), "why": why})
	return n
}

func groupNotice(names []string) Notice {
	n := Notice{
		Key: keyGroup, Urgent: true,
		Actions: []NoticeAction{{actionOpen, table.Label("open_list")}, {actionLater, table.Label("later")}},
	}
	n.Title, n.Body = table.Notice("group", table.Values{
		"count": table.Safe(table.Count("waiting", len(names))), "names": table.Names(names),
	})
	return n
}

func outageNotice(issuer string, names []string) Notice {
	p, _ := table.OfMachine("outage", table.Values{"names": table.TitleNames(names)})
	return Notice{Key: keyOutage + issuer, Title: p.Title, Body: p.Detail}
}

// noNetworkNotice is the one for all outages at once: this computer is offline.
func noNetworkNotice(names []string) Notice {
	p, _ := table.OfMachine("no_network", nil)
	n := Notice{Key: keyNetwork, Title: p.Title, Body: p.Detail}
	if len(names) > 0 {
		n.Body += " " + table.Say(table.Sentences, "not_renewed", table.Values{"names": table.Names(names)})
	}
	return n
}

func unknownNotice(name string, a provider.Answer) Notice {
	n := Notice{Key: keyUnknown + name}
	n.Title, n.Body = table.Notice("unknown_answer", table.Values{
		"name": table.Name(name), "code": table.Message(a.Code), "why": table.Message(a.Advice),
	})
	return n
}

func checkOffNotice(name string) Notice {
	n := Notice{Key: keyCheck + name}
	n.Title, n.Body = table.Notice("check_off", table.Values{"name": table.Name(name)})
	return n
}

func keychainNotice(reason Reason, detail string) Notice {
	p := table.OfKeychain(string(reason))
	body := p.Detail
	if words().keychain[reason] == "" || reason == "full" { // which disk it is says the detail alone
		body = cmp.Or(string(table.Message(detail)), body)
	}
	return Notice{Key: keyKeychain, Urgent: true, Title: p.Title, Body: body}
}

func claimsNotice(name string) Notice {
	n := Notice{Key: keyClaims + name}
	n.Title, n.Body = table.Notice("claims_ignored", table.Values{"name": table.Name(name)})
	return n
}

func noRefreshNotice(name string) Notice {
	n := Notice{Key: keySession + name}
	n.Title, n.Body = table.Notice("no_refresh", table.Values{
		"name": table.Name(name), "why": table.Safe(words().noRefresh),
	})
	return n
}

func clockNotice(c Clock) Notice {
	p := table.OfClock(c.Skew, c.Seen)
	return Notice{Key: keyClock, Urgent: true, Title: p.Title, Body: p.Detail}
}
