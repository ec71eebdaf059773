package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/crowd"
)

const (
	headerWait   = 5 * time.Second  // for a request's head; ends a slow loris
	bodyWait     = 30 * time.Second // for a request's body
	writeWait    = 30 * time.Second // for one who does not read
	idleWait     = 60 * time.Second // of a kept-alive connection
	drainWait    = 2 * time.Second  // for requests in flight at the end
	maxHeader    = 16 << 10
	socketConns  = 1536 // at a time
	pageConns    = 512
	reopenEvery  = 5 * time.Second
	socketsWatch = 5 * time.Second
)

// Server is the local API's server.
type Server struct {
	o      Options
	log    *slog.Logger
	routes routes
	pages  *pages

	handouts *handouts
	uses     *uses

	date dateHeader

	socket, page *door
	stopping     chan struct{} // closed when Run ends: streams and long waits end at once

	mu  sync.Mutex // guards env
	env map[string]string
}

// NewServer returns a Server; nothing is opened before Listen.
func NewServer(o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, routes: routes{}, pages: newPages(), stopping: make(chan struct{})}
	s.handouts, s.uses = newHandouts(o.History.Tally), newUses()
	s.addTable()
	s.socket = newDoor(doorOptions{
		name: "socket", open: s.openSocket, handler: s.socketHandler(), hot: newHot(s.answerHot, o.Log),
		conns: socketConns, log: o.Log,
	})
	if o.HTTP == "" {
		return s, nil
	}
	addr, err := loopback(o.HTTP)
	if err != nil {
		return nil, err
	}
	s.page = newDoor(doorOptions{
		name: "http", open: s.openPage(addr), handler: s.pageHandler(), conns: pageConns, log: o.Log,
	})
	return s, s.addFiles()
}

// Listen opens the doors, so that Run can serve and addresses are known. A socket that cannot be opened is an error;
// a page's address that is taken is tried again by Run, and Health tells.
func (s *Server) Listen() error {
	if err := s.o.Places.Make(); err != nil {
		return err
	}
	if err := s.socket.listen(); err != nil {
		return err
	}
	if s.page != nil {
		if err := s.page.listen(); err != nil {
			s.log.Warn("page address not available", "address", s.o.HTTP, "error", err)
		}
	}
	return nil
}

// Run serves until ctx ends, then ends event streams at once and gives requests 2 s. Call it after Listen. A socket
// that goes away (the run folder is emptied at a log-out) is opened again.
func (s *Server) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.socket.run(ctx) })
	wg.Go(func() { s.watchSocket(ctx) })
	wg.Go(func() { s.handouts.run(ctx) })
	if s.page != nil {
		wg.Go(func() { s.page.run(ctx) })
	}
	<-ctx.Done()
	close(s.stopping)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWait)
	defer cancel()
	var closing sync.WaitGroup
	closing.Go(func() { s.socket.close(drain) })
	if s.page != nil {
		closing.Go(func() { s.page.close(drain) })
	}
	closing.Wait()
	wg.Wait()
	s.handouts.flush() // of the last requests
	return nil
}

// Close closes what Listen opened, where Run will not be called.
func (s *Server) Close() {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	s.socket.close(now)
	if s.page != nil {
		s.page.close(now)
	}
}

// PageAddress is the page's origin, "http://127.0.0.1:PORT"; empty while there is none.
func (s *Server) PageAddress() string {
	if s.page == nil {
		return ""
	}
	addr := s.page.addr()
	if addr == "" {
		return ""
	}
	return "http://" + addr
}

// PageURL is the page's address with a fresh one-time code in its fragment, good for one opening within 60 s; empty
// while there is no page.
func (s *Server) PageURL() string {
	return s.pageCode().URL
}

func (s *Server) pageCode() client.Code {
	address := s.PageAddress()
	if address == "" {
		return client.Code{}
	}
	code, expires := s.pages.newCode()
	return client.Code{URL: address + "/#k=" + code, Code: code, ExpiresAt: expires}
}

