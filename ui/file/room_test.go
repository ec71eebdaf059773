//go:build unix

package file_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
)

// room is a registry that runs, with a keeper behind it and a folder to write to.
type room struct {
	*file.Registry
	keeper *apitest.Keeper
	state  string // folder of the registry's own file
	dir    string // where files go
	stop   func()
}

func (r *room) path(name string) string { return filepath.Join(r.dir, name) }

// inBubble runs body with a fresh room, in fake time.
func inBubble(t *testing.T, body func(t *testing.T, r *room)) {
	t.Helper()
	dir, state := safeDir(t), safeDir(t)
	synctest.Test(t, func(t *testing.T) {
		k := apitest.New(working())
		r := enter(t, k, state, dir)
		defer r.stop()
		body(t, r)
	})
}

func working() session.Session {
	return session.Session{
		Name: "work", State: session.Active, Generation: 1, Scopes: []string{"repo"},
		AccessExpiresAt: time.Now().Add(time.Minute),
	}
}

func enter(t *testing.T, k *apitest.Keeper, state, dir string) *room {
	t.Helper()
	reg, aside := file.Open(file.Options{
		Keeper: k, Path: filepath.Join(state, "files.json"), Closed: []string{state}, Runs: []string{filepath.Join(state, "run")},
		Log: slog.New(slog.DiscardHandler),
	})
	if aside != "" {
		t.Errorf("set aside: %s", aside)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := reg.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return &room{Registry: reg, keeper: k, state: state, dir: dir, stop: sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})}
}

// safeDir is a folder of the test's own, as it really is.
func safeDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); len(up) > len(os.TempDir()); up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wants holds a file against what it is to contain, "" for none.
func (r *room) wants(t *testing.T, name, want string) {
	t.Helper()
	synctest.Wait()
	data, err := os.ReadFile(r.path(name))
	switch {
	case want == "" && !errors.Is(err, fs.ErrNotExist):
		t.Errorf("there is a file with %q; want none (%v)", data, err)
	case want != "" && (err != nil || string(data) != want):
		t.Errorf("the file has %q, %v; want %q", data, err, want)
	}
	if info, err := os.Stat(r.path(name)); err == nil && info.Mode() != 0o600 {
		t.Errorf("mode %v; want 0600", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, ".sessionkeeper*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func (r *room) put(t *testing.T, b client.FileBody) client.File {
	t.Helper()
	f, err := r.Put(t.Context(), b)
	if err != nil {
		t.Fatalf("%+v: %v", b, err)
	}
	return f
}

func (r *room) body(name string) client.FileBody {
	return client.FileBody{Session: "work", Path: r.path(name)}
}
