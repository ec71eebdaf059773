package session

import (
	"testing"
	"time"

	"sessionkeeper/session/provider"
)

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestF38RenewAt(t *testing.T) {
	for _, c := range []struct {
		name        string
		life, end   time.Duration
		late        bool
		roll        float64
		want, least time.Duration
	}{
		{name: "60 s at about 40 s", life: time.Minute, roll: 0.5, want: 40 * time.Second},
		{name: "1 h at 50 min", life: time.Hour, roll: 0.5, want: 50 * time.Minute},
		{name: "8 h 10 min early", life: 8 * time.Hour, roll: 0.5, want: 8*time.Hour - 10*time.Minute},
		{name: "30 s at 20 s", life: 30 * time.Second, roll: 0.5, want: 20 * time.Second},
		{name: "9 s at 6 s", life: 9 * time.Second, roll: 0.5, want: 6 * time.Second},
		{name: "jitter down", life: time.Hour, roll: 0, want: 51 * time.Minute},
		{name: "jitter up", life: time.Hour, roll: 1, want: 49 * time.Minute},
		{name: "late", life: time.Hour, late: true, roll: 0.5, want: time.Hour - 30*time.Second},
		{name: "late and short", life: time.Minute, late: true, roll: 0.5, want: 54 * time.Second},
		{name: "idle limit before the token's end", life: 24 * time.Hour, end: 3 * time.Hour, roll: 0.5, want: 2 * time.Hour},
		{name: "no life", roll: 0.5, want: 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var end time.Time
			if c.end > 0 {
				end = t0.Add(c.end)
			}
			if got := renewAt(t0, t0.Add(c.life), end, c.late, c.roll).Sub(t0); got != c.want {
				t.Errorf("renewed after %v; want %v", got, c.want)
			}
		})
	}
	if at := renewAt(t0, time.Time{}, time.Time{}, false, 0.5); !at.IsZero() {
		t.Errorf("a token that does not end is renewed at %v; want never", at)
	}
}

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: maxBackoff, 1000: maxBackoff} {
		if got := backoff(n, 1); got != want {
			t.Errorf("backoff(%d, 1) = %v; want %v", n, got, want)
		}
		if got := backoff(n, 0); got < 250*time.Millisecond || got > time.Second {
			t.Errorf("backoff(%d, 0) = %v; want a quarter of a second", n, got)
		}
	}
}

func TestUsable(t *testing.T) {
	for _, c := range []struct {
		life, age time.Duration
		want      bool
	}{
		{time.Hour, 0, true},
		{time.Hour, time.Hour - 3*time.Second, true},
		{time.Hour, time.Hour - time.Second, false},
		{9 * time.Second, 8 * time.Second, true},
		{9 * time.Second, 8200 * time.Millisecond, false},
		{time.Hour, 2 * time.Hour, false},
	} {
		if got := usable(t0.Add(c.age), t0, t0.Add(c.life)); got != c.want {
			t.Errorf("a token of %v is usable after %v: %v; want %v", c.life, c.age, got, c.want)
		}
	}
	if !usable(t0, t0, time.Time{}) {
		t.Error("a token without an end is not usable")
	}
}

