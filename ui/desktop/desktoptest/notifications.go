package desktoptest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	serviceName = "org.freedesktop.Notifications"
	servicePath = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// Reasons of NotificationClosed (Desktop Notifications Specification 1.2).
const (
	ReasonExpired   = uint32(1)
	ReasonDismissed = uint32(2)
	ReasonWithdrawn = uint32(3)
)

// Notice is one call of Notify.
type Notice struct {
	ID, Replaces uint32 // Replaces is what the caller asked for, ID what it got
	At           time.Time
	App, Icon    string
	Title, Body  string
	Actions      []string // id, label, id, label …
	Urgency      byte
	DesktopEntry string
	Picture      bool  // it has image-data of the specified type
	ExpireMilli  int32 // -1 the service's choice, 0 never
}

// Closed is a notice that left the screen.
type Closed struct {
	ID, Reason uint32
	At         time.Time
}

// Notifications is a notification service. Its methods are safe for concurrent use.
type Notifications struct {
	conn         *dbus.Conn
	capabilities []string

	mu      sync.Mutex
	changed *sync.Cond // on every new record and at Stop and Resume
	hanging bool
	stopped bool
	last    uint32
	notices []Notice
	showing map[uint32]Notice
	closed  []Closed
	keep    bool
}

// Option changes how a service behaves.
type Option func(*Notifications)

// Capabilities replaces the service's capabilities, which are actions, body and body-markup.
func Capabilities(list ...string) Option {
	return func(n *Notifications) { n.capabilities = list }
}

// KeepPressed makes a service that leaves a notice on the screen after a button press, as dunst does.
func KeepPressed() Option { return func(n *Notifications) { n.keep = true } }

// StartIDs makes the first id the one after last: a service that was restarted begins anew, or does not.
func StartIDs(last uint32) Option { return func(n *Notifications) { n.last = last } }

// StartNotifications starts a notification service on the bus. It ends with the test, or by Stop.
func StartNotifications(tb testing.TB, b *Bus, options ...Option) *Notifications {
	tb.Helper()
	n := &Notifications{
		conn:         b.Connect(tb),
		capabilities: []string{"actions", "body", "body-markup"},
		showing:      map[uint32]Notice{},
	}
	n.changed = sync.NewCond(&n.mu)
	for _, o := range options {
		o(n)
	}
	if err := n.conn.Export((*service)(n), servicePath, serviceName); err != nil {
		tb.Fatal(err)
	}
	Own(tb, n.conn, serviceName)
	tb.Cleanup(n.Stop)
	return n
}

// Stop ends the service; calls under way fail. Notices on the screen are gone without a word, as in a crash.
func (n *Notifications) Stop() {
	n.mu.Lock()
	n.stopped = true
	n.changed.Broadcast()
	n.mu.Unlock()
	_ = n.conn.Close()
}

// Hang makes the service answer nothing until Resume, as a stopped process would.
func (n *Notifications) Hang() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hanging = true
}

// Resume answers what came in since Hang.
func (n *Notifications) Resume() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hanging = false
	n.changed.Broadcast()
}

// Notices gives every notice so far, oldest first, replacements included.
func (n *Notifications) Notices() []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.notices)
}

// Showing gives the notices on the screen, in the order of their ids.
func (n *Notifications) Showing() []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]Notice, 0, len(n.showing))
	for _, notice := range n.showing {
		list = append(list, notice)
	}
	slices.SortFunc(list, func(a, b Notice) int { return int(a.ID) - int(b.ID) })
	return list
}

// Closed gives the notices that left the screen, oldest first.
func (n *Notifications) Closed() []Closed {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.closed)
}

// Wait blocks until want reports true for a notice, past or to come, and returns it. It gives up when the service
// stops.
func (n *Notifications) Wait(tb testing.TB, want func(Notice) bool) Notice {
	tb.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for seen := 0; ; n.changed.Wait() {
		for ; seen < len(n.notices); seen++ {
			if want(n.notices[seen]) {
				return n.notices[seen]
			}
		}
		if n.stopped {
			tb.Fatal("the notification service stopped while a notice was waited for")
		}
	}
}

