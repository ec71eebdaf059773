//go:build unix

package file_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
)

var _ api.Files = (*file.Registry)(nil)

func TestFollowsToken(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		f := r.put(t, r.body("token"))
		if f.State != client.FileFresh || f.Format != "raw" || f.WrittenAt.IsZero() || f.ExpiresAt.IsZero() {
			t.Errorf("got %+v", f)
		}
		r.wants(t, "token", "token-of-work-1")
		for _, want := range []string{"token-of-work-2", "token-of-work-3"} {
			time.Sleep(40 * time.Second)
			r.keeper.Renew("work", time.Now().Add(time.Minute))
			r.wants(t, "token", want)
		}
		before := r.List()[0].WrittenAt
		time.Sleep(31 * time.Second)
		r.wants(t, "token", "token-of-work-3")
		if after := r.List()[0].WrittenAt; !after.Equal(before) {
			t.Errorf("written at %v although nothing changed since %v", after, before)
		}
	})
}

func TestFormats(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		b := r.body("token")
		b.Format = "json"
		r.put(t, b)
		data, err := os.ReadFile(b.Path)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			AccessToken string    `json:"access_token"`
			TokenType   string    `json:"token_type"`
			ExpiresAt   time.Time `json:"expires_at"`
			Scopes      []string  `json:"scopes"`
		}
		if err := json.Unmarshal(data, &got); err != nil || got.AccessToken != "token-of-work-1" || got.TokenType != "Bearer" ||
			got.ExpiresAt.IsZero() || len(got.Scopes) != 1 || strings.HasSuffix(string(data), "\n") {
			t.Errorf("got %s, %v", data, err)
		}
		b.IDToken = true // the same path again changes what it holds
		r.put(t, b)
		r.wants(t, "token", `{"id_token":"id-token-of-work-1"}`)
		b.Format = ""
		r.put(t, b)
		r.wants(t, "token", "id-token-of-work-1")
		if n := len(r.List()); n != 1 {
			t.Errorf("%d files; want 1", n)
		}
	})
}

// A session that has no token to give has no file, and has one again once it has.
func TestFollowsSession(t *testing.T) {
	for _, c := range []struct {
		code session.Code
		kept bool // while it lasts
	}{
		{code: session.CodeSignIn},
		{code: session.CodePaused},
		{code: session.CodeSetup},
		{code: session.CodeUnavailable, kept: true},
		{code: session.CodeKeychain, kept: true},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			inBubble(t, func(t *testing.T, r *room) {
				r.put(t, r.body("token"))
				r.keeper.Fail("work", &session.Error{Code: c.code, Detail: "not now"})
				r.keeper.Happen(session.Event{Type: session.EventState, Session: "work"})
				if c.kept {
					r.wants(t, "token", "token-of-work-1")
					time.Sleep(59 * time.Second)
					r.wants(t, "token", "token-of-work-1")
					time.Sleep(2 * time.Second)
				}
				r.wants(t, "token", "")
				if f := r.List()[0]; f.State != client.FileWaiting || f.Detail != "not now" || !f.WrittenAt.IsZero() {
					t.Errorf("got %+v", f)
				}
				r.keeper.Fail("work", nil)
				r.keeper.Renew("work", time.Now().Add(time.Minute))
				r.wants(t, "token", "token-of-work-2")
			})
		})
	}
}

func TestRemovedSession(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		r.put(t, r.body("token"))
		if err := r.keeper.Remove(t.Context(), "work"); err != nil {
			t.Fatal(err)
		}
		r.wants(t, "token", "")
		r.keeper.Put(working()) // another session of the same name
		r.wants(t, "token", "")
		if files := r.List(); len(files) > 0 {
			t.Errorf("got %+v; want none", files)
		}
	})
}

func TestRemove(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		r.put(t, r.body("token"))
		if uses := r.Uses("work"); len(uses) != 1 || uses[0].Face != "file" || uses[0].Label != r.path("token") {
			t.Errorf("uses %+v", uses)
		}
		if err := r.Remove(t.Context(), r.path("token")); err != nil {
			t.Error(err)
		}
		r.wants(t, "token", "")
		wantCode(t, r.Remove(t.Context(), r.path("token")), session.CodeNotFound)
		if uses := r.Uses("work"); len(uses) > 0 {
			t.Errorf("uses %+v; want none", uses)
		}
	})
}

func wantCode(t *testing.T, err error, code session.Code) {
	t.Helper()
	if e, ok := errors.AsType[*session.Error](err); !ok || e.Code != code {
		t.Errorf("got %v; want %s", err, code)
	}
}

