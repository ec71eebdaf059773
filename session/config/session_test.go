package config

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "a", "config"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, text string, path ...string) string {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func minimal(name string) Session {
	return Session{Name: name, Provider: "github", ClientID: "x"}
}

func TestSaveAndRead(t *testing.T) {
	d := open(t)
	if got, faults := d.Sessions(); got == nil || len(got) != 0 || faults != nil {
		t.Fatalf("new folder: got %v, %v; want an empty map", got, faults)
	}
	want := map[string]Session{}
	for _, name := range []string{
		"work", "البريد", "a:b?", "CON", "50%",
		strings.Repeat("م", 200), strings.Repeat("م", 199) + "ن",
	} {
		s := full()
		s.Name = name
		want[name] = s
	}
	want["minimal"] = minimal("minimal")
	for s := range maps.Values(want) {
		if err := d.Save(s); err != nil {
			t.Fatal(err)
		}
	}
	got, faults := d.Sessions()
	if len(faults) > 0 || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v\nwant %+v", got, faults, want)
	}
	for name := range want {
		if err := d.Remove(name); err != nil {
			t.Error(err)
		}
		if err := d.Remove(name); err != nil {
			t.Errorf("removing twice: %v", err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(d.Path(), sessionsDir))
	if err != nil || len(entries) > 0 {
		t.Fatalf("left behind: %v, %v", entries, err)
	}
}

func TestSaveRights(t *testing.T) {
	d := open(t)
	if err := d.Save(minimal("work")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{".": 0o700, sessionsDir: 0o700, "sessions/work.toml": 0o600} {
		info, err := os.Stat(filepath.Join(d.Path(), path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

func TestSaveKeepsBrokenFile(t *testing.T) {
	d := open(t)
	const broken = "client_id = \"mine\"\nprovidr = \"github\" # typo\n"
	path := put(t, broken, d.Path(), sessionsDir, "work.toml")
	err := d.Save(minimal("work"))
	if err == nil || !strings.Contains(err.Error(), "work.toml:2:1: unknown key \"providr\"") {
		t.Errorf("got %v; want the fault of the file", err)
	}
	if got := read(t, path); got != broken {
		t.Errorf("file was changed to %q", got)
	}
	if err := d.Remove("work"); err != nil {
		t.Error(err)
	}
	if err := d.Save(minimal("work")); err != nil {
		t.Errorf("after removing: %v", err)
	}
}

func TestSaveOfTheSameKeepsComments(t *testing.T) {
	d := open(t)
	const mine = "# my own words\nprovider = \"github\"\nclient_id = \"x\"\n"
	path := put(t, mine, d.Path(), sessionsDir, "work.toml")
	if err := d.Save(minimal("work")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != mine {
		t.Errorf("file was changed to %q", got)
	}
}

func TestSaveRefusesNameThatDiffersInCase(t *testing.T) {
	d := open(t)
	if err := d.Save(minimal("Work")); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(minimal("work")); err == nil || !strings.Contains(err.Error(), "Work.toml") {
		t.Errorf("got %v; want word of Work.toml", err)
	}
	if err := d.Remove("work"); err != nil {
		t.Error(err)
	}
	if got, faults := d.Sessions(); !reflect.DeepEqual(got, map[string]Session{"Work": minimal("Work")}) || faults != nil {
		t.Errorf("got %v, %v; want Work untouched", got, faults)
	}
}

func TestSaveFollowsLink(t *testing.T) {
	d := open(t)
	target := put(t, "provider = \"github\"\nclient_id = \"old\"\n", t.TempDir(), "dotfiles", "work")
	if err := os.MkdirAll(filepath.Join(d.Path(), sessionsDir), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(d.Path(), sessionsDir, "work.toml")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(minimal("work")); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("link leads to %q, %v; want %q", to, err, target)
	}
	if got := read(t, target); !strings.Contains(got, `client_id = 'x'`) {
		t.Errorf("target has %q", got)
	}
}

func TestSaveRefusesWhatWouldNotComeBack(t *testing.T) {
	d := open(t)
	bad := minimal("work")
	bad.Vars = map[string]string{"a": "\xff"}
	for _, s := range []Session{bad, minimal(""), minimal("a/b"), {Name: "work"}} {
		if err := d.Save(s); err == nil {
			t.Errorf("%+v: want an error", s)
		}
	}
	if got, faults := d.Sessions(); len(got) > 0 || faults != nil {
		t.Errorf("got %v, %v; want nothing written", got, faults)
	}
}

func TestConcurrentSave(t *testing.T) {
	d := open(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			s := minimal([]string{"one", "ONE"}[i%2])
			s.ClientID = strings.Repeat("x", i+1)
			_ = d.Save(s)
		})
	}
	wg.Wait()
	if got, faults := d.Sessions(); len(got) != 1 || faults != nil {
		t.Fatalf("got %v, %v; want one of the two names", got, faults)
	}
}

func TestBrokenFileDisablesItselfAlone(t *testing.T) {
	d := open(t)
	if err := d.Save(minimal("good")); err != nil {
		t.Fatal(err)
	}
	sessions := filepath.Join(d.Path(), sessionsDir)
	put(t, "", sessions, "empty.toml")
	put(t, strings.Repeat("\x00", 100), sessions, "nul.toml")
	put(t, "client_id = \"x\"\nprovider = \"x\"", sessions, "50%.toml")
	put(t, "client_id = \"x\"\nprovider = \"x\"", sessions, "made up%~0123456789abcdef.toml")
	put(t, strings.Repeat("# long\n", maxFileSize/7+1), sessions, "huge.toml")
	put(t, strings.Repeat("a = [", maxFileSize/6), sessions, "deep.toml")
	for _, ignored := range []string{"good.toml~", ".good.toml.swp", ".toml", "README", ".#good.toml", "good.toml.bak"} {
		put(t, "not toml", sessions, ignored)
	}
	if err := os.Mkdir(filepath.Join(sessions, "folder.toml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(sessions, "dangling.toml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", filepath.Join(sessions, "device.toml")); err != nil {
		t.Fatal(err)
	}
	got, faults := d.Sessions()
	if !reflect.DeepEqual(got, map[string]Session{"good": minimal("good")}) {
		t.Errorf("got %v; want good alone", got)
	}
	var names []string
	for _, f := range faults {
		names = append(names, f.Name)
		if !strings.Contains(f.Err.Error(), sessions) {
			t.Errorf("%s: %v; want the path in it", f.Name, f.Err)
		}
	}
	slices.Sort(names)
	want := []string{"50%", "dangling", "deep", "device", "empty", "folder", "huge", "made up%~0123456789abcdef", "nul"}
	if !slices.Equal(names, want) {
		t.Errorf("faults of %v; want %v", names, want)
	}
}

func TestUnreadableFolderIsNotEmpty(t *testing.T) {
	d := open(t)
	put(t, "", d.Path(), sessionsDir) // a file where the folder should be
	if got, faults := d.Sessions(); got != nil || len(faults) != 1 || faults[0].Name != "" {
		t.Errorf("got %v, %v; want nil and one fault without a name", got, faults)
	}
	if err := os.RemoveAll(d.Path()); err != nil {
		t.Fatal(err)
	}
	if got, faults := d.Sessions(); got != nil || len(faults) != 1 || faults[0].Name != "" {
		t.Errorf("folder gone: got %v, %v; want nil and one fault without a name", got, faults)
	}
}
