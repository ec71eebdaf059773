package assets

import (
	_ "embed"
	"encoding/json"
)

//go:embed palette.json
var palette []byte

// Colours are the colours of one theme, as #rrggbb. The page's style sheet and the windows are made of the same ones.
type Colours struct {
	Back, Card, Text, Soft, Line string
	Good, Wait, Bad              string // tones; each is readable on Back and on Card (WCAG AA)
	Main, OnMain                 string // the main button and its text
}

// Palette has the two themes.
type Palette struct{ Light, Dark Colours }

// Paint gives the palette.
func Paint() Palette {
	var p Palette
	if err := json.Unmarshal(palette, &p); err != nil {
		panic(err) // a test reads it
	}
	return p
}
