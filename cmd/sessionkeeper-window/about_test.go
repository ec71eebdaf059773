package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"sessionkeeper/assets"
	"sessionkeeper/ui/window"
)

// fyneApp is FyneApp.toml as Fyne's packager reads it.
type fyneApp struct {
	Details struct {
		Icon, Name, ID, Version string
		Build                   int
	}
	Migrations  map[string]bool
	LinuxAndBSD struct {
		GenericName, Comment string
		Categories, Keywords []string
	}
}

// TestFyneApp keeps what packagers read and what the program carries the same.
func TestFyneApp(t *testing.T) {
	data, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file fyneApp
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&file); err != nil {
		t.Fatal(err)
	}
	about := window.About()
	want := file.Details
	want.Name, want.ID, want.Version, want.Build = about.Name, about.ID, about.Version, about.Build
	if file.Details != want {
		t.Errorf("FyneApp.toml says %+v; the program %+v", file.Details, want)
	}
	icon, err := os.ReadFile("../../" + file.Details.Icon)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(icon, assets.AppIcon()) || !bytes.Equal(icon, about.Icon.Content()) {
		t.Errorf("%s is not the icon that the program carries", file.Details.Icon)
	}
	if len(file.Migrations) != 1 || !file.Migrations["fyneDo"] || !about.Migrations["fyneDo"] {
		t.Errorf("migrations are %v in the file and %v in the program; want fyneDo", file.Migrations, about.Migrations)
	}
}
