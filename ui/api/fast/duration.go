package fast

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// DurationError is a text that is no duration.
type DurationError struct{ Text string }

func (e *DurationError) Error() string {
	return fmt.Sprintf("%.40q is no duration; write it like 90s, 5m4s or 30d", e.Text)
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
