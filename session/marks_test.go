package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

const day = 24 * time.Hour

// announced lists how long before the end of the session "one" each notice about it came, in order;
// an urgent one with a mark.
func (w *world) announced(end time.Time) []string {
	var all []string
	for _, n := range w.screen.told() {
		if n.Key == keySession+"one" && strings.Contains(n.Title, " ends in ") {
			at := end.Sub(n.at).Round(time.Minute).String()
			if n.Urgent {
				at += "!"
			}
			all = append(all, at)
		}
	}
	return all
}

// TestEndIsAnnouncedAhead: 30, 7 and 1 days before and at the last mark, each once, over restarts; a mark that lies before
// the whole life of a session is left out.
func TestEndIsAnnouncedAhead(t *testing.T) {
	for _, c := range []struct {
		life   time.Duration // of the session
		marks  []time.Duration
		before time.Duration // warn_before
	}{
		{60 * day, []time.Duration{30 * day, 7 * day, day, 5 * time.Minute}, 5 * time.Minute},
		{30 * day, []time.Duration{7 * day, day, 5 * time.Minute}, 5 * time.Minute},
		{8 * day, []time.Duration{7 * day, day, 5 * time.Minute}, 5 * time.Minute},
		{36 * time.Hour, []time.Duration{day, 5 * time.Minute}, 5 * time.Minute},
		{20 * time.Hour, []time.Duration{5 * time.Minute}, 5 * time.Minute},
		{60 * day, []time.Duration{30 * day, 7 * day, 2 * day}, 2 * day},
		{60 * day, []time.Duration{40 * day}, 40 * day},
	} {
		t.Run(fmt.Sprintf("%v with %v", c.life, c.before), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 4*day)
				w.server.endIn = c.life
				w.have("one")
				w.edit("one", func(def *config.Session) { def.WarnBefore = new(config.Duration(c.before)) })
				end := w.wall().Add(c.life)
				w.start()
				defer func() { w.stop() }()
				var want []string
				for i, mark := range c.marks {
					at := end.Add(-mark)
					if s := w.session("one"); s.WarnAt.Sub(at).Abs() > 3*time.Second || s.State != Active {
						t.Errorf("before mark %d it is %s and the next one is %v; want %v", i, s.State, s.WarnAt, at)
					}
					time.Sleep(time.Until(at) - time.Minute)
					w.stop()
					w.start()
					if got := w.announced(end); !slices.Equal(got, want) {
						t.Errorf("a minute before mark %d the end was announced %q before; want %q", i, got, want)
					}
					time.Sleep(2 * time.Minute)
					said := mark.String()
					if i == len(c.marks)-1 {
						said += "!"
					}
					want = append(want, said)
					if got := w.announced(end); !slices.Equal(got, want) {
						t.Errorf("after mark %d the end was announced %q before; want %q", i, got, want)
					}
					w.stop()
					w.start()
				}
				if s := w.session("one"); s.State != Expiring || !s.WarnAt.IsZero() {
					t.Errorf("after the last mark it is %s, the next one is %v", s.State, s.WarnAt)
				}
				time.Sleep(time.Until(end) - 10*time.Second)
				if got := w.announced(end); !slices.Equal(got, want) {
					t.Errorf("at the end it was announced %q before; want %q", got, want)
				}
			})
		})
	}
}

