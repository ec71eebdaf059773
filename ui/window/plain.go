package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"sessionkeeper/session/words"
)

// plain is a window that says one thing and has buttons below it. What does not fit scrolls.
type plain struct {
	mark          *mark
	title, detail *text
	body          *fyne.Container
	all           *fyne.Container
}

// newPlain makes one. Parts come below the title and the detail.
func newPlain(buttons []fyne.CanvasObject, parts ...fyne.CanvasObject) *plain {
	p := &plain{
		mark:   newMark(words.Wait, bigMark),
		title:  newText(look{colour: theme.ColorNameForeground, bold: true, scale: titleText, lines: 3}),
		detail: newText(look{colour: theme.ColorNameForeground}),
	}
	inside := newColumn(rowPad, 2*rowPad)
	head := box(beside{gap: rowGap, flows: p.title}, p.mark, p.title)
	p.body = box(inside, append([]fyne.CanvasObject{head, p.detail}, parts...)...)
	scroll := container.NewVScroll(p.body)
	foot := box(newColumn(0, 2*rowPad), box(bar{gap: rowPad, right: true}, buttons...))
	p.all = box(above{width: inside.width, scroll: scroll, foot: foot}, scroll, foot)
	return p
}

const bigMark = 30

// say changes what it says.
func (p *plain) say(t words.Tone, title, detail string) {
	p.mark.set(t)
	p.title.set(title, theme.ColorNameForeground)
	p.detail.set(detail, theme.ColorNameForeground)
	p.all.Refresh()
}

// plainKey is a key in such a window while nothing has the focus: Enter is its main button, Escape the way out.
func (w *Window) plainKey(name fyne.KeyName, main func()) {
	if name == fyne.KeyReturn || name == fyne.KeyEnter {
		main()
	}
	if name == fyne.KeyEscape {
		w.close()
	}
}

// above is a layout with what scrolls above what stays.
type above struct {
	width        *float32 // of what scrolls, told before its height is asked for
	scroll, foot fyne.CanvasObject
}

// Layout is that of fyne.Layout.
func (a above) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	*a.width = size.Width
	below := heightFor(a.foot, size.Width)
	a.foot.Move(fyne.NewPos(0, size.Height-below))
	a.foot.Resize(fyne.NewSize(size.Width, below))
	a.scroll.Resize(fyne.NewSize(size.Width, size.Height-below))
}

// MinSize is that of fyne.Layout.
func (above) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(minWidth, minHeight) }
