// Package autostart makes Sessionkeeper start at log-in, the way each desktop wants it: a systemd user unit for the
// keeper and an XDG autostart file for the tray, launchd agents, or the Windows Run key. It installs nothing unasked and
// takes away exactly what it installed: a file that somebody else wrote or changed is never touched.
package autostart

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrChanged says that a file was changed by hand, or is somebody else's: it was left alone.
var ErrChanged = errors.New("it was changed by hand, or something else wrote it")

// Programs are what is started, as absolute paths; Tray is empty where there is none.
type Programs struct{ Keeper, Tray string }

// Status says what starts at log-in.
type Status struct {
	On     bool
	Kind   string // systemd, xdg, launchd or run-key; several are joined with a comma
	Path   string // of the first file, or the key
	Detail string // why it cannot be, or what else is to be known
}

// lasting takes the path by which PATH leads to the same program: it often outlives the folder of one version.
func (p Programs) lasting() Programs {
	for _, program := range []*string{&p.Keeper, &p.Tray} {
		known, err := exec.LookPath(filepath.Base(*program))
		if err == nil && filepath.IsAbs(known) && sameFile(known, *program) {
			*program = known
		}
	}
	return p
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Look says what starts at log-in now. Where SESSIONKEEPER_HOME is set it speaks of that home alone.
func Look(p Programs) (Status, error) {
	p = p.lasting()
	h, err := thisHost()
	if err != nil {
		return Status{}, fmt.Errorf("looking at what starts at log-in: %w", err)
	}
	s, err := h.look(p)
	if err != nil {
		return Status{}, fmt.Errorf("looking at what starts at log-in: %w", err)
	}
	return s, nil
}

// Set makes it start at log-in, or not any more; both may be repeated. What runs now goes on running; on macOS
// launchd also starts it at once. Where a file in
// the way is not ours the error is ErrChanged: for on, nothing was changed then; for off, all but that file is gone.
// SESSIONKEEPER_HOME, XDG_CONFIG_HOME and XDG_STATE_HOME are carried along, so that the keeper finds the same folders;
// each SESSIONKEEPER_HOME has entries of its own. On Windows, whose Run key cannot carry it, it is refused.
func Set(p Programs, on bool) (Status, error) {
	doing := "making Sessionkeeper start at log-in"
	if !on {
		doing = "keeping Sessionkeeper from starting at log-in"
	}
	p = p.lasting()
	h, err := thisHost()
	if err != nil {
		return Status{}, fmt.Errorf("%s: %w", doing, err)
	}
	var warning string
	if on {
		warning, err = h.install(p)
	} else {
		warning, err = h.remove(p)
	}
	if err != nil {
		return Status{}, fmt.Errorf("%s: %w", doing, err)
	}
	s, err := h.look(p)
	if err != nil {
		return Status{}, fmt.Errorf("%s: %w", doing, err)
	}
	s.Detail = joinWords(s.Detail, warning)
	return s, nil
}

func joinWords(words ...string) string {
	var said []string
	for _, w := range words {
		if w != "" {
			said = append(said, w)
		}
	}
	return strings.Join(said, "; ")
}
