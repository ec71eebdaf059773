package window

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Shade follows whether the desktop is dark. Fyne takes every desktop that says nothing for a dark one; here it is
// light.
type Shade struct {
	log     *slog.Logger
	dark    atomic.Bool
	looked  chan struct{} // closed when the desktop had its say
	changed chan struct{} // has room for one
}

// NewShade returns a Shade that is light until Run has asked the desktop. It is nil where Fyne knows by itself: on
// systems that always tell, and where FYNE_THEME is set.
func NewShade(log *slog.Logger) *Shade {
	if !asksDesktop() {
		return nil
	}
	return &Shade{log: log, looked: make(chan struct{}), changed: make(chan struct{}, 1)}
}

// Run asks the desktop and follows what it says until ctx ends.
func (s *Shade) Run(ctx context.Context) {
	if s != nil {
		s.follow(ctx)
	}
}

// Wait waits until the desktop had its say, but no longer than limit; what comes later changes the colours then.
func (s *Shade) Wait(limit time.Duration) {
	if s == nil {
		return
	}
	select {
	case <-s.looked:
	case <-time.After(limit):
	}
}

// put notes what the desktop says.
func (s *Shade) put(dark bool) {
	if s.dark.Swap(dark) == dark {
		return
	}
	select {
	case s.changed <- struct{}{}:
	default: // somebody has yet to look
	}
}

// paint is the theme in this shade.
func (s *Shade) paint() paint {
	switch {
	case s == nil:
		return paint{}
	case s.dark.Load():
		return paint{shade: new(theme.VariantDark)}
	default:
		return paint{shade: new(theme.VariantLight)}
	}
}

// tell calls changed each time that the shade has, until ctx ends.
func (s *Shade) tell(ctx context.Context, changed func()) {
	if s == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
			changed()
		}
	}
}

var _ fyne.Theme = paint{}
