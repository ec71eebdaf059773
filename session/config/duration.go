package config

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Duration is a time.Duration that is written in Go's form plus d for days of 24 hours ("90s", "5m4s", "30d").
type Duration time.Duration

const day = 24 * time.Hour

var errDuration = errors.New(`want a number with a unit, like "90s", "5m4s" or "30d"`)

// ParseDuration reads Go's form ("1h30m", "1.5h") plus d for days ("30d", "1d12h"). "0" needs no unit.
func ParseDuration(s string) (Duration, error) {
	rest, sign := s, ""
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		sign, rest = rest[:1], rest[1:]
	}
	if rest == "0" {
		return 0, nil
	}
	if rest == "" {
		return 0, fmt.Errorf("duration %q: %w", s, errDuration)
	}
	var sum time.Duration
	for rest != "" {
		var part string
		part, rest = cutPart(rest)
		d, err := parsePart(sign, part)
		if err != nil {
			return 0, fmt.Errorf("duration %q: %w", s, err)
		}
		if (d > 0 && sum > math.MaxInt64-d) || (d < 0 && sum < math.MinInt64-d) {
			return 0, fmt.Errorf("duration %q: more than 292 years", s)
		}
		sum += d
	}
	return Duration(sum), nil
}

// cutPart splits the first number with its unit from the rest.
func cutPart(s string) (part, rest string) {
	number := func(r rune) bool { return r == '.' || '0' <= r && r <= '9' }
	unit := strings.IndexFunc(s, func(r rune) bool { return !number(r) })
	if unit < 0 {
		return s, ""
	}
	if next := strings.IndexFunc(s[unit:], number); next >= 0 {
		return s[:unit+next], s[unit+next:]
	}
	return s, ""
}

func parsePart(sign, part string) (time.Duration, error) {
	number, days := strings.CutSuffix(part, "d")
	if !days {
		d, err := time.ParseDuration(sign + part)
		if err != nil {
			return 0, errDuration
		}
		return d, nil
	}
	hours, err := time.ParseDuration(sign + number + "h")
	if err != nil {
		return 0, errDuration
	}
	if hours > math.MaxInt64/24 || hours < math.MinInt64/24 {
		return 0, errors.New("more than 292 years")
	}
	return hours * 24, nil
}

// String gives the shortest form: "5m4s", "30d", "1d12h", "0s".
func (d Duration) String() string {
	days, rest := time.Duration(d)/day, time.Duration(d)%day
	if days == 0 {
		return short(rest)
	}
	sign := ""
	if d < 0 {
		sign, days, rest = "-", -days, -rest
	}
	text := fmt.Sprintf("%s%dd", sign, days)
	if rest != 0 {
		text += short(rest)
	}
	return text
}

// short drops the zero units that Go writes at the end: 12h0m0s is 12h.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText writes String's form, in TOML and JSON alike.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
