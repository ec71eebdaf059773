package apitest

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"sessionkeeper/ui/api"
)

// Asked says which sessions' programs are asked about. The zero Asked asks about none.
type Asked struct {
	mu       sync.Mutex // guards what follows
	editions map[string]uint64
	off      map[string]bool
	pages    int
}

// Confirm is that of config.Dir.
func (a *Asked) Confirm(name string) (edition uint64, on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.editions[name], a.editions[name] > 0 && !a.off[name]
}

// Edit writes a definition anew, with or without confirm.
func (a *Asked) Edit(name string, on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.editions == nil {
		a.editions, a.off = map[string]uint64{}, map[string]bool{}
	}
	a.editions[name]++
	a.off[name] = !on
}

// Pages counts how often the page was opened so far.
func (a *Asked) Pages() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pages
}

func (a *Asked) open(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages++
	return nil
}

// Approvals are those of k, about the sessions that asked says. Whoever has them runs them.
func (k *Keeper) Approvals(tb testing.TB, asked *Asked) *api.Approvals {
	tb.Helper()
	return api.NewApprovals(api.ApprovalsOptions{
		Confirm: asked.Confirm, Keeper: k, Notices: k.board, Open: asked.open,
		Log: slog.New(slog.NewTextHandler(tb.Output(), nil)),
	})
}

// Board is where the notices stand.
func (k *Keeper) Board() *api.Board { return k.board }

// RunApprovals has a server's options ask about the programs of these sessions until the test ends.
func (k *Keeper) RunApprovals(tb testing.TB, o *api.Options, sessions ...string) *Asked {
	tb.Helper()
	asked := new(Asked)
	for _, name := range sessions {
		asked.Edit(name, true)
	}
	o.Approvals = k.Approvals(tb, asked)
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := o.Approvals.Run(ctx); err != nil {
			tb.Errorf("running the approvals: %v", err)
		}
	})
	tb.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return asked
}