// TestF11ClockJumpsOverMarks: of several marks only the last is announced, and those that lie ahead again once the clock is
// put back are announced in their time.
func TestF11ClockJumpsOverMarks(t *testing.T) {
	for _, c := range []struct {
		left  time.Duration // after the jump
		state State
	}{
		{20 * day, Active}, {3 * day, Active}, {2 * time.Hour, Active}, {2 * time.Minute, Expiring},
	} {
		t.Run(c.left.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 4*day)
				clock := misset(w)
				w.prov.RefreshAbsolute = 60 * day
				w.have("one")
				end := time.Now().Add(60 * day)
				w.start()
				defer func() { w.stop() }()
				time.Sleep(day)
				clock.set(59*day - c.left)
				time.Sleep(time.Minute)
				if n := len(w.announced(end)); n != 1 {
					t.Errorf("a jump over marks was told %d times; want once", n)
				}
				if s := w.session("one"); s.State != c.state {
					t.Errorf("after the jump it is %s; want %s", s.State, c.state)
				}
				w.stop()
				w.start()
				clock.set(0)
				time.Sleep(time.Minute)
				if _, on := w.screen.showing(keySession + "one"); on {
					t.Error("the notice stands although the end is weeks away")
				}
				if s := w.session("one"); s.State != Active || s.WarnAt.Sub(end.Add(-30*day)).Abs() > time.Hour {
					t.Errorf("put back it is %s, the next mark is %v; want %v", s.State, s.WarnAt, end.Add(-30*day))
				}
				told := len(w.screen.told())
				time.Sleep(time.Until(end) - time.Minute)
				var at []string
				for _, n := range w.screen.told()[told:] {
					at = append(at, end.Sub(n.at).Round(time.Hour).String())
				}
				if want := []string{"720h0m0s", "168h0m0s", "24h0m0s", "0s"}; !slices.Equal(at, want) {
					t.Errorf("the end was announced %q before; want %q", at, want)
				}
			})
		})
	}
}

// TestEndsOfTheCatalogue: what is known of lifetimes becomes an end and its marks at every provider: an absolute end is
// counted from consent and stays, an idle one moves with each refresh, and the nearer of the two counts.
func TestEndsOfTheCatalogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Hour)
		clock := misset(w)
		w.have()
		w.start()
		defer w.stop()
		catalogue, errs := provider.LoadCatalogue("")
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		kinds := map[string]int{}
		for _, p := range catalogue.All() {
			absolute, idle := p.RefreshAbsolute, p.RefreshIdle
			kinds[fmt.Sprintf("absolute %t, idle %t", absolute > 0, idle > 0)]++
			w.lives(p, clock)
			// A refresh token's own word about its end goes before what the catalogue says where it is nearer.
			w.announces(p, clock)
		}
		for _, kind := range []string{
			"absolute true, idle true", "absolute true, idle false", "absolute false, idle true", "absolute false, idle false",
		} {
			if kinds[kind] == 0 {
				t.Errorf("the catalogue has no provider with %s", kind)
			}
		}
	})
}

// consents makes an entry that has just been signed in to at p.
func (w *world) consents(p provider.Provider, tokens provider.Tokens) *entry {
	w.t.Helper()
	e := &entry{
		def: config.Session{Name: p.ID, Provider: p.ID, ClientID: "desk"}, d: durable{ID: p.ID, Name: p.ID}, index: -1, loaded: true,
	}
	res := signin.Result{Answer: provider.Answer{Verdict: provider.VerdictOK, Tokens: tokens, SentAt: w.wall()}}
	if err := w.k.call(w.t.Context(), func() {
		w.k.publish(e)
		w.k.signedIn(e, w.k.consented(&p, nil, nil, e.d, res), &consent{def: e.def, prov: &p})
	}); err != nil {
		w.t.Fatal(err)
	}
	return e
}

// refreshes renews an entry now.
func (w *world) refreshes(e *entry, tokens provider.Tokens) {
	w.t.Helper()
	a := provider.Answer{Verdict: provider.VerdictOK, Tokens: tokens, SentAt: w.wall()}
	if err := w.k.call(w.t.Context(), func() {
		w.k.warn(e, w.k.now())
		w.k.renewed(e, e.g, e.g.renewed(e.prov, a, w.wall(), e.d.Generation))
		w.k.publish(e)
	}); err != nil {
		w.t.Fatal(err)
	}
}

