package main

import (
	"context"
	"path/filepath"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/desktop/autostart"
)

// desk is the desktop as the keeper wants it: its notices go to the board, which has a tray show them where one listens.
type desk struct {
	*desktop.Desktop
	board *api.Board
}

var _ session.Desktop = desk{}

// Notify has a notice shown.
func (d desk) Notify(ctx context.Context, n session.Notice) error { return d.board.Notify(ctx, n) }

// Withdraw has one taken away.
func (d desk) Withdraw(ctx context.Context, key string) { d.board.Withdraw(ctx, key) }

// ownScreen is the desktop as the board wants it, to show notices where no tray does.
type ownScreen struct{ *desktop.Desktop }

var _ api.Screen = ownScreen{}

// Notify shows a notice.
func (s ownScreen) Notify(ctx context.Context, n session.Notice) error {
	actions := make([]desktop.Action, len(n.Actions))
	for i, a := range n.Actions {
		actions[i] = desktop.Action(a)
	}
	return s.Desktop.Notify(ctx, desktop.Notice{
		Key: n.Key, Title: n.Title, Body: n.Body, Urgent: n.Urgent, Actions: actions,
	})
}

// atLogin is what starts at log-in, as the API wants it.
type atLogin autostart.Programs

var _ api.Autostart = atLogin{}

// startAtLogin names our own program, and the tray beside it where it was installed.
func startAtLogin(program string) atLogin {
	return atLogin{Keeper: program, Tray: programs.In(filepath.Dir(program), "sessionkeeper-tray")}
}

// Look says how it stands.
func (a atLogin) Look() (client.Autostart, error) {
	status, err := autostart.Look(autostart.Programs(a))
	return client.Autostart(status), err
}

// Set changes it; what would fail at every log-in is a conflict.
func (a atLogin) Set(on bool) (client.Autostart, error) {
	if on {
		if err := canStartAlone(); err != nil {
			return client.Autostart{}, err
		}
	}
	status, err := autostart.Set(autostart.Programs(a), on)
	return client.Autostart(status), err
}
