package peer

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"
	"testing"
)

// TestTwoWaysToAsk holds what the kernel says about a single socket against its table.
func TestTwoWaysToAsk(t *testing.T) {
	for _, place := range []struct{ network, address string }{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		for _, uid := range []int{0, 65534, 4_000_000_000} {
			server, client := connected(t, place.network, place.address, uid)
			got, err := diagnose(client, server)
			if err != nil || got != uid {
				t.Errorf("%s: the kernel says %d, %v; want %d", place.network, got, err, uid)
			}
			as6 := place.network == "tcp6"
			table := map[bool]string{false: "/proc/net/tcp", true: "/proc/net/tcp6"}[as6]
			got, err = findSocket(table, hexAddr(client, as6), hexAddr(server, as6))
			if err != nil || got != uid {
				t.Errorf("%s: the table says %d, %v; want %d", place.network, got, err, uid)
			}
			if got, err := diagnose(server, netip.AddrPortFrom(client.Addr(), 1)); err == nil {
				t.Errorf("%s: a socket that only listens was taken for a connection of %d", place.network, got)
			}
			if _, err := diagnose(netip.AddrPortFrom(client.Addr(), 1), server); err == nil {
				t.Errorf("%s: nobody's connection has an owner", place.network)
			}
		}
	}
}

// connected makes a connection whose client belongs to another user.
func connected(t *testing.T, network, address string, uid int) (server, client netip.AddrPort) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("this test makes a socket of another user: run it as root")
	}
	ln, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	var c net.Conn
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and the thread ends with us: its user is another
		_, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0))
		if errno != 0 {
			done <- errno
			return
		}
		var err error
		c, err = net.Dial(network, ln.Addr().String())
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return netip.MustParseAddrPort(ln.Addr().String()), netip.MustParseAddrPort(c.LocalAddr().String())
}

// TestNoDiagnosis: where the kernel says nothing there is no owner.
func TestNoDiagnosis(t *testing.T) {
	v4, v6 := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("[::1]:1")
	for _, pair := range [][2]netip.AddrPort{{v4, v4}, {v6, v6}, {v4, v6}} {
		if _, err := diagnose(pair[0], pair[1]); !errors.Is(err, errNoDiag) {
			t.Errorf("%v: %v; want that the kernel does not tell", pair, err)
		}
	}
}
