package window

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
)

// safe is a home whose keychain is a file, with the real command line.
type safe struct {
	*testing.T
	program string
	places  places.Places
}

func newSafe(t *testing.T) *safe {
	t.Helper()
	s := &safe{T: t, program: filepath.Join(t.TempDir(), "sessionkeeper")}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Dir(s.program),
		"sessionkeeper/cmd/sessionkeeper", "sessionkeeper/cmd/sessionkeeper-keeper")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the command line: %v\n%s", err, said)
	}
	dir, err := os.MkdirTemp("", "sk") //nolint:usetesting // a test's own folder has too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("SESSIONKEEPER_HOME", dir)
	if s.places, err = places.Find(); err != nil {
		t.Fatal(err)
	}
	return s
}

// window asks for the passphrase. The keeper that it leaves behind ends with the test.
func (s *safe) window(fresh bool) *desk {
	s.Helper()
	d := newDesk(s.T, scene{kind: Passphrase, noKeeper: true, program: s.program, fresh: fresh, places: s.places})
	s.Cleanup(func() { stopKeeper(d) })
	d.until("the field", func() bool { return !asked(d).entry.Disabled() })
	return d
}

func asked(d *desk) *passphrase {
	f, _ := d.window.face.(*passphrase)
	return f
}

func stopKeeper(d *desk) {
	if k := asked(d).ours(); k != nil {
		_ = k.cmd.Process.Signal(syscall.SIGTERM)
		<-k.ended
	}
}

// enter types into the field that has the focus, and presses Enter.
func (d *desk) enter(words string) {
	test.Type(d.window.win.Canvas().Focused(), words)
	d.key(fyne.KeyReturn)
}

// TestPassphrase chooses a passphrase, and opens the same sessions with it later, after a slip.
func TestPassphrase(t *testing.T) {
	const right = "correct horse battery staple"
	s := newSafe(t)
	d := s.window(true)
	d.enter(right)
	d.enter("correct horse battery stable")
	d.says("The two are not the same.")
	if asked(d).ours() != nil {
		t.Fatal("a keeper was started with one of two passphrases")
	}
	d.enter(right)
	d.enter(right)
	d.gone()
	k := asked(d).ours()
	for _, name := range []string{"cmdline", "environ"} {
		seen, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", k.cmd.Process.Pid, name))
		if errors.Is(err, os.ErrPermission) {
			continue // the keeper has closed itself to others
		}
		if err != nil || bytes.Contains(seen, []byte(right)) {
			t.Errorf("%s of the keeper: %v, or it has the passphrase in it", name, err)
		}
	}
	s.open()
	stopKeeper(d)

	d = s.window(false)
	d.enter("wrong")
	d.says("That is not the passphrase")
	d.picture("passphrase-wrong")
	if f := asked(d); f.entry.Text != "" || d.window.win.Canvas().Focused() != fyne.Focusable(f.entry) {
		t.Error("after a wrong passphrase the field is not empty, or has not kept the focus")
	}
	d.enter("wrong again")
	d.until("the second answer", func() bool { return !asked(d).trying })
	d.says("That is not the passphrase")
	d.enter(right)
	d.gone()
	s.open()
}

// open fails where no keeper with an open keychain runs.
func (s *safe) open() {
	s.Helper()
	c, err := client.Dial(s.Context(), s.places)
	if err != nil {
		s.Fatal(err)
	}
	defer c.Close()
	if h, err := c.Health(s.Context()); err != nil || h.Keychain.Backend != "file" || h.Keychain.State != "ok" {
		s.Errorf("the keeper's keychain is %+v, %v; want the open file", h.Keychain, err)
	}
}

// TestPassphraseGivenUp leaves no keeper behind that nobody could open.
func TestPassphraseGivenUp(t *testing.T) {
	s := newSafe(t)
	first := s.window(true)
	first.enter("right")
	first.enter("right")
	first.gone()
	stopKeeper(first)

	d := s.window(false)
	d.enter("wrong")
	d.says("That is not the passphrase")
	k := asked(d).ours()
	d.key(fyne.KeyEscape)
	d.gone()
	d.leave()
	<-k.ended
	if _, err := client.Dial(t.Context(), s.places); !errors.Is(err, client.ErrNoKeeper) {
		t.Errorf("a keeper is still there: %v", err)
	}
}

func TestNoProgram(t *testing.T) {
	d := newDesk(t, scene{kind: Passphrase, noKeeper: true})
	d.until("the field", func() bool { return !asked(d).entry.Disabled() })
	d.enter("word")
	d.says("The program sessionkeeper is missing")
}
