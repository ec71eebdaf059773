package assets_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"sessionkeeper/assets"
)

var tones = []string{"good", "wait", "bad", "off"}

// small is an icon at the 22 pixels of a Linux panel: each pixel is the mean of four.
func small(t *testing.T, tone string) *image.NRGBA {
	t.Helper()
	data, err := os.ReadFile("icons/tray-" + tone + ".png")
	if err != nil {
		t.Fatal(err)
	}
	large, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if large.Bounds() != image.Rect(0, 0, 44, 44) {
		t.Fatalf("tray-%s is %v; want 44 by 44 pixels", tone, large.Bounds())
	}
	icon := image.NewNRGBA(image.Rect(0, 0, 22, 22))
	for y := range 22 {
		for x := range 22 {
			var sum [4]uint32
			for _, at := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				r, g, b, a := large.At(2*x+at.X, 2*y+at.Y).RGBA()
				sum[0], sum[1], sum[2], sum[3] = sum[0]+r/4, sum[1]+g/4, sum[2]+b/4, sum[3]+a/4
			}
			icon.Set(x, y, color.RGBA64{uint16(sum[0]), uint16(sum[1]), uint16(sum[2]), uint16(sum[3])})
		}
	}
	return icon
}

func TestIcons(t *testing.T) {
	icon, err := png.Decode(bytes.NewReader(assets.AppIcon()))
	if err != nil || icon.Bounds() != image.Rect(0, 0, 256, 256) {
		t.Errorf("the program's icon is %v, %v; want a PNG of 256 by 256 pixels", icon, err)
	}
	head := []byte("\x89PNG")
	if runtime.GOOS == "windows" {
		head = []byte("\x00\x00\x01\x00")
	}
	for _, tone := range tones {
		if !bytes.HasPrefix(assets.TrayIcon(tone), head) {
			t.Errorf("the tray's icon for %s is of another kind", tone)
		}
	}
}

// Without any colour two of the tray's icons still differ in a third of what both cover.
func TestTrayIconsDifferInShape(t *testing.T) {
	for i, one := range tones {
		for _, other := range tones[:i] {
			a, b := small(t, one), small(t, other)
			var differs, covers int
			for p := 3; p < len(a.Pix); p += 4 {
				x, y := int(a.Pix[p]), int(b.Pix[p])
				differs += max(x-y, y-x)
				covers += max(x, y)
			}
			if share := float64(differs) / float64(covers); share < 1.0/3 {
				t.Errorf("%s and %s differ in %.0f %% of their shape; want a third", one, other, 100*share)
			}
		}
	}
}

// On a panel of any colour most of an icon stands out as WCAG 2.2 wants of graphics (1.4.11): 3 to 1.
func TestTrayIconsStandOut(t *testing.T) {
	for _, tone := range tones {
		icon := small(t, tone)
		for _, panel := range []uint8{0xff, 0xf0, 0x2b, 0x00} {
			var seen, covered int
			for p := 0; p < len(icon.Pix); p += 4 {
				alpha := int(icon.Pix[p+3])
				if alpha == 0 {
					continue
				}
				var laid [3]uint8
				for c := range laid {
					laid[c] = uint8((int(icon.Pix[p+c])*alpha + int(panel)*(255-alpha)) / 255)
				}
				covered += alpha
				if contrast(laid, [3]uint8{panel, panel, panel}) >= 3 {
					seen += alpha
				}
			}
			if share := float64(seen) / float64(covered); share < 0.5 {
				t.Errorf("%s on a panel of %#x: %.0f %% of it stands out; want half", tone, panel, 100*share)
			}
		}
	}
}

func contrast(a, b [3]uint8) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is relative, as WCAG 2.2 defines it.
func luminance(c [3]uint8) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// The icons have no colour that the palette has not.
func TestIconsKeepToThePalette(t *testing.T) {
	data, err := os.ReadFile("palette.json")
	if err != nil {
		t.Fatal(err)
	}
	var themes map[string]map[string]string
	if err := json.Unmarshal(data, &themes); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for theme := range maps.Values(themes) {
		for colour := range maps.Values(theme) {
			known[colour] = true
		}
	}
	files, err := filepath.Glob("icons/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no icons: ", err)
	}
	for _, path := range files {
		svg, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		used := regexp.MustCompile(`(?:fill|color)="([^"]*)"`).FindAllStringSubmatch(string(svg), -1)
		for _, colour := range used {
			if !known[colour[1]] && colour[1] != "url(#green)" {
				t.Errorf("%s uses %s; the palette has %q", path, colour[1], slices.Sorted(maps.Keys(known)))
			}
		}
	}
	p := assets.Paint()
	if p.Light.Back == "" || p.Dark.Main == "" {
		t.Errorf("got %+v; want both themes", p)
	}
}
