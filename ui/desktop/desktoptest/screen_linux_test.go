package desktoptest

import (
	"image"
	"image/color"
	"path/filepath"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/godbus/dbus/v5/prop"
)

const (
	itemName = "org.kde.StatusNotifierItem"
	itemPath = dbus.ObjectPath("/StatusNotifierItem")
)

// item is a tray icon: a square of one colour that tells who clicked it.
type item chan string

func (i item) Activate(_, _ int32) *dbus.Error          { i <- "left"; return nil }
func (i item) SecondaryActivate(_, _ int32) *dbus.Error { i <- "middle"; return nil }
func (i item) ContextMenu(_, _ int32) *dbus.Error       { i <- "right"; return nil }

type pixmap struct {
	W, H int32
	ARGB []byte
}

func startItem(t *testing.T, b *Bus) item {
	t.Helper()
	conn := b.Connect(t)
	square := pixmap{64, 64, make([]byte, 4*64*64)}
	for i := 0; i < len(square.ARGB); i += 4 {
		copy(square.ARGB[i:], []byte{0xff, 0x20, 0xa0, 0x70})
	}
	clicks := make(item, 1)
	if err := conn.Export(clicks, itemPath, itemName); err != nil {
		t.Fatal(err)
	}
	values := prop.Map{itemName: {
		"Category": {Value: "ApplicationStatus"}, "Id": {Value: "square"}, "Title": {Value: "Square"},
		"Status": {Value: "Active"}, "IconName": {Value: ""}, "ItemIsMenu": {Value: false},
		"IconPixmap": {Value: []pixmap{square}},
	}}
	properties, err := prop.Export(conn, itemPath, values)
	if err != nil {
		t.Fatal(err)
	}
	node := &introspect.Node{Name: string(itemPath), Interfaces: []introspect.Interface{
		introspect.IntrospectData, prop.IntrospectData,
		{Name: itemName, Methods: introspect.Methods(clicks), Properties: properties.Introspection(itemName)},
	}}
	if err := conn.Export(introspect.NewIntrospectable(node), itemPath, "org.freedesktop.DBus.Introspectable"); err != nil {
		t.Fatal(err)
	}
	err = conn.Object(watcherName, "/StatusNotifierWatcher").
		Call(watcherName+".RegisterStatusNotifierItem", 0, string(itemPath)).Err
	if err != nil {
		t.Fatal(err)
	}
	return clicks
}

// The panel's tray shows an icon at the place that is told, a click there arrives, and a new panel starts over.
func TestPanel(t *testing.T) {
	bus := StartBus(t)
	screen := StartScreen(t, Size{W: 800, H: 600})
	panel := StartPanel(t, screen, bus, false)
	clicks := startItem(t, bus)
	screen.Click(t, panel.Icon(t), 1)
	if got := <-clicks; got != "left" {
		t.Errorf("got a %s click; want left", got)
	}
	screen.Click(t, panel.Icon(t), 2)
	if got := <-clicks; got != "middle" {
		t.Errorf("got a %s click; want middle", got)
	}
	panel.Stop()
	panel.Start(t)
	panel.icons(t, "empty", 0)
	startItem(t, bus)
	panel.icons(t, "again", 1)
}

// A dark panel is dark, and twice as large on a screen of twice the pixels.
func TestPanelDarkAndLarge(t *testing.T) {
	bus := StartBus(t)
	screen := StartScreen(t, Size{W: 1600, H: 900, Scale: 2})
	panel := StartPanel(t, screen, bus, true)
	startItem(t, bus)
	icon := panel.icons(t, "large", 1)[0]
	if icon.Dx() < 40 || icon.Dx() > 50 {
		t.Errorf("the icon is %d pixels wide; want 44", icon.Dx())
	}
	at := screen.Still(t, "dark").RGBAAt(20, 900-32)
	if at.R > 0x60 || at.G > 0x60 || at.B > 0x60 {
		t.Errorf("the panel is %v; want it dark", at)
	}
}

// Both daemons draw what they are told, at the upper right.
func TestDaemon(t *testing.T) {
	for _, name := range []string{"dunst", "xfce4-notifyd"} {
		t.Run(name, func(t *testing.T) {
			bus := StartBus(t)
			screen := StartScreen(t, Size{W: 800, H: 600})
			daemon := StartDaemon(t, screen, bus, name)
			empty := screen.Still(t, "empty")
			hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1))}
			err := bus.Connect(t).Object(serviceName, servicePath).Call(serviceName+".Notify", 0, "test", uint32(0), "",
				"Session ends soon", "google-work ends in 5 minutes. Sign in now.",
				[]string{"default", "Show", "sign_in", "Sign in"}, hints, int32(0)).Err
			if err != nil {
				t.Fatal(err)
			}
			var bubble image.Rectangle
			picture := screen.WaitPicture(t, "bubble", func(now *image.RGBA) bool {
				bubble = Difference(empty, now)
				return !bubble.Empty() && Colours(now, bubble) > 10
			})
			if bubble.Min.X < 300 || bubble.Max.Y > 300 || Colours(picture, bubble) < 10 {
				t.Errorf("the notice is at %v; want it at the upper right", bubble)
			}
			daemon.Stop()
			screen.WaitPicture(t, "gone", func(now *image.RGBA) bool { return Difference(empty, now).Empty() })
		})
	}
}

// Text, keys and clicks reach a window, which is found by its title.
func TestWindow(t *testing.T) {
	screen := StartScreen(t, Size{W: 800, H: 600})
	const page = `data:text/html,<title>Not yet</title><body style="margin:0;background:teal"` +
		` onclick="document.title='clicked'"><input onfocus="document.title='A (title)'" autofocus` +
		` onchange="document.title=this.value">`
	browser := program(t, "chromium", "chromium", "--no-sandbox", "--no-first-run", "--disable-gpu",
		"--user-data-dir="+filepath.Join(screen.Home(), "profile"), "--test-type", "--host-resolver-rules=MAP * ~NOTFOUND", "--app="+page)
	browser.Env = screen.Env()
	begin(t, browser)
	window := screen.WaitWindow(t, "A (title)")
	screen.WaitPicture(t, "page", func(now *image.RGBA) bool {
		return now.RGBAAt(window.Rect.Max.X-50, window.Rect.Max.Y-50) == color.RGBA{0, 0x80, 0x80, 0xff}
	})
	screen.Type(t, "typed: ~/[a] + {b}")
	screen.Key(t, "Return")
	screen.WaitWindow(t, "typed: ~/[a] + {b}")
	screen.Click(t, window.Rect.Max.Sub(image.Pt(50, 50)), 1)
	screen.WaitWindow(t, "clicked")
}
