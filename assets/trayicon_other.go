//go:build !windows

package assets

import "embed"

//go:embed icons/tray-*.png
var trayIcons embed.FS

const trayIconKind = ".png"
