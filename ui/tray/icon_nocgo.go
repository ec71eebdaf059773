//go:build darwin && !cgo

package tray

import (
	"context"
	"errors"
	"log/slog"
)

// errNoCgo says how to get an icon.
var errNoCgo = errors.New("this build has no tray icon: on macOS it needs cgo; build it with CGO_ENABLED=1, " +
	"or use the page: sessionkeeper ui")

// icon stands in for the one that is drawn with Cocoa.
type icon struct {
	clicks chan Command
	opened chan struct{}
	menus  chan Menu
}

func newIcon(*slog.Logger) *icon {
	return &icon{clicks: make(chan Command), opened: make(chan struct{}), menus: make(chan Menu, 1)}
}

func (i *icon) check(context.Context) error { return errNoCgo }

func (i *icon) serve(context.Context, chan<- bool) {}

func (i *icon) draw(ctx context.Context) { <-ctx.Done() }

func (i *icon) listen(ctx context.Context) { <-ctx.Done() }

func (i *icon) show(Menu) {}
