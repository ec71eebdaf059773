package provider

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"sessionkeeper/session/words"
)

func TestUnknownsAreShownOnce(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	strange := func(code string) Answer { return Judge(nil, 400, nil, fmt.Appendf(nil, `{"error":%q}`, code)) }
	busy, cut := Judge(nil, 503, nil, nil), Answer{Verdict: VerdictPassing, Code: "network"}
	works := Judge(nil, 200, nil, []byte(`{"access_token":"a"}`))
	type met struct {
		after  time.Duration
		answer Answer
		show   bool
	}
	x, y := strange("of_tomorrow"), strange("of_next_year")
	for name, meets := range map[string][]met{
		"five over an hour": {
			{0, x, false},
			{time.Minute, x, false},
			{time.Minute, x, false},
			{time.Minute, x, false},
			{57 * time.Minute, x, true},
			{time.Minute, x, false},
			{time.Hour, x, false},
		},
		"many within an hour": {
			{0, x, false},
			{0, x, false},
			{time.Second, x, false},
			{0, x, false},
			{0, x, false},
			{0, x, false},
			{59 * time.Minute, x, false},
			{time.Minute, x, true},
		},
		"four over a day": {{0, x, false}, {8 * time.Hour, x, false}, {8 * time.Hour, x, false}, {8 * time.Hour, x, false}},
		"far apart": {
			{0, x, false},
			{25 * time.Hour, x, false},
			{25 * time.Hour, x, false},
			{25 * time.Hour, x, false},
			{25 * time.Hour, x, false},
			{25 * time.Hour, x, false},
		},
		"works between": {
			{0, x, false}, {time.Hour, x, false}, {0, x, false}, {0, x, false}, {0, works, false}, {0, x, false},
		},
		"faults that are known between": {
			{0, x, false}, {time.Hour, busy, false}, {0, x, false}, {0, cut, false}, {0, x, false}, {0, x, false}, {0, x, true},
		},
		"two that take turns": {
			{0, x, false},
			{0, y, false},
			{time.Hour, x, false},
			{0, y, false},
			{0, x, false},
			{0, y, false},
			{0, x, false},
			{0, y, false},
			{0, x, true},
			{0, y, true},
		},
		"the clock is set back": {
			{0, x, false},
			{0, x, false},
			{0, x, false},
			{0, x, false},
			{-2 * time.Hour, x, false},
			{90 * time.Minute, x, false},
			{0, x, false},
			{0, x, false},
			{0, x, true},
		},
	} {
		var u Unknowns
		now := start
		for i, m := range meets {
			now = now.Add(m.after)
			a := m.answer
			if show := u.Meet(&a, now); show != m.show {
				t.Errorf("%s, answer %d: show %t; want %t", name, i, show, m.show)
			} else if show && a.Advice != words.Say(words.Advice, adviceLasting, nil) {
				t.Errorf("%s: advice %q", name, a.Advice)
			}
			b, err := json.Marshal(u) // as it is kept over a restart
			if err != nil {
				t.Fatal(err)
			}
			u = Unknowns{}
			if err := json.Unmarshal(b, &u); err != nil {
				t.Fatal(err)
			}
		}
	}
	var u Unknowns
	for i := range 100 {
		a := strange(fmt.Sprint("code_", i))
		u.Meet(&a, start)
	}
	if len(u.Met) > maxUnknowns {
		t.Errorf("%d codes are remembered; want %d at most", len(u.Met), maxUnknowns)
	}
}
