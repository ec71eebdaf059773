package api_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
)

// openFiles is a server with token files behind it, and a folder for them.
func openFiles(t *testing.T) (h *house, dir string) {
	t.Helper()
	s := github()
	s.AccessExpiresAt = time.Now().Add(time.Hour)
	k := apitest.New(s)
	o := apitest.Options(t, k, page())
	for _, folder := range []string{filepath.Dir(o.Places.State), o.Places.State} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := file.Open(file.Options{
		Keeper: k, Path: filepath.Join(o.Places.State, "files.json"), Closed: []string{o.Places.State},
		Log: slog.New(slog.DiscardHandler),
	})
	o.Files, o.Uses = files, files.Uses
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := files.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	h = openWith(t, k, o)
	dir, err := filepath.EvalSymlinks(filepath.Dir(o.Places.State))
	if err != nil {
		t.Fatal(err)
	}
	return h, dir
}

func TestFiles(t *testing.T) {
	h, dir := openFiles(t)
	path := filepath.Join(dir, "token")
	f, err := h.client.PutFile(t.Context(), client.FileBody{Session: "github", Path: path})
	if err != nil || f.Path != path || f.State != client.FileFresh {
		t.Fatalf("got %+v, %v", f, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "token-of-github-3" {
		t.Errorf("the file has %q, %v", data, err)
	}
	if files, err := h.client.Files(t.Context()); err != nil || len(files) != 1 || files[0].Session != "github" {
		t.Errorf("got %+v, %v", files, err)
	}
	uses, err := h.client.Uses(t.Context(), "github")
	if err != nil || len(uses) != 1 || uses[0].Face != "file" || uses[0].Label != path {
		t.Errorf("uses %+v, %v", uses, err)
	}
	if err := h.client.RemoveFile(t.Context(), path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	wantProblem(t, h.client.RemoveFile(t.Context(), path), session.CodeNotFound)
	_, err = h.client.PutFile(t.Context(), client.FileBody{Session: "nobody", Path: path})
	wantProblem(t, err, session.CodeNotFound)
	_, err = h.client.PutFile(t.Context(), client.FileBody{Session: "github", Path: "token"})
	wantProblem(t, err, session.CodeInvalid)
	h.keeper.Fail("github", &session.Error{Code: session.CodeSignIn, Detail: "sign in"})
	_, err = h.client.PutFile(t.Context(), client.FileBody{Session: "github", Path: path})
	wantProblem(t, err, session.CodeSignIn)
}

func wantProblem(t *testing.T, err error, code session.Code) {
	t.Helper()
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != string(code) {
		t.Errorf("got %v; want %s", err, code)
	}
}

func TestFilesOnTheWire(t *testing.T) {
	h, dir := openFiles(t)
	body := `{"session":"github","path":"` + filepath.Join(dir, "token") + `","format":"json"}`
	for _, q := range []struct {
		method, body string
		status       int
	}{
		{"GET", "", 200},
		{"PUT", body, 200},
		{"PUT", `{"session":"github","path":1}`, 400},
		{"PUT", `{"session":"github","mode":"0644"}`, 400},
		{"PUT", "", 404},
		{"GET", "", 200},
		{"DELETE", "", 400},
		{"DELETE", `{"path":"` + filepath.Join(dir, "token") + `"}`, 204},
	} {
		r := h.overSocket(t, wireRequest{method: q.method, target: "/v1/files", header: [][2]string{asJSON}, body: q.body})
		if r.StatusCode != q.status || strings.Contains(r.body, "token-of") {
			t.Errorf("%s %s: %d %s; want %d", q.method, q.body, r.StatusCode, r.body, q.status)
		}
	}
}

// A file that is held is there for as long as its holder.
func TestHeldFile(t *testing.T) {
	h, dir := openFiles(t)
	path := filepath.Join(dir, "token")
	ctx, cancel := context.WithCancel(t.Context())
	err := h.client.HoldFile(ctx, client.FileBody{Session: "github", Path: path}, func(f client.File) {
		if data, err := os.ReadFile(path); err != nil || string(data) != "token-of-github-3" || !f.Held {
			t.Errorf("held %+v with %q, %v", f, data, err)
		}
		cancel()
	})
	if err != nil {
		t.Errorf("a holder who lets go: %v; want nil", err)
	}
	gone := func() bool { _, err := os.Stat(path); return errors.Is(err, fs.ErrNotExist) }
	for !gone() {
		time.Sleep(time.Millisecond)
	}
	err = h.client.HoldFile(t.Context(), client.FileBody{Session: "nobody", Path: path}, func(client.File) {})
	wantProblem(t, err, session.CodeNotFound)
	// The keeper that stops leaves it: who holds it asks the next one.
	err = h.client.HoldFile(t.Context(), client.FileBody{Session: "github", Path: path}, func(client.File) { go h.stop() })
	if !errors.Is(err, io.EOF) {
		t.Errorf("a keeper that stops: %v; want io.EOF", err)
	}
	if gone() {
		t.Error("the file went with the keeper")
	}
}

// A file that cannot be written is seen where people look.
func TestFileFaultIsShown(t *testing.T) {
	h, dir := openFiles(t)
	path := filepath.Join(dir, "token")
	if _, err := h.client.PutFile(t.Context(), client.FileBody{Session: "github", Path: path}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.keeper.Renew("github", time.Now().Add(time.Hour))
	for {
		health, err := h.client.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(health.Faults) == 1 && strings.Contains(health.Faults[0].Detail, path) && health.Status == "degraded" {
			break
		}
		time.Sleep(time.Millisecond)
	}
}
