//go:build windows || (darwin && cgo)

package tray

import (
	"context"
	"runtime"
	"strings"

	"fyne.io/systray"
)

// check finds nothing missing: these systems always show an icon.
func (i *icon) check(context.Context) error { return nil }

// serve has the icon in the system's own bar until ctx ends.
func (i *icon) serve(ctx context.Context, hosts chan<- bool) {
	stop := context.AfterFunc(ctx, systray.Quit)
	defer stop()
	systray.Run(func() {
		i.first()
		close(i.ready)
		select {
		case hosts <- true:
		case <-ctx.Done():
		}
	}, nil)
}

func setIcon(data []byte) error {
	systray.SetIcon(data)
	return nil
}

// mnemonic keeps a label's ampersands: a single one marks the letter to type on Windows.
func mnemonic(label string) string {
	if runtime.GOOS == "windows" {
		return strings.ReplaceAll(label, "&", "&&")
	}
	return label
}
