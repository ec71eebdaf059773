package apitest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// ShowNotice has a notice shown, by the newest tray or else on the keeper's own screen. Its Session follows from its
// Key ("session/" and the name), its ID from who has it on the screen.
func (k *Keeper) ShowNotice(n client.Notice) {
	_ = k.board.Notify(context.Background(), sessionNotice(n)) // it never fails
}

func sessionNotice(n client.Notice) session.Notice {
	notice := session.Notice{Key: n.Key, Title: n.Title, Body: n.Body, Urgent: n.Urgent}
	for _, a := range n.Actions {
		notice.Actions = append(notice.Actions, session.NoticeAction(a))
	}
	return notice
}

// WithdrawNotice takes a notice away.
func (k *Keeper) WithdrawNotice(key string) { k.board.Withdraw(context.Background(), key) }

// Press is that of session.Keeper: it is noted, and nothing follows from it.
func (k *Keeper) Press(_ context.Context, key, action string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.presses = append(k.presses, client.PressBody{Key: key, Action: action})
	k.calls = append(k.calls, "Press "+key)
}

// Presses gives what was pressed so far, dismissals ("closed") among it.
func (k *Keeper) Presses() []client.PressBody {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.presses)
}

// Screen gives the keeper's own screen, which shows the notices while no tray listens.
func (k *Keeper) Screen() *Screen { return k.screen }

// Screen is a desktop with one notification service. The zero Screen is an empty one.
type Screen struct {
	mu      sync.Mutex // guards what follows
	shown   map[string]uint32
	adopted map[string]uint32
	bubbles int
	last    uint32
	hung    chan struct{} // closed when the service answers again
	absent  bool
}

// Notify shows a notice, in the place of the one before.
func (s *Screen) Notify(_ context.Context, n session.Notice) error {
	s.answer()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.absent {
		return errors.New("no notification service runs")
	}
	if s.shown[n.Key] == 0 {
		s.bubbles++
		s.last++
		s.set(n.Key, 1000+s.last)
	}
	return nil
}

// Withdraw takes one away.
func (s *Screen) Withdraw(_ context.Context, key string) {
	s.answer()
	s.Dismiss(key)
}

// Shown gives what is on the screen, id by key.
func (s *Screen) Shown() map[string]uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.shown)
}

// Adopt takes over what a tray had on the screen.
func (s *Screen) Adopt(key string, id uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.adopted == nil {
		s.adopted = map[string]uint32{}
	}
	s.adopted[key] = id
	s.set(key, id)
}

// set needs mu.
func (s *Screen) set(key string, id uint32) {
	if s.shown == nil {
		s.shown = map[string]uint32{}
	}
	s.shown[key] = id
}

// Adopted gives the ids that were taken over from trays so far, by key.
func (s *Screen) Adopted() map[string]uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.adopted)
}

// Bubbles counts what was shown anew so far, and not in the place of another.
func (s *Screen) Bubbles() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bubbles
}

// Dismiss takes a notice away as the user does, or as time does.
func (s *Screen) Dismiss(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shown, key)
}

// Stop ends the notification service, and what it showed.
func (s *Screen) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.absent = true
	clear(s.shown)
}

// Hang keeps the service from answering until goOn is called.
func (s *Screen) Hang() (goOn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hung := make(chan struct{})
	s.hung = hung
	return func() { close(hung) }
}

func (s *Screen) answer() {
	s.mu.Lock()
	hung := s.hung
	s.mu.Unlock()
	if hung != nil {
		<-hung
	}
}
