package window

import (
	"cmp"
	"strings"
	"time"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// who is the account and the provider, by the provider's name where it has one.
func who(c client.Session, names map[string]string) string {
	account := cmp.Or(c.Account.Email, c.Account.Name, c.Account.Sub)
	provider := cmp.Or(names[c.Provider], c.Provider, strings.TrimPrefix(c.Issuer, "https://"))
	if account == "" || provider == "" {
		return words.Clean(account+provider, maxWho)
	}
	return words.Clean(account, maxWho) + " · " + words.Clean(provider, maxWho)
}

// maxWho is how much of an account and of a provider is shown, in characters.
const maxWho = 80

// ends reports whether a session's end is one: many are limits on idleness, which each renewal moves.
func ends(c client.Session) bool {
	return !c.EndsAt.IsZero() && (c.EndsFirm || c.State == "expiring")
}

// stateWords says a state, with the time left where it ends.
func stateWords(c client.Session, now time.Time) string {
	word := words.OfState(c.State).Word
	if !ends(c) {
		return word
	}
	when := words.Values{"when": words.Safe(words.From(c.EndsAt, now))}
	switch c.State {
	case "expiring":
		if !c.EndsAt.After(now) {
			return words.Say(words.Sentences, "ended", when)
		}
		return words.Say(words.Sentences, "ends", when)
	case "active", "retrying", "keychain_locked":
		if c.EndsAt.After(now) {
			said := words.Say(words.Sentences, "ends", when)
			return word + " · " + strings.ToLower(said[:1]) + said[1:]
		}
	}
	return word
}

// trouble is what matters most about the keeper itself; code is empty where all is well.
func trouble(v view, startable bool) (code string, p words.Problem, t words.Tone) {
	switch {
	case v.starting:
		return "", p, t
	case v.gone:
		p = v.absence()
		if !startable {
			p.Action = words.Action{}
		}
		return "no_keeper", p, words.Bad
	case v.health.Keychain.State != "ok":
		return "keychain", keychainProblem(v.health.Keychain), words.Bad
	case v.health.Clock.State == "wrong":
		p = words.OfClock(time.Duration(v.health.Clock.Skew), v.health.Clock.Seen)
		p.Action = words.Action{}
		return "clock_wrong", p, words.Wait
	case v.health.Keychain.Spilled > 0:
		p, _ = words.OfMachine("waiting_records", words.Values{
			"count": words.Safe(words.Count("sessions", v.health.Keychain.Spilled)),
		})
		return "waiting_records", p, words.Wait
	case len(v.health.Faults) > 0:
		f := v.health.Faults[0]
		p, _ = words.OfMachine("broken_file", words.Values{"fault": words.Message(f.Detail)})
		p.Action = words.Action{}
		return "broken_file", p, words.Wait
	}
	return "", p, t
}
