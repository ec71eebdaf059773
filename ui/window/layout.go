package window

import (
	"fyne.io/fyne/v2"
)

// flow is a layout whose height depends on its width, as that of wrapped text does.
type flow interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// heightFor is the height that an object takes at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	switch o := o.(type) {
	case *text:
		return o.heightFor(width)
	case *fyne.Container:
		if f, ok := o.Layout.(flow); ok {
			return f.heightFor(o.Objects, width)
		}
	}
	return o.MinSize().Height
}

func box(l fyne.Layout, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: l, Objects: objects}
}

// column is a layout of objects one below another. grow takes the height that is left over; where it is nil, nothing
// does. pad is around the whole, gap between two.
type column struct {
	gap, pad float32
	grow     fyne.CanvasObject
	least    fyne.Size
	width    *float32 // the last one, for MinSize
}

func newColumn(gap, pad float32) column { return column{gap: gap, pad: pad, width: new(float32)} }

func (c column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	height, count := 2*c.pad, 0
	for _, o := range objects {
		if o.Visible() {
			height += heightFor(o, width-2*c.pad)
			count++
		}
	}
	return height + c.gap*float32(max(count-1, 0))
}

// Layout is that of fyne.Layout.
func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	*c.width = size.Width
	spare := max(size.Height-c.heightFor(objects, size.Width), 0)
	y := c.pad
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		height := heightFor(o, size.Width-2*c.pad)
		if o == c.grow {
			height += spare
		}
		o.Move(fyne.NewPos(c.pad, y))
		o.Resize(fyne.NewSize(size.Width-2*c.pad, height))
		y += height + c.gap
	}
}

// MinSize is that of fyne.Layout.
func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least float32
	for _, o := range objects {
		if o.Visible() {
			least = max(least, o.MinSize().Width)
		}
	}
	least = max(least+2*c.pad, c.least.Width)
	return fyne.NewSize(least, max(c.heightFor(objects, max(*c.width, least)), c.least.Height))
}

// beside is a layout of objects in a row. The one that flows takes the width that is left over.
type beside struct {
	gap   float32
	flows fyne.CanvasObject
	top   bool // aligned at the top, else in the middle
}

func (b beside) rest(objects []fyne.CanvasObject, width float32) float32 {
	for _, o := range objects {
		if o != b.flows && o.Visible() {
			width -= o.MinSize().Width + b.gap
		}
	}
	return max(width, 0)
}

func (b beside) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	var height float32
	for _, o := range objects {
		switch {
		case !o.Visible():
		case o == b.flows:
			height = max(height, heightFor(o, b.rest(objects, width)))
		default:
			height = max(height, o.MinSize().Height)
		}
	}
	return height
}

// Layout is that of fyne.Layout.
func (b beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var x float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		own := o.MinSize()
		if o == b.flows {
			own.Width = b.rest(objects, size.Width)
			own.Height = heightFor(o, own.Width)
		}
		y := (size.Height - own.Height) / 2
		if b.top {
			y = 0
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(own)
		x += own.Width + b.gap
	}
}

// MinSize is that of fyne.Layout.
func (b beside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			own := o.MinSize()
			size.Width += own.Width + b.gap
			size.Height = max(size.Height, own.Height)
		}
	}
	size.Width = max(size.Width-b.gap, 0)
	return size
}

// bar is a layout of buttons in a row, which goes on in the next line where the width is used up.
type bar struct {
	gap   float32
	start float32 // where a line begins
	right bool    // they stand at the right end instead
}

func (b bar) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return b.place(objects, width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

// Layout is that of fyne.Layout.
func (b bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	b.place(objects, size.Width, func(o fyne.CanvasObject, at fyne.Position, own fyne.Size) {
		o.Move(at)
		o.Resize(own)
	})
}

// place gives each object its place, and the height of all.
func (b bar) place(
	objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, at fyne.Position, own fyne.Size),
) float32 {
	var y float32
	for at := 0; at < len(objects); {
		var used, height float32
		end := at
		for ; end < len(objects); end++ {
			if !objects[end].Visible() {
				continue
			}
			own := objects[end].MinSize()
			if used > 0 && used+b.gap+own.Width > width {
				break
			}
			if used > 0 {
				used += b.gap
			}
			used += own.Width
			height = max(height, own.Height)
		}
		x := b.start
		if b.right {
			x = max(width-used, 0)
		}
		for _, o := range objects[at:end] {
			if !o.Visible() {
				continue
			}
			own := o.MinSize()
			put(o, fyne.NewPos(x, y+(height-own.Height)/2), own)
			x += own.Width + b.gap
		}
		if y += height; end < len(objects) && height > 0 {
			y += b.gap
		}
		at = end
	}
	return y
}

// MinSize is that of fyne.Layout.
func (b bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			own := o.MinSize()
			size.Width = max(size.Width, own.Width)
			size.Height = max(size.Height, own.Height)
		}
	}
	return size
}
