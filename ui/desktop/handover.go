package desktop

import (
	"context"
	"errors"
)

// adopt takes over a notice of another process. One of ours under the same key would be a second bubble: it goes.
func (n *notifier) adopt(ctx context.Context, key string, id uint32) {
	if n.link.conn == nil {
		n.adopted[key] = id
		return
	}
	if n.owner == "" {
		return // the service went, and the notice with it
	}
	w := n.keys[key]
	if w == nil {
		w = &wanted{}
		n.keys[key] = w
	}
	n.shown(ctx, key, w, id)
}

// screen is what is on the screen.
func (n *notifier) screen() map[string]uint32 {
	ids := map[string]uint32{}
	for key, w := range n.keys {
		if w.id != 0 {
			ids[key] = w.id
		}
	}
	return ids
}

// buttons finds out whether the service shows some.
func (n *notifier) buttons(ctx context.Context, asked chan<- bool) {
	n.curious = append(n.curious, asked)
	if n.link.conn == nil {
		n.bus.kick() // the outcome of a new try comes by relink
		return
	}
	n.answerCurious(ctx)
}

// answerCurious tells who asked for buttons, as soon as it is known.
func (n *notifier) answerCurious(ctx context.Context) {
	switch {
	case len(n.curious) == 0:
		return
	case errors.Is(n.link.err, errBusLost):
		n.bus.kick() // it may be back already: the next try decides
		return
	case n.link.conn != nil && n.features == nil:
		n.askFeatures(ctx)
		return
	}
	n.settleCurious()
}

func (n *notifier) settleCurious() {
	for _, asked := range n.curious {
		asked <- n.features["actions"]
	}
	n.curious = nil
}
