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
	return func(yield func(Event, error) bool) {
		if err := c.events(ctx, face, func(e Event) bool { return yield(e, nil) }); err != nil {
			yield(Event{}, err)
		}
	}
}

// events returns nil when yield wants no more.
func (c *Client) events(ctx context.Context, face string, yield func(Event) bool) error {
	path := "/v1/events"
	if face != "" {
		path += "?face=" + url.QueryEscape(face)
	}
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
