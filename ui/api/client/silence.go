package client

import (
	"context"
	"time"

	"sessionkeeper/ui/api/fast"
)

// AskLimit is how long a keeper may take for an answer that does not wait for anything.
const AskLimit = 5 * time.Second

// doubtEvery is how often a keeper that says nothing is asked whether it is still there.
const doubtEvery = 20 * time.Second

// Silence waits until the keeper does not answer any more: one that was stopped, or hangs, keeps its connections. It asks
// every 20 s. The error is one that fast.Late knows; nil where ctx has ended first.
func (c *Client) Silence(ctx context.Context) error {
	tick := time.NewTicker(doubtEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		asking, cancel := context.WithTimeout(ctx, AskLimit)
		_, err := c.Health(asking)
		cancel()
		if fast.Late(err) && ctx.Err() == nil {
			return err
		}
	}
}
