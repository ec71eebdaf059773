// Command sessionkeeper-tray shows the icon of Sessionkeeper: how the sessions are, a menu to act on them, and the
// keeper's notices. It starts a keeper where none runs. There is one for each user and home.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"sessionkeeper/assets"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/tray"
)

// gcPercent keeps the heap small (runtime/debug.SetGCPercent): little is allocated after the start, and what the start
// left would stay for good.
const gcPercent = 20

// maxLog is the size in bytes at which a start sets the log aside; little is written to it.
const maxLog = 1 << 20

const usage = `usage: sessionkeeper-tray [--version]

Shows the icon of Sessionkeeper in the system tray: how your sessions are, a menu to act on them, and
warnings before one ends. Starts a keeper where none runs. SESSIONKEEPER_NO_AUTOSTART=1 forbids that.
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program: what it returns is the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("sessionkeeper-tray", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { _, _ = io.WriteString(flags.Output(), usage) }
	version := flags.Bool("version", false, "")
	for _, a := range args {
		if a == "-h" || a == "-help" || a == "--help" {
			_, _ = io.WriteString(stdout, usage)
			return 0
		}
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "sessionkeeper-tray: it takes no arguments\n%s", usage)
		return 2
	}
	if *version {
		_, _ = fmt.Fprintf(stdout, "sessionkeeper-tray %s %s %s/%s\n", assets.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	}
	debug.SetGCPercent(gcPercent)
	// A reader of our stderr that goes away must not take the icon with it.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, stopSignals()...)
	defer stop()
	if err := show(ctx, stderr); err != nil {
		_, _ = fmt.Fprintf(stderr, "sessionkeeper-tray: %v\n", err)
		if _, ok := errors.AsType[*tray.MissingError](err); ok {
			_, _ = fmt.Fprintln(stderr, "What goes on without it: the page (sessionkeeper ui) and the command line (sessionkeeper list).")
		}
		return 1
	}
	return 0
}

// show is the tray's life, from the lock to the last notice.
func show(ctx context.Context, stderr io.Writer) error {
	p, err := places.Find()
	if err != nil {
		return err
	}
	if err := p.Make(); err != nil {
		return fmt.Errorf("%w; correct the folder and start again", err)
	}
	lock, err := takeLock(filepath.Join(p.State, "tray.lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	file, err := openLog(filepath.Join(p.State, "tray.log"))
	if err != nil {
		return err
	}
	defer file.Close()
	handler := slog.NewTextHandler(file, nil)
	// The tray's library has only this way to say something.
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(handler, slog.LevelInfo).Writer())
	logger := slog.New(handler)
	logger.InfoContext(ctx, "tray starts", "version", assets.Version, "pid", os.Getpid())
	err = tray.Run(ctx, tray.Options{Places: p, Programs: tray.FindPrograms(), Log: logger, Stderr: stderr})
	if err != nil {
		logger.ErrorContext(ctx, "tray failed", "error", err)
		return err
	}
	logger.InfoContext(ctx, "tray stopped")
	return nil
}

// openLog opens the log for appending; a long one is set aside first.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".1") // it grows a little more where that fails
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // our own log
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return f, nil
}
