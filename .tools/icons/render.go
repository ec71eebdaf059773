package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

var (
	tones = []string{"good", "wait", "bad", "off"}

	// The sizes of the freedesktop icon themes that a launcher asks for.
	appPNG = []int{48, 64, 128, 256, 512}

	// Windows wants small icons at 100, 125, 150 and 200 % (16 to 32), and large ones from 32.
	trayICO = []int{16, 20, 24, 32, 48}
	appICO  = []int{16, 20, 24, 32, 48, 256}
)

// trayPNG is the size of the one picture that a tray gets on Linux and macOS: twice the 22 pixels of a Linux panel, so
// that halving it is exact, and full size on a screen of twice the pixels. Panels do not enlarge a smaller one there,
// and pictures of 24, 32 and 48 pixels are blurred at 22.
const trayPNG = 44

// drawAll gives the content of every file that is made of the SVGs in a folder, by name.
func drawAll(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	app := filepath.Join(dir, "app.svg")
	var err error
	for _, size := range appPNG {
		if files[fmt.Sprintf("app-%d.png", size)], err = drawPNG(app, size); err != nil {
			return nil, err
		}
	}
	if files["app.ico"], err = drawICO(app, appICO); err != nil {
		return nil, err
	}
	if files["app.icns"], err = drawICNS(app); err != nil {
		return nil, err
	}
	for _, tone := range tones {
		tray := filepath.Join(dir, "tray-"+tone+".svg")
		if files["tray-"+tone+".png"], err = drawPNG(tray, trayPNG); err != nil {
			return nil, err
		}
		if files["tray-"+tone+".ico"], err = drawICO(tray, trayICO); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func drawPNG(svg string, size int) ([]byte, error) {
	picture, err := render(svg, size)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, picture)
	return b.Bytes(), err
}

// render draws an SVG file at a size in pixels, with what the windows draw with. An element that it does not know is
// an error. It knows more than it does right: strokes keep their width at every size, so there are none here, and a
// corner needs rx and ry.
func render(path string, size int) (*image.RGBA, error) {
	svg, err := os.ReadFile(path) //nolint:gosec // an icon of the checkout
	if err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		return nil, fmt.Errorf("drawing %s: %w", path, err)
	}
	icon.SetTarget(0, 0, float64(size), float64(size))
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	scanner := rasterx.NewScannerGV(size, size, picture, picture.Rect)
	icon.Draw(rasterx.NewDasher(size, size, scanner), 1)
	return picture, nil
}
