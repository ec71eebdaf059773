package client

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"sessionkeeper/ui/api/fast"
)

// Duration is a time.Duration that travels in Go's form plus d for days ("90s", "5m4s", "30d", "1d12h"), or as a
// number of seconds.
type Duration time.Duration

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
		parsed, err = fast.ParseDuration(text)
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

func parseSeconds(text string) (time.Duration, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > math.MaxInt64/float64(time.Second) {
		return 0, &fast.DurationError{Text: text}
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
