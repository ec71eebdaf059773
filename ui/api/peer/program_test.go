package peer

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// pair is a connection to ourselves; it gives the listener's end.
func pair(tb testing.TB) *net.UnixConn {
	tb.Helper()
	ln := listen(tb)
	c, err := net.Dial("unix", ln.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return accept(tb, ln)
}

func listen(tb testing.TB) *net.UnixListener {
	tb.Helper()
	dir, err := os.MkdirTemp("", "sk") //nolint:usetesting // a test's own folder has too long a path for a socket
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, "s")})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { ln.Close() })
	return ln
}

func accept(tb testing.TB, ln *net.UnixListener) *net.UnixConn {
	tb.Helper()
	c, err := ln.AcceptUnix()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

func TestWhoWeAre(t *testing.T) {
	p, err := Who(pair(t))
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" { // what the others do not tell
		dir, p.Parent, p.Path = "", "x", filepath.Join(filepath.Dir(self), filepath.Base(p.Path))
	}
	if p.PID != os.Getpid() || p.UID != os.Getuid() || p.ParentPID != os.Getppid() || p.Path != self || p.Dir != dir ||
		p.Parent == "" || p.Via != "" {
		t.Errorf("we are %+v; want %d, %s in %s", p, os.Getpid(), self, dir)
	}
}

func TestWhoOfAClosedConnection(t *testing.T) {
	c := pair(t)
	c.Close()
	if p, err := Who(c); err == nil {
		t.Errorf("the other end of a closed connection is %+v", p)
	}
}

func BenchmarkWho(b *testing.B) {
	c := pair(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Who(c); err != nil {
			b.Fatal(err)
		}
	}
}