// tellEnv hands a client's desktop on where it is news.
func (s *Server) tellEnv(env map[string]string) {
	if s.o.OnEnv == nil || env == nil {
		return
	}
	s.mu.Lock()
	known := maps.Equal(env, s.env)
	s.env = env
	s.mu.Unlock()
	if !known {
		s.o.OnEnv(maps.Clone(env))
	}
}

// door is a listener with its server. It opens again by itself when the listener goes away.
type door struct {
	name string
	open func() (*guardedListener, error)
	http *http.Server
	hot  *hot // what stands in front of http; nil: nothing
	log  *slog.Logger

	turns   *crowd.Share // for requests that may wait: who does not wait always finds a place
	answers *crowd.Share // for long answers
	bodies  *crowd.Share // for requests with long bodies

	mu     sync.Mutex // guards what follows
	ln     *guardedListener
	err    error // why there is no ln
	closed bool
}

type doorOptions struct {
	name    string
	open    func() (*guardedListener, error)
	handler http.Handler
	hot     *hot
	conns   int // at a time
	log     *slog.Logger
}

func newDoor(o doorOptions) *door {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	d := &door{name: o.name, open: o.open, hot: o.hot, log: o.log}
	d.turns, d.answers, d.bodies = crowd.NewShare(o.conns*3/4), crowd.NewShare(maxAnswers), crowd.NewShare(maxBodies)
	d.http = &http.Server{
		Handler:                      unbroken(o.handler, o.log),
		ConnContext:                  withConnection,
		ConnState:                    crowd.Note,
		ReadHeaderTimeout:            headerWait,
		IdleTimeout:                  idleWait,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		Protocols:                    protocols,
		ErrorLog:                     slog.NewLogLogger(o.log.Handler(), slog.LevelDebug),
	}
	return d
}

var errClosed = errors.New("closed")

func (d *door) listen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errClosed
	}
	d.ln, d.err = d.open()
	if d.err != nil {
		d.ln = nil
	}
	return d.err
}

// run serves until ctx ends.
func (d *door) run(ctx context.Context) {
	for ctx.Err() == nil {
		d.mu.Lock()
		ln := d.ln
		d.mu.Unlock()
		if ln != nil {
			err := d.serve(ln)
			if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
				return
			}
			d.lost(ln, err)
		}
		if d.listen() == nil {
			d.log.InfoContext(ctx, "listening again", "door", d.name)
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(reopenEvery):
		}
	}
}

func (d *door) serve(ln *guardedListener) error {
	if d.hot != nil {
		return d.hot.serve(ln, d.http)
	}
	return d.http.Serve(ln)
}

func (d *door) lost(ln *guardedListener, err error) {
	_ = ln.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ln == ln {
		d.ln, d.err = nil, err
	}
	d.log.Warn("listener went away", "door", d.name, "error", err)
}

// drop closes the listener, so that run opens it again.
func (d *door) drop() {
	d.mu.Lock()
	ln := d.ln
	d.mu.Unlock()
	if ln != nil {
		_ = ln.Close()
	}
}

// close lets requests in flight finish until drain ends, then cuts them.
func (d *door) close(drain context.Context) {
	d.mu.Lock()
	d.closed = true
	ln := d.ln
	d.mu.Unlock()
	if ln != nil {
		_ = ln.Close() // also where it was never served
	}
	if d.hot != nil {
		d.hot.close()
	}
	if d.http.Shutdown(drain) != nil {
		_ = d.http.Close()
	}
}

func (d *door) addr() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ln == nil {
		return ""
	}
	return d.ln.Addr().String()
}

// part is the door as health shows it.
func (d *door) part() client.Part {
	if d == nil {
		return client.Part{State: "off"}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ln == nil {
		return client.Part{State: "down", Detail: fmt.Sprint(d.err)}
	}
	return client.Part{State: "ok"}
}
