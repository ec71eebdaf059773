package api

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sessionkeeper/ui/api/peer"
)

const (
	hotRead = 8 << 10 // takes an ordinary request whole
	hotRoom = 4 << 10 // for an ordinary answer

	// acceptPause is how long accepting rests where the system has no descriptor left, doubled up to acceptPauseMax.
	acceptPause    = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// hotAnswer appends the answer to a request; ok is false where that is for net/http. asker says which program asks.
type hotAnswer func(b []byte, q hotRequest, asker func() peer.Program) (answer []byte, ok bool)

// hot stands at the socket in front of net/http. It answers by itself what programs ask for all day, a token that is in
// hand, and hands a connection over, with the bytes that were read, at the first request that is anything else. What it
// answers is to the letter what net/http's handler would have.
type hot struct {
	answer  hotAnswer
	log     *slog.Logger
	cold    chan net.Conn
	buffers sync.Pool
	running sync.WaitGroup
	recent  recent
	closed  atomic.Bool

	mu    sync.Mutex // guards conns, and closed while it is set
	conns map[*guardedConn]struct{}
}

// hotBuffers are of one connection at a time.
type hotBuffers struct {
	in  [hotRead]byte
	out [hotRoom]byte
}

func newHot(answer hotAnswer, log *slog.Logger) *hot {
	return &hot{
		answer: answer, log: log, cold: make(chan net.Conn), conns: map[*guardedConn]struct{}{},
		buffers: sync.Pool{New: func() any { return new(hotBuffers) }},
		recent:  recent{known: map[int]recently{}},
	}
}

// serve answers at ln until that is closed, and leaves to server what is not for us. It gives what ended it, as
// http.Server's Serve does. Connections may outlive it; see close.
func (h *hot) serve(ln *guardedListener, server *http.Server) error {
	cold := &coldListener{addr: ln.Addr(), conns: h.cold, done: make(chan struct{})}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		h.accept(ln, cold.done)
		_ = cold.Close()
	})
	err := server.Serve(cold)
	_ = ln.Close()
	accepting.Wait()
	return err
}

// rest waits before accepting is tried again, and gives how long to wait the next time.
func rest(pause time.Duration, done <-chan struct{}) time.Duration {
	select {
	case <-done:
	case <-time.After(pause):
	}
	return min(2*pause, acceptPauseMax)
}

func (h *hot) start(c *guardedConn, done <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed.Load() {
		_ = c.Close()
		return
	}
	h.conns[c] = struct{}{}
	h.running.Go(func() { h.run(c, done) })
}

// run answers at one connection, and closes it or hands it over.
func (h *hot) run(c *guardedConn, done <-chan struct{}) {
	over := h.talk(c)
	h.mu.Lock()
	delete(h.conns, c)
	over = over && !h.closed.Load()
	h.mu.Unlock()
	if over {
		select {
		case h.cold <- c:
			return
		case <-done:
		}
	}
	_ = c.Close()
}

// talk answers requests until one is not for us; over is false where the connection has ended. The first byte of a
// request ends our own wait: the whole of it has come with that byte, or it is net/http's.
func (h *hot) talk(c *guardedConn) (over bool) {
	b, ok := h.buffers.Get().(*hotBuffers)
	if !ok {
		return true
	}
	defer h.buffers.Put(b)
	defer func() { // nobody else would, and the keeper would end
		if v := recover(); v != nil {
			broke(h.log, v)
			over = false
		}
	}()
	asker := sync.OnceValue(func() peer.Program {
		p := programAt(c.Conn)
		h.recent.learn(c.pid, p, time.Now())
		return p
	})
	if c.unsent != nil {
		if _, err := c.Write(c.unsent); err != nil {
			return false
		}
	}
	for wait := headerWait; ; wait = idleWait {
		// In this order: close sets its own deadline after it has said that it is closed.
		if c.SetReadDeadline(time.Now().Add(wait)) != nil || h.closed.Load() {
			return false
		}
		n, err := c.Read(b.in[:])
		if err != nil {
			return false
		}
		q, ok := parseHot(b.in[:n])
		var answer []byte
		if ok {
			answer, ok = h.answer(b.out[:0], q, asker)
		}
		if !ok {
			c.rest = append([]byte(nil), b.in[:n]...)
			return c.SetReadDeadline(time.Time{}) == nil
		}
		_, err = c.Write(answer)
		clear(answer) // it held a token
		c.Idle()
		if err != nil || q.last {
			return false
		}
	}
}

// programAt says which program is at the other end; the zero Program but for its UID where that is not known.
func programAt(c net.Conn) peer.Program {
	if u, ok := c.(*net.UnixConn); ok {
		if p, err := peer.Who(u); err == nil {
			return p
		}
	}
	return peer.Program{UID: -1}
}

// close ends the connections that nobody was handed.
func (h *hot) close() {
	h.mu.Lock()
	h.closed.Store(true)
	for c := range h.conns {
		_ = c.SetDeadline(time.Unix(1, 0))
	}
	h.mu.Unlock()
	h.running.Wait()
}

// coldListener gives net/http the connections that are handed over.
type coldListener struct {
	addr  net.Addr
	conns <-chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Accept gives the next connection.
func (l *coldListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *coldListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is the address of the socket.
func (l *coldListener) Addr() net.Addr { return l.addr }
