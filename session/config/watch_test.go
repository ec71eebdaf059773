package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// watching starts Watch and returns a channel that has a value when something changed since it was last read, and
// waits for the call at the start.
func watching(t *testing.T, d *Dir) <-chan struct{} {
	t.Helper()
	changed := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- d.Watch(ctx, func() {
			select {
			case changed <- struct{}{}:
			default:
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-changed
	return changed
}

// told makes a change and waits until Watch has said so and ok holds; a change that is never told hangs the test.
func told(t *testing.T, changed <-chan struct{}, what string, act func(), ok func() bool) {
	t.Helper()
	t.Log("waiting for word of", what)
	select {
	case <-changed: // a late word of the change before
	default:
	}
	act()
	<-changed
	for !ok() {
		<-changed
	}
}

func anyhow() bool { return true }

func TestWatch(t *testing.T) {
	d := open(t)
	changed := watching(t, d)
	session := filepath.Join(d.Path(), sessionsDir, "work.toml")
	for _, c := range []struct {
		what string
		act  func() error
	}{
		{"a new config.toml", func() error { put(t, "log_level = \"warn\"\n", d.Path(), settingsFile); return nil }},
		{"a new folder with a session", func() error { return d.Save(minimal("work")) }},
		{"a file written in place", func() error { put(t, "x", session); return nil }},
		{"an editor's rename", func() error { return os.Rename(put(t, "y", session+"~"), session) }},
		{"a new folder of providers", func() error { put(t, "z", d.Path(), providersDir, "acme.toml"); return nil }},
		{"a change among the providers", func() error { put(t, "zz", d.Path(), providersDir, "acme.toml"); return nil }},
		{"a removed session", func() error { return d.Remove("work") }},
	} {
		told(t, changed, c.what, func() {
			if err := c.act(); err != nil {
				t.Fatal(err)
			}
		}, anyhow)
	}
}

func TestWatchSurvivesRemovedFolder(t *testing.T) {
	d := open(t)
	if err := d.Save(minimal("work")); err != nil {
		t.Fatal(err)
	}
	changed := watching(t, d)
	clientID := func() string {
		s, _ := d.Sessions()
		return s["work"].ClientID
	}
	for range 2 {
		told(t, changed, "the folder's end", func() {
			if err := os.RemoveAll(d.Path()); err != nil {
				t.Fatal(err)
			}
		}, anyhow)
		for _, id := range []string{"made anew", "written in place", "once more"} {
			told(t, changed, id, func() {
				put(t, "provider = \"github\"\nclient_id = \""+id+"\"\n", d.Path(), sessionsDir, "work.toml")
			}, func() bool { return clientID() == id })
		}
	}
}

func TestWatchSurvivesMovedFolder(t *testing.T) {
	d := open(t)
	if err := d.Save(minimal("work")); err != nil {
		t.Fatal(err)
	}
	changed := watching(t, d)
	told(t, changed, "the folder moved away", func() {
		if err := os.Rename(filepath.Join(d.Path(), sessionsDir), filepath.Join(t.TempDir(), "away")); err != nil {
			t.Fatal(err)
		}
	}, anyhow)
	for _, name := range []string{"home", "garden"} {
		told(t, changed, "a session in the new folder", func() {
			if err := d.Save(minimal(name)); err != nil {
				t.Fatal(err)
			}
		}, anyhow)
	}
}

func TestWatchFollowsLinks(t *testing.T) {
	d := open(t)
	target := put(t, "", t.TempDir(), "dotfiles", "sessionkeeper")
	if err := os.Symlink(target, filepath.Join(d.Path(), settingsFile)); err != nil {
		t.Fatal(err)
	}
	changed := watching(t, d)
	told(t, changed, "a change behind a link", func() { put(t, "log_level = \"warn\"\n", target) }, anyhow)
}

func TestWatchIgnoresOthersFiles(t *testing.T) {
	d := open(t)
	w := &watcher{dir: d.Path(), targets: map[string]bool{"/dotfiles/x": true}}
	for path, want := range map[string]bool{
		"config.toml": true, "sessions": true, "providers": true, "sessions/a.toml": true, "providers/a.toml": true,
		".":            true,
		"config.toml~": false, ".config.toml.swp": false, "sessions/.save-1.tmp": false, "sessions/a.toml~": false,
		"other.toml": false, "sessions/.a.toml": false, "4913": false, "elsewhere/a.toml": false,
	} {
		if got := w.relevant(filepath.Join(d.Path(), path)); got != want {
			t.Errorf("%s: got %v; want %v", path, got, want)
		}
	}
	if !w.relevant("/dotfiles/x") || w.relevant("/dotfiles/y") {
		t.Error("want the target of a link and nothing beside it")
	}
}

func TestWatchMergesBursts(t *testing.T) {
	d := open(t)
	calls := make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- d.Watch(ctx, func() { calls <- struct{}{} }) }()
	<-calls
	for range 300 {
		put(t, "x", d.Path(), settingsFile)
	}
	<-calls
	last := put(t, "y", d.Path(), sessionsDir, "last.toml")
	<-calls
	if err := os.Remove(last); err != nil {
		t.Fatal(err)
	}
	<-calls
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	// 300 writes in place are 600 events; what is left of the burst may spill into a second and third call.
	if n := len(calls); n > 10 {
		t.Errorf("%d more calls; want bursts merged", n)
	}
}
