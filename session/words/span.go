package words

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// Span says a duration the way people do: "41 min", "3 h 20 min", "5 days". It is cut, not rounded: what is left of a
// minute does not count.
func Span(d time.Duration) string {
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

// About is Span for what is said once and stays: an announcement that comes a moment late still says "5 min".
func About(d time.Duration) string {
	switch {
	case d >= time.Hour-30*time.Second:
		return Span(d.Round(time.Minute))
	case d >= time.Minute:
		return Span(d.Round(10 * time.Second))
	}
	return Span(d)
}

// From says how far away t is from now: "in 41 min", "2 min ago", "now"; "" for no time.
func From(t, now time.Time) string {
	switch away := t.Sub(now).Round(time.Second); {
	case t.IsZero():
		return ""
	case away > 0:
		return "in " + Span(away)
	case away < 0:
		return Span(-away) + " ago"
	}
	return "now"
}
