package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
)

// maxEvent bounds one event; a snapshot of 1,000 sessions is some 700 KiB.
const maxEvent = 64 << 20

// Events gives the sessions as they stand (type snapshot) and then every event, until ctx ends, the keeper stops or
// the connection breaks: then comes one last error, io.EOF for a keeper that stopped. face tells the keeper who
// listens; "tray" takes the notifications over from it, "" is anybody.
func (c *Client) Events(ctx context.Context, face string) iter.Seq2[Event, error] {
	return c.EventsFor(ctx, Listener{Face: face})
}

// Listener says who listens to events.
type Listener struct {
	Face     string   // exec, proxy or program: the listener uses Sessions as long as it listens; "" is anybody
	Sessions []string // to tell of, beside what concerns all; none: every one
	Label    string   // what a person knows the listener by: a program's name, a proxy's target
}

func (l Listener) query() string {
	q := url.Values{}
	if len(l.Sessions) > 0 {
		q["session"] = l.Sessions
	}
	for key, value := range map[string]string{"face": l.Face, "label": l.Label} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// EventsFor is Events for a listener who says more of itself.
func (c *Client) EventsFor(ctx context.Context, l Listener) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := c.events(ctx, l, func(e Event) bool { return yield(e, nil) }); err != nil {
			yield(Event{}, err)
		}
	}
}

// events returns nil when yield wants no more.
func (c *Client) events(ctx context.Context, l Listener, yield func(Event) bool) error {
	path := "/v1/events" + l.query()
	response, err := c.send(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return problem(response)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("reading the keeper's events: %w", err)
		}
		if !yield(e) {
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = lines.Err()
	if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return fmt.Errorf("reading the keeper's events: %w", err)
}
