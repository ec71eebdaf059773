package config

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long a burst of changes may grow: an editor's save is up to five of them.
	settle = 200 * time.Millisecond
	// retryArm is how often a folder that went away is looked for.
	retryArm = time.Second
)

// Watch calls changed (at most once per 200 ms, from one goroutine) when a file in the folder changes, until ctx ends:
// config.toml, sessions/*.toml and providers/*.toml, also where they are symbolic links and the file behind them
// changes. It calls changed once at its start, because a change may have come between reading and watching. The folders
// may vanish and come back. The error is nil when ctx ended; else the system cannot watch (out of inotify instances).
func (d *Dir) Watch(ctx context.Context, changed func()) error {
	fsw, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching %s: %w", d.path, err)
	}
	defer fsw.Close()
	w := &watcher{dir: d.path, fs: fsw, armed: map[string]fs.FileInfo{}}
	w.arm()
	return w.run(ctx, changed)
}

type watcher struct {
	dir     string
	fs      *fsnotify.Watcher
	armed   map[string]fs.FileInfo // watched folder: what it was when the watch was set
	targets map[string]bool        // files outside that links inside lead to
	missing bool                   // a folder that should be watched is not
}

func (w *watcher) run(ctx context.Context, changed func()) error {
	pending := time.NewTimer(0)
	defer pending.Stop()
	retry := time.NewTimer(retryArm)
	defer retry.Stop()
	waiting := true
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.fs.Events:
			if !ok {
				return nil
			}
			if _, own := w.armed[e.Name]; own && e.Has(fsnotify.Remove|fsnotify.Rename) {
				// The kernel dropped the watch. Another folder of that name may even have the same inode.
				w.disarm(e.Name)
			} else if !w.relevant(e.Name) {
				continue
			}
		case _, ok := <-w.fs.Errors:
			if !ok {
				return nil
			}
			// Events were lost: whatever it was, look at everything.
		case <-retry.C:
			if added := w.missing && w.arm(); !added {
				w.retryLater(retry)
				continue
			}
		case <-pending.C:
			waiting = false
			w.arm()
			w.retryLater(retry)
			changed()
			continue
		}
		if !waiting {
			waiting = true
			pending.Reset(settle)
		}
	}
}

// retryLater sets the timer only where it is needed: nothing here wakes an idle machine.
func (w *watcher) retryLater(retry *time.Timer) {
	if w.missing {
		retry.Reset(retryArm)
	}
}

func (w *watcher) disarm(folder string) {
	_ = w.fs.Remove(folder) // it is gone already, most of the time
	delete(w.armed, folder)
}

// arm watches what should be watched now, and reports whether something was added.
func (w *watcher) arm() (added bool) {
	folders := []string{w.dir, filepath.Join(w.dir, sessionsDir), filepath.Join(w.dir, providersDir)}
	w.targets = linkTargets(folders)
	for target := range w.targets {
		folders = append(folders, filepath.Dir(target))
	}
	wanted := map[string]bool{}
	w.missing = false
	for i, folder := range folders {
		if wanted[folder] {
			continue
		}
		info, err := os.Stat(folder)
		if err != nil || !info.IsDir() {
			w.missing = w.missing || i == 0
			continue
		}
		wanted[folder] = true
		if old, ok := w.armed[folder]; ok && os.SameFile(old, info) {
			continue
		}
		w.disarm(folder)
		if w.fs.Add(folder) != nil {
			w.missing = true
			continue
		}
		w.armed[folder] = info
		added = true
	}
	for folder := range w.armed {
		if !wanted[folder] {
			w.disarm(folder)
		}
	}
	return added
}

// linkTargets gives the files that symbolic links in the folders lead to.
func linkTargets(folders []string) map[string]bool {
	targets := map[string]bool{}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.Type()&fs.ModeSymlink == 0 || !isDefinition(e.Name()) {
				continue
			}
			if target, err := filepath.EvalSymlinks(filepath.Join(folder, e.Name())); err == nil {
				targets[target] = true
			}
		}
	}
	return targets
}

func (w *watcher) relevant(path string) bool {
	if w.targets[path] {
		return true
	}
	folder, file := filepath.Dir(path), filepath.Base(path)
	switch folder {
	case w.dir:
		return file == settingsFile || file == sessionsDir || file == providersDir
	case filepath.Join(w.dir, sessionsDir), filepath.Join(w.dir, providersDir):
		return isDefinition(file)
	}
	return path == w.dir
}
