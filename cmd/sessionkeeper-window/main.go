//go:build !darwin || cgo

// Command sessionkeeper-window shows one of Sessionkeeper's windows and ends when that is closed. It is the only
// program that links Fyne's drawing, so that no crash of a graphics driver reaches a keeper or a tray. It holds no
// secret beyond a passphrase that was just typed, and never a token.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/window"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // no window can be shown; a sentence on stderr says why
	exitUsage  = 2
)

const usage = `usage: sessionkeeper-window [sessions | warn NAME | welcome | keychain | passphrase | version]`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	w, err := parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "sessionkeeper-window: %v\n%s\n", err, usage)
		return exitUsage
	}
	if w.kind == "version" {
		_, _ = fmt.Fprintf(stdout, "sessionkeeper-window %s\n", window.About().Version)
		return exitDone
	}
	if err := show(w, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))); err != nil {
		_, _ = fmt.Fprintf(stderr, "sessionkeeper-window: %v\n", err)
		return exitFailed
	}
	return exitDone
}

// wanted is the window that the command line asks for.
type wanted struct {
	kind window.Kind
	name string // of the session, for a warning
}

func parse(args []string) (wanted, error) {
	w := wanted{kind: window.Sessions}
	if len(args) > 0 {
		w.kind, args = window.Kind(args[0]), args[1:]
	}
	switch {
	case w.kind == window.Warning && len(args) == 1 && args[0] != "":
		w.name, args = args[0], nil
	case w.kind == window.Warning:
		return w, errors.New("name the session to warn of")
	case w.kind != "version" && !w.kind.Known():
		return w, fmt.Errorf("there is no window %q", w.kind)
	}
	if len(args) > 0 {
		return w, fmt.Errorf("%q is too much", args[0])
	}
	return w, nil
}

// show shows a window until it is closed. Where the same one is open already it is brought to the front instead.
func show(want wanted, logger *slog.Logger) error {
	if err := checkDisplay(os.Getenv); err != nil {
		return err
	}
	p, err := places.Find()
	if err != nil {
		return err
	}
	if err := p.MakeRun(); err != nil {
		return err
	}
	door, err := enter(p, want)
	if errors.Is(err, errOpenAlready) {
		return nil
	}
	if err != nil {
		return err
	}
	defer door.Close()
	quiet(logger)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	var running sync.WaitGroup
	shade := window.NewShade(logger)
	running.Go(func() { shade.Run(ctx) })
	shade.Wait(shadeWait)
	// Fyne makes no folders above its own.
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700)
	}
	app.SetMetadata(window.About())
	a := app.NewWithID(window.About().ID)
	a.SetIcon(window.About().Icon)
	w, err := window.New(want.kind, want.name, options(a, p, shade, logger))
	if err != nil {
		return err
	}
	if err := w.Show(); err != nil {
		return err
	}
	running.Go(func() {
		w.Run(ctx)
		cancel()
	})
	running.Go(func() { door.serve(ctx, func() { fyne.Do(w.Raise) }) })
	go func() {
		<-ctx.Done()
		running.Wait()
		door.Close()
		time.Sleep(fyneEnd)
		os.Exit(exitDone)
	}()
	a.Run()
	cancel()
	running.Wait()
	return nil
}

// fyneEnd is how long Fyne may take to end once all else has. At times it waits for good for its own last event, whose
// queue has ended already.
const fyneEnd = 500 * time.Millisecond

// shadeWait is how long the desktop may take to say whether it is dark before the window comes up.
const shadeWait = 300 * time.Millisecond

func options(a fyne.App, p places.Places, shade *window.Shade, logger *slog.Logger) window.Options {
	return window.Options{
		App:     a,
		Do:      fyne.Do,
		Dial:    func(ctx context.Context) (*client.Client, error) { return client.Dial(ctx, p) },
		Browser: desktop.New(logger).Open,
		Program: programs.Find("sessionkeeper"),
		Sealed: func() bool {
			_, err := os.Stat(filepath.Join(p.State, "sealed", "key.age"))
			return err == nil
		},
		Shade: shade,
		Now:   time.Now,
		Log:   logger,
	}
}

// quiet has Fyne's own messages go to our log, where nobody needs to see them.
func quiet(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(said{logger})
}

type said struct{ log *slog.Logger }

// Write is that of io.Writer.
func (s said) Write(p []byte) (int, error) {
	s.log.Debug("fyne", "said", strings.TrimSpace(string(p)))
	return len(p), nil
}
