package assets

import _ "embed" // for the icons

//go:embed icons/app-256.png
var appIcon []byte

//go:embed icons/app-64.png
var noticeIcon []byte

// AppIcon is the program's icon, 256 by 256 pixels, PNG.
func AppIcon() []byte { return appIcon }

// NoticeIcon is the program's icon beside a notice, 64 by 64 pixels, PNG.
func NoticeIcon() []byte { return noticeIcon }

// TrayIcon is the tray's icon for a tone: good, wait, bad or off, which differ in shape, so that who sees no colours
// and who has a panel of any colour can tell them apart. It is an ICO on Windows, a PNG of 44 by 44 pixels elsewhere.
func TrayIcon(tone string) []byte {
	data, err := trayIcons.ReadFile("icons/tray-" + tone + trayIconKind)
	if err != nil {
		panic(err) // a test asks for each tone
	}
	return data
}
