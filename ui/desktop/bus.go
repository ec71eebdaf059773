package desktop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	busName = "org.freedesktop.DBus"

	firstRetry = 100 * time.Millisecond
	lastRetry  = time.Minute
)

var errBusLost = errors.New("the bus went away")

// sessionAddress is where the user's bus listens. It does what D-Bus libraries do, less their last resort, dbus-launch,
// which would start a stray bus.
func sessionAddress() (string, error) {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && !strings.HasPrefix(a, "autolaunch:") {
		return a, nil
	}
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(os.Getuid())} {
		if path := filepath.Join(dir, "bus"); dir != "" && isSocket(path) {
			return "unix:path=" + dbus.EscapeBusAddressValue(path), nil
		}
	}
	return "", errors.New("DBUS_SESSION_BUS_ADDRESS is not set and there is no bus socket")
}

// systemAddress is where the machine's bus listens (D-Bus specification, "Well-known Message Bus Instances").
func systemAddress() (string, error) {
	if a := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS"); a != "" {
		return a, nil
	}
	for _, path := range []string{"/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket"} {
		if isSocket(path) {
			return "unix:path=" + path, nil
		}
	}
	return "", errors.New("there is no system bus")
}

func isSocket(path string) bool {
	info, err := os.Stat(path) //nolint:gosec // the user's own environment says where the run folder is
	return err == nil && info.Mode()&os.ModeSocket != 0
}

// socket bounds each write: a bus that no longer reads must not hold us.
type socket struct {
	net.Conn
	r *bufio.Reader
}

func (s *socket) Read(p []byte) (int, error) { return s.r.Read(p) }

func (s *socket) Write(p []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(callLimit)); err != nil {
		return 0, err
	}
	n, err := s.Conn.Write(p)
	if err != nil {
		_ = s.Close() // half a message went out: the connection is of no use
	}
	return n, err
}

// dial connects to the first of an address's unix sockets. Others (tcp, a command to run) are refused: a desktop's bus
// is on this machine.
func dial(ctx context.Context, address string) (net.Conn, error) {
	err := errors.New("no unix socket in the bus address")
	for one := range strings.SplitSeq(address, ";") {
		keys, unix := strings.CutPrefix(one, "unix:")
		if !unix {
			continue
		}
		for key := range strings.SplitSeq(keys, ",") {
			kind, value, _ := strings.Cut(key, "=")
			if kind != "path" && kind != "abstract" {
				continue
			}
			name, bad := dbus.UnescapeBusAddressValue(value)
			if bad != nil {
				err = bad
				continue
			}
			if kind == "abstract" {
				name = "@" + name
			}
			var c net.Conn
			if c, err = new(net.Dialer).DialContext(ctx, "unix", name); err == nil {
				return c, nil
			}
		}
	}
	return nil, err
}

// signals is a connection's queue of signals. Who reads it never blocks, so only a flood can fill it.
type signals chan *dbus.Signal

// DeliverSignal is called by the connection, in the order of arrival.
func (s signals) DeliverSignal(_, _ string, signal *dbus.Signal) {
	select {
	case s <- signal:
	default:
	}
}