func TestEndOf(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name string
		p    provider.Provider
		f    endFacts
		want time.Duration
		ours bool

		moves bool
	}{
		{name: "nothing known", f: endFacts{hasRefresh: true, consentAt: t0}},
		{name: "announced", f: endFacts{hasRefresh: true, consentAt: t0, refreshEnd: t0.Add(day)}, want: day},
		{
			name: "absolute from consent", p: provider.Provider{RefreshAbsolute: 10 * day},
			f: endFacts{hasRefresh: true, consentAt: t0, refreshedAt: t0.Add(3 * day)}, want: 10 * day,
		},
		{
			name: "idle from the last use", p: provider.Provider{RefreshIdle: 10 * day},
			f: endFacts{hasRefresh: true, consentAt: t0, refreshedAt: t0.Add(3 * day)}, want: 13 * day, moves: true,
		},
		{
			name: "idle before max_age", p: provider.Provider{RefreshIdle: day},
			f: endFacts{hasRefresh: true, consentAt: t0, maxAge: 10 * day}, want: day, moves: true,
		},
		{
			name: "absolute at the end of many uses", p: provider.Provider{RefreshIdle: 10 * day, RefreshAbsolute: 12 * day},
			f: endFacts{hasRefresh: true, consentAt: t0, refreshedAt: t0.Add(3 * day)}, want: 12 * day,
		},
		{
			name: "announced, and moved by use",
			f:    endFacts{hasRefresh: true, consentAt: t0, refreshEnd: t0.Add(day), extends: true}, want: day, moves: true,
		},
		{
			name: "max_age before the rest", p: provider.Provider{RefreshAbsolute: 10 * day},
			f: endFacts{hasRefresh: true, consentAt: t0, maxAge: day}, want: day, ours: true,
		},
		{name: "nothing to renew with", f: endFacts{consentAt: t0, accessEnd: t0.Add(time.Hour)}, want: time.Hour, ours: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := endOf(&c.p, c.f)
			if c.want == 0 {
				if !got.at.IsZero() {
					t.Errorf("ends at %v; want never", got.at)
				}
				return
			}
			if got.at.Sub(t0) != c.want || got.ours != c.ours || got.moves != c.moves {
				t.Errorf("ends after %v (ours: %v, moves: %v); want %v (%v, %v)",
					got.at.Sub(t0), got.ours, got.moves, c.want, c.ours, c.moves)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name      string
		end       time.Duration
		want      []time.Duration
		doneFirst int
		next      time.Duration
		last      bool
	}{
		{name: "an hour", end: time.Hour, want: []time.Duration{55 * time.Minute}, next: 55 * time.Minute, last: true},
		{name: "10 days", end: 10 * day, want: []time.Duration{3 * day, 9 * day, 10*day - 5*time.Minute}, next: 3 * day},
		{name: "10 days, one done", end: 10 * day, doneFirst: 1, want: []time.Duration{3 * day, 9 * day, 10*day - 5*time.Minute}, next: 9 * day},
		{name: "half a year", end: 180 * day, want: []time.Duration{150 * day, 173 * day, 179 * day, 180*day - 5*time.Minute}, next: 150 * day},
		{name: "shorter than the warning", end: 3 * time.Minute, want: []time.Duration{-2 * time.Minute}, next: -2 * time.Minute, last: true},
		{name: "exactly a week is not announced at once", end: 7 * day, want: []time.Duration{6 * day, 7*day - 5*time.Minute}, next: 6 * day},
	} {
		t.Run(c.name, func(t *testing.T) {
			ms := marks(t0.Add(c.end), t0, 5*time.Minute)
			if len(ms) != len(c.want) {
				t.Fatalf("marks %v; want %v after %v", ms, c.want, t0)
			}
			for i, m := range ms {
				if m.Sub(t0) != c.want[i] {
					t.Errorf("mark %d after %v; want %v", i, m.Sub(t0), c.want[i])
				}
			}
			next, last := nextMark(ms, ms[:c.doneFirst])
			if next.Sub(t0) != c.next || last != c.last {
				t.Errorf("next mark after %v (last: %v); want %v (%v)", next.Sub(t0), last, c.next, c.last)
			}
		})
	}
}

func TestOutageAt(t *testing.T) {
	for _, c := range []struct{ left, want time.Duration }{
		{time.Hour, 30 * time.Minute},
		{3 * time.Minute, 2 * time.Minute},
		{time.Minute, time.Minute},
		{-time.Minute, -time.Minute},
	} {
		if got := outageAt(t0, t0.Add(c.left)).Sub(t0); got != c.want {
			t.Errorf("with %v left an outage is told after %v; want %v", c.left, got, c.want)
		}
	}
}
