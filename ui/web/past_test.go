package web_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// past is a history in front of the keeper's own: what happened before the test began. E is the entries' type, which a
// face does not name.
type past[E any] struct {
	*apitest.Keeper
	list    func(ctx context.Context, name string, limit int) ([]E, error)
	entries []client.Entry // oldest first
}

// List gives what the keeper has, and then what was before.
func (p past[E]) List(ctx context.Context, name string, limit int) ([]E, error) {
	found, err := p.list(ctx, name, limit)
	for _, e := range slices.Backward(p.entries) {
		if (name == "" || e.Session == name) && (limit == 0 || len(found) < limit) {
			found = append(found, converted[E](e))
		}
	}
	return found, err
}

func before[E any](
	list func(context.Context, string, int) ([]E, error), k *apitest.Keeper, entries []client.Entry,
) past[E] {
	return past[E]{Keeper: k, list: list, entries: entries}
}

// converted is what the same JSON means as another type.
func converted[To any](from any) (to To) {
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, &to)
	}
	if err != nil {
		panic(err)
	}
	return to
}

// life is the last ten hours of a session: signed in, renewed each hour, twice in vain, once warned.
func life(name string) []client.Entry {
	start := time.Now().Add(-10 * time.Hour)
	var entries []client.Entry
	add := func(after time.Duration, kind string, detail map[string]string) {
		entries = append(entries, client.Entry{At: start.Add(after), Session: name, Type: kind, Detail: detail})
	}
	until := func(after time.Duration) string { return start.Add(after).UTC().Format(time.RFC3339) }
	add(0, "session.added", nil)
	add(time.Second, "consent.opened", nil)
	add(40*time.Second, "consent.done", map[string]string{"outcome": "done", "expires_at": until(time.Hour)})
	for h := range 9 {
		at := time.Duration(h)*time.Hour + 50*time.Minute
		if h == 4 {
			for retry := range 2 {
				add(at+time.Duration(retry)*90*time.Minute, "refresh.failed", map[string]string{
					"code": "server_error", "http_status": "502", "message": "upstream <b>gone</b>",
				})
			}
			add(at+10*time.Second, "session.state", map[string]string{"was": "active", "state": "retrying"})
			add(at+time.Hour, "session.warning", map[string]string{"kind": "outage"})
		}
		if h == 4 || h == 5 {
			continue
		}
		add(at, "token.renewed", map[string]string{"expires_at": until(at + time.Hour)})
	}
	slices.SortStableFunc(entries, func(a, b client.Entry) int { return a.At.Compare(b.At) })
	return entries
}

// refusing is a keeper some of whose sign-ins fail. L is the sign-in's type, which a face does not name.
type refusing[L any] struct {
	*apitest.Keeper
	status func(ctx context.Context, name, id string, wait time.Duration) (L, error)

	mu     *sync.Mutex // guards failed
	failed map[string]client.Login
}

func refuser[L any](
	k *apitest.Keeper, status func(context.Context, string, string, time.Duration) (L, error),
) refusing[L] {
	return refusing[L]{Keeper: k, status: status, mu: new(sync.Mutex), failed: map[string]client.Login{}}
}

// end makes a sign-in fail.
func (r refusing[L]) end(l client.Login) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed[l.ID] = l
}

// LoginStatus is that of the keeper, but for those that fail.
func (r refusing[L]) LoginStatus(ctx context.Context, name, id string, wait time.Duration) (L, error) {
	r.mu.Lock()
	l, failed := r.failed[id]
	r.mu.Unlock()
	if failed {
		return converted[L](l), nil
	}
	return r.status(ctx, name, id, wait)
}
