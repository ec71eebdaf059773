package fast

import (
	"testing"
	"time"
)

// Who is in a hurry waits less for a keeper that does not answer, too.
func TestPatience(t *testing.T) {
	for wait, want := range map[time.Duration]time.Duration{
		0: 25 * time.Second, 3 * time.Second: 18 * time.Second, time.Minute: 75 * time.Second,
	} {
		if got := (Request{Wait: wait}).patience(); got != want {
			t.Errorf("a wait of %v: %v; want %v", wait, got, want)
		}
	}
}
