//go:build !darwin || cgo

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sessionkeeper/ui/api/places"
)

// errOpenAlready says that the window was open, and was brought to the front.
var errOpenAlready = errors.New("the window is open already")

// raiseWait is how long an open window may take to come to the front.
const raiseWait = 3 * time.Second

const raised = "ok\n"

// door is where a second start of the same window knocks.
type door struct{ ln net.Listener }

// enter makes this process the one that shows the window. Where another one does, that is asked to bring its window to
// the front, and the error is errOpenAlready.
func enter(p places.Places, w wanted) (*door, error) {
	unlock, err := lockFile(filepath.Join(p.Run, "window.lock"))
	if err != nil {
		return nil, fmt.Errorf("looking for an open window: %w", err)
	}
	defer unlock()
	path := socket(p, w)
	conn, err := net.DialTimeout("unix", path, raiseWait) //nolint:noctx // bounded; nothing else runs yet
	if err == nil {
		defer conn.Close()
		return nil, knock(conn)
	}
	_ = os.Remove(path)                 // of a window that has crashed
	ln, err := net.Listen("unix", path) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("opening the window: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("opening the window: %w", err)
	}
	return &door{ln: ln}, nil
}

// socket is one for each kind of window and, for a warning, each session. Its name is no longer than that of the
// keeper's own socket, which fits.
func socket(p places.Places, w wanted) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(string(w.kind) + "\x00" + w.name))
	return filepath.Join(p.Run, "w"+strconv.FormatUint(uint64(h.Sum32()), 36))
}

func knock(conn net.Conn) error {
	_ = conn.SetDeadline(time.Now().Add(raiseWait))
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || answer != raised {
		return errors.New("the window is open already and does not answer; end it and try again")
	}
	return errOpenAlready
}

// serve brings the window to the front for everybody who knocks, until ctx ends.
func (d *door) serve(ctx context.Context, raise func()) {
	stop := context.AfterFunc(ctx, d.Close)
	defer stop()
	for {
		conn, err := d.ln.Accept()
		if err != nil {
			return
		}
		raise()
		_ = conn.SetDeadline(time.Now().Add(raiseWait))
		_, _ = conn.Write([]byte(raised))
		_ = conn.Close()
	}
}

// Close lets the next start open a window of its own. It may be called twice.
func (d *door) Close() { _ = d.ln.Close() }
