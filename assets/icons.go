package assets

import "embed"

//go:embed icons/*.png
var icons embed.FS

// TrayIcon is the tray's icon for a tone: good, wait, bad or off, which differ in shape.
func TrayIcon(tone string) []byte { return icon("tray-" + tone) }

// AppIcon is the program's icon, 256 by 256 pixels, PNG.
func AppIcon() []byte { return icon("app-256") }

func icon(name string) []byte {
	data, err := icons.ReadFile("icons/" + name + ".png")
	if err != nil {
		panic(err) // a test asks for each name
	}
	return data
}
