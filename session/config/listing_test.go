package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	names := []string{"work", "Work", "WORK", "wörk", "WÖRK", "K", "k", "\u212a", "s", "ſ", "ß", "ẞ", "Σ", "σ", "ς", "straße", "İ", "i"}
	for _, a := range names {
		for _, b := range names {
			if got, want := fold(a) == fold(b), strings.EqualFold(a, b); got != want {
				t.Errorf("%q and %q: the same is %v; want %v", a, b, got, want)
			}
		}
	}
}

// A name that is taken is seen whoever took it, and one that was given up is free.
func TestSaveSeesFilesThatCameAndWent(t *testing.T) {
	d := open(t)
	for i := range 20 {
		if err := d.Save(minimal(fmt.Sprintf("mine %d", i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Save(minimal("MINE 7")); err == nil || FieldOf(err) != "name" {
		t.Errorf("beside one of ours: got %v; want a refusal", err)
	}
	theirs := put(t, "provider = \"github\"\nclient_id = \"a\"\n", d.Path(), sessionsDir, "theirs.toml")
	if err := d.Save(minimal("Theirs")); err == nil || FieldOf(err) != "name" {
		t.Errorf("beside somebody else's: got %v; want a refusal", err)
	}
	if err := os.Remove(theirs); err != nil {
		t.Fatal(err)
	}
	if err := d.Remove("mine 3"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Theirs", "Mine 3"} {
		if err := d.Save(minimal(name)); err != nil {
			t.Errorf("%s: %v; want it to be free", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(d.Path(), sessionsDir, "Mine 3.toml")); err != nil {
		t.Error(err)
	}
}
