// Icons draws what each desktop wants of the icons in assets/icons: PNG for Linux and macOS, ICO for Windows, ICNS for
// a macOS bundle. Its output is committed; a test draws it again and compares.
//
//	go run ./icons                    in .tools: draw them all
//	go run ./icons -sheet sheet.png   besides, every one at the sizes and on the colours of panels, to look at
package main

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", "..", "the checkout's `folder`")
	look := flag.String("sheet", "", "also draw all icons on all panels into this `file`")
	flag.Parse()
	if err := run(filepath.Join(*root, "assets", "icons"), *look); err != nil {
		fmt.Fprintln(os.Stderr, "icons:", err)
		os.Exit(1)
	}
}

func run(dir, look string) error {
	files, err := drawAll(dir)
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil { //nolint:gosec // to be read by all
			return err
		}
	}
	if look == "" {
		return nil
	}
	picture, err := sheet(dir)
	if err != nil {
		return err
	}
	f, err := os.Create(look) //nolint:gosec // named by who runs it
	if err != nil {
		return err
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		return err
	}
	return f.Close()
}
