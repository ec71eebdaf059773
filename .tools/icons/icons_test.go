package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const dir = "../../assets/icons"

// What is committed is what the SVGs give. A pixel may be off by a rounding: processors differ in the last bit.
func TestIconsAreDrawnAnew(t *testing.T) {
	files, err := drawAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%v: run go run ./icons in .tools", err)
			continue
		}
		a, b := pictures(t, name, got), pictures(t, name, want)
		if len(a) != len(b) {
			t.Errorf("%s holds %d pictures; want %d: run go run ./icons in .tools", name, len(a), len(b))
			continue
		}
		for i := range a {
			if !alike(a[i], b[i]) {
				t.Errorf("%s, picture %d of %v: not what the SVG gives: run go run ./icons in .tools", name, i+1, a[i].Bounds())
			}
		}
	}
	drawn, err := filepath.Glob(dir + "/*.[pi]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range drawn {
		if files[filepath.Base(path)] == nil {
			t.Errorf("%s is drawn from nothing", path)
		}
	}
}

// Each container holds each size once, and a picture of that size.
func TestSizes(t *testing.T) {
	files, err := drawAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]int{
		"app.ico": appICO, "tray-good.ico": trayICO, "tray-wait.png": {trayPNG}, "app-512.png": {512},
		"app.icns": {16, 32, 32, 64, 128, 256, 256, 512, 512, 1024},
	} {
		list := pictures(t, name, files[name])
		if len(list) != len(want) {
			t.Fatalf("%s holds %d pictures; want %v", name, len(list), want)
		}
		for i, picture := range list {
			if picture.Bounds() != image.Rect(0, 0, want[i], want[i]) {
				t.Errorf("%s, picture %d is %v; want %d pixels", name, i, picture.Bounds(), want[i])
			}
		}
	}
}

// The tray's icons keep clear of the edges, or a panel would cut them.
func TestNothingIsCut(t *testing.T) {
	for _, tone := range tones {
		picture, err := render(filepath.Join(dir, "tray-"+tone+".svg"), 22*8)
		if err != nil {
			t.Fatal(err)
		}
		for i := range picture.Rect.Max.X {
			for _, at := range []image.Point{{i, 0}, {0, i}, {i, picture.Rect.Max.Y - 1}, {picture.Rect.Max.X - 1, i}} {
				if picture.RGBAAt(at.X, at.Y).A != 0 {
					t.Fatalf("tray-%s touches the edge at %v", tone, at)
				}
			}
		}
	}
}

// pictures reads PNG, ICO and ICNS.
func pictures(t *testing.T, name string, data []byte) []image.Image {
	t.Helper()
	var list []image.Image
	add := func(part []byte) {
		picture, err := png.Decode(bytes.NewReader(part))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, picture)
	}
	switch filepath.Ext(name) {
	case ".png":
		add(data)
	case ".icns":
		if string(data[:4]) != "icns" || int(binary.BigEndian.Uint32(data[4:])) != len(data) {
			t.Fatalf("%s has a wrong head", name)
		}
		for rest := data[8:]; len(rest) > 0; rest = rest[binary.BigEndian.Uint32(rest[4:]):] {
			add(rest[8:binary.BigEndian.Uint32(rest[4:])])
		}
	case ".ico":
		le := binary.LittleEndian
		for i := range int(le.Uint16(data[4:])) {
			entry := data[6+16*i:]
			part := data[le.Uint32(entry[12:]):][:le.Uint32(entry[8:])]
			if bytes.HasPrefix(part, []byte("\x89PNG")) {
				add(part)
				continue
			}
			size := int(entry[0])
			if int(le.Uint32(part[4:])) != size || int(le.Uint32(part[8:])) != 2*size {
				t.Fatalf("%s: a bitmap of %d pixels says it has %d", name, size, le.Uint32(part[4:]))
			}
			picture := image.NewNRGBA(image.Rect(0, 0, size, size))
			for y := range size {
				for x := range size {
					from, to := part[40+4*((size-1-y)*size+x):], picture.Pix[picture.PixOffset(x, y):]
					to[0], to[1], to[2], to[3] = from[2], from[1], from[0], from[3]
				}
			}
			list = append(list, picture)
		}
	}
	return list
}

func alike(a, b image.Image) bool {
	const rounding = 2 << 8
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Max.Y {
		for x := range a.Bounds().Max.X {
			r0, g0, b0, a0 := a.At(x, y).RGBA()
			r1, g1, b1, a1 := b.At(x, y).RGBA()
			for _, d := range []int{int(r0) - int(r1), int(g0) - int(g1), int(b0) - int(b1), int(a0) - int(a1)} {
				if d > rounding || d < -rounding {
					return false
				}
			}
		}
	}
	return true
}

// The window's renderer gets strokes wrong and knows no masks, filters or styles: the icons do without.
func TestOnlyPlainShapes(t *testing.T) {
	files, err := filepath.Glob(dir + "/*.svg")
	if err != nil || len(files) != 1+len(tones) {
		t.Fatalf("got %q, %v; want the app's and one for each tone", files, err)
	}
	for _, path := range files {
		svg, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"stroke", "mask", "filter", "style", "transform", "href", "script", "clip", "evenodd"} {
			if strings.Contains(string(svg), word) {
				t.Errorf("%s uses %s", path, word)
			}
		}
	}
}
