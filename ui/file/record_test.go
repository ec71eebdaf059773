//go:build unix

package file_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
)

func TestOverRestart(t *testing.T) {
	dir, state := safeDir(t), safeDir(t)
	synctest.Test(t, func(t *testing.T) {
		k := apitest.New(working())
		r := enter(t, k, state, dir)
		defer func() { r.stop() }()
		b := r.body("token")
		b.Format = "json"
		r.put(t, b)
		r.put(t, r.body("raw"))
		_, release, err := r.Hold(t.Context(), r.body("held"))
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		r.stop()
		r.wants(t, "raw", "token-of-work-1") // its token is valid
		k.Renew("work", time.Now().Add(time.Minute))

		r = enter(t, k, state, dir)
		r.wants(t, "raw", "token-of-work-2")
		if files := r.List(); len(files) != 2 || files[0].Path != r.path("raw") || files[1].Format != "json" {
			t.Errorf("got %+v", files)
		}
		r.stop()
		data, err := os.ReadFile(filepath.Join(state, "files.json"))
		if err != nil || strings.Contains(string(data), "token-of-work") {
			t.Errorf("the registry has a token in it, %v:\n%s", err, data)
		}

		// The keychain is locked after the next start: what is in the file stays as long as it lives.
		k.Fail("work", &session.Error{Code: session.CodeKeychain, Detail: "locked"})
		r = enter(t, k, state, dir)
		r.wants(t, "raw", "token-of-work-2")
		if files := r.List(); files[0].State != client.FileFresh {
			t.Errorf("a file with a token that is valid is %q", files[0].State)
		}
		time.Sleep(61 * time.Second)
		r.wants(t, "raw", "")
	})
}

// A crash leaves no token beside the file either, though there is nothing to write when it is looked at again.
func TestCrashLeavesNothing(t *testing.T) {
	dir, state := safeDir(t), safeDir(t)
	synctest.Test(t, func(t *testing.T) {
		k := apitest.New(working())
		r := enter(t, k, state, dir)
		r.put(t, r.body("token"))
		r.stop()
		leave := func() {
			if err := os.WriteFile(file.TempName(r.path("token")), []byte("token-of-work-1"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		leave()
		r = enter(t, k, state, dir)
		defer r.stop()
		r.wants(t, "token", "token-of-work-1")
		leave()
		if err := r.Remove(t.Context(), r.path("token")); err != nil {
			t.Error(err)
		}
		r.wants(t, "token", "")
	})
}

// A registry that was edited leads to nowhere that nobody could have asked for.
func TestEditedRegistry(t *testing.T) {
	dir, state := safeDir(t), safeDir(t)
	synctest.Test(t, func(t *testing.T) {
		for _, path := range []string{filepath.Join(state, "token"), filepath.Join(state, "..", filepath.Base(state), "files.json")} {
			text := `{"version":1,"files":[{"session":"work","path":"` + filepath.Clean(path) +
				`","format":"raw","since":"2026-01-02T03:04:05Z"}]}`
			if err := os.WriteFile(filepath.Join(state, "files.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r := enter(t, apitest.New(working()), state, dir)
			synctest.Wait()
			if files := r.List(); len(files) > 0 {
				t.Errorf("kept: %+v", files)
			}
			r.stop()
			if _, err := os.Lstat(filepath.Join(state, "token")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("written beside the keeper's own files: %v", err)
			}
		}
	})
}

// A crash between any two steps of a writing leaves a file that is known for ours.
func TestCrashWhileWriting(t *testing.T) {
	dir, state := safeDir(t), safeDir(t)
	synctest.Test(t, func(t *testing.T) {
		k := apitest.New(working())
		r := enter(t, k, state, dir)
		r.put(t, r.body("token"))
		k.Renew("work", time.Now().Add(time.Minute))
		r.wants(t, "token", "token-of-work-2")
		r.stop()
		// The registry knows of the new content, the file has the old one, and there is half of the next.
		if err := os.WriteFile(r.path("token"), []byte("token-of-work-1"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file.TempName(r.path("token")), []byte("token-of-w"), 0o600); err != nil {
			t.Fatal(err)
		}
		r = enter(t, k, state, dir)
		defer r.stop()
		r.wants(t, "token", "token-of-work-2")
	})
}

func TestBrokenRegistry(t *testing.T) {
	for what, text := range map[string]string{
		"empty":         "",
		"no JSON":       "{",
		"null":          "null",
		"other version": `{"version":2,"files":[]}`,
		"two objects":   `{"version":1,"files":[]}{}`,
		"unknown key":   `{"version":1,"files":[],"more":1}`,
		"relative path": `{"version":1,"files":[{"session":"a","path":"b","format":"raw","since":"2026-01-02T03:04:05Z"}]}`,
		"control":       `{"version":1,"files":[{"session":"a","path":"/b\u001b[2J","format":"raw","since":"2026-01-02T03:04:05Z"}]}`,
		"format":        `{"version":1,"files":[{"session":"a","path":"/b","format":"x","since":"2026-01-02T03:04:05Z"}]}`,
		"huge":          `{"version":1,"files":[` + strings.Repeat(" ", 5<<20) + `]}`,
	} {
		path := filepath.Join(t.TempDir(), "files.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, aside := file.Open(file.Options{Keeper: apitest.New(), Path: path, Log: slog.New(slog.DiscardHandler)})
		kept, err := os.ReadFile(aside)
		if err != nil || string(kept) != text || len(r.List()) > 0 {
			t.Errorf("%s: set aside as %q (%v), %d files", what, aside, err, len(r.List()))
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it lies there still", what)
		}
	}
	path := filepath.Join(t.TempDir(), "files.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, aside := file.Open(file.Options{Keeper: apitest.New(), Path: path, Log: slog.New(slog.DiscardHandler)}); aside == "" {
		t.Error("a folder in its place is passed over in silence")
	}
}

func FuzzRegistry(f *testing.F) {
	f.Add([]byte(`{"version":1,"files":[{"session":"a","path":"/b","format":"raw","since":"2026-01-02T03:04:05Z",` +
		`"marks":[{"sum":"00","expires_at":"2026-01-02T03:04:05Z"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		known := map[string]bool{}
		for _, path := range file.RegistryPaths(data) {
			if !filepath.IsAbs(path) || known[path] {
				t.Errorf("the path %q", path)
			}
			known[path] = true
		}
	})
}

func FuzzTokenEnd(f *testing.F) {
	for _, token := range []string{"", "a.b.c", "e30.e30.", "e30.eyJleHAiOjF9.", "e30.eyJleHAiOjFlOTl9.", "e30.eyJleHAiOi0xfQ."} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if at := file.TokenEnd(token); at.Year() > 9999 || !at.IsZero() && at.Unix() < 0 {
			t.Errorf("%q ends at %v", token, at)
		}
	})
}
