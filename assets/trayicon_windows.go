package assets

import "embed"

//go:embed icons/tray-*.ico
var trayIcons embed.FS

const trayIconKind = ".ico"
