package apitest

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/places"
)

// Home makes places in a folder of the test's own, with a path short enough for a socket.
func Home(tb testing.TB) places.Places {
	tb.Helper()
	dir, err := os.MkdirTemp("", "sk") //nolint:usetesting // a test's own folder has too long a path for a socket
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return places.Places{
		Config: filepath.Join(dir, "config"), State: filepath.Join(dir, "state"), Run: filepath.Join(dir, "run"),
	}
}

// Options are those of a server in front of k, with a page on any free port.
func Options(tb testing.TB, k *Keeper, page fs.FS) api.Options {
	tb.Helper()
	return api.Options{
		Keeper: k, History: k, Keychain: k.Keychain, Version: "1.2.3", Places: Home(tb),
		Notices: k.board, Autostart: autostart{k},
		HTTP: "127.0.0.1:0", Page: page, Log: slog.New(slog.NewTextHandler(tb.Output(), nil)),
	}
}

// Serve runs a server until the test ends; stop ends it earlier and waits.
func Serve(tb testing.TB, o api.Options) (s *api.Server, stop func()) {
	tb.Helper()
	s, err := api.NewServer(o)
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := o.Notices.Run(ctx); err != nil {
			tb.Errorf("running the board: %v", err)
		}
	})
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			tb.Errorf("running the server: %v", err)
		}
	})
	stop = func() {
		cancel()
		running.Wait()
	}
	tb.Cleanup(stop)
	return s, stop
}

// Keychain is what the server shows of the keychain.
func (k *Keeper) Keychain() api.Keychain {
	if err := k.Locked(); err != nil {
		return api.Keychain{Backend: "os", State: "locked", Detail: err.Error()}
	}
	return api.Keychain{Backend: "os", State: "ok"}
}
