package desktoptest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Back is the colour of the empty screen.
const Back = 0x41585f

// A picture stands still when so many more, taken this long apart, are equal to it: a menu's own menu is a small box for a
// moment, before it is filled.
const (
	still      = 100 * time.Millisecond
	stillLooks = 4
)

// Picture takes a picture of the screen as it is now, without the pointer, and keeps it as NAME.png among the
// test's artifacts.
func (s *Screen) Picture(tb testing.TB, name string) *image.RGBA {
	tb.Helper()
	picture := decode(tb, s.frame(tb))
	keep(tb, name, picture)
	return picture
}

// Still waits until the screen does not change any more, and takes a picture of it. What counts seconds there must not
// change in less than these, however busy the machine: they are compared as the server wrote them, which is quick.
func (s *Screen) Still(tb testing.TB, name string) *image.RGBA {
	tb.Helper()
	var last []byte
	same := 0
	return s.wait(tb, name, func(now []byte) bool {
		if same++; !bytes.Equal(last, now) {
			last, same = now, 0
		}
		return same == stillLooks
	})
}

// WaitPicture takes pictures of the screen, a tenth of a second apart, until want reports true, and keeps the last.
func (s *Screen) WaitPicture(tb testing.TB, name string, want func(*image.RGBA) bool) *image.RGBA {
	tb.Helper()
	return s.wait(tb, name, func(now []byte) bool { return want(decode(tb, now)) })
}

func (s *Screen) wait(tb testing.TB, name string, want func(frame []byte) bool) *image.RGBA {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	again := time.NewTicker(still)
	defer again.Stop()
	for {
		frame := s.frame(tb)
		if want(frame) {
			picture := decode(tb, frame)
			keep(tb, name, picture)
			return picture
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			keep(tb, name, decode(tb, frame))
			tb.Fatalf("the screen does not show what was waited for: see %s.png (go test -artifacts)", name)
		}
	}
}

// Colours counts the colours in a part of a picture: one means that nothing is there.
func Colours(picture *image.RGBA, part image.Rectangle) int {
	seen := map[[4]uint8]bool{}
	var last [4]uint8
	part = part.Intersect(picture.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		line := picture.Pix[picture.PixOffset(part.Min.X, y):]
		for x := range part.Dx() {
			if now := [4]uint8(line[4*x:]); now != last {
				seen[now], last = true, now
			}
		}
	}
	return len(seen)
}

// Difference is the smallest rectangle that holds all pixels in which two pictures of a screen differ.
func Difference(a, b *image.RGBA) image.Rectangle {
	var r image.Rectangle
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		if i := a.PixOffset(0, y); bytes.Equal(a.Pix[i:i+a.Stride], b.Pix[i:i+a.Stride]) {
			continue
		}
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			if i := a.PixOffset(x, y); !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func keep(tb testing.TB, name string, picture image.Image) {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.ArtifactDir(), strings.ReplaceAll(name, "/", "-")+".png"))
	if err != nil {
		tb.Fatal(err)
	}
	quick := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := quick.Encode(f, picture); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// xwd is the head of the X server's file (XWDFile.h): 25 numbers of 32 bits, most significant byte first.
type xwd struct {
	HeaderSize, Version, Format, Depth, Width, Height, Offset, ByteOrder       uint32
	BitmapUnit, BitmapOrder, BitmapPad, BitsPerPixel, BytesPerLine             uint32
	VisualClass, RedMask, GreenMask, BlueMask, BitsPerRGB, MapEntries, NColors uint32
}

const xwdColor = 12 // bytes that an entry of the colour map takes

// frame reads what the X server has drawn, as it is.
func (s *Screen) frame(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(s.frames)
	if err != nil {
		tb.Fatal("reading the screen: ", err)
	}
	return data
}

// decode makes a picture of that.
func decode(tb testing.TB, data []byte) *image.RGBA {
	tb.Helper()
	var head xwd
	if err := binary.Read(bytes.NewReader(data), binary.BigEndian, &head); err != nil {
		tb.Fatal("reading the screen: ", err)
	}
	start, line := int(head.HeaderSize+head.NColors*xwdColor), int(head.BytesPerLine)
	w, h := int(head.Width), int(head.Height)
	if head.BitsPerPixel != 32 || head.RedMask != 0xff0000 || head.ByteOrder != 0 || len(data) < start+line*h {
		tb.Fatalf("the screen's format is not 32 bits a pixel, blue first: %+v", head)
	}
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		from, to := data[start+y*line:], picture.Pix[y*picture.Stride:]
		for x := range w {
			pixel := binary.LittleEndian.Uint32(from[4*x:])
			binary.BigEndian.PutUint32(to[4*x:], pixel<<8|0xff)
		}
	}
	return picture
}

// Crop gives a part of a picture, as a picture of its own.
func Crop(picture *image.RGBA, part image.Rectangle) *image.RGBA {
	part = part.Intersect(picture.Rect)
	cut := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(cut, cut.Rect, picture, part.Min, draw.Src)
	return cut
}

// paint gives the empty screen its colour, in the X protocol itself: the stock programs for it draw nothing else.
func (s *Screen) paint(tb testing.TB) {
	tb.Helper()
	if err := paintRoot(tb.Context(), "/tmp/.X11-unix/X"+strings.TrimPrefix(s.display, ":")); err != nil {
		tb.Fatal("painting the empty screen: ", err)
	}
}

func paintRoot(ctx context.Context, socket string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	le := binary.LittleEndian
	if _, err := conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil { // version 11.0, no authorization
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	setup := make([]byte, 4*int(le.Uint16(head[6:])))
	if _, err := io.ReadFull(conn, setup); err != nil {
		return err
	}
	const fixed, format = 32, 8 // bytes
	vendor, formats := int(le.Uint16(setup[16:])), int(setup[21])
	at := fixed + (vendor+3)/4*4 + formats*format
	if head[0] != 1 || len(setup) < at+4 {
		return fmt.Errorf("the X server said no: %q", setup)
	}
	root := le.Uint32(setup[at:])
	request := []byte{2, 0, 4, 0} // ChangeWindowAttributes: its background
	request = le.AppendUint32(request, root)
	request = le.AppendUint32(request, 2)
	request = le.AppendUint32(request, Back)
	request = append(request, 61, 0, 4, 0) // ClearArea: all of it
	request = le.AppendUint32(request, root)
	request = append(request, make([]byte, 8)...)
	request = append(request, 43, 0, 1, 0) // GetInputFocus: its answer says that the rest is done
	if _, err := conn.Write(request); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 32))
	return err
}
