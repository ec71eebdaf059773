package provider

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// names is a name server (RFC 1035 section 4.1). What it says of every name can be changed.
type names struct {
	address string
	says    atomic.Int32 // the response code; or one of those below
}

const (
	loopback = 0 // as 127.0.0.1
	servfail = 2
	nxdomain = 3
	refused  = 5
	silence  = -1
	garbage  = -2
)

func startNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{address: conn.LocalAddr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		query := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(query)
			if err != nil {
				return
			}
			if answer := n.answer(query[:size]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return n
}

func (n *names) answer(query []byte) []byte {
	says := n.says.Load()
	switch {
	case says == silence || len(query) < 17:
		return nil
	case says == garbage:
		return []byte("no answer at all")
	}
	end := 12 // of the question
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5
	a := append([]byte{}, query[:end]...)
	a[2], a[3] = 0x81, 0x80|byte(says)
	clear(a[6:12])
	if says == loopback && binary.BigEndian.Uint16(query[end-4:]) == 1 { // the address of IPv4
		a[7] = 1
		a = append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return a
}

// transport connects to whatever address a name has according to the name server, at port.
func (n *names) transport(port string) *http.Transport {
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.address)
	}}
	dialer := &net.Dialer{Timeout: time.Second, Resolver: resolver}
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, network, net.JoinHostPort(host, port))
	}}
}

// Whatever the name server says, or does not say, nothing is sent, and the provider is tried again; when names are found
// again it is reached.
func TestF16NamesThatAreNotFound(t *testing.T) {
	names := startNames(t)
	server, _ := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	transport := names.transport(port)
	for _, v := range []struct {
		name       string
		says       int32
		code, text string
	}{
		{"NXDOMAIN", nxdomain, "network", "host name not found: issuer.example"},
		{"SERVFAIL", servfail, "network", "the name server could not look up issuer.example"},
		{"REFUSED", refused, "network", "the name server could not look up issuer.example"},
		{"silence", silence, "timeout", "no complete answer in time"},
		{"garbage", garbage, "timeout", "no complete answer in time"},
	} {
		names.says.Store(v.says)
		a := refreshAt(t.Context(), NewWire(transport, nil), "https://issuer.example/token")
		if a.Verdict != VerdictPassing || a.Code != v.code || !a.Unsent || a.OutcomeUnknown || a.Message != v.text {
			t.Errorf("%s: %s %s, unsent %t, unknown %t, %q; want passing, %s, unsent, %q", v.name, a.Verdict, a.Code, a.Unsent,
				a.OutcomeUnknown, a.Message, v.code, v.text)
		}
	}
	names.says.Store(loopback)
	conn, err := transport.DialContext(t.Context(), "tcp", "issuer.example:443")
	if err != nil {
		t.Fatalf("names are found again, and the provider is not reached: %v", err)
	}
	_ = conn.Close()
}
