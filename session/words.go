package session

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// text is a title and a sentence.
type text struct{ title, detail string }

// words is what people read, in one place. %q is the session's name.
var words = struct {
	paused, signedOut, unavailable, signInAgain, noRefresh string
	stopping, busyWait, moved, setClient, elsewhere        string
	tokenRefused, answered                                 string
	signIn                                                 map[Reason]text
	setup                                                  map[Reason]string
	keychain                                               map[Reason]string
}{
	paused:      "The session %q is paused: run `sessionkeeper resume %s`.",
	signedOut:   "Nobody is signed in to %q: run `sessionkeeper login %s`.",
	unavailable: "The provider of %q cannot be reached now; the keeper goes on trying.",
	signInAgain: "Run `sessionkeeper login %s` to sign in again.",
	moved: "Its file names another provider or client than the one that it is signed in to, and nothing is sent there: " +
		"put the file back as it was, or sign in again.",
	setClient: "The provider does not accept the client of %q: check its id and secret at the provider, then run " +
		"`sessionkeeper set-secret %s`.",
	tokenRefused: "The provider does not accept this refresh token, so %q was not added: check that the token belongs to this " +
		"client and was not used since, or add the session without it.",
	answered: "The provider's answer: %s.",
	elsewhere: "This keychain does not hold the grant: start the keeper with the --keychain that it had before, or sign " +
		"in again.",
	noRefresh: "The provider gave no refresh token, so this session ends with its access token. Sign in once more: " +
		"consent is then asked for again. If that does not help, allow offline access (refresh tokens) for the client.",
	stopping: "The keeper is stopping; try again in a moment.",
	busyWait: "The renewal did not end in the time that you gave it; try again, or give a longer --wait.",
	signIn: map[Reason]text{
		ReasonRevoked:      {"Access was revoked", "Access for %q was revoked at the provider."},
		ReasonExpired:      {"The session has ended", "The session %q has come to its end."},
		ReasonReused:       {"The provider ended the session", "The provider saw a refresh token of %q twice and ended the session."},
		ReasonRefused:      {"Sign-in is needed", "The provider does not accept the session %q any more and does not say why."},
		ReasonInterrupted:  {"A renewal was cut off", "A renewal of %q was cut off and its answer lost, so the provider asks for a new sign-in."},
		ReasonInteraction:  {"The provider wants you", "The provider wants you to confirm something for %q."},
		ReasonDisabled:     {"The account is disabled", "The provider says that the account of %q is disabled."},
		ReasonWrongAccount: {"Another account", "Another account than before signed in to %q."},
		ReasonNoRefresh:    {"Sign-in is needed", "The provider gave no refresh token for %q."},
		ReasonScope:        {"Permissions have changed", "The permissions of %q have changed."},
	},
	setup: map[Reason]string{
		ReasonSetupClient:   "The provider does not accept the client id or its secret: check them, then run `sessionkeeper set-secret`.",
		ReasonSetupRedirect: "The redirect address is not registered for this client: add it at the provider.",
		ReasonSetupScope:    "The provider does not grant one of the scopes: correct them and sign in again.",
		ReasonSetupConfig:   "The definition of this session cannot be used: correct its file.",
	},
	keychain: map[Reason]string{
		"locked": "The keychain is locked: unlock it, and everything goes on by itself.",
		"denied": "The keychain refused access: unlock it and allow Sessionkeeper.",
		"absent": "There is no keychain: start one, or run the keeper with `--keychain file`.",
		"slow":   "The keychain does not answer: restart your keyring service.",
		"full":   "The keychain has no room: free some space.",
	},
}

// sentence is detail where there is one, else the other, with the session's name before it.
func sentence(detail, other, name string) string {
	return fmt.Sprintf("%q: %s", name, cmp.Or(detail, other))
}