// connect opens a private connection, within 3 s. It closes when ctx ends.
func connect(ctx context.Context, address string, s signals) (*dbus.Conn, error) {
	opening, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	c, err := dial(opening, address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := opening.Deadline(); ok {
		if err := c.SetReadDeadline(deadline); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	conn, err := dbus.NewConn(&socket{c, bufio.NewReader(c)}, dbus.WithContext(ctx), dbus.WithSignalHandler(s))
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err = conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Getuid()))}); err == nil {
		err = conn.Hello()
	}
	if err == nil {
		err = c.SetReadDeadline(time.Time{})
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// bus keeps one private connection to a bus, and follows who owns one name there.
type bus struct {
	name    string // for the log
	address func() (string, error)
	watched string // the well-known name whose owner matters
	match   []dbus.MatchOption
	log     *slog.Logger
	kicked  chan struct{}
	links   chan link
	current atomic.Pointer[dbus.Conn] // nil while there is none
}

// link is a new connection, or the end of one, or a try that failed.
type link struct {
	conn    *dbus.Conn
	signals signals
	owner   string // of the watched name, "" for none
	err     error  // why there is no connection
}

func newBus(
	name string, address func() (string, error), watched string, log *slog.Logger, match ...dbus.MatchOption,
) *bus {
	return &bus{
		name: name, address: address, watched: watched, match: match, log: log,
		kicked: make(chan struct{}, 1),
		links:  make(chan link),
	}
}

// kick tries again at once, or looks whether the address changed.
func (b *bus) kick() {
	select {
	case b.kicked <- struct{}{}:
	default:
	}
}

// run connects, again and again, until ctx ends. Each new state goes to links.
func (b *bus) run(ctx context.Context) {
	wait := firstRetry
	for ctx.Err() == nil {
		since := time.Now()
		l, address := b.open(ctx)
		if l.err == nil {
			b.current.Store(l.conn)
			b.log.InfoContext(ctx, "bus connected", "bus", b.name)
		} else {
			b.log.DebugContext(ctx, "bus not reached", "bus", b.name, "error", l.err)
		}
		if b.tell(ctx, l) && l.err == nil {
			b.hold(ctx, l.conn, address)
			b.log.InfoContext(ctx, "bus connection ended", "bus", b.name)
			b.current.Store(nil)
			_ = l.conn.Close()
			b.tell(ctx, link{err: errBusLost})
		}
		if time.Since(since) > lastRetry {
			wait = firstRetry
		}
		select {
		case <-ctx.Done():
			return
		case <-b.kicked:
			wait = firstRetry
		case <-time.After(wait):
			wait = min(2*wait, lastRetry)
		}
	}
}

func (b *bus) tell(ctx context.Context, l link) bool {
	select {
	case b.links <- l:
		return true
	case <-ctx.Done():
		return false
	}
}

// hold returns when the connection ends or another address is to be used.
func (b *bus) hold(ctx context.Context, conn *dbus.Conn, address string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-conn.Context().Done():
			return
		case <-b.kicked:
			if now, err := b.address(); err == nil && now != address {
				b.kick() // no pause before the next
				return
			}
		}
	}
}

func (b *bus) open(ctx context.Context) (l link, address string) {
	address, err := b.address()
	if err != nil {
		return link{err: fmt.Errorf("no %s bus: %w", b.name, err)}, ""
	}
	l.signals = make(signals, 256)
	if l.conn, err = connect(ctx, address, l.signals); err != nil {
		return link{err: fmt.Errorf("no %s bus: %w", b.name, err)}, address
	}
	asking, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	// First the rules, then the question: every later change is then in signals.
	if err = l.conn.AddMatchSignalContext(asking, b.match...); err == nil {
		err = l.conn.AddMatchSignalContext(asking, dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, b.watched))
	}
	if err == nil {
		l.owner, err = nameOwner(asking, l.conn, b.watched)
	}
	if err != nil {
		return link{err: errors.Join(fmt.Errorf("asking the %s bus: %w", b.name, err), l.conn.Close())}, address
	}
	return l, address
}

// nameOwner is the unique name of a service's connection, "" for a service that does not run.
func nameOwner(ctx context.Context, conn *dbus.Conn, name string) (owner string, err error) {
	err = conn.BusObject().CallWithContext(ctx, busName+".GetNameOwner", 0, name).Store(&owner)
	if bad, ok := errors.AsType[dbus.Error](err); ok && bad.Name == busName+".Error.NameHasNoOwner" {
		return "", nil
	}
	return owner, err
}

// newOwner reads a NameOwnerChanged; only the bus itself may send one.
func newOwner(s *dbus.Signal, name string) (owner string, ok bool) {
	var old, changed string
	if s.Sender != busName || s.Name != busName+".NameOwnerChanged" || dbus.Store(s.Body, &changed, &old, &owner) != nil {
		return "", false
	}
	return owner, changed == name
}
