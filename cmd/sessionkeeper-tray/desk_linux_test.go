package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/desktop/desktoptest"
)

// built has the programs as they are shipped: the tray's library has data races of its own, so the race detector stays
// out of them.
var built struct {
	sync.Mutex
	dir string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// program builds one of our programs, once.
func program(tb testing.TB, name string) (path string) {
	tb.Helper()
	built.Lock()
	defer built.Unlock()
	if built.dir == "" {
		dir, err := os.MkdirTemp("", "tray") //nolint:usetesting // it is for all tests
		if err != nil {
			tb.Fatal(err)
		}
		built.dir = dir
	}
	path = filepath.Join(built.dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-buildvcs=false", "-o", path, "sessionkeeper/cmd/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("building %s: %v\n%s", name, err, out)
	}
	return path
}

// desk is what a tray is started on: programs of its own, and an environment.
type desk struct {
	places places.Places
	bin    string
	env    []string
	opened chan string // addresses that the browser was told to open
	shown  chan string // windows that were started, by their arguments
}

// options say what is on a desk.
type options struct {
	window bool // the window program, and a display
	keeper bool // the keeper's program
}

// newDesk makes a desk at a home. What a stand-in program is told comes through a pipe.
func newDesk(tb testing.TB, p places.Places, b *desktoptest.Bus, o options) *desk {
	tb.Helper()
	home := filepath.Dir(p.Config)
	d := &desk{places: p, bin: filepath.Join(home, "bin")}
	if err := os.MkdirAll(d.bin, 0o700); err != nil {
		tb.Fatal(err)
	}
	tools := filepath.Join(home, "tools")
	if err := os.MkdirAll(tools, 0o700); err != nil {
		tb.Fatal(err)
	}
	d.copy(tb, "sessionkeeper-tray")
	if o.keeper {
		d.copy(tb, "sessionkeeper")
		d.copy(tb, "sessionkeeper-keeper")
	}
	d.opened = standIn(tb, filepath.Join(tools, "xdg-open"))
	d.env = []string{
		"PATH=" + tools + ":/usr/bin:/bin", "HOME=" + home, "SESSIONKEEPER_HOME=" + home, "XDG_RUNTIME_DIR=" + tools,
		"LANG=C.UTF-8",
	}
	if b != nil {
		d.env = append(d.env, b.Env()...)
	}
	if o.window {
		d.shown = standIn(tb, filepath.Join(d.bin, "sessionkeeper-window"))
		d.env = append(d.env, "DISPLAY=:99")
	}
	return d
}

// copy puts a program that was built on the desk.
func (d *desk) copy(tb testing.TB, name string) {
	tb.Helper()
	if err := os.Link(program(tb, name), filepath.Join(d.bin, name)); err != nil {
		tb.Fatal(err)
	}
}

// standIn makes a program that tells the test its arguments and ends.
func standIn(tb testing.TB, path string) chan string {
	tb.Helper()
	pipe := path + ".pipe"
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		tb.Fatal(err)
	}
	script := "#!/bin/sh\necho \"$*\" >" + pipe + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		tb.Fatal(err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // read and write: opening waits for nobody
	if err != nil {
		tb.Fatal(err)
	}
	told := make(chan string, 64)
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(f); lines.Scan(); {
			told <- lines.Text()
		}
	})
	tb.Cleanup(func() {
		_ = f.Close()
		reading.Wait()
	})
	return told
}

// next is what a stand-in is told next.
func next(tb testing.TB, what string, told chan string) string {
	tb.Helper()
	select {
	case text := <-told:
		return text
	case <-time.After(patience):
		tb.Fatalf("%s was never started", what)
		return ""
	}
}

// trayProcess is a running tray. It ends with the test.
type trayProcess struct {
	cmd    *exec.Cmd
	ended  chan struct{}
	stderr bytes.Buffer // to be read once ended is closed
}

// start starts the tray.
func (d *desk) start(tb testing.TB, env ...string) *trayProcess {
	tb.Helper()
	p := &trayProcess{ended: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(tb.Context()), filepath.Join(d.bin, "sessionkeeper-tray"))
	p.cmd.Env = append(d.env, env...)
	p.cmd.Stderr = &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	tb.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if code := p.wait(tb); code != 0 && !tb.Failed() && !strings.Contains(p.stderr.String(), "sessionkeeper-tray: ") {
			tb.Errorf("the tray ended with %d: %s", code, p.stderr.String())
		}
		if tb.Failed() {
			log, _ := os.ReadFile(filepath.Join(d.places.State, "tray.log"))
			tb.Logf("tray.log:\n%s\nstderr: %s", log, p.stderr.String())
		}
	})
	return p
}

// wait gives the exit code.
func (p *trayProcess) wait(tb testing.TB) int {
	tb.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // with what all of its goroutines do
		<-p.ended
		tb.Errorf("the tray did not end:\n%s", p.stderr.String())
	}
	return p.cmd.ProcessState.ExitCode()
}
