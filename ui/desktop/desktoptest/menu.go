package desktoptest

import (
	"strings"

	"github.com/godbus/dbus/v5"
)

// MenuInterface is what a tray icon's menu speaks.
const MenuInterface = "com.canonical.dbusmenu"

// Menu is what a tray icon shows, or a line of it with what opens behind it.
type Menu struct {
	ID                int32
	Label             string // as on the wire: a person sees two underscores as one
	Line, Off, Hidden bool
	Entries           []Menu
}

// menuLayout is an entry as GetLayout gives it.
type menuLayout struct {
	ID    int32
	Props map[string]dbus.Variant
	Items []dbus.Variant
}

// ReadMenu reads a whole menu. It asks twice: the tray's library answers the first question after a change with the
// first level alone.
func ReadMenu(menu dbus.BusObject) (Menu, error) {
	var l menuLayout
	for range 2 {
		var revision uint32
		l = menuLayout{}
		err := menu.Call(MenuInterface+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &l)
		if err != nil {
			return Menu{}, err
		}
	}
	return l.menu()
}

func (l *menuLayout) menu() (Menu, error) {
	m := Menu{ID: l.ID}
	m.Label, _ = l.Props["label"].Value().(string)
	m.Line = l.Props["type"].Value() == "separator"
	m.Off = l.Props["enabled"].Value() == false
	m.Hidden = l.Props["visible"].Value() == false
	for _, one := range l.Items {
		var inner menuLayout
		if err := dbus.Store([]any{one.Value()}, &inner); err != nil {
			return m, err
		}
		child, err := inner.menu()
		if err != nil {
			return m, err
		}
		m.Entries = append(m.Entries, child)
	}
	return m, nil
}

// String draws a menu as it is seen: what is off in brackets, submenus indented.
func (m Menu) String() string {
	var b strings.Builder
	m.draw(&b, "")
	return b.String()
}

func (m Menu) draw(b *strings.Builder, indent string) {
	for _, one := range m.Entries {
		switch {
		case one.Hidden:
			continue
		case one.Line:
			b.WriteString(indent + "---\n")
		case one.Off:
			b.WriteString(indent + "[" + one.Label + "]\n")
		default:
			b.WriteString(indent + one.Label + "\n")
		}
		one.draw(b, indent+"  ")
	}
}
