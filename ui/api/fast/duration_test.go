package fast

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "5m4s": 304 * time.Second, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour, "0": 0, "0d": 0,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "-1s", "-1d", "1.5d", "1d-1h", "1h1d", "200000d", "106751d24h", "soon", "1"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %v; want an error", text, got)
		}
	}
}
