package peer

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// socketVariable makes this test binary a program that connects to a socket, and then waits for the end of its input.
const socketVariable = "PEER_TEST_SOCKET"

// childVariable makes it start the program that it names first, which then connects.
const childVariable = "PEER_TEST_CHILD"

func TestMain(m *testing.M) {
	socket, child := os.Getenv(socketVariable), os.Getenv(childVariable)
	switch {
	case child != "":
		c := exec.Command(child)
		c.Env = []string{socketVariable + "=" + socket}
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		if c.Run() != nil {
			os.Exit(1)
		}
	case socket != "":
		c, err := net.Dial("unix", socket)
		if err != nil {
			os.Exit(1)
		}
		defer c.Close()
		_, _ = io.Copy(io.Discard, os.Stdin)
	default:
		os.Exit(m.Run())
	}
}

// copied is this test binary under another name.
func copied(t *testing.T, path string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(path) })
	return path
}

// started runs a program in dir that connects to ln, until stop is called, which waits for its end.
func started(t *testing.T, ln *net.UnixListener, dir, program string, env ...string) (c *net.UnixConn, stop func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(env, socketVariable+"="+ln.Addr().String()), t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	stop = func() {
		if !ended {
			ended = true
			in.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(stop)
	return accept(t, ln), stop
}

func TestWhoOfAnotherProgram(t *testing.T) {
	ln, dir := listen(t), t.TempDir()
	odd := copied(t, filepath.Join(t.TempDir(), "a) R 1 (deleted) \u202eb"))
	c, stop := started(t, ln, dir, odd)
	p, err := Who(c)
	self, _ := os.Executable()
	if err != nil || p.Path != odd || p.Dir != dir || p.Parent != self || p.ParentPID != os.Getpid() || p.Via != "" {
		t.Errorf("got %+v, %v; want %s in %s, started by us", p, err, odd, dir)
	}
	if err := os.Remove(odd); err != nil { // as an update does
		t.Fatal(err)
	}
	if p, err := Who(c); err != nil || p.Path != odd {
		t.Errorf("with its file replaced: %+v, %v; want %s", p, err, odd)
	}
	stop()
	if p, err := Who(c); err != nil || p.Path != "" || p.Parent != "" || p.PID == 0 || p.UID != os.Getuid() {
		t.Errorf("after its end: %+v, %v; want its number alone, which may be another's soon", p, err)
	}
}

// Our own front programs ask for somebody: the program that started them.
func TestWhoIsBehindOurs(t *testing.T) {
	ln, dir := listen(t), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	front := copied(t, filepath.Join(filepath.Dir(self), "sessionkeeper"))
	whole := copied(t, filepath.Join(filepath.Dir(self), "sessionkeeper-keeper"))
	hard := filepath.Join(filepath.Dir(self), "docker-credential-x")
	if err := os.Link(front, hard); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(hard) })
	soft := filepath.Join(dir, "git-credential-x")
	if err := os.Symlink(front, soft); err != nil {
		t.Fatal(err)
	}
	elsewhere := copied(t, filepath.Join(dir, "sessionkeeper"))
	other := copied(t, filepath.Join(filepath.Dir(self), "sessionkeeper-tray"))
	asker := copied(t, filepath.Join(dir, "asker"))
	for name, o := range map[string]struct {
		program, child, path, via string
	}{
		"front":                     {program: front, path: self, via: "sessionkeeper"},
		"whole":                     {program: whole, path: self, via: "sessionkeeper-keeper"},
		"symbolic link":             {program: soft, path: self, via: "sessionkeeper"},
		"hard link":                 {program: hard, path: self, via: "docker-credential-x"},
		"one of ours from another":  {program: front, child: whole, path: self, via: "sessionkeeper"},
		"of another program":        {program: asker, child: front, path: asker, via: "sessionkeeper"},
		"of that name elsewhere":    {program: elsewhere, path: elsewhere},
		"ours that asks for itself": {program: other, path: other},
	} {
		t.Run(name, func(t *testing.T) {
			var env []string
			if o.child != "" {
				env = append(env, childVariable+"="+o.child)
			}
			c, stop := started(t, ln, dir, o.program, env...)
			defer stop()
			if p, err := Who(c); err != nil || p.Path != o.path || p.Via != o.via {
				t.Errorf("got %+v, %v; want %s via %q", p, err, o.path, o.via)
			}
		})
	}
}

func TestParseStat(t *testing.T) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := parseStat(string(stat))
	if !ok || p.pid != os.Getpid() || p.parent != os.Getppid() || p.started == 0 {
		t.Errorf("%s is %+v, %t", stat, p, ok)
	}
	rest := strings.Repeat("0 ", 18) + "77 0 0\n"
	for line, want := range map[string]process{
		"5 (a) S 4 " + rest[2:]:                 {pid: 5, parent: 4, started: 77},
		"5 (a) R 1 (b) S 4 " + rest[2:]:         {pid: 5, parent: 4, started: 77},
		"5 () ) Z 4 " + rest[2:]:                {pid: 5, parent: 4, started: 77},
		"5 (\n) S 4 " + rest[2:]:                {pid: 5, parent: 4, started: 77},
		"":                                      {},
		"5 (a":                                  {},
		"5 (a) S 4":                             {},
		"x (a) S 4 " + rest[2:]:                 {},
		"5 (a) S x " + rest[2:]:                 {},
		"5 (a) S 4 " + strings.Repeat("x ", 40): {},
	} {
		if got, ok := parseStat(line); ok != (want.pid != 0) || ok && got != want {
			t.Errorf("%q is %+v, %t; want %+v", line, got, ok, want)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("5 (a) R 1 (b) S 4 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 77 0")
	f.Fuzz(func(t *testing.T, line string) {
		if p, ok := parseStat(line); ok && !strings.HasPrefix(line, strconv.Itoa(p.pid)) && !strings.ContainsAny(line[:1], "+-0") {
			t.Errorf("%q is %+v", line, p)
		}
	})
}

// A process that started after the connection was there is another with the same number.
func TestNumberThatIsAnothers(t *testing.T) {
	h, err := hold(pair(t))
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	if !h.lives() {
		t.Error("we do not live")
	}
	p, err := look(h.pid)
	if err != nil || p.started > h.since {
		t.Errorf("we started at %d, %v, after our connection at %d", p.started, err, h.since)
	}
	if got := h.program(); got.Path == "" {
		t.Errorf("we are %+v", got)
	}
	h.since = p.started - 1
	if got := h.program(); got != (Program{PID: h.pid, UID: h.uid}) {
		t.Errorf("of one that is younger than the connection: %+v; want its number alone", got)
	}
}
