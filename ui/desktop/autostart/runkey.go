package autostart

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

const (
	runKey  = `HKCU\Software\Microsoft\Windows\CurrentVersion\Run`
	runName = "Sessionkeeper"

	// runLimit is of a Run key's command line (Microsoft Learn, "Run and RunOnce Registry Keys").
	runLimit = 260
)

var errRunHome = errors.New("SESSIONKEEPER_HOME is set, which the Run key cannot carry; " +
	"unset it, or make a shortcut in the Startup folder yourself")

// values are the values of the Run key.
type values interface {
	get(name string) (line string, there bool, err error)
	put(name, line string) error
	remove(name string) error // none is no error
	// disabled reports whether the user switched the value off in the Task Manager; enable takes that back.
	disabled(name string) (bool, error)
	enable(name string) error
}

// runLine is what the Run key starts: the tray, which starts a keeper; or the command that starts one and ends, because
// a keeper in a console window would end with it.
func runLine(p Programs) (program, line string) {
	if p.Tray != "" {
		return p.Tray, `"` + p.Tray + `"`
	}
	return p.Keeper, `"` + p.Keeper + `" autostart start`
}

// lineProgram is the program of a line, by the rules of CommandLineToArgvW for the first word.
func lineProgram(line string) string {
	if rest, quoted := strings.CutPrefix(line, `"`); quoted {
		program, _, _ := strings.Cut(rest, `"`)
		return program
	}
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return line[:i]
	}
	return line
}

// isOurs knows a line of ours again, wherever its program lay.
func isOurs(line string) bool {
	program := lineProgram(line)
	name := strings.ToLower(program[strings.LastIndexAny(program, `\/`)+1:])
	rest := strings.TrimPrefix(line, `"`+program+`"`)
	return name == "sessionkeeper-tray.exe" && rest == "" || name == "sessionkeeper.exe" && rest == " autostart start"
}

func (h host) lookAtRunKey(p Programs) (Status, error) {
	s := Status{Kind: "run-key", Path: runKey + `\` + runName}
	if len(h.vars) > 0 {
		s.Detail = errRunHome.Error()
		return s, nil
	}
	line, there, err := h.run.get(runName)
	if err != nil || !there {
		return s, err
	}
	off, err := h.run.disabled(runName)
	if err != nil {
		return Status{}, err
	}
	s.On = !off
	program, wanted := runLine(p)
	switch {
	case off:
		s.Detail = "it is switched off in the Task Manager"
	case line == wanted && checkProgram(program) != nil:
		s.Detail = program + " is gone"
	case line == wanted:
	case isOurs(line):
		s.Detail = fmt.Sprintf("it starts %s, and this is %s%s", lineProgram(line), program, again)
	default:
		s.Detail = ErrChanged.Error() + "; it is left alone"
	}
	return s, nil
}

func (h host) setRunKey(p Programs) error {
	if len(h.vars) > 0 {
		return errRunHome
	}
	program, line := runLine(p)
	if err := checkProgram(program); err != nil {
		return err
	}
	if n := len(utf16.Encode([]rune(line))); n > runLimit || strings.Contains(program, `"`) {
		return fmt.Errorf("the Run key takes %d characters, and %s has %d; move it to a shorter path", runLimit, line, n)
	}
	if err := h.checkRunKey(); err != nil {
		return err
	}
	if err := h.run.put(runName, line); err != nil {
		return err
	}
	return h.run.enable(runName)
}

func (h host) clearRunKey(Programs) error {
	if len(h.vars) > 0 {
		return errRunHome
	}
	if err := h.checkRunKey(); err != nil {
		return err
	}
	if err := h.run.remove(runName); err != nil {
		return err
	}
	return h.run.enable(runName)
}

// checkRunKey refuses to touch a value that is not ours.
func (h host) checkRunKey() error {
	line, there, err := h.run.get(runName)
	if err != nil || !there || isOurs(line) {
		return err
	}
	return fmt.Errorf(`%s\%s: %w; remove it yourself`, runKey, runName, ErrChanged)
}
