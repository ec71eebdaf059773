package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// drawICO gives an icon of Windows: bitmaps of 32 bits, and PNG from 256 pixels (Windows Vista and newer).
func drawICO(svg string, sizes []int) ([]byte, error) {
	const head, entry = 6, 16
	var b, pictures bytes.Buffer
	put(&b, binary.LittleEndian, uint16(0), uint16(1), uint16(len(sizes))) //nolint:gosec // five or six
	for _, size := range sizes {
		at := uint32(head + entry*len(sizes) + pictures.Len()) //nolint:gosec // some kilobytes
		start := pictures.Len()
		if size >= 256 {
			data, err := drawPNG(svg, size)
			if err != nil {
				return nil, err
			}
			pictures.Write(data)
		} else {
			picture, err := render(svg, size)
			if err != nil {
				return nil, err
			}
			bitmap(&pictures, picture)
		}
		side := byte(size) //nolint:gosec // 256 is written as 0
		put(&b, binary.LittleEndian, side, side, byte(0), byte(0), uint16(1), uint16(32),
			uint32(pictures.Len()-start), at) //nolint:gosec // some kilobytes
	}
	return append(b.Bytes(), pictures.Bytes()...), nil
}

// bitmap writes a picture as a BITMAPINFOHEADER, its pixels, last line first, and a mask, which 32 bits make needless.
func bitmap(b *bytes.Buffer, picture *image.RGBA) {
	size := picture.Rect.Dx()
	side := int32(size) //nolint:gosec // below 256
	put(b, binary.LittleEndian, uint32(40), side, 2*side, uint16(1), uint16(32), uint32(0), uint32(0), int32(0), int32(0),
		uint32(0), uint32(0))
	for y := size - 1; y >= 0; y-- {
		for x := range size {
			c, _ := color.NRGBAModel.Convert(picture.RGBAAt(x, y)).(color.NRGBA)
			b.Write([]byte{c.B, c.G, c.R, c.A})
		}
	}
	b.Write(make([]byte, size*((size+31)/32*4)))
}

// icns are the kinds of picture in an icon of macOS, each for its size and, doubled, for a Retina screen.
var icns = []struct {
	kind string
	size int
}{
	{"icp4", 16},
	{"ic11", 32},
	{"icp5", 32},
	{"ic12", 64},
	{"ic07", 128},
	{"ic13", 256},
	{"ic08", 256},
	{"ic14", 512},
	{"ic09", 512},
	{"ic10", 1024},
}

// drawICNS gives an icon of macOS (10.7 and newer, which read PNG).
func drawICNS(svg string) ([]byte, error) {
	const head = 8
	var pictures bytes.Buffer
	for _, i := range icns {
		data, err := drawPNG(svg, i.size)
		if err != nil {
			return nil, err
		}
		pictures.WriteString(i.kind)
		put(&pictures, binary.BigEndian, uint32(head+len(data))) //nolint:gosec // some kilobytes
		pictures.Write(data)
	}
	var b bytes.Buffer
	b.WriteString("icns")
	put(&b, binary.BigEndian, uint32(head+pictures.Len())) //nolint:gosec // some kilobytes
	b.Write(pictures.Bytes())
	return b.Bytes(), nil
}

func put(b *bytes.Buffer, order binary.ByteOrder, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, order, v) // neither a buffer nor a number can refuse
	}
}
