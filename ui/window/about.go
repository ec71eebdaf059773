package window

import (
	"fyne.io/fyne/v2"

	"sessionkeeper/assets"
)

// About is what the program says of itself to Fyne and to the desktop; FyneApp.toml, which packagers read, says the
// same.
func About() fyne.AppMetadata {
	return fyne.AppMetadata{
		ID:      assets.ID,
		Name:    assets.Name,
		Version: assets.Version,
		Build:   assets.Build,
		Icon:    fyne.NewStaticResource("sessionkeeper.png", assets.AppIcon()),
		// All that touches a widget goes through Options.Do.
		Migrations: map[string]bool{"fyneDo": true},
	}
}
