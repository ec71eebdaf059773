package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// list is Fyne's list, which makes only the rows that are seen, with the keyboard that people expect.
type list struct {
	widget.List
	at           int       // the row that the keyboard is on
	focused      bool      // the keyboard is here
	chosen, menu func(int) // Enter, and the menu key or Space
	resized      func()    // the width has changed
	frozen       bool      // heights change
}

func newList(count func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *list {
	l := &list{}
	l.CreateItem, l.UpdateItem = create, update
	l.Length = func() int {
		if l.frozen {
			return 0
		}
		return count()
	}
	l.OnSelected = func(i int) {
		l.at = i
		l.UnselectAll()
	}
	l.ExtendBaseWidget(l)
	return l
}

// heights sets the heights of rows. Fyne draws all that is seen after each, so it sees nothing meanwhile.
func (l *list) heights(rows []int, height func(int) float32) {
	if len(rows) == 0 {
		return
	}
	offset := l.GetScrollOffset()
	l.frozen = true
	for _, i := range rows {
		l.SetItemHeight(i, height(i))
	}
	l.frozen = false
	l.Refresh()
	if offset > 0 {
		l.ScrollToOffset(offset)
	}
}

// Resize is that of fyne.CanvasObject.
func (l *list) Resize(size fyne.Size) {
	other := size.Width != l.Size().Width
	l.List.Resize(size)
	if other {
		l.resized()
	}
}

// FocusGained is that of fyne.Focusable.
func (l *list) FocusGained() {
	l.focused = true
	l.List.FocusGained()
	l.Refresh()
}

// FocusLost is that of fyne.Focusable.
func (l *list) FocusLost() {
	l.focused = false
	l.List.FocusLost()
	l.Refresh()
}

// page is how many rows the page keys go on.
const page = 8

// TypedKey is that of fyne.Focusable.
func (l *list) TypedKey(e *fyne.KeyEvent) {
	last := l.Length() - 1
	to := l.at
	switch e.Name {
	case fyne.KeyDown:
		to++
	case fyne.KeyUp:
		to--
	case fyne.KeyPageDown:
		to += page
	case fyne.KeyPageUp:
		to -= page
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyReturn, fyne.KeyEnter:
		l.chosen(l.at)
	case fyne.KeySpace, desktop.KeyMenu:
		l.menu(l.at)
	default: // nothing else means anything here
	}
	if to = max(min(to, last), 0); to != l.at {
		l.at = to
		l.Highlight(to)
	}
}
