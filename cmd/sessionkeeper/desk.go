package main

import (
	"context"

	"sessionkeeper/session"
	"sessionkeeper/ui/desktop"
)

// desk is the desktop as the keeper wants it. While a tray is connected that shows the notices: never both.
type desk struct {
	*desktop.Desktop
	trayShows func() bool
}

var _ session.Desktop = desk{}

// Notify shows a notice where no tray does.
func (d desk) Notify(ctx context.Context, n session.Notice) error {
	if d.trayShows() {
		return nil
	}
	actions := make([]desktop.Action, len(n.Actions))
	for i, a := range n.Actions {
		actions[i] = desktop.Action(a)
	}
	return d.Desktop.Notify(ctx, desktop.Notice{
		Key: n.Key, Title: n.Title, Body: n.Body, Urgent: n.Urgent, Actions: actions,
	})
}
