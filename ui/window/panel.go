package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/words"
)

// backed is a layout of objects on top of each other.
type backed struct{}

func (backed) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	var height float32
	for _, o := range objects {
		if o.Visible() {
			height = max(height, heightFor(o, width))
		}
	}
	return height
}

// Layout is that of fyne.Layout.
func (backed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

// MinSize is that of fyne.Layout.
func (backed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			size = size.Max(o.MinSize())
		}
	}
	return size
}

// card is a rectangle in the colour of cards, with a line around it.
type card struct{ widget.BaseWidget }

func newCard() *card {
	c := &card{}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer is that of fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	r := &cardRenderer{face: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type cardRenderer struct{ face *canvas.Rectangle }

// Layout is that of fyne.WidgetRenderer.
func (r *cardRenderer) Layout(size fyne.Size) { r.face.Resize(size) }

// MinSize is that of fyne.WidgetRenderer.
func (r *cardRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Refresh is that of fyne.WidgetRenderer.
func (r *cardRenderer) Refresh() {
	r.face.FillColor, r.face.StrokeColor = colour(colourCard), colour(theme.ColorNameSeparator)
	r.face.StrokeWidth, r.face.CornerRadius = 1, 6
	r.face.Refresh()
}

// Objects is that of fyne.WidgetRenderer.
func (r *cardRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.face} }

// Destroy is that of fyne.WidgetRenderer.
func (r *cardRenderer) Destroy() {}

// banner says one thing that is the matter, with its cure.
type banner struct {
	box           *fyne.Container
	mark          *mark
	title, detail *text
	cure          *button
}

func newBanner(escape func()) *banner {
	b := &banner{
		mark:   newMark(words.Bad, markSide),
		title:  newText(look{colour: theme.ColorNameForeground, bold: true}),
		detail: newText(look{colour: theme.ColorNameForeground, scale: smallText}),
		cure:   newButton("", nil, escape),
	}
	said := box(newColumn(2, 0), b.title, b.detail)
	line := box(beside{gap: rowGap, flows: said}, b.mark, said, b.cure)
	b.box = box(backed{}, newCard(), box(newColumn(0, rowGap), line))
	b.box.Hide()
	return b
}

// set shows a problem; do is what its button does, nil where it has none.
func (b *banner) set(t words.Tone, p words.Problem, do func()) {
	b.mark.set(t)
	b.title.set(p.Title, theme.ColorNameForeground)
	b.detail.set(p.Detail, theme.ColorNameForeground)
	b.cure.OnTapped = do
	b.cure.set(p.Action.Label)
	if do == nil {
		b.cure.Hide()
	}
	b.box.Show()
	b.box.Refresh()
}

// sheet asks something over the window. The last button is the way out: it has the focus, and Escape is the same.
func (w *Window) sheet(title, detail string, buttons ...*button) {
	var popUp *widget.PopUp
	row := make([]fyne.CanvasObject, len(buttons))
	for i, b := range buttons {
		tapped := b.OnTapped
		b.escape = func() { popUp.Hide() }
		b.OnTapped = func() {
			popUp.Hide()
			if tapped != nil {
				tapped()
			}
		}
		row[i] = b
	}
	content := box(newColumn(rowGap, 2*rowPad),
		newText(look{words: title, colour: theme.ColorNameForeground, bold: true, scale: titleText}),
		newText(look{words: detail, colour: theme.ColorNameForeground}),
		box(bar{gap: rowPad, right: true}, row...))
	popUp = widget.NewModalPopUp(content, w.win.Canvas())
	width := min(w.win.Canvas().Size().Width-3*rowGap, sheetWidth)
	popUp.Resize(fyne.NewSize(width, heightFor(content, width)))
	popUp.Show()
	w.win.Canvas().Focus(buttons[len(buttons)-1])
}

const (
	titleText  = 1.25
	sheetWidth = 420
)
