package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

const (
	headersWithin = 5 * time.Second
	// answerWithin leaves room for a token request and for a keychain that asks the user something.
	answerWithin = 3 * time.Minute
	// goodbye is how long a page that is being written may take once the listener closes.
	goodbye = 500 * time.Millisecond
)

// Ports holds the listeners of providers that demand a fixed port, so that several sign-ins can wait at one. The zero
// value is ready for use; it is safe for concurrent use.
type Ports struct {
	mu    sync.Mutex
	doors map[int]*door
}

// door is one listener and the flows whose answers it takes.
type door struct {
	srv     *http.Server
	port    int
	ports   *Ports // nil: not shared
	serving sync.WaitGroup
	crowd   visitors

	mu    sync.Mutex
	users int // flows that have not left; those that are being prepared are not in flows yet
	flows []*Flow
	hosts []string // what is bound: "127.0.0.1", "::1"
}

// loopback is where a provider wants the answer: which addresses to bind, and how the redirect names them.
type loopback struct {
	name string   // in the redirect_uri
	bind []string // the first must succeed, the rest where the machine has them
	port int
}

// loopbackOf gives the places to try, in order (RFC 8252 section 7.3).
func loopbackOf(p *provider.Provider) ([]loopback, error) {
	v4 := loopback{name: "127.0.0.1", bind: []string{"127.0.0.1"}, port: p.RedirectPort}
	v6 := loopback{name: "[::1]", bind: []string{"::1"}, port: p.RedirectPort}
	switch strings.ToLower(p.RedirectHost) {
	case "":
		return []loopback{v4, v6}, nil
	case "127.0.0.1":
		return []loopback{v4}, nil
	case "::1", "[::1]":
		return []loopback{v6}, nil
	case "localhost": // the browser may take either address for it
		both := loopback{name: "localhost", bind: []string{"127.0.0.1", "::1"}, port: p.RedirectPort}
		return []loopback{both}, nil
	}
	return nil, &Error{Kind: KindSetup, Detail: say("host")}
}

// openDoor binds the place that p wants and gives it with the redirect's host and port. The port stays bound from here
// on; whoever got the door leaves it once.
func openDoor(ctx context.Context, p *provider.Provider, shared *Ports) (d *door, host string, err error) {
	places, err := loopbackOf(p)
	if err != nil {
		return nil, "", err
	}
	var first error
	for _, place := range places {
		if d, err = place.open(ctx, shared); err == nil {
			return d, net.JoinHostPort(strings.Trim(place.name, "[]"), strconv.Itoa(d.port)), nil
		}
		first = errors.Join(first, err)
		if portTaken(err) {
			break
		}
	}
	return nil, "", bindError(p, first)
}

// Windows has numbers of its own, which the syscall package does not map.
const (
	wsaAddressInUse = 10048
	wsaAccessDenied = 10013
)

func portTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.Errno(wsaAddressInUse))
}

// bindError says what to do about a port that cannot be had.
func bindError(p *provider.Provider, err error) error {
	port := table.Safe(strconv.Itoa(p.RedirectPort))
	switch {
	case portTaken(err):
		return &Error{Kind: KindSetup, Detail: sayWith("port_taken", table.Values{"port": port, "command": whoListens(port)})}
	case errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.Errno(wsaAccessDenied)):
		return &Error{Kind: KindSetup, Detail: sayWith("port_reserved", table.Values{"port": port})}
	}
	return &Error{Kind: KindSetup, Detail: say("no_loopback")}
}

// whoListens is the command that shows which program holds a port.
func whoListens(port table.Safe) table.Safe {
	switch runtime.GOOS {
	case "windows":
		return "“netstat -abno”"
	case "darwin":
		return "“lsof -nP -iTCP:" + port + "”"
	}
	return "“ss -ltnp”"
}

// open finds the shared door at a fixed port, or makes one.
func (l loopback) open(ctx context.Context, shared *Ports) (*door, error) {
	if l.port == 0 || shared == nil {
		return l.bindNew(ctx, nil)
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if d := shared.doors[l.port]; d != nil {
		if err := d.bind(ctx, l.bind); err != nil {
			return nil, err
		}
		d.mu.Lock()
		d.users++
		d.mu.Unlock()
		return d, nil
	}
	d, err := l.bindNew(ctx, shared)
	if err != nil {
		return nil, err
	}
	if shared.doors == nil {
		shared.doors = map[int]*door{}
	}
	shared.doors[l.port] = d
	return d, nil
}

// bindNew makes a door. A free port that one family has and the other has not is given up for another one.
func (l loopback) bindNew(ctx context.Context, shared *Ports) (*door, error) {
	const tries = 10
	var err error
	for range tries {
		d := newDoor(l.port, shared)
		if err = d.bind(ctx, l.bind); err == nil {
			return d, nil
		}
		d.close(ctx)
		if l.port != 0 || !portTaken(err) {
			break
		}
	}
	return nil, err
}

func newDoor(port int, shared *Ports) *door {
	d := &door{port: port, ports: shared, users: 1}
	d.srv = &http.Server{
		Handler:                      d,
		ReadHeaderTimeout:            headersWithin,
		ReadTimeout:                  2 * headersWithin,
		WriteTimeout:                 answerWithin,
		MaxHeaderBytes:               16 << 10,
		DisableGeneralOptionsHandler: true,
		Protocols:                    new(http.Protocols),
		ConnState:                    d.crowd.note,
		ConnContext:                  remember,
		ErrorLog:                     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	d.srv.Protocols.SetHTTP1(true)
	d.srv.SetKeepAlivesEnabled(false)
	return d
}

// bind listens on the hosts that are not bound yet and serves them. All but the first may be missing on this machine,
// but none may be somebody else's: the browser would take the answer there.
func (d *door) bind(ctx context.Context, hosts []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, host := range hosts {
		if slices.Contains(d.hosts, host) {
			continue
		}
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(d.port)))
		if err != nil {
			if i > 0 && !portTaken(err) {
				continue
			}
			return fmt.Errorf("listening on %s: %w", host, err)
		}
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			d.port = a.Port
		}
		d.hosts = append(d.hosts, host)
		d.serving.Go(func() { _ = d.srv.Serve(&visitorListener{l, &d.crowd}) }) // ends with close
	}
	return nil
}

// enter lets f receive answers.
func (d *door) enter(f *Flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.flows = append(d.flows, f)
}

// leave gives the door back, once for each user. The listener closes behind the last one.
func (d *door) leave(ctx context.Context, f *Flow) {
	if d.ports != nil {
		d.ports.mu.Lock()
		defer d.ports.mu.Unlock()
	}
	d.mu.Lock()
	d.flows = slices.DeleteFunc(d.flows, func(o *Flow) bool { return o == f })
	d.users--
	left := d.users
	d.mu.Unlock()
	if left > 0 {
		return
	}
	d.close(ctx)
	if d.ports != nil {
		delete(d.ports.doors, d.port)
	}
}

// close returns when nothing listens and nothing is served any more. It works after the end of ctx too.
func (d *door) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	d.crowd.close()
	_ = d.srv.Shutdown(ctx) // what is left after that is cut
	_ = d.srv.Close()
	d.serving.Wait()
}
