package desktoptest

import (
	"fmt"
	"image"
	"os/exec"
	"testing"
)

const watcherName = "org.kde.StatusNotifierWatcher"

// In the desktop's pixels: the panel's height, an icon's and the room between two icons. A gap inside an icon is
// smaller.
const (
	panelHeight = 32
	iconSize    = 22
	iconGap     = 5
)

// Panel is a real panel of Xfce along the lower edge of a screen. Its status tray, at the right, is a host of
// StatusNotifier items. It ends with the test, or by Stop.
type Panel struct {
	screen *Screen
	bus    *Bus
	cmd    *exec.Cmd
	ended  <-chan struct{}
}

const panelSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="%t"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="%d"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="icon-size" type="int" value="%d"/>
    </property>
  </property>
</channel>
`

// StartPanel starts a panel, dark or light, and returns when its tray takes items.
// Debian package: xfce4-panel.
func StartPanel(tb testing.TB, s *Screen, b *Bus, dark bool) *Panel {
	tb.Helper()
	s.write(tb, ".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml",
		fmt.Sprintf(panelSettings, dark, panelHeight, iconSize))
	s.startSettings(tb, b)
	p := &Panel{screen: s, bus: b}
	p.Start(tb)
	return p
}

// Start starts the panel again after Stop, and returns when its tray takes items.
func (p *Panel) Start(tb testing.TB) {
	tb.Helper()
	p.cmd = program(tb, "xfce4-panel", "xfce4-panel", "--disable-wm-check", "--sm-client-disable")
	p.cmd.Env = append(p.screen.Env(), p.bus.Env()...)
	p.ended = begin(tb, p.cmd)
	p.bus.waitOwner(tb, watcherName, p.ended)
	p.screen.WaitPicture(tb, "panel", func(now *image.RGBA) bool {
		at := now.RGBAAt(p.strip().Min.X+1, p.strip().Min.Y+p.strip().Dy()/2)
		return int(at.R)<<16|int(at.G)<<8|int(at.B) != Back
	})
	tb.Attr("real", "xfce4-panel")
}

// Stop ends the panel and its tray, as a crash would. It may be called twice.
func (p *Panel) Stop() { end(p.cmd, p.ended) }

// icons waits until the tray shows this many icons and none of them moves, and returns where they are on the screen,
// left to right. The picture is kept under the name.
func (p *Panel) icons(tb testing.TB, name string, count int) []image.Rectangle {
	tb.Helper()
	var found, last []image.Rectangle
	p.screen.WaitPicture(tb, name, func(now *image.RGBA) bool {
		last, found = found, p.Find(now)
		return len(found) == count && fmt.Sprint(last) == fmt.Sprint(found)
	})
	return found
}

// Icon waits for the tray's only icon and returns the place to click at.
func (p *Panel) Icon(tb testing.TB) image.Point {
	tb.Helper()
	r := p.icons(tb, "icon", 1)[0]
	return r.Min.Add(r.Max).Div(2)
}

// Find gives the icons in a picture of the screen, left to right: what is unlike the panel's empty left end.
func (p *Panel) Find(picture *image.RGBA) []image.Rectangle {
	strip := p.strip()
	gap := int(iconGap * p.screen.size.Scale)
	var icons []image.Rectangle
	for x := strip.Min.X; x < strip.Max.X; x++ {
		column := image.Rectangle{}
		for y := strip.Min.Y; y < strip.Max.Y; y++ {
			if picture.RGBAAt(x, y) != picture.RGBAAt(strip.Min.X+1, y) {
				column = column.Union(image.Rect(x, y, x+1, y+1))
			}
		}
		if column.Empty() {
			continue
		}
		if n := len(icons); n > 0 && x-icons[n-1].Max.X < gap {
			icons[n-1] = icons[n-1].Union(column)
		} else {
			icons = append(icons, column)
		}
	}
	return icons
}

// strip is where the panel is on the screen.
func (p *Panel) strip() image.Rectangle {
	size := p.screen.size
	return image.Rect(1, size.H-int(panelHeight*size.Scale)+1, size.W-1, size.H-1)
}
