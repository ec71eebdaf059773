package api_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
)

// Whichever way a program takes to a token of a session that wants the user's word, it stands before the same no.
func TestEveryWayIsAskedAbout(t *testing.T) {
	work := github()
	work.Name = "work"
	k, aws := apitest.New(work), new(trade)
	o := apitest.Options(t, k, nil)
	if err := os.MkdirAll(o.Places.State, 0o700); err != nil {
		t.Fatal(err)
	}
	k.RunApprovals(t, &o, "work")
	files, _ := file.Open(file.Options{
		Keeper: k, Path: filepath.Join(o.Places.State, "files.json"), Log: slog.New(slog.DiscardHandler),
	})
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
	o.AWS, o.Files = aws, files
	h := openWith(t, k, o)

	// The first is asked about, and the user says no, which holds for a minute.
	first := make(chan error, 1)
	go func() {
		_, err := h.client.Token(t.Context(), "work", client.TokenRequest{})
		first <- err
	}()
	until(t, "the question", func() bool { return len(h.questions(t)) == 1 })
	if err := h.client.RevokeApproval(t.Context(), h.questions(t)[0]); err != nil {
		t.Fatal(err)
	}
	if err := <-first; code(err) != "conflict" {
		t.Errorf("got %v; want a no", err)
	}

	path := filepath.Join(filepath.Dir(o.Places.State), "token")
	aFile := fmt.Sprintf(`{"session":"work","path":%q}`, path)
	const token = "/v1/sessions/work/token"
	for _, way := range []wireRequest{
		{method: "POST", target: token},
		{method: "POST", target: token, body: `{}`},
		{method: "POST", target: token, body: `{"force":true}`},
		{method: "POST", target: token, body: `{"id_token":true}`},
		{method: "POST", target: token, body: `{"min_ttl":"5m","wait":"0s"}`},
		{method: "POST", target: "/v1/sessions/wor%6b/token", body: `{}`},
		{method: "POST", target: "http://x" + token, body: `{}`},
		{method: "POST", target: "/v1/sessions/work/aws", body: `{"role_arn":"` + devRole + `"}`},
		{method: "PUT", target: "/v1/files", body: aFile},
		{method: "POST", target: "/v1/files", body: aFile},
		{method: "POST", target: "/v1/files", body: strings.Replace(aFile, `{`, `{"id_token":true,"replace":true,`, 1)},
	} {
		way.header = [][2]string{asJSON, {"Sessionkeeper-Face", "exec"}}
		r := h.overSocket(t, way)
		if p := r.problem(t); r.StatusCode != 409 || p.Reason != "approval_denied" || strings.Contains(r.body, "token-of-work") {
			t.Errorf("%s %s %s: %d %s", way.method, way.target, way.body, r.StatusCode, r.body)
		}
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a token file: %v", err)
	}
	if entries := h.handedOut(t, "work"); len(entries) > 0 || len(aws.asked) > 0 {
		t.Errorf("handed out: %+v; AWS was asked %d times", entries, len(aws.asked))
	}
}
