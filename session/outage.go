package session

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// freshWord is how long a provider's answer proves that this machine has a network: two rounds of the proof of life.
const freshWord = 10 * time.Minute

// outages is what the user is told of issuers whose sessions cannot be renewed.
type outages struct {
	warned map[string]map[string]bool // issuer -> sessions that were warned about
	hushed map[string]bool            // issuers that get the time to answer now that the network is back
	told   map[string]Notice          // what stands on the screen, by key
	many   int                        // sessions that were warned about

	shownAt time.Time // when the screen was brought to what is known, by the monotonic clock
	stale   bool      // it is not there now
}

const (
	toldCrowd = 10          // sessions from which on the screen is not brought to what is known with each of them
	toldPace  = time.Second // but this far apart
)

// crowdWait is how long the screen stays as it is that speaks of so many sessions: to say of thousands what each of them
// changes is too much for the loop and for the desktop. shownAt is by the monotonic clock.
func crowdWait(many int, shownAt time.Time) time.Duration {
	if many < toldCrowd || shownAt.IsZero() {
		return 0
	}
	return max(0, time.Until(shownAt.Add(toldPace)))
}

func newOutages() outages {
	return outages{warned: map[string]map[string]bool{}, hushed: map[string]bool{}, told: map[string]Notice{}}
}

// beginOutage tells that a session cannot be renewed, in one notice for all sessions of its issuer.
func (k *Keeper) beginOutage(e *entry) {
	key := e.issuerKey()
	if k.outages.warned[key] == nil {
		k.outages.warned[key] = map[string]bool{}
	}
	if !k.outages.warned[key][e.def.Name] {
		k.outages.warned[key][e.def.Name] = true
		k.outages.many++
	}
	k.showOutages()
}

func (k *Keeper) endOutage(e *entry) {
	key := e.issuerKey()
	if !k.outages.warned[key][e.def.Name] {
		return
	}
	k.outages.many--
	if delete(k.outages.warned[key], e.def.Name); len(k.outages.warned[key]) == 0 {
		delete(k.outages.warned, key)
		delete(k.outages.hushed, key)
	}
	k.showOutages()
}

// heard takes note of what an answer says of the network, and of a further failure.
func (k *Keeper) heard(i *issuer, a provider.Answer, now time.Time) {
	switch {
	case a.Status != 0:
		i.heardAt, i.silentAt = now, time.Time{}
	case a.Unsent && (a.Code == "network" || a.Code == "timeout"):
		i.silentAt = now
	}
	if a.Verdict == provider.VerdictPassing {
		delete(k.outages.hushed, i.key)
		i.trouble = troubleOf(a)
	}
}

// troubleOf is the words' code for what keeps an issuer's sessions from being renewed, where there is more to say of it
// than that it passes: what the user can do about it, or that nothing helps but to wait.
func troubleOf(a provider.Answer) string {
	switch {
	case a.Status == http.StatusTooManyRequests:
		return "outage_limited"
	case a.Code == "captive_portal":
		return "outage_portal"
	}
	return ""
}

// outageAt is the notice of an issuer whose sessions cannot be renewed.
func (k *Keeper) outageAt(key string, names []string) Notice {
	n := outageNotice(key, names)
	if i := k.issuers[key]; i != nil && i.trouble != "" {
		p, _ := table.OfMachine(i.trouble, table.Values{"names": table.TitleNames(names)})
		n.Title, n.Body = p.Title, p.Detail
	}
	return n
}

// offline reports whether it is this machine that has no network: several issuers cannot be reached, and none has
// answered of late.
func (k *Keeper) offline(now time.Time) bool {
	silent := 0
	for key := range k.outages.warned {
		switch i := k.issuers[key]; {
		case key == "": // not looked up yet
		case i == nil || i.silentAt.IsZero():
			return false
		default:
			silent++
		}
	}
	for _, i := range k.issuers {
		if i.heardAt.After(i.silentAt) && now.Sub(i.heardAt) < freshWord {
			return false
		}
	}
	return silent > 1
}

// wait is how long the screen stays as it is.
func (o *outages) wait() time.Duration { return crowdWait(o.many, o.shownAt) }

// tellOutages shows what waits to be shown when it is time, and gives how long it is until then.
func (k *Keeper) tellOutages() time.Duration {
	if k.outages.stale {
		k.showOutages()
	}
	if k.outages.stale {
		return k.outages.wait()
	}
	return maxNap
}

// showOutages brings the notices to what is known: one for each issuer, or a single one where the fault is this
// machine's.
func (k *Keeper) showOutages() {
	if len(k.outages.warned) == 0 && len(k.outages.told) == 0 {
		return
	}
	if k.outages.stale = k.outages.wait() > 0; k.outages.stale {
		return
	}
	k.outages.shownAt = time.Now()
	now := k.now()
	offline := k.offline(now)
	if _, was := k.outages.told[keyNetwork]; was && !offline {
		k.networkBack(now)
	}
	wanted := map[string]Notice{}
	var all []string
	for key, sessions := range k.outages.warned {
		names := slices.Sorted(maps.Keys(sessions))
		all = append(all, names...)
		if !offline && !k.outages.hushed[key] {
			wanted[keyOutage+key] = k.outageAt(key, names)
		}
	}
	if offline {
		slices.Sort(all)
		wanted[keyNetwork] = noNetworkNotice(all)
	}
	for key := range k.outages.told {
		if _, still := wanted[key]; !still {
			k.withdraw(key)
		}
	}
	for key, n := range wanted {
		if was := k.outages.told[key]; was.Title != n.Title || was.Body != n.Body {
			k.notify(n)
		}
	}
	k.outages.told = wanted
}

// networkBack has every issuer tried at once. Nothing is told of those that have not been asked since.
func (k *Keeper) networkBack(now time.Time) {
	k.log.Info("the network is back")
	for key := range k.outages.warned {
		k.outages.hushed[key] = true
		if i := k.issuers[key]; i != nil && i.failing {
			i.reset()
			k.kick(key, now, false)
		}
	}
}
