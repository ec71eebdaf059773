package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const notifications = "org.freedesktop.Notifications"

// bubble is a notice on the screen.
type bubble struct {
	id      uint32
	title   string
	body    string
	actions []string // id, label, id, label …
	urgency byte
	sender  string // who showed it, by its name on the bus
}

func (b bubble) labels() []string {
	var labels []string
	for i := 1; i < len(b.actions); i += 2 {
		if b.actions[i-1] != "default" {
			labels = append(labels, b.actions[i])
		}
	}
	return labels
}

// bubbles listens to all that programs and the notification service say to each other. It says nothing itself.
type bubbles struct {
	t    *testing.T
	conn *dbus.Conn

	mu      sync.Mutex // guards what follows
	asked   map[string]bubble
	showing []bubble
	ever    []bubble // each once for each Notify, oldest first
	pressed []string
}

// watchBubbles begins to listen on a bus.
func watchBubbles(t *testing.T, address string) *bubbles {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	w := &bubbles{t: t, conn: conn, asked: map[string]bubble{}}
	rules := []string{
		"type='method_call',interface='" + notifications + "'", "type='method_return'",
		"type='signal',interface='" + notifications + "'",
	}
	if err := conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, rules, uint32(0)).Err; err != nil {
		t.Fatal("listening to the bus: ", err)
	}
	heard := make(chan *dbus.Message, 1<<14)
	conn.Eavesdrop(heard) // from here on the connection takes no answers any more
	var hearing sync.WaitGroup
	hearing.Go(func() {
		for m := range heard {
			w.hear(m)
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		hearing.Wait()
	})
	return w
}

func (w *bubbles) hear(m *dbus.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := func(f dbus.HeaderField) string { s, _ := m.Headers[f].Value().(string); return s }
	switch m.Type {
	case dbus.TypeMethodCall:
		b := bubble{sender: text(dbus.FieldSender)}
		var app, icon string
		var hints map[string]dbus.Variant
		var expire int32
		if text(dbus.FieldMember) == "Notify" &&
			dbus.Store(m.Body, &app, &b.id, &icon, &b.title, &b.body, &b.actions, &hints, &expire) == nil {
			b.urgency, _ = hints["urgency"].Value().(byte)
			w.asked[fmt.Sprint(b.sender, m.Serial())] = b
		}
	case dbus.TypeMethodReply:
		serial, _ := m.Headers[dbus.FieldReplySerial].Value().(uint32)
		call := fmt.Sprint(text(dbus.FieldDestination), serial)
		b, ok := w.asked[call]
		if delete(w.asked, call); ok && dbus.Store(m.Body, &b.id) == nil {
			w.showing = append(slices.DeleteFunc(w.showing, func(o bubble) bool { return o.id == b.id }), b)
			w.ever = append(w.ever, b)
		}
	case dbus.TypeSignal:
		var id uint32
		var rest any
		if dbus.Store(m.Body, &id, &rest) != nil {
			return
		}
		switch text(dbus.FieldMember) {
		case "NotificationClosed":
			w.showing = slices.DeleteFunc(w.showing, func(o bubble) bool { return o.id == id })
		case "ActionInvoked":
			w.pressed = append(w.pressed, fmt.Sprint(rest))
		}
	default:
	}
}

// now gives what is on the screen.
func (w *bubbles) now() []bubble {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.showing)
}

// all gives every bubble that ever was; one that was replaced comes once for each.
func (w *bubbles) all() []bubble {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.ever)
}

// presses gives the buttons that were pressed.
func (w *bubbles) presses() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.pressed)
}

// wait waits for a bubble whose title has the text in it to be on the screen.
func (w *bubbles) wait(title string) bubble {
	w.t.Helper()
	return w.waitFor(title, patience)
}

// waitFor is wait with a limit of its own.
func (w *bubbles) waitFor(title string, limit time.Duration) bubble {
	w.t.Helper()
	var found bubble
	untilOr(w.t, limit, func() bool {
		for _, b := range w.now() {
			if strings.Contains(b.title, title) {
				found = b
				return true
			}
		}
		return false
	}, func() string {
		return fmt.Sprintf("no bubble says %q; on the screen: %+v, ever: %+v", title, w.now(), w.all())
	})
	return found
}

// waitGone waits until no bubble with the text in its title is on the screen.
func (w *bubbles) waitGone(title string) {
	w.t.Helper()
	untilOr(w.t, patience, func() bool {
		return !slices.ContainsFunc(w.now(), func(b bubble) bool { return strings.Contains(b.title, title) })
	}, func() string { return fmt.Sprintf("a bubble still says %q: %+v", title, w.now()) })
}

// one fails unless exactly one bubble is on the screen, and there never was a second id.
func (w *bubbles) one() {
	w.t.Helper()
	w.neverTwo()
	if n := len(w.now()); n != 1 {
		w.t.Errorf("%d bubbles are on the screen; want the one: %+v", n, w.all())
	}
}

// neverTwo fails if there ever was a second bubble beside or after the first; one that replaces is none.
func (w *bubbles) neverTwo() {
	w.t.Helper()
	ids := map[uint32]bool{}
	for _, b := range w.all() {
		ids[b.id] = true
	}
	if len(ids) > 1 {
		w.t.Errorf("there were %d bubbles; want one: %+v", len(ids), w.all())
	}
}
