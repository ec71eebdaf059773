package api_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// tool is a program of the user's own: a copy of cat that waits for its input.
func tool(t *testing.T, path string) (p peer.Program, stop func()) {
	t.Helper()
	cmd := exec.Command(path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	if _, err := io.WriteString(in, "ready\n"); err != nil { // once it answers it is no longer us
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the tool says %q, %v", line, err)
	}
	return peer.Program{PID: cmd.Process.Pid, UID: os.Getuid(), Path: path, Parent: "/usr/bin/bash", Dir: "/home/ada"}, stop
}

func copyOfCat(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile("/bin/cat")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// What is remembered is the file that was allowed, not its name: another one at its place asks again, and so does one
// whose file is gone from under it.
func TestReplacedProgramAsksAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mytool")
	copyOfCat(t, path)
	atDesk(t, func(t *testing.T, d *desk) {
		p, stop := tool(t, path)
		waiting := d.begin(p, session.DefaultWait)
		d.press(first, forAnHour)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		if err := d.ask(p, 1); err != nil {
			t.Errorf("the same process: %v", err)
		}
		stop()
		p, stop = tool(t, path)
		if err := d.ask(p, 1); err != nil {
			t.Errorf("the same file again: %v", err)
		}
		copyOfCat(t, path)
		refused(t, d.ask(p, 1), session.CodeUnavailable, "approval_asked") // it runs from a file that is gone
		if a := d.List()[0]; a.State != client.Asking || a.Lasting {
			t.Errorf("a program whose file is gone: %+v", a)
		}
		stop()
		p, stop = tool(t, path)
		refused(t, d.ask(p, 1), session.CodeUnavailable, "approval_asked")
		stop()
		refused(t, d.ask(p, 1), session.CodeUnavailable, "approval_asked") // its number is nobody's now
		if n := len(d.List()); n != 4 {
			t.Errorf("%d are listed; want one answer and three questions", n)
		}
	})
}

// A file that was written over in place is another program, also where it has its old size and its old time.
func TestRewrittenProgramAsksAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mytool")
	copyOfCat(t, path)
	atDesk(t, func(t *testing.T, d *desk) {
		p, stop := tool(t, path)
		waiting := d.begin(p, session.DefaultWait)
		d.press(first, forAnHour)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		stop()
		was, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		end := []byte("other")
		if _, err := f.WriteAt(end, was.Size()-int64(len(end))); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, was.ModTime(), was.ModTime()); err != nil {
			t.Fatal(err)
		}
		p, _ = tool(t, path)
		refused(t, d.ask(p, 1), session.CodeUnavailable, "approval_asked")
	})
}

// runSocket names the socket that a child of TestOncePerRun connects to.
const runSocket = "SESSIONKEEPER_TEST_RUN"

// startRun starts a program of ours that asks for another, and gives its connection and its end.
func startRun(t *testing.T, ln *net.UnixListener) (conn net.Conn, end func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestOncePerRun$")
	cmd.Env = append(os.Environ(), runSocket+"="+ln.Addr().String())
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	end = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	t.Cleanup(end)
	conn, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, end
}

// A program of ours that asks for who started it, as the proxy does for a shell, is asked about once for each start:
// a yes holds as long as it runs, and for no other start.
func TestOncePerRun(t *testing.T) {
	if socket := os.Getenv(runSocket); socket != "" {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(filepath.Dir(apitest.Home(t).Run), "run.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	one, endOne := startRun(t, ln)
	other, _ := startRun(t, ln)
	shell := bash(os.Getpid())
	shell.Via = "sessionkeeper-keeper"
	itself := program(t, "/usr/bin/bash")
	itself.Via = shell.Via
	atDesk(t, func(t *testing.T, d *desk) {
		ask := func(conn net.Conn, p peer.Program) error {
			ctx, cancel := context.WithTimeout(api.WithConnection(t.Context(), conn), 1)
			defer cancel()
			err := d.Approve(ctx, "work", p)
			d.look()
			return err
		}
		refused(t, ask(one, shell), session.CodeUnavailable, "approval_asked")
		d.press(first, once)
		time.Sleep(3 * time.Hour)
		for range 2 {
			if err := ask(one, shell); err != nil {
				t.Errorf("the same start: %v", err)
			}
		}
		refused(t, ask(other, shell), session.CodeUnavailable, "approval_asked")
		d.press(first, deny)
		if all := d.List(); len(all) != 2 || !all[0].Running || !all[0].Until.IsZero() {
			t.Errorf("listed is %+v", all)
		}
		time.Sleep(time.Minute)

		refused(t, ask(other, itself), session.CodeUnavailable, "approval_asked")
		d.press(first, forAnHour)
		if err := ask(nil, itself); err != nil {
			t.Errorf("the same program within the hour: %v", err)
		}
		time.Sleep(2 * time.Hour)
		if err := ask(other, itself); err != nil {
			t.Errorf("the same start after the hour: %v", err)
		}
		refused(t, ask(nil, itself), session.CodeUnavailable, "approval_asked")
		d.press(first, deny)
		endOne()
		for _, a := range d.List() {
			if a.Running && a.Program == shell.Path {
				t.Errorf("the program has ended and is remembered: %+v", a)
			}
		}
		refused(t, ask(one, shell), session.CodeUnavailable, "approval_asked")
		d.press(first, once) // nobody waits, and nobody runs: it is for the next request
		if err := ask(one, shell); err != nil {
			t.Errorf("after a yes for a program that has ended: %v", err)
		}
	})
}
