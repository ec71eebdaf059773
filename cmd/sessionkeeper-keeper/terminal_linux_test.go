package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// At a terminal a Ctrl-C reaches the command once, and a Ctrl-Z gives the shell its terminal back.
func TestExecAtTerminal(t *testing.T) {
	b := withSession(t)
	master, tty := openTerminal(t)
	// A shell with job control; its commands come over the terminal as if typed.
	shell := exec.Command("bash", "--norc", "--noprofile", "--noediting", "-i")
	shell.Env = append(b.env, "PS1=", "TERM=dumb")
	shell.Stdin, shell.Stdout, shell.Stderr = tty, tty, tty
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	t.Cleanup(func() {
		_ = master.Close()
		_ = shell.Wait()
	})
	screen := &ttyUser{t: t, master: master}
	screen.types("stty -echo; echo hel''lo\n")
	screen.until("hello")
	screen.types(`sessionkeeper exec work -- bash -c 'trap "echo one; n=x\$n" INT; echo rea""dy; ` +
		`while read -r line; do echo "heard $line after $n"; [ "$line" != bye ] || exit 5; done'` + "\n")
	screen.until("ready")
	screen.types("\x03")
	screen.until("one")
	screen.types("first\n")
	screen.until("heard first after x\r")
	screen.types("\x1a")
	screen.until("Stopped")
	screen.types("echo at the sh''ell; fg\n")
	screen.until("at the shell")
	screen.types("second\n")
	screen.until("heard second after x\r")
	screen.types("bye\n")
	screen.until("heard bye")
	screen.types("echo code $?\n")
	screen.until("code 5\r")
	// A shell's loop ends where its command died of a Ctrl-C.
	screen.types("for i in 1 2 3; do echo round $i; sessionkeeper exec work -- sh -c 'echo sle\"\"eps; exec sleep 600'; done; echo ov''er\n")
	screen.until("round 1")
	screen.until("sleeps")
	screen.types("\x03")
	screen.types("echo co''de $?\n")
	if text := screen.until("code 130\r"); strings.Contains(text, "round 2") {
		t.Errorf("the loop goes on: %q", text)
	}
	screen.types("exit\n")
}

// openTerminal gives both ends of a new terminal (pty(7)).
func openTerminal(t *testing.T) (master, tty *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	if tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), "terminal"), tty
}

// ttyUser is what somebody at a terminal sees and types.
type ttyUser struct {
	t      *testing.T
	master *os.File
	seen   string
}

func (s *ttyUser) types(text string) {
	s.t.Helper()
	if _, err := s.master.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// until reads on until text has come, and gives what came with it.
func (s *ttyUser) until(text string) string {
	s.t.Helper()
	if err := s.master.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	b := make([]byte, 4096)
	for {
		if before, after, ok := strings.Cut(s.seen, text); ok {
			s.seen = after
			return before + text
		}
		n, err := s.master.Read(b)
		s.seen += string(b[:n])
		if err != nil {
			s.t.Fatalf("waiting for %q: %v; the screen shows %q", text, err, s.seen)
		}
	}
}
