package window

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// What waits for a keychain that is back is gone in a moment, and no event tells of that: the window looks again.
func TestUnsavedIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	o := apitest.Options(t, apitest.New(), nil)
	var asked atomic.Int64
	o.Keychain = func() api.Keychain {
		k := api.Keychain{Backend: "os", State: "ok"}
		if asked.Add(1) == 1 {
			k.Spilled = 1
		}
		return k
	}
	apitest.Serve(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	views := make(chan view)
	l := newLink(Options{
		Dial: func(ctx context.Context) (*client.Client, error) { return client.Dial(ctx, o.Places) },
		Log:  slog.New(slog.DiscardHandler),
	}, func(take func() view) {
		go func() {
			select {
			case views <- take():
			case <-ctx.Done():
			}
		}()
	})
	var running sync.WaitGroup
	running.Go(func() { l.run(ctx) })
	defer running.Wait()
	defer cancel()
	for was := 0; ; {
		select {
		case v := <-views:
			if was += v.health.Keychain.Spilled; was > 0 && v.health.Keychain.State == "ok" && v.health.Keychain.Spilled == 0 {
				return
			}
		case <-ctx.Done():
			t.Fatalf("what was unsaved is shown still, after %d questions", asked.Load())
		}
	}
}
