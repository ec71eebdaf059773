package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/words"
)

// entry is a session as a row shows it. All of its words are clean.
type entry struct {
	tone    words.Tone
	name    string
	state   string // with the time left
	who     string // account and provider
	problem string // a sentence; empty: all is well
	action  string // the button's label; empty: no button
	busy    bool   // what the button started has not ended
	pending bool   // the button gives up what waits in the browser
	menu    bool   // there is more that can be done
	focused bool   // the keyboard is on it
}

// row is one session in the list. Names and accounts are texts of their own, so that no script that runs from right to
// left can move the words of a state.
type row struct {
	widget.BaseWidget
	shown                     entry
	index                     int // in the list
	mark                      *mark
	title, state, who, detail *text
	act, more                 *button
	frame                     *canvas.Rectangle
}

// A row's sizes, in Fyne's units.
const (
	rowPad    = 8
	markSide  = 22
	rowGap    = 10
	smallText = 13.0 / 14
	rowLines  = 3 // of a problem's sentence, at most
)

func newRow(escape func()) *row {
	r := &row{
		mark:   newMark(words.Off, markSide),
		title:  newText(look{colour: theme.ColorNameForeground, bold: true, lines: 1}),
		state:  newText(look{colour: colourOff, scale: smallText, lines: 1}),
		who:    newText(look{colour: colourSoft, scale: smallText, lines: 1}),
		detail: newText(look{colour: theme.ColorNameForeground, scale: smallText, lines: rowLines}),
		act:    newButton("", nil, escape),
		more:   newButton("", nil, escape),
		frame:  canvas.NewRectangle(nil),
	}
	r.more.Icon = theme.MoreVerticalIcon()
	r.more.Importance = widget.LowImportance
	r.frame.StrokeWidth, r.frame.CornerRadius = 2, theme.Size(theme.SizeNameSelectionRadius)
	r.frame.Hide()
	r.ExtendBaseWidget(r)
	return r
}

func (r *row) set(e entry) {
	r.shown = e
	r.mark.set(e.tone)
	r.title.set(e.name, theme.ColorNameForeground)
	r.state.set(e.state, toneColour(e.tone))
	r.who.set(e.who, colourSoft)
	r.detail.set(e.problem, theme.ColorNameForeground)
	r.act.set(e.action)
	r.act.able(!e.busy)
	r.act.Importance = widget.MediumImportance
	if e.tone == words.Bad && !e.pending {
		r.act.Importance = widget.HighImportance
	}
	r.more.Hidden = !e.menu
	r.Refresh()
}

// heightFor is what a row needs for a problem's sentence, in a list of a width.
func (r *row) heightFor(problem string, width float32) float32 {
	height := 2*rowPad + r.title.lineHeight() + r.state.lineHeight()
	if problem != "" {
		lines := len(wrap(problem, width-2*rowPad-markSide-rowGap, r.detail.measure))
		height += float32(min(lines, rowLines))*r.detail.lineHeight() + rowPad/2
	}
	return max(height, 2*rowPad+r.more.MinSize().Height)
}

// CreateRenderer is that of fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	r.ExtendBaseWidget(r)
	return &rowRenderer{row: r, objects: []fyne.CanvasObject{
		r.frame, r.mark, r.title, r.state, r.who, r.detail, r.act, r.more,
	}}
}

type rowRenderer struct {
	row     *row
	objects []fyne.CanvasObject
}

// Layout is that of fyne.WidgetRenderer.
func (l *rowRenderer) Layout(size fyne.Size) {
	r := l.row
	r.frame.Resize(size)
	r.mark.Move(fyne.NewPos(rowPad, rowPad+2))
	r.mark.Resize(r.mark.MinSize())
	left := float32(rowPad + markSide + rowGap)
	right := size.Width - rowPad
	for _, b := range []*button{r.more, r.act} {
		if b.Hidden {
			continue
		}
		own := b.MinSize()
		right -= own.Width
		head := r.title.lineHeight() + r.state.lineHeight()
		b.Move(fyne.NewPos(right, rowPad+max((head-own.Height)/2, -rowPad/2)))
		b.Resize(own)
		right -= rowPad
	}
	line := func(t *text, x, y, width float32) {
		t.Move(fyne.NewPos(x, y))
		t.Resize(fyne.NewSize(max(width, 0), t.lineHeight()*float32(max(t.lines, 1))))
	}
	y := float32(rowPad)
	line(r.title, left, y, right-left)
	y += r.title.lineHeight()
	state := min(r.state.natural()+1, right-left)
	line(r.state, left, y, state)
	line(r.who, left+state+rowGap, y, right-left-state-rowGap)
	y += r.state.lineHeight() + rowPad/2
	line(r.detail, left, y, size.Width-rowPad-left)
	r.who.Hidden = right-left-state-rowGap < minText
	r.detail.Hidden = r.shown.problem == ""
}

// MinSize is that of fyne.WidgetRenderer.
func (l *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(200, l.row.heightFor("", 0)) }

// Refresh is that of fyne.WidgetRenderer.
func (l *rowRenderer) Refresh() {
	l.row.frame.StrokeColor = colour(theme.ColorNamePrimary)
	l.row.frame.Hidden = !l.row.shown.focused
	l.Layout(l.row.Size())
	for _, o := range l.objects {
		o.Refresh()
	}
}

// Objects is that of fyne.WidgetRenderer.
func (l *rowRenderer) Objects() []fyne.CanvasObject { return l.objects }

// Destroy is that of fyne.WidgetRenderer.
func (l *rowRenderer) Destroy() {}