// Nothing is kept of a file that could not be written at once.
func TestRefusals(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		write := func(name, text string) string {
			if err := os.WriteFile(r.path(name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return r.path(name)
		}
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		foreign := write("foreign", "mine")
		check(os.Symlink(foreign, r.path("link")))
		check(os.Symlink(r.path("nowhere"), r.path("dangling")))
		check(syscall.Mkfifo(r.path("fifo"), 0o600))
		check(os.Mkdir(r.path("folder"), 0o700))
		check(os.Mkdir(r.path("open"), 0o700))
		check(os.Chmod(r.path("open"), 0o770))
		check(os.Mkdir(r.path("sticky"), 0o700))
		check(os.Chmod(r.path("sticky"), 0o777|fs.ModeSticky))
		check(os.Mkdir(r.path("open/inner"), 0o700))
		r.put(t, r.body("taken"))
		r.keeper.Put(session.Session{Name: "other", State: session.Active})
		for what, c := range map[string]struct {
			body client.FileBody
			code session.Code
		}{
			"relative":        {client.FileBody{Session: "work", Path: "token"}, session.CodeInvalid},
			"no path":         {client.FileBody{Session: "work"}, session.CodeInvalid},
			"root":            {client.FileBody{Session: "work", Path: "/"}, session.CodeInvalid},
			"slash":           {client.FileBody{Session: "work", Path: r.path("new") + "/"}, session.CodeInvalid},
			"no session":      {client.FileBody{Path: r.path("token")}, session.CodeInvalid},
			"format":          {client.FileBody{Session: "work", Path: r.path("token"), Format: "yaml"}, session.CodeInvalid},
			"control":         {r.body("to\nken"), session.CodeInvalid},
			"no UTF-8":        {r.body("to\xffken"), session.CodeInvalid},
			"long":            {r.body(strings.Repeat("a", 5000)), session.CodeInvalid},
			"long name":       {r.body(strings.Repeat("a", 300)), session.CodeUnavailable},
			"no folder":       {r.body("none/token"), session.CodeInvalid},
			"file as folder":  {r.body("foreign/token"), session.CodeInvalid},
			"open folder":     {r.body("open/token"), session.CodeInvalid},
			"open on the way": {r.body("open/inner/token"), session.CodeInvalid},
			"keeper's own":    {client.FileBody{Session: "work", Path: filepath.Join(r.state, "history.db")}, session.CodeInvalid},
			"stranger's":      {r.body("foreign"), session.CodeConflict},
			"link":            {r.body("link"), session.CodeConflict},
			"dangling link":   {r.body("dangling"), session.CodeConflict},
			"fifo":            {r.body("fifo"), session.CodeConflict},
			"folder":          {r.body("folder"), session.CodeConflict},
			"replaced link":   {client.FileBody{Session: "work", Path: r.path("link"), Replace: true}, session.CodeConflict},
			"other session":   {client.FileBody{Session: "other", Path: r.path("taken")}, session.CodeConflict},
			"unknown session": {client.FileBody{Session: "nobody", Path: r.path("token")}, session.CodeNotFound},
		} {
			_, err := r.Put(t.Context(), c.body)
			t.Log(what, err)
			wantCode(t, err, c.code)
		}
		if files := r.List(); len(files) != 1 {
			t.Errorf("kept: %+v", files)
		}
		r.wants(t, "foreign", "mine")
		r.wants(t, "token", "")
		r.put(t, r.body("sticky/token"))
		b := r.body("foreign")
		b.Replace = true
		r.put(t, b)
		r.wants(t, "foreign", "token-of-work-1")
	})
}

// Without XDG_RUNTIME_DIR the folders of exec's runs lie among the keeper's own.
func TestFolderOfRun(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		run := filepath.Join(r.state, "run", "exec-1")
		if err := os.MkdirAll(run, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(run, "TOKEN_FILE")
		_, release, err := r.Hold(t.Context(), client.FileBody{Session: "work", Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if data, err := os.ReadFile(path); err != nil || string(data) != "token-of-work-1" {
			t.Errorf("got %q, %v", data, err)
		}
		if _, _, err := r.Hold(t.Context(), client.FileBody{Session: "work", Path: filepath.Join(r.state, "run", "new")}); err == nil {
			t.Error("a file may lie beside the keeper's sockets")
		}
	})
}

// What somebody else writes into a file of ours is not written over, and not taken away.
func TestStrangerWrites(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		r.put(t, r.body("token"))
		if err := os.WriteFile(r.path("token"), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		r.keeper.Renew("work", time.Now().Add(time.Hour))
		r.wants(t, "token", "mine")
		if f := r.List()[0]; f.State != client.FileFailed || f.Detail == "" {
			t.Errorf("got %+v", f)
		}
		err := r.Remove(t.Context(), r.path("token"))
		wantCode(t, err, session.CodeConflict)
		r.wants(t, "token", "mine")
	})
}

