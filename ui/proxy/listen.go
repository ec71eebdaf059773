package proxy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"sessionkeeper/ui/api/crowd"
	"sessionkeeper/ui/api/peer"
)

// Limits of a connection. A body and an answer have none: they may be streams.
const (
	headerWait = 10 * time.Second // to the end of a request's header
	quietWait  = 2 * time.Minute  // between two requests
	stopWait   = time.Second      // for requests under way when the proxy stops
	maxHeader  = 64 << 10
	maxConns   = 2048
	maxBusy    = 1536 // requests under way, streams and tunnels among them: who gets no answer is told so at once
)

// Listener is where a proxy can be reached.
type Listener struct {
	net.Listener
	URL  string // for the user: "http://127.0.0.1:PORT/KEY", or "unix:PATH"
	Key  string // see Options.Key
	Host string // see Options.Host
}

// CheckAddress says whether Listen can make anything of an address.
func CheckAddress(address string) error {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if path == "" {
			return errors.New("a path is missing after unix:; give one like unix:/run/user/1000/api.sock")
		}
		return nil
	}
	addr, err := netip.ParseAddrPort(address)
	if err != nil || !addr.Addr().IsLoopback() || addr.Addr().Zone() != "" {
		return fmt.Errorf("the proxy cannot listen on %q; use 127.0.0.1:PORT with port 0 for any, or unix:PATH", address)
	}
	return nil
}

// Listen opens "127.0.0.1:PORT" (any loopback address, port 0 for a free one) with a fresh key, or "unix:PATH", a socket
// that its owner alone can open.
func Listen(ctx context.Context, address string) (*Listener, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return listenUnix(ctx, path)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("something else listens on %s; choose another port, or 0 for any", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	l := &Listener{Listener: ln, Key: rand.Text(), Host: ln.Addr().String()}
	l.URL = "http://" + l.Host + "/" + l.Key
	return l, nil
}

func listenUnix(ctx context.Context, path string) (*Listener, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", path, err)
	}
	if err := sweep(ctx, path); err != nil {
		return nil, err
	}
	ln, err := listenPrivately(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("listening on %s: %w", path, err)
	}
	return &Listener{Listener: ln, URL: "unix:" + path}, nil
}

// sweep removes a socket that nobody listens at any more, and nothing else.
func sweep(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at %s: %w", path, err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s exists and is no socket; choose another path", path)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err == nil {
		_ = c.Close()
		return fmt.Errorf("something else listens on %s; choose another path", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("looking at %s: %w", path, err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing the socket that was left at %s: %w", path, err)
	}
	return nil
}

// ownUser is nil for a program of our own user.
func ownUser(c net.Conn) error {
	if u, ok := c.(*net.UnixConn); ok {
		return peer.Same(u)
	}
	return peer.SameTCP(c)
}

// Serve answers programs of our own user with h until ctx ends, and returns when all that was under way has ended. It
// closes the Listener. Requests beyond what it takes at a time are answered with 503.
func (l *Listener) Serve(ctx context.Context, h http.Handler) error {
	var handlers sync.WaitGroup
	busy := make(chan struct{}, maxBusy)
	requests, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handlers.Add(1)
			defer handlers.Done()
			select {
			case busy <- struct{}{}:
				defer func() { <-busy }()
			default:
				crowded(w, r)
				return
			}
			if r.ContentLength < 0 { // a stream, which may go both ways at once
				_ = http.NewResponseController(w).EnableFullDuplex()
			}
			h.ServeHTTP(w, r)
		}),
		BaseContext: func(net.Listener) context.Context { return requests },
		// OPTIONS * is nothing that the key allows.
		DisableGeneralOptionsHandler: true,

		ReadHeaderTimeout: headerWait,
		IdleTimeout:       quietWait,
		MaxHeaderBytes:    maxHeader,
		ConnState:         crowd.Note,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // its words may quote an address with the key
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		limit, cancel := context.WithTimeout(requests, stopWait)
		defer cancel()
		_ = server.Shutdown(limit)
		end() // streams and tunnels end here
		_ = server.Close()
	})
	err := server.Serve(crowd.Listen(l.Listener, maxConns, ownUser))
	if !stop() {
		<-stopped
	}
	end()
	handlers.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving: %w", err)
}