// quoted is a name as a shell takes it.
func quoted(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// stop is s with a full stop.
func stop(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.ContainsAny(s[len(s)-1:], ".!?…:") {
		return s
	}
	return s + "."
}

// leftText says a duration the way people do.
func leftText(d time.Duration) string {
	unit := func(n int, name string) string {
		if n == 1 {
			return "1 " + name
		}
		return fmt.Sprintf("%d %ss", n, name)
	}
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return unit(max(0, int(d/time.Second)), "second")
	case d < time.Hour:
		return unit(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 48*time.Hour:
		return unit(int(d.Round(time.Hour)/time.Hour), "hour")
	default:
		return unit(int(d.Round(24*time.Hour)/(24*time.Hour)), "day")
	}
}

// The keys and buttons of notices.
const (
	keySession  = "session/" // + name: what concerns one session
	keyOutage   = "outage/"  // + issuer
	keyGroup    = "sign-in"  // many sessions at once
	keyCheck    = "check/"   // + name
	keyKeychain = "keychain"

	actionSignIn = "sign_in"
	actionLater  = "later"
	actionOpen   = "open"
	actionClick  = "default"
)

var signInActions = []NoticeAction{{actionSignIn, "Sign in again"}, {actionLater, "Later"}}

func endNotice(s Session, now time.Time) Notice {
	return Notice{
		Key: keySession + s.Name, Urgent: true, Actions: signInActions,
		Title: fmt.Sprintf("%s ends in %s", s.Name, leftText(s.EndsAt.Sub(now))),
		Body: fmt.Sprintf("At %s the provider ends this session, and programs that use it stop working. "+
			"Sign in again to go on.", s.EndsAt.Local().Format("15:04")),
	}
}

func aheadNotice(s Session, now time.Time) Notice {
	n := endNotice(s, now)
	n.Urgent = false
	n.Body = fmt.Sprintf("On %s the provider ends this session. You can sign in again any time before.",
		s.EndsAt.Local().Format("Monday, 2 January, 15:04"))
	return n
}

func signInNotice(s Session, link string) Notice {
	t := words.signIn[s.Reason]
	body := fmt.Sprintf(t.detail, s.Name) + " Sign in again to go on."
	if link != "" {
		body += " Open this address in your browser: " + link
	}
	return Notice{Key: keySession + s.Name, Urgent: true, Title: t.title, Body: body, Actions: signInActions}
}

func setupNotice(s Session) Notice {
	return Notice{
		Key: keySession + s.Name, Urgent: true, Title: s.Name + " needs a correction",
		Body: cmp.Or(s.Detail, words.setup[s.Reason]),
	}
}

func groupNotice(names []string) Notice {
	return Notice{
		Key: keyGroup, Urgent: true, Title: fmt.Sprintf("%d sessions wait for you to sign in", len(names)),
		Body:    fmt.Sprintf("%s. Open the list, or run `sessionkeeper ui`.", some(names)),
		Actions: []NoticeAction{{actionOpen, "Open the list"}, {actionLater, "Later"}},
	}
}

func outageNotice(issuer string, names []string) Notice {
	return Notice{
		Key: keyOutage + issuer, Title: fmt.Sprintf("%s cannot be renewed now", some(names)),
		Body: "The provider cannot be reached. The keeper goes on trying; there is nothing that you need to do.",
	}
}

func checkOffNotice(name string) Notice {
	return Notice{
		Key: keyCheck + name, Title: "The check of " + name + " was turned off",
		Body: "Its check address refuses even a fresh token, so it says nothing about the session. " +
			"Correct check_url in the session's file to turn it on again.",
	}
}

func keychainNotice(reason Reason, detail string) Notice {
	return Notice{
		Key: keyKeychain, Urgent: true, Title: "The keychain cannot be used",
		Body: cmp.Or(detail, words.keychain[reason]),
	}
}

func noRefreshNotice(name string) Notice {
	return Notice{Key: keySession + name, Title: name + " cannot be kept", Body: words.noRefresh}
}

// some names the first few.
func some(names []string) string {
	const shown = 4
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