// nearer is the smaller of two spans, where 0 is none.
func nearer(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// mark is the first mark before an end that lies after known.
func mark(end, known, now time.Time) time.Time {
	for _, m := range []time.Duration{30 * day, 7 * day, day} {
		if at := end.Add(-m); at.After(known) && at.After(now) {
			return at
		}
	}
	return end.Add(-5 * time.Minute)
}

// lives checks the ends of a session at p after consent and after refreshes.
func (w *world) lives(p provider.Provider, clock *wrongClock) {
	w.t.Helper()
	absolute, idle := p.RefreshAbsolute, p.RefreshIdle
	tokens := provider.Tokens{Access: newSecret("at"), Refresh: newSecret("rt"), ExpiresIn: time.Hour}
	consent := w.wall().Round(0)
	e := w.consents(p, tokens)
	want := func(when string, used time.Time) {
		w.t.Helper()
		s := e.pub.Load().session
		var ends time.Time
		if absolute > 0 {
			ends = consent.Add(absolute)
		}
		known := consent
		moves := idle > 0 && (ends.IsZero() || used.Add(idle).Before(ends))
		if moves {
			ends, known = used.Add(idle), used
		}
		if !s.EndsAt.Equal(ends) || s.EndsFirm != (!ends.IsZero() && !moves) {
			w.t.Errorf("%s, %s: ends at %v (firm: %t); want %v (%t)", p.ID, when, s.EndsAt, s.EndsFirm, ends, !moves)
		}
		warn := time.Time{}
		if !ends.IsZero() {
			warn = mark(ends, known, w.wall())
		}
		if !s.WarnAt.Equal(warn) {
			w.t.Errorf("%s, %s: the next mark is %v; want %v", p.ID, when, s.WarnAt, warn)
		}
	}
	want("signed in", consent)
	steps := []time.Duration{50 * time.Minute, 36 * time.Hour}
	if life := nearer(absolute, idle); life > 0 { // as late as use allows
		steps = append(steps, life/2)
	}
	if absolute > idle && idle > 0 { // so late that the absolute end is the nearer one
		for left := absolute - idle; left > 0; left -= idle / 2 {
			steps = append(steps, idle/2)
		}
	}
	for _, x := range steps {
		if absolute > 0 && w.wall().Add(x).After(consent.Add(absolute)) {
			break
		}
		clock.ahead(x)
		w.refreshes(e, tokens)
		want(fmt.Sprintf("refreshed after %v", w.wall().Sub(consent)), w.wall().Round(0))
	}
}

// announces checks that an end which the answers tell is taken, and that what they tell at a refresh decides whether it
// moves.
func (w *world) announces(p provider.Provider, clock *wrongClock) {
	w.t.Helper()
	if nearer(p.RefreshAbsolute, p.RefreshIdle) > 0 && nearer(p.RefreshAbsolute, p.RefreshIdle) < 3*day {
		return
	}
	tokens := provider.Tokens{
		Access: newSecret("at"), Refresh: newSecret("rt"), ExpiresIn: time.Hour, RefreshExpiresIn: 2 * day,
	}
	consent := w.wall().Round(0)
	e := w.consents(p, tokens)
	if s := e.pub.Load().session; !s.EndsAt.Equal(consent.Add(2*day)) || !s.WarnAt.Equal(consent.Add(day)) {
		w.t.Errorf("%s: announced to end in two days: ends at %v, the next mark is %v", p.ID, s.EndsAt, s.WarnAt)
	}
	clock.ahead(12 * time.Hour)
	tokens.RefreshExpiresIn = 36 * time.Hour // the same end
	w.refreshes(e, tokens)
	if s := e.pub.Load().session; !s.EndsAt.Equal(consent.Add(2*day)) || !s.EndsFirm {
		w.t.Errorf("%s: told the same end again: ends at %v (firm: %t)", p.ID, s.EndsAt, s.EndsFirm)
	}
	clock.ahead(12 * time.Hour)
	tokens.RefreshExpiresIn = 2 * day // it moves
	w.refreshes(e, tokens)
	if s := e.pub.Load().session; !s.EndsAt.Equal(w.wall().Round(0).Add(2*day)) || s.EndsFirm {
		w.t.Errorf("%s: told a later end: ends at %v (firm: %t)", p.ID, s.EndsAt, s.EndsFirm)
	}
}
