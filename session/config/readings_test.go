package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever way a file is changed in, the next reading has it, also where nothing but the contents tells.
func TestSessionsSeeEveryEdit(t *testing.T) {
	const before, after = "provider = \"github\"\nclient_id = \"aa\"\n", "provider = \"github\"\nclient_id = \"bb\"\n"
	old := time.Now().Add(-time.Hour)
	for name, tt := range map[string]struct {
		first  time.Time // when the file says that it was written
		change func(t *testing.T, path string) error
	}{
		"a later edit": {old, func(_ *testing.T, path string) error {
			return os.WriteFile(path, []byte(after), 0o600)
		}},
		"an edit in the same tick of the clock": {time.Now(), func(_ *testing.T, path string) error {
			info, err := os.Stat(path)
			if err == nil {
				err = os.WriteFile(path, []byte(after), 0o600)
			}
			if err == nil {
				err = os.Chtimes(path, time.Time{}, info.ModTime())
			}
			return err
		}},
		"another file of the same time and size": {old, func(_ *testing.T, path string) error {
			err := os.WriteFile(path+".next", []byte(after), 0o600)
			if err == nil {
				err = os.Chtimes(path+".next", time.Time{}, old)
			}
			if err == nil {
				err = os.Rename(path+".next", path)
			}
			return err
		}},
		"another length": {old, func(_ *testing.T, path string) error {
			err := os.WriteFile(path, []byte(after+"# edited\n"), 0o600)
			if err == nil {
				err = os.Chtimes(path, time.Time{}, old)
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			path := put(t, before, d.Path(), sessionsDir, "work.toml")
			if err := os.Chtimes(path, time.Time{}, tt.first); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if all, faults := d.Sessions(); all["work"].ClientID != "aa" || len(faults) > 0 {
					t.Fatalf("got %+v, %v", all, faults)
				}
			}
			if err := tt.change(t, path); err != nil {
				t.Fatal(err)
			}
			if all, faults := d.Sessions(); all["work"].ClientID != "bb" || len(faults) > 0 {
				t.Errorf("after the edit: got %+v, %v", all, faults)
			}
		})
	}
}

// A file that is as it was stays known while others come, break and go.
func TestSessionsBesideChangingOnes(t *testing.T) {
	d := open(t)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"one", "two", "three"} {
		path := put(t, "provider = \"github\"\nclient_id = \""+name+"\"\n", d.Path(), sessionsDir, name+".toml")
		if err := os.Chtimes(path, time.Time{}, old); err != nil {
			t.Fatal(err)
		}
	}
	if all, faults := d.Sessions(); len(all) != 3 || len(faults) > 0 {
		t.Fatalf("got %+v, %v", all, faults)
	}
	two := put(t, "client_id = \n", d.Path(), sessionsDir, "two.toml")
	if err := os.Remove(filepath.Join(d.Path(), sessionsDir, "three.toml")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		all, faults := d.Sessions()
		if len(all) != 1 || all["one"].ClientID != "one" || len(faults) != 1 || faults[0].Name != "two" {
			t.Errorf("got %+v, %v", all, faults)
		}
	}
	if err := os.Remove(two); err != nil {
		t.Fatal(err)
	}
	if all, faults := d.Sessions(); len(all) != 1 || len(faults) > 0 {
		t.Errorf("got %+v, %v", all, faults)
	}
}
