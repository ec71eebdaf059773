package e2e

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

func isFull(err error) bool { return errors.Is(err, syscall.EAGAIN) }

// What a process has open at most, whatever comes: the places at its doors, for the proxy twice, and what it works with.
const (
	keeperDescriptors = 1536 + 512 + 256 + 100
	proxyDescriptors  = 2*2048 + 100
)

// Ten thousand connections to each door say nothing, or half of something. Those who ask are served all the same, and
// what the keeper has open stays bounded.
func TestF27TenThousandConnections(t *testing.T) {
	const crowd = 10_000
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < crowd+500 {
		t.Fatalf("%d files may be open, %v; raise the limit to %d: ulimit -n", limit.Cur, err, crowd+500)
	}
	d := openDoors(t, authserver.Options{})
	for _, one := range d.each() {
		t.Run(one.name, func(t *testing.T) {
			var arrived, served atomic.Int64
			var most int
			full := make(chan struct{})
			var asking sync.WaitGroup
			asking.Go(func() {
				for done := false; !done; { // once more after the last has come
					select {
					case <-full:
						done = true
					default:
					}
					one.serves(t)
					served.Add(1)
					most = max(most, descriptors(t, one.pid))
				}
			})
			conns := make([]net.Conn, crowd)
			var coming sync.WaitGroup
			var next atomic.Int64
			for range 8 {
				coming.Go(func() {
					for i := next.Add(1) - 1; i < crowd; i = next.Add(1) - 1 {
						c, err := one.dial()
						if err != nil {
							t.Errorf("%s: connection %d: %v", one.name, i, err)
							return
						}
						conns[i] = c
						arrived.Add(1)
						switch i % 3 {
						case 0:
							_, _ = io.WriteString(c, one.request[:len(one.request)/2])
						case 1:
							_, _ = io.WriteString(c, "POST /v1/sessions/one/pause HTTP/1.1\r\nHost: "+one.address+"\r\nContent-Length: 9\r\n\r\n")
						}
					}
				})
			}
			coming.Wait()
			close(full)
			asking.Wait()
			bound := keeperDescriptors
			if one.name == "proxy" {
				bound = proxyDescriptors
			}
			if most > bound {
				t.Errorf("%s: %d descriptors are open; want %d at most", one.name, most, bound)
			}
			t.Logf("%s: %d connections, %d requests answered meanwhile, %d descriptors at most", one.name, arrived.Load(), served.Load(), most)
			for _, c := range conns {
				if c != nil {
					c.Close()
				}
			}
		})
	}
	d.unharmed()
}

// Whoever sends a request one byte at a time, or its body, is sent away, and nobody waits for it.
func TestF34SlowLoris(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	var all sync.WaitGroup
	for _, one := range d.each() {
		all.Go(func() { one.outlasts(t, "", one.request[:len(one.request)-8]) })
		path, ok := map[string]string{"socket": "/v1/sessions/one/pause", "page": "/v1/ui/session", "callback": d.callback.Path}[one.name]
		if !ok { // what passes through the proxy may be a stream
			continue
		}
		all.Go(func() {
			one.outlasts(t, "POST "+path+" HTTP/1.1\r\nHost: "+one.address+"\r\nContent-Type: application/json\r\n"+
				"Content-Length: 100000\r\n\r\n", "{")
		})
	}
	all.Wait()
	d.unharmed()
}

// outlasts says something at once, something more one byte at a time, and goes on for ever, until it is sent away.
func (d *door) outlasts(t *testing.T, atOnce, slowly string) {
	c, err := d.dial()
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.SetReadDeadline(time.Now().Add(2 * patience))
		if answer, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) || strings.Contains(string(answer), " 200 ") {
			t.Errorf("%s, after %.30q: %.100q, %v", d.name, atOnce, answer, err)
		}
	}()
	_, _ = io.WriteString(c, atOnce)
	step := time.NewTicker(100 * time.Millisecond)
	defer step.Stop()
	for i := 0; ; i++ {
		select {
		case <-ended:
			d.serves(t)
			return
		case <-step.C:
		}
		if i < len(slowly) {
			_, _ = io.WriteString(c, slowly[i:i+1])
		} else {
			_, _ = io.WriteString(c, "x")
		}
	}
}

// What is no request ends its own connection, and nothing else.
func TestF27GarbageAtEveryDoor(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	noise := make([]byte, 64<<10)
	_, _ = rand.Read(noise)
	secretly := []string{d.callback.Query().Get("state"), d.proxy.Path[1:], "access_token", "refresh_token"}
	for _, one := range d.each() {
		for what, bytes := range map[string]string{
			"noise": string(noise), "nothing": "", "zeros": strings.Repeat("\x00", 4096),
			"TLS":         "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + string(noise[:500]),
			"HTTP/2":      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
			"long line":   "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\n\r\n",
			"long head":   "GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 100_000) + "\r\n",
			"half":        one.request[:len(one.request)/2],
			"bare feeds":  strings.ReplaceAll(one.request, "\r\n", "\n") + "\n\n",
			"bad length":  "POST / HTTP/1.1\r\nHost: " + one.address + "\r\nContent-Length: -1\r\n\r\n",
			"huge length": "POST / HTTP/1.1\r\nHost: " + one.address + "\r\nContent-Length: 9223372036854775807\r\n\r\n",
			"old":         "GET /\r\n\r\n",
			"websocket":   "GET / HTTP/1.1\r\nHost: " + one.address + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		} {
			for _, end := range []string{"half-close", "reset"} {
				c, err := one.dial()
				if err != nil {
					t.Fatalf("%s: %v", one.name, err)
				}
				_ = c.SetDeadline(time.Now().Add(patience))
				_, _ = io.WriteString(c, bytes)
				if tcp, ok := c.(*net.TCPConn); ok && end == "reset" {
					_ = tcp.SetLinger(0)
				} else if half, ok := c.(interface{ CloseWrite() error }); ok {
					_ = half.CloseWrite()
					answer, _ := io.ReadAll(c)
					if strings.HasPrefix(what, "long ") && len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
						t.Errorf("%s: after a %s: %.100q; want 431, or nothing", one.name, what, answer)
					}
					for _, secret := range secretly {
						if strings.Contains(string(answer), secret) {
							t.Errorf("%s: after %s: %.300q", one.name, what, answer)
						}
					}
				}
				c.Close()
			}
		}
		one.serves(t)
	}
	d.unharmed()
}
