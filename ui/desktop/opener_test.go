//go:build unix

package desktop

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTOPEN2WrittenAnew(t *testing.T) {
	argument := stubOpener(t, "")
	d := newDesktop(testLog(t), stillClock())
	if err := d.Open(t.Context(), "https://id.example/authorize?a=b c&d=$(id)&e='f'#g"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(argument)
	if want := "https://id.example/authorize?a=b%20c&d=%24%28id%29&e=%27f%27#g\n"; err != nil || string(got) != want {
		t.Errorf("opener got %q, %v; want %q", got, err, want)
	}
}

func TestOpenLogsOutputWithoutURL(t *testing.T) {
	stubOpener(t, `echo "cannot open $1"; echo "state=https://x.example/?state=hidden!" >&2; exit 4`)
	var log bytes.Buffer
	d := newDesktop(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), stillClock())
	err := d.Open(t.Context(), "https://id.example/authorize?state=hidden")
	if err == nil || strings.Contains(err.Error(), "hidden") || errors.Is(err, ErrNoOpener) {
		t.Errorf("got %v; want an error without the URL", err)
	}
	if text := log.String(); strings.Contains(text, "hidden") || !strings.Contains(text, "cannot open [url]") {
		t.Errorf("log has %q; want the output without URLs", text)
	}
	// What the next opener writes is not mixed with it.
	stubOpener(t, "echo ok")
	log.Reset()
	if err := d.Open(t.Context(), "https://id.example/"); err != nil || !strings.Contains(log.String(), "output=ok") {
		t.Errorf("got %v, log %q; want ok alone", err, log.String())
	}
}

func TestOpenerThatFillsItsOutput(t *testing.T) {
	stubOpener(t, `i=0; while [ $i -lt 2000 ]; do echo "line $i" 2>/dev/null; i=$((i+1)); done; exit 0`)
	d := newDesktop(testLog(t), stillClock())
	if err := d.Open(t.Context(), "https://id.example/"); err != nil {
		t.Error(err)
	}
}

func TestOpenDoesNotWaitForTheBrowser(t *testing.T) {
	hold := fifo(t)
	stubOpener(t, "(read line <"+hold+") &\nexit 0") // the browser keeps the opener's output open
	d := newDesktop(testLog(t), stillClock())
	if err := d.Open(t.Context(), "https://id.example/"); err != nil {
		t.Error(err)
	}
	release(t, hold)
}

func TestF29SlowOpenerIsLeftRunning(t *testing.T) {
	hold, finished := fifo(t), fifo(t)
	stubOpener(t, "read line <"+hold+"\necho finished >"+finished)
	d := newDesktop(testLog(t), stillClock())
	if err := d.Open(t.Context(), "https://id.example/"); !errors.Is(err, errOpenerSlow) {
		t.Errorf("got %v; want word of a slow opener", err)
	}
	release(t, hold)
	if got, err := os.ReadFile(finished); err != nil || string(got) != "finished\n" {
		t.Errorf("got %q, %v; want the opener to have gone on to its end", got, err)
	}
}

func TestOpenEndsWithItsContext(t *testing.T) {
	hold := fifo(t)
	stubOpener(t, "read line <"+hold)
	d := newDesktop(testLog(t), stillClock())
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := d.Open(ctx, "https://id.example/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v; want the caller's deadline", err)
	}
	release(t, hold)
}

// release lets the one go on that reads from the fifo; it waits for it to have come so far.
func release(t *testing.T, fifo string) {
	t.Helper()
	if err := os.WriteFile(fifo, []byte("\n"), 0); err != nil {
		t.Fatal(err)
	}
}

func TestF29NoOpener(t *testing.T) {
	d := newDesktop(testLog(t), stillClock())
	stubOpener(t, "exit 3")
	if err := d.Open(t.Context(), "https://id.example/"); !errors.Is(err, ErrNoOpener) {
		t.Errorf("xdg-open without a browser: got %v; want ErrNoOpener", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := d.Open(t.Context(), "https://id.example/"); !errors.Is(err, ErrNoOpener) {
		t.Errorf("nothing on PATH: got %v; want ErrNoOpener", err)
	}
}
