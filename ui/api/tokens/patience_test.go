package tokens

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/ui/api/client"
)

// TestPassingFaultsAreTriedThreeTimes has no keeper at its socket, which passes.
func TestPassingFaultsAreTriedThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := client.New(t.TempDir() + "/none.sock")
		c := New(keeper, Options{})
		rt, err := c.Transport("work", TransportOptions{Origins: []string{"https://api.example.com"}, Base: unreached{t}})
		if err != nil {
			t.Fatal(err)
		}
		for patience, want := range map[time.Duration]time.Duration{
			10 * time.Second: 2 * time.Second, 1500 * time.Millisecond: 1500 * time.Millisecond,
		} {
			rt.patience = patience
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = rt.RoundTrip(r)
			if !errors.Is(err, client.ErrNoKeeper) {
				t.Errorf("error %v; want ErrNoKeeper", err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("with a patience of %v it took %v; want %v", patience, took, want)
			}
		}
		gone, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		r, err := http.NewRequestWithContext(gone, http.MethodGet, "https://api.example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.RoundTrip(r); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v; want that the caller is gone", err)
		}
		c.Close()
		keeper.Close()
	})
}

// unreached is a way out that no request may take.
type unreached struct{ t *testing.T }

func (u unreached) RoundTrip(*http.Request) (*http.Response, error) {
	u.t.Error("a request was sent without a token")
	return nil, errors.New("unreached")
}
