package crowd

import (
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// arrive gives the next place to a connection, whose other end it returns.
func arrive(t *testing.T, c *Crowd) (m *Member, other net.Conn) {
	t.Helper()
	if !c.Reserve() {
		t.Fatal("no place")
	}
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = ours.Close() })
	return c.Enter(ours), theirs
}

// gone reports whether the other end of a connection was closed.
func gone(other net.Conn) bool {
	_ = other.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := other.Read(make([]byte, 1))
	return err == io.EOF //nolint:errorlint // a pipe gives it as it is
}

// Who never asked goes first, then who asked longest ago; who is being answered stays, and nobody goes before his time.
func TestWhoGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(4)
		busy, busyEnd := arrive(t, c)
		idle, idleEnd := arrive(t, c)
		later, laterEnd := arrive(t, c)
		_, silentEnd := arrive(t, c)
		busy.Busy()
		idle.Idle()
		time.Sleep(time.Millisecond)
		later.Idle()
		ends := map[string]net.Conn{"busy": busyEnd, "idle": idleEnd, "later": laterEnd, "silent": silentEnd}
		began := time.Now()
		for _, goes := range []string{"silent", "idle", "later"} {
			next, _ := arrive(t, c)
			next.Busy()
			for name, end := range ends {
				if name != goes && gone(end) {
					t.Errorf("%s went before %s", name, goes)
				}
			}
			if !gone(ends[goes]) {
				t.Errorf("%s did not go", goes)
			}
			delete(ends, goes)
		}
		if waited := time.Since(began); waited < patience-time.Millisecond || waited > 2*patience {
			t.Errorf("the first went after %v; want %v", waited, patience)
		}
	})
}

// Who is being answered and does not read makes room, and is at work again once he has read.
func TestWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(2)
		reader, readerEnd := arrive(t, c)
		other, otherEnd := arrive(t, c)
		reader.Busy()
		other.Busy()
		if !reader.Pause() || !other.Pause() || other.Pause() {
			t.Error("only the first pause is one of an answer")
		}
		reader.Busy()
		next, _ := arrive(t, c)
		next.Busy()
		if gone(readerEnd) || !gone(otherEnd) {
			t.Error("the one who read had to go, or the other had not")
		}
	})
}

// Where all are at work the next one waits until one has ended, or has nothing more to do.
func TestAllAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(2)
		one, _ := arrive(t, c)
		two, _ := arrive(t, c)
		one.Busy()
		two.Busy()
		got := make(chan bool)
		reserve := func() { got <- c.Reserve() }
		go reserve()
		synctest.Wait()
		one.Leave()
		one.Leave() // as servers do
		if !<-got {
			t.Error("no place after one had left")
		}
		go reserve()
		synctest.Wait()
		two.Idle()
		if !<-got {
			t.Error("no place after one had become idle")
		}
		two.Leave() // its place is another's by now
		go reserve()
		synctest.Wait()
		c.Close()
		c.Close()
		if <-got {
			t.Error("a place after the end")
		}
	})
}

// A listener refuses whom its check does not know, and closing a connection gives its place back.
func TestListener(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refuse := make(chan bool, 3)
	guarded := Listen(ln, 1, func(net.Conn) error {
		if <-refuse {
			return net.ErrClosed
		}
		return nil
	})
	refuse <- true
	refuse <- false
	refuse <- false
	stranger, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	for range 2 {
		friend, err := net.Dial("tcp4", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer friend.Close() //nolint:revive // there are two
		c, err := guarded.Accept()
		if err != nil || c.RemoteAddr().String() != friend.LocalAddr().String() {
			t.Fatalf("%v, %v; want the friend", c, err)
		}
		Note(c, http.StateActive)
		c.Close()
	}
	if n, err := stranger.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("the stranger read %d bytes, %v", n, err)
	}
	guarded.Close()
	if _, err := guarded.Accept(); err == nil {
		t.Error("a connection after the end")
	}
}
