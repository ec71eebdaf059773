package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"sessionkeeper/ui/desktop/desktoptest"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	itemName    = "org.kde.StatusNotifierItem"
	busName     = "org.freedesktop.DBus"

	// patience bounds every wait. Only a broken machine, or a broken tray, meets it.
	patience = time.Minute
)

// panel is a system tray without a screen: it takes icons, and shows them as a panel says it does.
type panel struct {
	conn    *dbus.Conn
	came    chan string
	signals chan *dbus.Signal
}

// startPanel starts a panel on the bus. It ends with the test, or by stop.
func startPanel(tb testing.TB, b *desktoptest.Bus) *panel {
	tb.Helper()
	p := &panel{conn: b.Connect(tb), came: make(chan string, 16), signals: make(chan *dbus.Signal, 4096)}
	if err := p.conn.Export(watcher{p}, watcherPath, watcherName); err != nil {
		tb.Fatal(err)
	}
	_, err := prop.Export(p.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	p.listen(tb)
	desktoptest.Own(tb, p.conn, watcherName)
	return p
}

// listen has the signals of icons and menus come in.
func (p *panel) listen(tb testing.TB) {
	tb.Helper()
	for _, name := range []string{desktoptest.MenuInterface, itemName, busName} {
		if err := p.conn.AddMatchSignal(dbus.WithMatchInterface(name)); err != nil {
			tb.Fatal(err)
		}
	}
	p.conn.Signal(p.signals)
}

// realIcon gives the icon that a real panel has taken.
func realIcon(tb testing.TB, b *desktoptest.Bus) *icon {
	tb.Helper()
	p := &panel{conn: b.Connect(tb), came: make(chan string, 1), signals: make(chan *dbus.Signal, 4096)}
	p.listen(tb)
	v, err := p.conn.Object(watcherName, watcherPath).GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	items, ok := v.Value().([]string)
	if err != nil || !ok || len(items) != 1 {
		tb.Fatalf("the panel has %v, %v; want one icon", v, err)
	}
	p.came <- items[0]
	return p.icon(tb)
}

// stop ends the panel, as a crash would.
func (p *panel) stop() { _ = p.conn.Close() }

type watcher struct{ p *panel }

func (w watcher) RegisterStatusNotifierItem(sender dbus.Sender, item string) *dbus.Error {
	if !strings.HasPrefix(item, "/") && !strings.Contains(item, ".") {
		return dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", nil)
	}
	if strings.HasPrefix(item, "/") {
		item = string(sender) + item
	}
	w.p.came <- item
	return nil
}

func (w watcher) RegisterStatusNotifierHost(string) *dbus.Error { return nil }

// icon is one in the panel.
type icon struct {
	p     *panel
	owner string
	item  dbus.BusObject
	menu  dbus.BusObject
}

// icon waits for the next one that is offered.
func (p *panel) icon(tb testing.TB) *icon {
	tb.Helper()
	select {
	case item := <-p.came:
		owner, path, _ := strings.Cut(item, "/")
		i := &icon{p: p, owner: owner, item: p.conn.Object(owner, dbus.ObjectPath("/"+path))}
		menu, ok := i.prop(tb, "Menu").(dbus.ObjectPath)
		if !ok {
			tb.Fatal("the icon has no menu")
		}
		i.menu = p.conn.Object(owner, menu)
		return i
	case <-time.After(patience):
		tb.Fatal("no icon came")
		return nil
	}
}

func (i *icon) prop(tb testing.TB, name string) any {
	tb.Helper()
	v, err := i.item.GetProperty(itemName + "." + name)
	if err != nil {
		tb.Fatalf("reading %s: %v", name, err)
	}
	return v.Value()
}

// pixels are the icon's picture.
func (i *icon) pixels(tb testing.TB) string { tb.Helper(); return fmt.Sprint(i.prop(tb, "IconPixmap")) }

// tooltip is the icon's title for the pointer.
func (i *icon) tooltip(tb testing.TB) string {
	tb.Helper()
	parts, _ := i.prop(tb, "ToolTip").([]any)
	if len(parts) < 3 {
		return ""
	}
	title, _ := parts[2].(string)
	return title
}

// find follows the beginnings of labels.
func find(e desktoptest.Menu, path ...string) (desktoptest.Menu, bool) {
	if len(path) == 0 {
		return e, true
	}
	for _, one := range e.Entries {
		if !one.Hidden && !one.Line && strings.HasPrefix(one.Label, path[0]) {
			return find(one, path[1:]...)
		}
	}
	return desktoptest.Menu{}, false
}

// wait blocks until the menu is as wanted. It looks again whenever the icon says that something changed.
func (i *icon) wait(tb testing.TB, what string, want func(desktoptest.Menu) bool) desktoptest.Menu {
	tb.Helper()
	late := time.After(patience)
	for {
		e, err := desktoptest.ReadMenu(i.menu)
		if err == nil && want(e) {
			return e
		}
		select {
		case _, open := <-i.p.signals:
			if !open {
				tb.Fatalf("the bus ended while the menu was to have %s", what)
			}
		case <-late:
			tb.Fatalf("the menu never had %s (%v):\n%v", what, err, e)
		}
	}
}

// waitFor blocks until the menu has an entry that begins like this and is on.
func (i *icon) waitFor(tb testing.TB, path ...string) desktoptest.Menu {
	tb.Helper()
	var found desktoptest.Menu
	i.wait(tb, strings.Join(path, " > "), func(e desktoptest.Menu) (ok bool) {
		found, ok = find(e, path...)
		return ok && !found.Off
	})
	return found
}

// waitText blocks until the menu reads like this.
func (i *icon) waitText(tb testing.TB, want string) {
	tb.Helper()
	i.wait(tb, "this:\n"+want+"but", func(e desktoptest.Menu) bool { return e.String() == want })
}

// click clicks on an entry.
func (i *icon) click(tb testing.TB, path ...string) {
	tb.Helper()
	i.event(tb, i.waitFor(tb, path...).ID, "clicked")
}

// open tells the icon that its menu is on the screen.
func (i *icon) open(tb testing.TB) { tb.Helper(); i.event(tb, 0, "opened") }

func (i *icon) event(tb testing.TB, id int32, what string) {
	tb.Helper()
	if err := i.menu.Call(desktoptest.MenuInterface+".Event", 0, id, what, dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil {
		tb.Fatalf("telling %s: %v", what, err)
	}
}

// leftClick is one on the icon itself.
func (i *icon) leftClick(tb testing.TB) {
	tb.Helper()
	if err := i.item.Call(itemName+".Activate", 0, int32(0), int32(0)).Err; err != nil {
		tb.Fatalf("left click: %v", err)
	}
}

// waitGone blocks until the program behind the icon has left the bus.
func (i *icon) waitGone(tb testing.TB) {
	tb.Helper()
	late := time.After(patience)
	for {
		var owned bool
		if err := i.p.conn.BusObject().Call(busName+".NameHasOwner", 0, i.owner).Store(&owned); err != nil {
			tb.Fatal(err)
		}
		if !owned {
			return
		}
		select {
		case <-i.p.signals:
		case <-late:
			tb.Fatal("the icon never went")
		}
	}
}
