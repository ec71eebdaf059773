package e2e

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// issuer is the demo provider behind a door that can be shut, with a clock of its own.
type issuer struct {
	*authserver.Server

	t       *testing.T
	address string
	tls     bool
	front   *httptest.Server // nil while shut
	ahead   atomic.Int64     // of its clock before ours
}

// startIssuer starts a provider at an address of its own.
func startIssuer(t *testing.T, o authserver.Options, tls bool) *issuer {
	t.Helper()
	i := &issuer{t: t, tls: tls, address: reserve(t)}
	if o.Issuer = "http://" + i.address; tls {
		o.Issuer = "https://" + i.address
	}
	server, err := authserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	i.Server = server
	i.reopen()
	t.Cleanup(func() {
		server.Close()
		i.shut()
	})
	return i
}

// reserve gives an address that nobody else gets until the test ends, whether something listens there or not: to a socket
// that is bound and does not listen nobody connects (socket(7), SO_REUSEPORT).
func reserve(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	err = errors.Join(shared(uintptr(fd)), unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	at, named := unix.Getsockname(fd)
	bound, ok := at.(*unix.SockaddrInet4)
	if err = errors.Join(err, named); err != nil || !ok {
		t.Fatalf("reserving an address: %v", err)
	}
	return fmt.Sprintf("127.0.0.1:%d", bound.Port)
}

func shared(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}

// reopen has the provider listen, at first and after shut.
func (i *issuer) reopen() {
	i.t.Helper()
	share := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		failed := c.Control(func(fd uintptr) { err = shared(fd) })
		return errors.Join(failed, err)
	}}
	listener, err := share.Listen(i.t.Context(), "tcp", i.address)
	if err != nil {
		i.t.Fatal(err)
	}
	i.front = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ahead := time.Duration(i.ahead.Load()); ahead != 0 {
			w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		}
		i.ServeHTTP(w, r)
	}))
	_ = i.front.Listener.Close()
	i.front.Listener = listener
	if i.tls {
		i.front.StartTLS()
		return
	}
	i.front.Start()
}

// shut makes the provider one that nobody reaches: connections are refused. What it has begun to answer it answers: a
// renewal that is cut off is another fault than an outage.
func (i *issuer) shut() {
	if i.front != nil {
		i.front.Close()
		i.front = nil
	}
}
