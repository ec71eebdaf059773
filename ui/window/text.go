package window

import (
	"image/color"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// text is plain text that never asks for more width than there is: it wraps, and what goes beyond its lines is cut and
// ends in an ellipsis.
type text struct {
	widget.BaseWidget
	look
}

// look is what a text says and how it looks.
type look struct {
	words  string
	colour fyne.ThemeColorName
	bold   bool
	scale  float32 // of the theme's text size; 0 is 1
	lines  int     // at most; 0 is any number
}

func newText(l look) *text {
	t := &text{look: l}
	t.ExtendBaseWidget(t)
	return t
}

// set changes the words and their colour.
func (t *text) set(words string, c fyne.ThemeColorName) {
	if words == t.words && c == t.colour {
		return
	}
	t.words, t.colour = words, c
	t.Refresh()
}

func (t *text) style() fyne.TextStyle { return fyne.TextStyle{Bold: t.bold} }

func (t *text) size() float32 {
	if t.scale == 0 {
		return theme.TextSize()
	}
	return theme.TextSize() * t.scale
}

func (t *text) measure(s string) float32 { return fyne.MeasureText(s, t.size(), t.style()).Width }

func (t *text) lineHeight() float32 { return fyne.MeasureText("Mg", t.size(), t.style()).Height }

// natural is the width of the whole on one line.
func (t *text) natural() float32 { return t.measure(t.words) }

// heightFor is the height that it takes at a width.
func (t *text) heightFor(width float32) float32 {
	return t.lineHeight() * float32(max(len(t.split(width)), 1))
}

// split gives the lines at a width.
func (t *text) split(width float32) []string {
	lines := wrap(t.words, width, t.measure)
	if t.lines > 0 && len(lines) > t.lines {
		last := strings.Join(lines[t.lines-1:], " ")
		lines = append(lines[:t.lines-1:t.lines-1], shorten(last, width, t.measure))
	}
	return lines
}

// MinSize is that of fyne.CanvasObject: the least width, and the height at the width that it has.
func (t *text) MinSize() fyne.Size {
	return fyne.NewSize(minText, t.heightFor(max(t.Size().Width, minText)))
}

const minText = 40

// AccessibilityLabel is that of fyne.Accessible.
func (t *text) AccessibilityLabel() string { return t.words }

// AccessibilityRole is that of fyne.Accessible.
func (t *text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer is that of fyne.Widget.
func (t *text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	return &textRenderer{text: t}
}

type textRenderer struct {
	text  *text
	drawn []*canvas.Text
}

// Layout is that of fyne.WidgetRenderer.
func (r *textRenderer) Layout(size fyne.Size) {
	lines := r.text.split(size.Width)
	height := r.text.lineHeight()
	for len(r.drawn) < len(lines) {
		r.drawn = append(r.drawn, canvas.NewText("", color.Black))
	}
	r.drawn = r.drawn[:len(lines)]
	for i, line := range r.drawn {
		line.Text, line.Color = lines[i], colour(r.text.colour)
		line.TextSize, line.TextStyle = r.text.size(), r.text.style()
		line.Move(fyne.NewPos(0, height*float32(i)))
		line.Resize(fyne.NewSize(size.Width, height))
	}
}

// MinSize is that of fyne.WidgetRenderer.
func (r *textRenderer) MinSize() fyne.Size { return r.text.MinSize() }

// Refresh is that of fyne.WidgetRenderer.
func (r *textRenderer) Refresh() {
	r.Layout(r.text.Size())
	for _, line := range r.drawn {
		line.Refresh()
	}
	canvas.Refresh(r.text)
}

// Objects is that of fyne.WidgetRenderer.
func (r *textRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.drawn))
	for i, line := range r.drawn {
		objects[i] = line
	}
	return objects
}

// Destroy is that of fyne.WidgetRenderer.
func (r *textRenderer) Destroy() {}

// wrap breaks text into lines of a width, between words where it can. It measures words one by one, which are alike in
// most sentences, so that Fyne has their widths at hand.
func wrap(text string, width float32, measure func(string) float32) []string {
	var lines []string
	line, used, space := "", float32(0), measure(" ")
	for word := range strings.FieldsSeq(text) {
		own := measure(word)
		if line != "" && used+space+own <= width {
			line, used = line+" "+word, used+space+own
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for own > width {
			head := fitting(word, width, measure)
			if head == len(word) {
				break // one character, which is as wide as it is
			}
			lines = append(lines, word[:head])
			word = word[head:]
			own = measure(word)
		}
		line, used = word, own
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fitting is how many bytes of text go into a width: a character at least.
func fitting(text string, width float32, measure func(string) float32) int {
	var ends []int // of each character
	for at, r := range text {
		ends = append(ends, at+utf8.RuneLen(r))
	}
	fit := sort.Search(len(ends), func(i int) bool { return measure(text[:ends[i]]) > width })
	return ends[max(fit-1, 0)]
}

// shorten cuts text so that it goes into a width with an ellipsis at its end.
func shorten(text string, width float32, measure func(string) float32) string {
	if measure(text) <= width {
		return text
	}
	cut := fitting(text, width, func(s string) float32 { return measure(s + "…") })
	return strings.TrimRightFunc(text[:cut], unicode.IsSpace) + "…"
}

// capital makes a sentence start with a capital letter and end with a stop.
func capital(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsLetter(last) || unicode.IsDigit(last) {
		text += "."
	}
	return text
}
