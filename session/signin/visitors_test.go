package signin

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// come admits a visitor, who says what it wants where asked is set.
func come(t *testing.T, all *visitors, asked bool) *visitor {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = theirs.Close() })
	v, ok := all.admit(ours)
	if !ok {
		t.Fatal("not admitted")
	}
	if asked {
		all.note(v, http.StateActive)
	}
	return v
}

func sentAway(v *visitor) bool {
	_ = v.SetReadDeadline(time.Now())
	_, err := v.Read(make([]byte, 1))
	return errors.Is(err, io.ErrClosedPipe)
}

// Where there are as many as may be, whoever keeps silent goes first, then the oldest one, and never who brought an answer
// that is waited for.
func TestTCB8WhoGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := new(visitors)
		awaited := come(t, all, true)
		awaited.awaited = true
		oldest := come(t, all, true)
		for range maxVisitors - 4 {
			come(t, all, true)
		}
		silent, later := come(t, all, false), come(t, all, true)
		began := time.Now()
		for _, goes := range []*visitor{silent, oldest} {
			come(t, all, true)
			if len(all.here) != maxVisitors {
				t.Errorf("%d are here; want %d", len(all.here), maxVisitors)
			}
			if !sentAway(goes) {
				t.Errorf("somebody else went than number %d", map[*visitor]int{silent: maxVisitors - 1, oldest: 2}[goes])
			}
		}
		if sentAway(awaited) || sentAway(later) {
			t.Error("one went whose turn it was not")
		}
		if waited := time.Since(began); waited < patience || waited > 2*patience {
			t.Errorf("they went after %v; want %v", waited, patience)
		}
	})
}
