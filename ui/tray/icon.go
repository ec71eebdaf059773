//go:build !darwin || cgo

package tray

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"fyne.io/systray"

	"sessionkeeper/assets"
	"sessionkeeper/session/words"
)

const (
	appTitle = assets.Name

	// drawEvery bounds how often a panel has to read the menu anew; an open one would flicker, and a click that meets a
	// rebuild is lost.
	drawEvery = time.Second
)

// icon draws menus with the systray library, of which a process has but one. An item that is in the next menu as well
// is changed in place; only where items come, go or move is the menu built anew.
type icon struct {
	log    *slog.Logger
	ready  chan struct{} // closed when the library takes an icon
	menus  chan Menu     // the newest that is to be drawn
	fresh  chan []wire   // what listen is to listen to from now on
	clicks chan Command
	opened <-chan struct{} // the menu was

	// What follows belongs to draw.
	tone    words.Tone
	tooltip string
	drawn   []Item
	lines   []*systray.MenuItem // of drawn, depth first; nil for one that only separates
}

// wire leads from an item that was drawn to what it means.
type wire struct {
	clicked chan struct{}
	command Command
}

func newIcon(log *slog.Logger) *icon {
	i := &icon{
		log: log, ready: make(chan struct{}), menus: make(chan Menu, 1), fresh: make(chan []wire),
		clicks: make(chan Command), opened: systray.TrayOpenedCh,
	}
	// Without it a left click opens the menu; it has to be known before the icon is.
	systray.SetOnTapped(i.tapped)
	return i
}

// tapped is a left click on the icon. Nobody is kept waiting: it is called by the bus, or on the thread that draws.
func (i *icon) tapped() {
	select {
	case i.clicks <- Command{Verb: OpenWindow}:
	case <-time.After(drawEvery): // the end is near
	}
}

// first gives the icon a face for the moment until draw has one; it is called before ready is closed.
func (i *icon) first() {
	i.tone, i.tooltip = words.Off, appTitle
	_ = setIcon(assets.TrayIcon(string(i.tone))) // nothing listens yet
	systray.SetTooltip(i.tooltip)
}

// show has a menu drawn; one that still waits for it is dropped.
func (i *icon) show(m Menu) {
	select {
	case <-i.menus:
	default:
	}
	i.menus <- m
}

// draw draws until ctx ends, no more often than once in drawEvery.
func (i *icon) draw(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-i.ready:
	}
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		var m Menu
		select {
		case <-ctx.Done():
			return
		case m = <-i.menus:
		}
		if !i.differs(m) {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case m = <-i.menus:
		default:
		}
		first := i.drawn == nil
		if !unlessHung(ctx, func() { i.apply(ctx, m) }) {
			return
		}
		if pause.Reset(drawEvery); first {
			pause.Reset(0) // it hardly says anything yet, and the next one follows at once
		}
	}
}

// unlessHung waits for what the library does, but not beyond ctx: it hangs as long as the bus does, and then ends with
// the process.
func unlessHung(ctx context.Context, do func()) (done bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do()
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}

func (i *icon) differs(m Menu) bool {
	return m.Tone != i.tone || m.Tooltip != i.tooltip || !reflect.DeepEqual(m.Items, i.drawn)
}

func (i *icon) apply(ctx context.Context, m Menu) {
	if m.Tone != i.tone {
		if err := setIcon(assets.TrayIcon(string(m.Tone))); err != nil {
			i.log.DebugContext(ctx, "icon not changed", "error", err)
		}
	}
	if m.Tooltip != i.tooltip {
		systray.SetTooltip(m.Tooltip)
	}
	if sameItems(i.drawn, m.Items) {
		i.update(m.Items)
	} else {
		i.build(ctx, m.Items)
	}
	i.tone, i.tooltip, i.drawn = m.Tone, m.Tooltip, m.Items
}

// build draws a menu from nothing.
func (i *icon) build(ctx context.Context, items []Item) {
	for _, l := range i.lines {
		if l != nil {
			// The library closes the channel of an item that goes, and a click that comes just then would panic.
			l.ClickedCh = nil
		}
	}
	systray.ResetMenu()
	i.lines = i.lines[:0]
	var wires []wire
	i.add(nil, items, &wires)
	select {
	case i.fresh <- wires:
	case <-ctx.Done():
	}
}

func (i *icon) add(parent *systray.MenuItem, items []Item, wires *[]wire) {
	for _, one := range items {
		if one.Command.Verb == Line {
			i.lines = append(i.lines, nil)
			if parent == nil {
				systray.AddSeparator()
			} else {
				parent.AddSeparator()
			}
			continue
		}
		var l *systray.MenuItem
		if parent == nil {
			l = systray.AddMenuItem(mnemonic(one.Label), "")
		} else {
			l = parent.AddSubMenuItem(mnemonic(one.Label), "")
		}
		if one.Off {
			l.Disable()
		}
		i.lines = append(i.lines, l)
		if len(one.Items) == 0 {
			// The library drops a click that nobody waits for just then.
			l.ClickedCh = make(chan struct{}, 1)
			*wires = append(*wires, wire{clicked: l.ClickedCh, command: one.Command})
		}
		i.add(l, one.Items, wires)
		if one.Hidden {
			l.Hide()
		}
	}
}

// update changes in place what looks different.
func (i *icon) update(items []Item) {
	at := 0
	var walk func(was, now []Item)
	walk = func(was, now []Item) {
		for k := range now {
			if l := i.lines[at]; l != nil {
				change(l, was[k], now[k])
			}
			at++
			walk(was[k].Items, now[k].Items)
		}
	}
	walk(i.drawn, items)
}

func change(l *systray.MenuItem, was, now Item) {
	if was.Label != now.Label {
		l.SetTitle(mnemonic(now.Label))
	}
	if was.Off != now.Off {
		if now.Off {
			l.Disable()
		} else {
			l.Enable()
		}
	}
	switch {
	case now.Hidden && (!was.Hidden || was.Label != now.Label || was.Off != now.Off):
		l.Hide() // on some systems a change shows it
	case !now.Hidden && was.Hidden:
		l.Show()
	}
}

// listen brings the clicks on what is drawn until ctx ends.
func (i *icon) listen(ctx context.Context) {
	const fixed = 2
	cases := []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(i.fresh)},
	}
	var wires []wire
	for {
		chosen, value, _ := reflect.Select(cases)
		switch chosen {
		case 0:
			return
		case 1:
			wires, _ = reflect.TypeAssert[[]wire](value)
			cases = cases[:fixed]
			for _, w := range wires {
				cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(w.clicked)})
			}
		default:
			select {
			case i.clicks <- wires[chosen-fixed].command:
			case <-ctx.Done():
				return
			}
		}
	}
}
