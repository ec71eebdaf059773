package words

import (
	"fmt"
	"time"
)

const day = 24 * time.Hour

// Span says a duration the way people do: "41 min", "3 h 20 min", "5 days". Below three minutes every second counts;
// from there on it is rounded to the nearest of the smallest unit that is shown, so that what is said a moment later, or
// by another face, says the same.
func Span(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	minutes, hours := d.Round(time.Minute), d.Round(time.Hour)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 3*time.Minute:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case minutes < time.Hour:
		return fmt.Sprintf("%d min", int(minutes.Minutes()))
	case minutes < day:
		return pair(int(minutes.Hours()), "h", int(minutes.Minutes())%60, "min")
	case hours < 2*day:
		return pair(1, "day", int(hours.Hours())%24, "h")
	}
	return fmt.Sprintf("%d days", int(d.Round(day)/day))
}

func pair(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}

// About is Span for what is said once and stays: an announcement of two minutes that comes a moment late says no odd
// seconds.
func About(d time.Duration) string {
	if d >= time.Minute && d < 3*time.Minute {
		d = d.Round(10 * time.Second)
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
