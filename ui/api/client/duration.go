package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration that travels in Go's form plus d for days ("90s", "5m4s", "30d", "1d12h"), or as a
// number of seconds.
type Duration time.Duration

// DurationError is a text that is no duration.
type DurationError struct{ Text string }

func (e *DurationError) Error() string {
	return fmt.Sprintf("%.40q is no duration; write it like 90s, 5m4s or 30d", e.Text)
}

// MarshalJSON writes Go's form; a negative one as 0.
func (d Duration) MarshalJSON() ([]byte, error) {
	return []byte(`"` + max(0, time.Duration(d)).String() + `"`), nil
}

// UnmarshalJSON reads a text or a number of seconds.
func (d *Duration) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	var parsed time.Duration
	var err error
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		parsed, err = ParseDuration(text)
	} else {
		parsed, err = parseSeconds(string(data))
	}
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

// MarshalJSON writes Skew with its sign, in Go's form.
func (c Clock) MarshalJSON() ([]byte, error) {
	w := clockBody{State: c.State, Seen: c.Seen}
	if c.Skew != 0 {
		w.Skew = time.Duration(c.Skew).String()
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Clock) UnmarshalJSON(data []byte) error {
	var w clockBody
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*c = Clock{State: w.State, Seen: w.Seen}
	if w.Skew == "" {
		return nil
	}
	skew, err := time.ParseDuration(w.Skew)
	c.Skew = Duration(skew)
	return err
}

// clockBody is a Clock on the wire; a Duration by itself knows no sign.
type clockBody struct {
	State string `json:"state"`
	Skew  string `json:"skew,omitempty"`
	Seen  string `json:"seen,omitempty"`
}

// ParseDuration reads Go's form with an optional leading number of days of 24 hours: "30d", "1d12h", "90s". Negative
// ones are refused.
func ParseDuration(text string) (time.Duration, error) {
	wrong := &DurationError{Text: text}
	days, rest, found := strings.Cut(text, "d")
	var sum time.Duration
	if found {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil || n > uint64(math.MaxInt64/(24*time.Hour)) {
			return 0, wrong
		}
		sum, text = time.Duration(n)*24*time.Hour, rest
		if rest == "" {
			return sum, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || sum+d < 0 {
		return 0, wrong
	}
	return sum + d, nil
}

func parseSeconds(text string) (time.Duration, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > math.MaxInt64/float64(time.Second) {
		return 0, &DurationError{Text: text}
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
