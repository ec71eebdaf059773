package main

import (
	"os"
	"syscall"
	"testing"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/window"
)

// Nobody else can knock, whatever the user's file mode creation mask lets through.
func TestDoorIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	p := apitest.Home(t)
	if err := p.MakeRun(); err != nil {
		t.Fatal(err)
	}
	w := wanted{kind: window.Sessions}
	d, err := enter(p, w)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	info, err := os.Stat(socket(p, w))
	if err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("the window's socket: %v, %v; want srw-------", info.Mode(), err)
	}
}
