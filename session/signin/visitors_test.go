package signin

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// come admits a visitor, who says what it wants where asked is set.
func come(t *testing.T, all *visitors, asked bool) *visitor {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = theirs.Close() })
	v, ok := all.admit(ours)
	if !ok {
		t.Fatal("not admitted")
	}
	if asked {
		all.note(v, http.StateActive)
	}
	return v
}

func sentAway(v *visitor) bool {
	_ = v.SetReadDeadline(time.Now())
	_, err := v.Read(make([]byte, 1))
	return errors.Is(err, io.ErrClosedPipe)
}

// Where there are as many as may be, whoever keeps silent goes first, then the oldest one, and never who brought an answer
// that is waited for.
func TestTCB8WhoGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := new(visitors)
		awaited := come(t, all, true)
		awaited.awaited = true
		oldest := come(t, all, true)
		for range maxVisitors - 4 {
			come(t, all, true)
		}
		silent, later := come(t, all, false), come(t, all, true)
		began := time.Now()
		for _, goes := range []*visitor{silent, oldest} {
			come(t, all, true)
			if len(all.here) != maxVisitors {
				t.Errorf("%d are here; want %d", len(all.here), maxVisitors)
			}
			if !sentAway(goes) {
				t.Errorf("somebody else went than number %d", map[*visitor]int{silent: maxVisitors - 1, oldest: 2}[goes])
			}
		}
		if sentAway(awaited) || sentAway(later) {
			t.Error("one went whose turn it was not")
		}
		if waited := time.Since(began); waited < patience || waited > 2*patience {
			t.Errorf("they went after %v; want %v", waited, patience)
		}
	})
}

// pipes is a listener in memory.
type pipes struct {
	come chan net.Conn
	done chan struct{}
	once sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.come:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// serve opens a door in memory behind which a sign-in waits; dial makes connections to it.
func serve(t *testing.T) (d *door, dial func() net.Conn) {
	t.Helper()
	p := &pipes{come: make(chan net.Conn), done: make(chan struct{})}
	d = newDoor(1, nil)
	d.enter(&Flow{code: &codeRequest{redirectURL: &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/callback"}}})
	d.serving.Go(func() { _ = d.srv.Serve(&visitorListener{p, &d.crowd}) })
	return d, func() net.Conn {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { _ = ours.Close() })
		p.come <- theirs
		return ours
	}
}

func (a *visitors) size() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.here)
}

// Whoever does not come to an end is sent away after a time, also where there is room.
func TestTCB8NobodyStaysForEver(t *testing.T) {
	const to = " /callback HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"
	for name, c := range map[string]struct {
		says  string
		reads bool
		stay  time.Duration
	}{
		"says nothing": {"", true, 5 * time.Second},
		"half a head":  {"GET" + to, true, 5 * time.Second},
		"half a form": {
			"POST" + to + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nstate=", true, 10 * time.Second,
		},
		"does not read": {"GET" + to + "\r\n", false, 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, dial := serve(t)
				one := dial()
				if c.reads {
					go func() { _, _ = io.Copy(io.Discard, one) }()
				}
				began := time.Now()
				if _, err := io.WriteString(one, c.says); err != nil {
					t.Error(err)
				}
				for here := 1; here > 0 && time.Since(began) < time.Hour; {
					time.Sleep(time.Second)
					synctest.Wait()
					here = d.crowd.size()
				}
				if stayed := time.Since(began); stayed < c.stay || stayed > c.stay+time.Second {
					t.Errorf("stayed for %v; want %v", stayed, c.stay)
				}
				_ = one.Close()
				d.close(t.Context())
			})
		})
	}
}

// However many come, so many are here at a time.
func TestTCB8SoManyAtATime(t *testing.T) {
	const most = 256
	synctest.Test(t, func(t *testing.T) {
		d, dial := serve(t)
		for range 2 * most {
			_, _ = io.WriteString(dial(), "G")
			if n := d.crowd.size(); n > most {
				t.Errorf("%d are here; want %d at most", n, most)
				break
			}
		}
		d.close(t.Context())
	})
}
