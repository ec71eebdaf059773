package peer

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
)

// TestMappedClient connects from an IPv6 socket to a mapped IPv4 address, as some runtimes always do.
func TestMappedClient(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	port := netip.MustParseAddrPort(ln.Addr().String()).Port()
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	mapped := netip.MustParseAddr("::ffff:127.0.0.1").As16()
	if err := syscall.Connect(fd, &syscall.SockaddrInet6{Port: int(port), Addr: mapped}); err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := SameTCP(c); err != nil {
		t.Error(err)
	}
}

func TestClosedConnectionIsNobodys(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	// What was asked about is the listener's side of an address pair that no socket has.
	if err := SameTCP(swapped{c}); err == nil {
		t.Error("a connection that is in no table was let in")
	}
	c.Close()
}

// swapped is a connection whose far end has no socket in this machine's tables.
type swapped struct{ net.Conn }

func (swapped) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func BenchmarkSameTCP(b *testing.B) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	accepted, err := ln.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer accepted.Close()
	for b.Loop() {
		if err := SameTCP(accepted); err != nil {
			b.Fatal(err)
		}
	}
}
