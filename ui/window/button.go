package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// button is Fyne's button with a ring while it has the focus, and with Enter and Escape.
type button struct {
	widget.Button
	escape  func() // the user pressed Escape; nil: nothing happens
	focused bool
}

func newButton(label string, tapped, escape func()) *button {
	b := &button{escape: escape}
	b.Text, b.OnTapped = label, tapped
	b.ExtendBaseWidget(b)
	return b
}

// main makes it the one that the window is about.
func (b *button) main() *button {
	b.Importance = widget.HighImportance
	return b
}

// set shows the button under a label, or hides it where there is none.
func (b *button) set(label string) {
	if label == "" {
		b.Hide()
		return
	}
	if b.Text != label {
		b.SetText(label)
	}
	b.Show()
}

// able makes the button work, or not.
func (b *button) able(is bool) {
	switch {
	case is == !b.Disabled():
	case is:
		b.Enable()
	default:
		b.Disable()
	}
}

// FocusGained is that of fyne.Focusable.
func (b *button) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
}

// FocusLost is that of fyne.Focusable.
func (b *button) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// TypedKey is that of fyne.Focusable.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	case fyne.KeyEscape:
		if b.escape != nil {
			b.escape()
		}
	default:
		b.Button.TypedKey(e)
	}
}

// CreateRenderer is that of fyne.Widget.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	ring := canvas.NewRectangle(color.Transparent)
	ring.StrokeWidth = 2
	ring.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
	r := &buttonRenderer{WidgetRenderer: b.Button.CreateRenderer(), button: b, ring: ring}
	r.paint()
	return r
}

type buttonRenderer struct {
	fyne.WidgetRenderer
	button *button
	ring   *canvas.Rectangle
}

func (r *buttonRenderer) paint() {
	r.ring.Hidden = !r.button.focused
	r.ring.StrokeColor = colour(theme.ColorNamePrimary)
	if r.button.Importance == widget.HighImportance || r.button.Importance == widget.DangerImportance {
		r.ring.StrokeColor = colour(theme.ColorNameForeground)
	}
}

// Layout is that of fyne.WidgetRenderer.
func (r *buttonRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.ring.Resize(size)
}

// Refresh is that of fyne.WidgetRenderer.
func (r *buttonRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
	r.ring.Refresh()
}

// Objects is that of fyne.WidgetRenderer.
func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{}, r.WidgetRenderer.Objects()...), r.ring)
}

// check is Fyne's check box with Enter and Escape.
type check struct {
	widget.Check
	escape func()
}

func newCheck(label string, changed func(bool), escape func()) *check {
	c := &check{escape: escape}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// put shows a state without telling anybody.
func (c *check) put(on bool) {
	changed := c.OnChanged
	c.OnChanged = nil
	c.SetChecked(on)
	c.OnChanged = changed
}

// TypedKey is that of fyne.Focusable.
func (c *check) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.SetChecked(!c.Checked)
	case fyne.KeyEscape:
		c.escape()
	default:
		c.Check.TypedKey(e)
	}
}
