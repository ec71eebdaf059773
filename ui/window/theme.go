package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sessionkeeper/assets"
	"sessionkeeper/session/words"
)

// The colours that Fyne has no name for.
const (
	colourCard fyne.ThemeColorName = "card"
	colourSoft fyne.ThemeColorName = "soft"
	colourOff  fyne.ThemeColorName = "off"
)

// paint is Fyne's theme in our colours, light or dark as the desktop is.
type paint struct {
	shade *fyne.ThemeVariant // nil: what Fyne takes the desktop for
}

// Color is that of fyne.Theme.
func (p paint) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if p.shade != nil {
		v = *p.shade
	}
	c := palette(v)
	switch name {
	case theme.ColorNameBackground, theme.ColorNameHeaderBackground:
		return c.back
	case colourCard, theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return c.card
	case theme.ColorNameForeground:
		return c.text
	case colourSoft, colourOff, theme.ColorNamePlaceHolder:
		return c.soft
	case theme.ColorNameDisabled:
		return mix(c.soft, c.back, 0.35)
	case theme.ColorNameDisabledButton:
		return mix(c.line, c.back, 0.6)
	case theme.ColorNameButton:
		return mix(c.line, c.card, 0.45)
	case theme.ColorNameSeparator:
		return c.line
	case theme.ColorNameInputBorder:
		return mix(c.soft, c.line, 0.3)
	case theme.ColorNameScrollBar:
		return mix(c.soft, c.back, 0.3)
	case theme.ColorNameHover, theme.ColorNamePressed, theme.ColorNameSelection:
		return thin(c.main, 0x2a)
	case theme.ColorNameFocus:
		return thin(c.main, 0x40)
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return c.main
	case theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnError,
		theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return c.onMain
	case theme.ColorNameSuccess:
		return c.good
	case theme.ColorNameWarning:
		return c.wait
	case theme.ColorNameError:
		return c.bad
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font is that of fyne.Theme.
func (paint) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }

// Icon is that of fyne.Theme.
func (paint) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size is that of fyne.Theme.
func (paint) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameInnerPadding:
		return 7
	case theme.SizeNameScrollBarRadius, theme.SizeNameInputRadius, theme.SizeNameButtonRadius:
		return 5
	}
	return theme.DefaultTheme().Size(name)
}

type colours struct{ back, card, text, soft, line, good, wait, bad, main, onMain color.NRGBA }

func palette(v fyne.ThemeVariant) colours {
	c := assets.Paint().Light
	if v == theme.VariantDark {
		c = assets.Paint().Dark
	}
	return colours{
		back: hex(c.Back), card: hex(c.Card), text: hex(c.Text), soft: hex(c.Soft), line: hex(c.Line),
		good: hex(c.Good), wait: hex(c.Wait), bad: hex(c.Bad), main: hex(c.Main), onMain: hex(c.OnMain),
	}
}

// hex reads #rrggbb.
func hex(text string) color.NRGBA {
	var rgb [3]uint8
	for i := range rgb {
		for _, digit := range []byte(text[1+2*i : 3+2*i]) {
			rgb[i] = rgb[i]<<4 | nibble(digit)
		}
	}
	return color.NRGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 0xff}
}

func nibble(digit byte) uint8 {
	if digit >= 'a' {
		return digit - 'a' + 10
	}
	return digit - '0'
}

// mix gives share of a and the rest of b.
func mix(a, b color.NRGBA, share float32) color.NRGBA {
	part := func(a, b uint8) uint8 { return uint8(float32(a)*share + float32(b)*(1-share)) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 0xff}
}

func thin(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// toneColour is the colour of a tone.
func toneColour(t words.Tone) fyne.ThemeColorName {
	switch t {
	case words.Good:
		return theme.ColorNameSuccess
	case words.Wait:
		return theme.ColorNameWarning
	case words.Bad:
		return theme.ColorNameError
	default:
		return colourOff
	}
}

// colour is a colour of the theme as it is now.
func colour(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}
