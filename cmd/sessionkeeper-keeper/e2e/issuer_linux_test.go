package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

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
	i := &issuer{t: t, tls: tls, address: "127.0.0.1:0"}
	listener := i.listen()
	i.address = listener.Addr().String()
	if o.Issuer = "http://" + i.address; tls {
		o.Issuer = "https://" + i.address
	}
	server, err := authserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	i.Server = server
	i.serve(listener)
	t.Cleanup(func() {
		server.Close()
		i.shut()
	})
	return i
}

func (i *issuer) listen() net.Listener {
	i.t.Helper()
	listener, err := net.Listen("tcp", i.address)
	if err != nil {
		i.t.Fatal(err)
	}
	return listener
}

func (i *issuer) serve(listener net.Listener) {
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

// shut makes the provider one that nobody reaches: connections are refused.
func (i *issuer) shut() {
	if i.front != nil {
		i.front.CloseClientConnections()
		i.front.Close()
		i.front = nil
	}
}

// reopen ends that.
func (i *issuer) reopen() {
	i.t.Helper()
	i.serve(i.listen())
}