// A wish to replace what lies there ends with the request that failed.
func TestReplaceOnceOnly(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		r.put(t, r.body("token"))
		if err := os.WriteFile(r.path("token"), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		r.keeper.Fail("work", &session.Error{Code: session.CodePaused, Detail: "paused"})
		b := r.body("token")
		b.Replace = true
		_, err := r.Put(t.Context(), b)
		wantCode(t, err, session.CodePaused)
		r.keeper.Fail("work", nil)
		r.keeper.Renew("work", time.Now().Add(time.Hour))
		r.wants(t, "token", "mine")
	})
}

// A file that others were let in to is private again, and one that was deleted is back, at the next look.
func TestMends(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		r.keeper.Renew("work", time.Now().Add(time.Hour))
		r.put(t, r.body("token"))
		if err := os.Chmod(r.path("token"), 0o644); err != nil {
			t.Fatal(err)
		}
		time.Sleep(31 * time.Second)
		r.wants(t, "token", "token-of-work-2")
		if err := os.Remove(r.path("token")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(31 * time.Second)
		r.wants(t, "token", "token-of-work-2")
	})
}

// A folder that goes away is a fault that is shown, and over when the folder is back.
func TestFolderGone(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		if err := os.Mkdir(r.path("sub"), 0o700); err != nil {
			t.Fatal(err)
		}
		r.put(t, r.body("sub/token"))
		if err := os.RemoveAll(r.path("sub")); err != nil {
			t.Fatal(err)
		}
		r.keeper.Renew("work", time.Now().Add(time.Hour))
		synctest.Wait()
		if f := r.List()[0]; f.State != client.FileFailed {
			t.Errorf("got %+v", f)
		}
		if err := os.Mkdir(r.path("sub"), 0o700); err != nil {
			t.Fatal(err)
		}
		time.Sleep(31 * time.Second)
		r.wants(t, "sub/token", "token-of-work-2")
		if f := r.List()[0]; f.State != client.FileFresh || f.Detail != "" {
			t.Errorf("got %+v", f)
		}
	})
}

func TestHold(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		f, release, err := r.Hold(t.Context(), r.body("token"))
		if err != nil || !f.Held {
			t.Fatalf("got %+v, %v", f, err)
		}
		r.keeper.Renew("work", time.Now().Add(time.Minute))
		r.wants(t, "token", "token-of-work-2")
		_, err = r.Put(t.Context(), r.body("token"))
		wantCode(t, err, session.CodeConflict)
		wantCode(t, r.Remove(t.Context(), r.path("token")), session.CodeConflict)
		if uses := r.Uses("work"); len(uses) > 0 {
			t.Errorf("uses %+v; want none beside the holder's own", uses)
		}
		release()
		r.wants(t, "token", "")
		if files := r.List(); len(files) > 0 {
			t.Errorf("got %+v", files)
		}
	})
}

// What a keeper that is gone left behind is taken over, also where the token in it is the newest.
func TestHoldAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, r *room) {
		if err := os.WriteFile(r.path("token"), []byte("token-of-work-1"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := r.Hold(t.Context(), r.body("token"))
		wantCode(t, err, session.CodeConflict)
		b := r.body("token")
		b.Replace = true
		_, release, err := r.Hold(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		r.keeper.Renew("work", time.Now().Add(time.Minute))
		r.wants(t, "token", "token-of-work-2")
		release()
		r.wants(t, "token", "")
	})
}

// A reader never sees half a token, an empty file, or none.
func TestWhole(t *testing.T) {
	dir, state := safeDir(t), safeDir(t)
	k := apitest.New(working())
	r := enter(t, k, state, dir)
	defer r.stop()
	r.put(t, r.body("token"))
	ctx, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() {
		for ctx.Err() == nil {
			if data, err := os.ReadFile(r.path("token")); err != nil || !strings.HasPrefix(string(data), "token-of-work-") {
				t.Errorf("read %q, %v", data, err)
				return
			}
		}
	})
	for range 100 {
		k.Renew("work", time.Now().Add(time.Hour))
		if _, err := r.Put(t.Context(), r.body("token")); err != nil {
			t.Error(err)
		}
	}
	cancel()
	reading.Wait()
}
