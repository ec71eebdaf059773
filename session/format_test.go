package session

import (
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

const goldenID = "mgn3k5lq2vqkrm7eq4xw6hzt2a" // of the session that the golden states are of

// golden puts a state that some version of this program wrote into a state folder.
func golden(t *testing.T, state, name, as string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "journal", name))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(state, "sessions")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, as), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// States of every form that this program ever wrote are read, and written in the newest one.
func TestF26OlderStateIsRead(t *testing.T) {
	for _, name := range []string{"unnumbered.json", "format1.json"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			golden(t, dir, name, goldenID+".json")
			read := func() durable {
				t.Helper()
				j, err := openJournal(dir, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				all, err := j.load()
				if err != nil || len(all) != 1 {
					t.Fatalf("read %d states, %v", len(all), err)
				}
				d := all[0]
				in, at := d.Intent, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
				if in == nil || in.Mark != "0a1b2c3d" || in.Generation != 7 || in.Attempt != 2 || !in.Unknown {
					t.Errorf("the intent is %+v", in)
				}
				if d.ID != goldenID || d.Name != "work" || d.Generation != 7 || d.Taken != 8 || d.Account.Sub != "ada" ||
					!d.ExpiresAt.Equal(at.Add(time.Hour)) || len(d.Warned) != 1 || d.Provider == nil ||
					d.Provider.Replay != provider.ReplayUnsafe || d.LastError == nil || d.Target != "target" || d.Bound != "bound" {
					t.Errorf("read %+v", d)
				}
				return d
			}
			d := read()
			j, err := openJournal(dir, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			d.Seq++
			if err := j.write(d); err != nil {
				t.Fatal(err)
			}
			if d = read(); d.Seq != 42 || d.Format != stateFormat {
				t.Errorf("written again it has sequence %d and format %d", d.Seq, d.Format)
			}
		})
	}
}

// A state of a newer program, wherever a crash left it, ends the start with a word on what to do; nothing in the folder
// is changed, not even what could be mended.
func TestF26NewerStateIsLeftAlone(t *testing.T) {
	for _, suffix := range copies {
		t.Run("session"+suffix, func(t *testing.T) {
			dir := t.TempDir()
			golden(t, dir, "newer.json", goldenID+".json"+suffix)
			if suffix == ".new" {
				golden(t, dir, "format1.json", goldenID+".json")
			}
			if err := os.WriteFile(filepath.Join(dir, "sessions", "other.json"), []byte("cut sho"), 0o600); err != nil {
				t.Fatal(err)
			}
			refusesNewer(t, dir, func() error {
				c, err := config.Open(t.TempDir())
				if err != nil {
					return err
				}
				_, err = New(Options{Config: c, StateDir: dir, Store: newMemory(), Log: slog.New(slog.DiscardHandler)})
				return err
			})
		})
	}
	t.Run("home", func(t *testing.T) {
		dir := t.TempDir()
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		if err := writeSealedJSON(root, "home.json", map[string]any{"format": stateFormat + 1}); err != nil {
			t.Fatal(err)
		}
		refusesNewer(t, dir, func() error {
			_, err := HomeID(dir)
			return err
		})
	})
}

func refusesNewer(t *testing.T, dir string, start func() error) {
	t.Helper()
	before := tree(t, dir)
	err := start()
	if err == nil || !strings.Contains(err.Error(), "newer version") || !strings.Contains(err.Error(), "start that version again") {
		t.Errorf("the start gave %v; want what to do about a newer version's state", err)
	}
	if after := tree(t, dir); !maps.Equal(before, after) {
		t.Errorf("the folder was changed: %d files before, %d after", len(before), len(after))
	}
}

// tree is what lies in a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		all[path] = string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// What the keychain holds in a session's place and cannot be read, or not any more, is left as it is: nothing is sent, and
// the session says what is the matter with it.
func TestF6GrantOfAnotherKind(t *testing.T) {
	for name, c := range map[string]struct {
		key, data string // what lies there; no data: nothing does
		want      State
		reason    Reason
		code      Code
	}{
		"a later version's": {"id-one", `{"format":2,"generation":1,"refresh":"one.rt1"}`, SignInNeeded, ReasonRefused, CodeSignIn},
		"a stranger's":      {"id-one", "hunter2", SignInNeeded, ReasonRefused, CodeSignIn},
		"a later version's client secret": {
			secretKey("id-one"), "\x01" + `{"format":2,"newest":"x"}`, SignInNeeded, ReasonRefused, CodeSignIn,
		},
		"none": {"id-one", "", KeychainLocked, "absent", CodeKeychain},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Minute)
				w.have("one", "two")
				if c.data == "" {
					delete(w.store.data, c.key)
				} else {
					w.store.data[c.key] = []byte(c.data)
				}
				w.start()
				defer w.stop()
				for range 12 {
					time.Sleep(5 * time.Minute)
					w.token("two", TokenRequest{Wait: DefaultWait})
					_, err := w.k.Token(t.Context(), "one", TokenRequest{Force: true, Wait: time.Second})
					if e, ok := errors.AsType[*Error](err); !ok || e.Code != c.code {
						t.Fatalf("a token of it: %v; want %s", err, c.code)
					}
				}
				if s := w.session("one"); s.State != c.want || s.Reason != c.reason || s.Detail == "" {
					t.Errorf("the session is %s, %s, %q; want %s, %s", s.State, s.Reason, s.Detail, c.want, c.reason)
				}
				w.store.set(func() {
					if now, there := w.store.data[c.key]; string(now) != c.data || there != (c.data != "") {
						t.Errorf("in its place lies %q now", now)
					}
				})
				w.server.set(func() {
					if n := w.server.families["one"].n; n != 1 {
						t.Errorf("its refresh token was sent: the server is at generation %d", n)
					}
				})
			})
		})
	}
}

// A folder, or a link out of the state folder, in a state's place is set aside; the last good copy counts.
func TestF25StateThatIsNoFile(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"link":   func(path string) error { return os.Symlink("/etc/passwd", path) },
		"circle": func(path string) error { return os.Symlink(filepath.Base(path), path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			golden(t, dir, "format1.json", goldenID+".json.old")
			if err := put(filepath.Join(dir, "sessions", goldenID+".json")); err != nil {
				t.Fatal(err)
			}
			j, err := openJournal(dir, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			all, err := j.load()
			if err != nil || len(all) != 1 || all[0].Seq != 41 {
				t.Errorf("read %+v, %v; want the copy before", all, err)
			}
			if kept, _ := filepath.Glob(filepath.Join(dir, "sessions", "*.corrupt-*")); len(kept) != 1 {
				t.Errorf("%d things are kept aside, want 1", len(kept))
			}
		})
	}
}
