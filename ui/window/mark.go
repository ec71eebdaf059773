package window

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"sessionkeeper/session/words"
)

// Each tone has an outline of its own, so that nobody needs colours to tell them apart: a disc with a tick, a triangle,
// an octagon, and a ring with two bars. %[1]s is the tone's colour and %[2]s what is drawn on it.
func outline(t words.Tone) string {
	switch t {
	case words.Good:
		return `<circle cx="12" cy="12" r="10" fill="%[1]s"/>` +
			`<path d="M7.2 12.4 L10.6 15.8 L16.8 8.8" fill="none" stroke="%[2]s" stroke-width="2.4"/>`
	case words.Wait:
		return `<path d="M12 2.5 L22.5 21 L1.5 21 Z" fill="%[1]s"/>` +
			`<path d="M12 9 L12 14.6" fill="none" stroke="%[2]s" stroke-width="2.4"/>` +
			`<circle cx="12" cy="17.7" r="1.5" fill="%[2]s"/>`
	case words.Bad:
		return `<path d="M8 2 L16 2 L22 8 L22 16 L16 22 L8 22 L2 16 L2 8 Z" fill="%[1]s"/>` +
			`<path d="M12 6.4 L12 13.4" fill="none" stroke="%[2]s" stroke-width="2.6"/>` +
			`<circle cx="12" cy="17.2" r="1.6" fill="%[2]s"/>`
	default:
		return `<circle cx="12" cy="12" r="9" fill="none" stroke="%[1]s" stroke-width="2"/>` +
			`<path d="M9.5 8.5 L9.5 15.5 M14.5 8.5 L14.5 15.5" fill="none" stroke="%[1]s" stroke-width="2"/>`
	}
}

// drawing is the mark of a tone in the colours of now.
func drawing(t words.Tone) fyne.Resource {
	tone, on := css(colour(toneColour(t))), css(colour(colourCard))
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">` +
		fmt.Sprintf(outline(t), tone, on) + `</svg>`
	return fyne.NewStaticResource("mark-"+string(t)+tone+on+".svg", []byte(svg))
}

func css(c color.Color) string {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// mark shows a tone by its shape and its colour.
type mark struct {
	widget.BaseWidget
	tone words.Tone
	side float32
}

func newMark(t words.Tone, side float32) *mark {
	m := &mark{tone: t, side: side}
	m.ExtendBaseWidget(m)
	return m
}

func (m *mark) set(t words.Tone) {
	if m.tone != t {
		m.tone = t
		m.Refresh()
	}
}

// CreateRenderer is that of fyne.Widget.
func (m *mark) CreateRenderer() fyne.WidgetRenderer {
	m.ExtendBaseWidget(m)
	image := canvas.NewImageFromResource(drawing(m.tone))
	image.FillMode = canvas.ImageFillContain
	return &markRenderer{mark: m, image: image}
}

type markRenderer struct {
	mark  *mark
	image *canvas.Image
}

// Layout is that of fyne.WidgetRenderer.
func (r *markRenderer) Layout(size fyne.Size) { r.image.Resize(size) }

// MinSize is that of fyne.WidgetRenderer.
func (r *markRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.mark.side) }

// Refresh is that of fyne.WidgetRenderer.
func (r *markRenderer) Refresh() {
	if now := drawing(r.mark.tone); now.Name() != r.image.Resource.Name() {
		r.image.Resource = now
		r.image.Refresh()
	}
}

// Objects is that of fyne.WidgetRenderer.
func (r *markRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

// Destroy is that of fyne.WidgetRenderer.
func (r *markRenderer) Destroy() {}
