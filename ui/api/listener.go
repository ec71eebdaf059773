package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"sessionkeeper/ui/api/crowd"
	"sessionkeeper/ui/api/peer"
)

// loopback reads the page's address. Only the literal 127.0.0.1 is one: names and other spellings of it would need a
// resolver, and a browser treats each as another origin.
func loopback(address string) (netip.AddrPort, error) {
	addr, err := netip.ParseAddrPort(address)
	if err != nil || addr.Addr() != netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return netip.AddrPort{}, fmt.Errorf("the page cannot listen on %q; use 127.0.0.1:PORT, port 0 for any", address)
	}
	return addr, nil
}

// openPage opens the page's listener. Where any port will do it takes the one of the time before, if that is free, so
// that a page that is open finds its origin again, also at the next keeper.
func (s *Server) openPage(addr netip.AddrPort) func() (*guardedListener, error) {
	listen := func(addr netip.AddrPort) (net.Listener, error) {
		var lc net.ListenConfig
		return lc.Listen(context.Background(), "tcp4", addr.String())
	}
	drawn := addr.Port() == 0
	return func() (*guardedListener, error) {
		var ln net.Listener
		var err error
		if port := s.lastPort(); addr.Port() == 0 && port != 0 {
			ln, _ = listen(netip.AddrPortFrom(addr.Addr(), port))
		}
		if ln == nil {
			ln, err = listen(addr)
		}
		if err != nil {
			return nil, fmt.Errorf("opening the page's address: %w", err)
		}
		if bound, err := netip.ParseAddrPort(ln.Addr().String()); err == nil {
			addr = bound
		}
		if drawn {
			s.keepPort(addr.Port())
		}
		return guarded(ln, pageConns, peer.SameTCP), nil
	}
}

func (s *Server) portFile() string { return filepath.Join(s.o.Places.State, "page.port") }

// lastPort is the port that was drawn for the page last; 0: none is known.
func (s *Server) lastPort() uint16 {
	data, err := os.ReadFile(s.portFile())
	if err != nil {
		return 0
	}
	port, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 16)
	if err != nil || port < firstFreePort {
		return 0
	}
	return uint16(port)
}

// firstFreePort is the first that no system keeps for its own services.
const firstFreePort = 1024

func (s *Server) keepPort(port uint16) {
	if port == s.lastPort() {
		return
	}
	if err := os.WriteFile(s.portFile(), []byte(strconv.Itoa(int(port))+"\n"), 0o600); err != nil {
		s.log.Warn("the next keeper may get another page address", "error", err)
	}
}

// openSocket opens the unix socket, mode 0600 in a folder of 0700. A file that is in the way is stale: our caller holds
// the keeper's lock.
func (s *Server) openSocket() (*guardedListener, error) {
	if err := s.o.Places.MakeRun(); err != nil {
		return nil, err
	}
	path := s.o.Places.Socket()
	if err := removeStale(path); err != nil {
		return nil, err
	}
	ln, err := listenPrivately(path)
	if err != nil {
		return nil, fmt.Errorf("opening the local API: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("opening the local API: %w", err)
	}
	if err := s.o.Places.Announce(); err != nil {
		s.log.Warn("other log-ins may not find the keeper", "error", err)
	}
	g := guarded(ln, socketConns, func(c net.Conn) error {
		u, ok := c.(*net.UnixConn)
		if !ok {
			return peer.ErrStranger
		}
		return peer.Same(u)
	})
	if g.raw, err = rawListener(ln); err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("opening the local API: %w", err)
	}
	return g, nil
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for an old socket: %w", err)
	}
	// Windows shows a socket as an irregular file.
	if info.Mode()&(fs.ModeSocket|fs.ModeIrregular) == 0 {
		return fmt.Errorf("%s is in the way and no socket; move it away", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing an old socket: %w", err)
	}
	return nil
}

// watchSocket opens the socket again when its file is gone or another's: log-in managers empty the run folder at the
// last log-out.
func (s *Server) watchSocket(ctx context.Context) {
	path := s.o.Places.Socket()
	tick := time.NewTicker(socketsWatch)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			s.socket.drop()
		}
	}
}

// guardedListener lets in only whom check knows, and only so many at a time.
type guardedListener struct {
	net.Listener
	raw   *os.File // the same socket once more, for system calls of our own; nil: there are none
	check func(net.Conn) error
	crowd *crowd.Crowd
	once  sync.Once
}

func guarded(ln net.Listener, most int, check func(net.Conn) error) *guardedListener {
	return &guardedListener{Listener: ln, check: check, crowd: crowd.New(most)}
}

// Accept gives the next connection of our own user. Others are closed without a word.
func (l *guardedListener) Accept() (net.Conn, error) {
	c, err := l.take()
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (l *guardedListener) take() (*guardedConn, error) {
	if !l.crowd.Reserve() {
		return nil, net.ErrClosed
	}
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			l.crowd.Release()
			return nil, err
		}
		if l.check(c) == nil {
			return &guardedConn{Conn: c, Member: l.crowd.Enter(c)}, nil
		}
		_ = c.Close()
	}
}

// Close closes the listener; connections stay.
func (l *guardedListener) Close() error {
	l.once.Do(func() {
		l.crowd.Close()
		if l.raw != nil {
			_ = l.raw.Close()
		}
	})
	return l.Listener.Close()
}

// guardedConn has a place at the door.
type guardedConn struct {
	net.Conn
	*crowd.Member

	pid    int    // of the process at the other end, where accept asked for it
	rest   []byte // was read already and is read again first
	unsent []byte // of an answer; goes out before anything else
}

// Read reads what was put back, then on.
func (c *guardedConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.rest)
	if c.rest = c.rest[n:]; len(c.rest) == 0 {
		c.rest = nil
	}
	return n, nil
}

// Write gives the place up to others where nobody reads, and the connection after some time.
func (c *guardedConn) Write(b []byte) (int, error) {
	if c.Pause() {
		defer c.Busy()
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close closes the connection and gives its place back.
func (c *guardedConn) Close() error {
	err := c.Conn.Close()
	c.Leave()
	return err
}

// CloseWrite lets the server end an answer to a request that it did not read to its end.
func (c *guardedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
