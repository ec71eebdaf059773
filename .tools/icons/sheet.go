package main

import (
	"image"
	"image/color"
	"image/draw"
	"path/filepath"
)

// panels are colours of panels, from the lightest to the darkest; nobody tells an icon which one it meets.
var panels = []color.Gray{{0xff}, {0xf0}, {0x2b}, {0x00}}

// sheet shows every icon at the sizes of panels on the colours of panels, each pixel four times as large.
func sheet(dir string) (*image.RGBA, error) {
	const zoom, gap = 4, 4
	sizes := []int{16, 22, 24, 32, 48}
	names := []string{"app"}
	for _, tone := range tones {
		names = append(names, "tray-"+tone)
	}
	width := 0
	for _, size := range sizes {
		width += size + gap
	}
	height := sizes[len(sizes)-1] + gap
	paper := image.NewRGBA(image.Rect(0, 0, width*len(names)*zoom, height*len(panels)*zoom))
	for row, panel := range panels {
		line := image.Rect(0, row*height, paper.Rect.Max.X, (row+1)*height)
		draw.Draw(paper, image.Rectangle{line.Min.Mul(zoom), line.Max.Mul(zoom)}, image.NewUniform(panel), image.Point{},
			draw.Src)
		x := gap / 2
		for _, name := range names {
			for _, size := range sizes {
				icon, err := render(filepath.Join(dir, name+".svg"), size)
				if err != nil {
					return nil, err
				}
				enlarge(paper, on(icon, panel), image.Pt(x, line.Min.Y+gap/2), zoom)
				x += size + gap
			}
		}
	}
	return paper, nil
}

// on lays an icon on a panel.
func on(icon *image.RGBA, panel color.Color) *image.RGBA {
	laid := image.NewRGBA(icon.Rect)
	draw.Draw(laid, laid.Rect, image.NewUniform(panel), image.Point{}, draw.Src)
	draw.Draw(laid, laid.Rect, icon, image.Point{}, draw.Over)
	return laid
}

func enlarge(paper, icon *image.RGBA, at image.Point, zoom int) {
	for y := range icon.Rect.Dy() * zoom {
		for x := range icon.Rect.Dx() * zoom {
			paper.SetRGBA(at.X*zoom+x, at.Y*zoom+y, icon.RGBAAt(x/zoom, y/zoom))
		}
	}
}
