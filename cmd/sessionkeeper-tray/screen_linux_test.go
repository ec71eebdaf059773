package main

import (
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/desktop/desktoptest"
)

// TestScreen is the real thing: a panel on a screen, with a pointer that clicks. Pictures are kept.
func TestScreen(t *testing.T) {
	screen := desktoptest.StartScreen(t, desktoptest.Size{W: 900, H: 640})
	bus := desktoptest.StartBus(t)
	panel := desktoptest.StartPanel(t, screen, bus, true)

	work, exam := kept("work"), kept("exam_2026 & <b>more</b>")
	work.State, work.Reason, work.RenewAt = "sign_in_needed", "revoked", time.Time{}
	exam.State, exam.EndsAt = "expiring", time.Now().Add(4*time.Minute+30*time.Second)
	arabic := kept(strings.Repeat("جلسة ", 39) + "طويلة")
	k := apitest.New(work, exam, arabic, kept("home"), kept("acme/eu"))
	o := apitest.Options(t, k, nil)
	apitest.Serve(t, o)
	d := newDesk(t, o.Places, bus, options{})
	d.env = append(d.env, screen.Env()[2]) // its display
	d.start(t)

	panel.Icon(t)
	realIcon(t, bus).waitFor(t, "work — Sign-in needed")
	at := panel.Icon(t)
	empty := screen.Still(t, "icon")
	screen.Click(t, at, 3)
	menu := waitMenu(t, screen, "menu", empty)
	// The first line is the one that needs attention; its submenu's first entry signs in.
	screen.Move(t, image.Pt(menu.Min.X+menu.Dx()/2, menu.Min.Y+16))
	screen.Still(t, "hover")
	screen.Key(t, "Right", "Up", "Right")
	screen.Still(t, "submenus")
	screen.Key(t, "Left", "Down", "Return")
	screen.WaitPicture(t, "clicked", func(*image.RGBA) bool {
		return slices.Contains(k.Changes(), "Login work")
	})
}

// waitMenu waits until a menu is on the screen and stands still, and returns where it is.
func waitMenu(t *testing.T, s *desktoptest.Screen, name string, before *image.RGBA) image.Rectangle {
	t.Helper()
	var now, last image.Rectangle
	s.WaitPicture(t, name, func(picture *image.RGBA) bool {
		last, now = now, desktoptest.Difference(before, picture)
		return now.Dy() > 60 && now == last
	})
	return now
}