// WaitClosed blocks until the notice left the screen.
func (n *Notifications) WaitClosed(tb testing.TB, id uint32) Closed {
	tb.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		if i := slices.IndexFunc(n.closed, func(c Closed) bool { return c.ID == id }); i >= 0 {
			return n.closed[i]
		}
		if n.stopped {
			tb.Fatal("the notification service stopped while a notice was to be closed")
		}
		n.changed.Wait()
	}
}

// Press presses a button of a notice on the screen ("default" is the notice itself), which then closes.
func (n *Notifications) Press(tb testing.TB, id uint32, action string) {
	tb.Helper()
	n.mu.Lock()
	notice, shown := n.showing[id]
	keep := n.keep
	n.mu.Unlock()
	if !shown {
		tb.Fatalf("pressing %q: notice %d is not on the screen", action, id)
	}
	offered := false
	for i := 0; i+1 < len(notice.Actions); i += 2 {
		offered = offered || notice.Actions[i] == action
	}
	if !offered {
		tb.Fatalf("pressing %q: notice %d has only the actions %q", action, id, notice.Actions)
	}
	n.emit("ActionInvoked", id, action)
	if !keep {
		n.end(id, ReasonDismissed)
	}
}

// Dismiss closes a notice the way a user does.
func (n *Notifications) Dismiss(id uint32) { n.end(id, ReasonDismissed) }

// Expire closes a notice the way time does.
func (n *Notifications) Expire(id uint32) { n.end(id, ReasonExpired) }

func (n *Notifications) end(id, reason uint32) bool {
	n.mu.Lock()
	_, shown := n.showing[id]
	if shown {
		delete(n.showing, id)
		n.closed = append(n.closed, Closed{ID: id, Reason: reason, At: time.Now()})
		n.changed.Broadcast()
	}
	n.mu.Unlock()
	if shown {
		n.emit("NotificationClosed", id, reason)
	}
	return shown
}

func (n *Notifications) emit(member string, args ...any) {
	_ = n.conn.Emit(servicePath, serviceName+"."+member, args...) // fails where the bus is gone
}

// awaitLocked blocks while the service hangs.
func (n *Notifications) awaitLocked() {
	for n.hanging && !n.stopped {
		n.changed.Wait()
	}
}

// service is the part that the bus sees.
type service Notifications

func (s *service) GetCapabilities() ([]string, *dbus.Error) {
	n := (*Notifications)(s)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.awaitLocked()
	return n.capabilities, nil
}

func (s *service) GetServerInformation() (name, vendor, version, spec string, failure *dbus.Error) {
	n := (*Notifications)(s)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.awaitLocked()
	return "desktoptest", "desktoptest", "1", "1.2", nil
}

func (s *service) Notify(app string, replaces uint32, icon, title, body string, actions []string,
	hints map[string]dbus.Variant, expire int32,
) (uint32, *dbus.Error) {
	n := (*Notifications)(s)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.awaitLocked()
	id := replaces
	if _, shown := n.showing[replaces]; !shown {
		n.last++
		id = n.last
	}
	notice := Notice{
		ID: id, Replaces: replaces, At: time.Now(), App: app, Icon: icon, Title: title, Body: body,
		Actions: actions, ExpireMilli: expire,
	}
	if v, ok := hints["urgency"]; ok {
		notice.Urgency, _ = v.Value().(byte)
	}
	if v, ok := hints["desktop-entry"]; ok {
		notice.DesktopEntry, _ = v.Value().(string)
	}
	if v, ok := hints["image-data"]; ok {
		var picture struct {
			Width, Height, Stride int32
			Alpha                 bool
			Bits, Channels        int32
			Data                  []byte
		}
		notice.Picture = dbus.Store([]any{v.Value()}, &picture) == nil &&
			len(picture.Data) == int(picture.Stride*picture.Height) && picture.Stride >= picture.Width*picture.Channels
	}
	n.notices = append(n.notices, notice)
	n.showing[id] = notice
	n.changed.Broadcast()
	return id, nil
}

func (s *service) CloseNotification(id uint32) *dbus.Error {
	n := (*Notifications)(s)
	n.mu.Lock()
	n.awaitLocked()
	n.mu.Unlock()
	if !n.end(id, ReasonWithdrawn) {
		return dbus.NewError(serviceName+".Error.InvalidId", nil)
	}
	return nil
}
