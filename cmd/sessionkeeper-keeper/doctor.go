package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/desktop"
	"sessionkeeper/ui/helper"
)

// finding is one line of the doctor's: what was looked at, how it is, and what to do where it is not well.
type finding struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Warning bool   `json:"warning,omitempty"` // it is not well, and sessions are kept all the same
	Detail  string `json:"detail"`
	Action  string `json:"action,omitempty"`
}

func doctorCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "doctor [--json]",
		Short: "Look for what is wrong on this machine and say what to do",
		Long: `Look for what is wrong on this machine and say what to do. The exit code is 1 where there is a problem. What a
desktop may lack, such as a screen or a tray, is a warning: sessions are kept without it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := places.Find()
			if err != nil {
				return err
			}
			findings := examine(cmd.Context(), p)
			if *asJSON {
				err = printJSON(cmd.OutOrStdout(), findings)
			} else {
				err = printFindings(cmd, findings)
			}
			if err != nil {
				return err
			}
			if slices.ContainsFunc(findings, func(f finding) bool { return !f.OK && !f.Warning }) {
				return &fault{code: helper.ExitFailed}
			}
			return nil
		},
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

// examine looks at everything; a keeper that cannot be started is a finding like others.
func examine(ctx context.Context, p places.Places) []finding {
	health, sessions, found := askKeeper(ctx)
	found = append(found, desktopFindings(desktop.Look(ctx))...)
	found = append(found, configFindings(p)...)
	found = append(found, fileFindings(p)...)
	return append(found, clockFindings(ctx, health.Clock, sessions)...)
}

// askKeeper gives what the keeper says of itself and of the sessions, and what is to be found there.
func askKeeper(ctx context.Context) (client.Health, []client.Session, []finding) {
	c, err := connect(ctx)
	if err != nil {
		return client.Health{}, nil, []finding{noKeeperFinding(ctx, err)}
	}
	defer c.Close()
	health, err := c.Health(ctx)
	sessions, other := c.Sessions(ctx)
	if err := errors.Join(err, other); err != nil {
		p, _ := words.OfMachine("keeper_silent", nil)
		return client.Health{}, nil, []finding{problemFinding("keeper", p, err.Error())}
	}
	return health, sessions, keeperFindings(health, sessions)
}

// noKeeperFinding says why there is none: it could not be started, or nobody but the user may start one.
func noKeeperFinding(ctx context.Context, err error) finding {
	if os.Getenv(noAutostart) == "1" {
		if _, err := running(ctx); errors.Is(err, client.ErrNoKeeper) {
			p, _ := words.OfMachine("no_autostart", nil)
			return problemFinding("keeper", p, "")
		}
	}
	what := "no_keeper"
	if _, silent := errors.AsType[*silentError](err); silent {
		what = "keeper_silent"
	}
	p, _ := words.OfMachine(what, nil)
	return problemFinding("keeper", p, err.Error())
}

// doctorLine is the command that the table names where there is more to know; doctor itself does not.
const doctorLine = "sessionkeeper doctor"

// problemFinding says a problem of the table, with what was said about it by whoever noticed it.
func problemFinding(name string, p words.Problem, said string) finding {
	f := finding{Name: name, Detail: p.Title + inBrackets(said), Action: strings.TrimSpace(p.Detail + " " + p.More)}
	if p.Action.Command != "" && p.Action.Command != doctorLine {
		f.Action += " Run: " + p.Action.Command
	}
	return f
}

// desktopFindings are what the desktop was found to have or to lack. Without the bus there is one thing to cure: what
// needs it is not told again.
func desktopFindings(checks []desktop.Check) []finding {
	bus := slices.ContainsFunc(checks, func(c desktop.Check) bool { return c.Name == "dbus" && !c.OK })
	var found []finding
	for _, c := range checks {
		if !bus || c.OK || c.Name != "notifications" && c.Name != "tray" {
			found = append(found, desktopFinding(c))
		}
	}
	return found
}

// desktopFinding is one of them, a warning at most, with the table's word for it, and what the desktop's room advises
// where that knows more.
func desktopFinding(c desktop.Check) finding {
	codes := map[string]string{
		"dbus": "no_dbus", "notifications": "no_notifications", "tray": "no_tray", "browser": "no_browser",
		"display": "no_display",
	}
	f := finding{Name: c.Name, OK: c.OK, Warning: !c.OK, Detail: c.Detail, Action: c.Action}
	if p, ok := words.OfMachine(codes[c.Name], nil); ok && !c.OK {
		known := problemFinding(c.Name, p, c.Detail)
		f.Detail = known.Detail
		if f.Action == "" || c.Name == "dbus" || strings.HasPrefix(c.Action, "see ") {
			f.Action = known.Action
		}
	}
	return f
}

// keeperFindings are what the running keeper knows of itself.
func keeperFindings(h client.Health, sessions []client.Session) []finding {
	found := []finding{versionFinding(h), keychainFinding(h.Keychain)}
	if n := h.Keychain.Spilled; n > 0 {
		p, _ := words.OfMachine("waiting_records", words.Values{"count": words.Safe(words.Count("entries", n))})
		found = append(found, problemFinding("spill", p, ""))
	}
	for _, part := range []struct {
		name string
		part client.Part
	}{{"history", h.History}, {"socket", h.Socket}, {"page", h.HTTP}} {
		f := finding{Name: part.name, OK: true, Detail: partWords(part.name, part.part)}
		if part.part.State == "down" {
			p, _ := words.OfMachine(part.name+"_down", nil)
			f = problemFinding(part.name, p, part.part.Detail)
		}
		found = append(found, f)
	}
	for _, s := range sessions {
		p, _ := words.Of(s.State, s.Reason, s.Name)
		switch {
		case s.State == string(session.SetupNeeded):
			found = append(found, problemFinding("session "+s.Name, p, s.Detail))
		case held(s):
			found = append(found, finding{Name: "session " + s.Name, Detail: p.Title, Action: s.Detail})
		}
	}
	return found
}

// held reports whether it was not the user who paused a session: its detail says why, and what there is to choose from.
func held(s client.Session) bool { return s.State == string(session.Paused) && s.Detail != "" }

func versionFinding(h client.Health) finding {
	v := words.Values{
		"pid": words.Safe(strconv.Itoa(h.PID)), "running": words.Message(h.Version), "version": words.Safe(version()),
	}
	if h.Version == version() {
		return finding{Name: "keeper", OK: true, Detail: words.Say(words.Checks, "keeper", v)}
	}
	p, _ := words.OfMachine("keeper_other", v)
	return problemFinding("keeper", p, "")
}

func keychainFinding(k client.Keychain) finding {
	if k.State == "ok" {
		return finding{Name: "keychain", OK: true, Detail: keychainWords(k)}
	}
	return problemFinding("keychain", words.OfKeychain(k.State), strings.TrimSuffix(clean(k.Backend)+": "+k.Detail, ": "))
}

// configFindings are the files that people edit and that cannot be used.
func configFindings(p places.Places) []finding {
	broken := func(err error) finding {
		p, _ := words.OfMachine("broken_file", nil)
		return finding{
			Name: "configuration", Detail: p.Title + inBrackets(err.Error()),
			Action: words.Say(words.Sentences, "correct_file", nil),
		}
	}
	dir, err := config.Open(p.Config)
	if err != nil {
		return []finding{broken(err)}
	}
	var found []finding
	if _, err := dir.Settings(); err != nil {
		found = append(found, broken(err))
	}
	definitions, faults := dir.Sessions()
	for _, f := range faults {
		found = append(found, broken(f.Err))
	}
	_, errs := provider.LoadCatalogue(filepath.Join(p.Config, "providers"))
	for _, err := range errs {
		found = append(found, broken(err))
	}
	if len(found) == 0 {
		return []finding{{Name: "configuration", OK: true, Detail: words.Say(words.Checks, "configuration", words.Values{
			"path": words.Address(p.Config), "count": words.Safe(words.Count("sessions", len(definitions))),
		})}}
	}
	return found
}

// fileFindings are files that others could read (state, run) or change (config).
func fileFindings(p places.Places) []finding {
	var found []finding
	open, _ := words.OfMachine("open_files", nil)
	for _, place := range []struct {
		dir  string
		mode fs.FileMode
		todo string
	}{
		{p.Config, 0o022, "chmod go-w"}, {p.State, 0o077, "chmod go-rwx"}, {p.Run, 0o077, "chmod go-rwx"},
	} {
		err := filepath.WalkDir(place.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil || d.Type()&fs.ModeSymlink != 0 || oursAlone(info, place.mode) {
				return nil //nolint:nilerr // the file went away meanwhile
			}
			f := problemFinding("files", open, fmt.Sprintf("%s, %s", path, info.Mode().Perm()))
			todo := place.todo
			if info.Mode().Perm()&place.mode == 0 { // its rights are right
				f.Detail = fmt.Sprintf("%s (%s, which belongs to another user)", open.Title, path)
				todo = fmt.Sprintf("sudo chown %d", os.Getuid())
			}
			f.Action += " Run: " + todo + " " + words.Shell(path)
			found = append(found, f)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			found = append(found, problemFinding("files", open, err.Error()))
		}
	}
	if len(found) == 0 {
		return []finding{{Name: "files", OK: true, Detail: words.Say(words.Checks, "files", nil)}}
	}
	return found
}

func printFindings(cmd *cobra.Command, findings []finding) error {
	rows := make([][]string, 0, len(findings))
	for _, f := range findings {
		word := "problem"
		switch {
		case f.OK:
			word = "ok"
		case f.Warning:
			word = "warning"
		}
		rows = append(rows, []string{word, clean(f.Name), clean(f.Detail)})
		if f.Action != "" {
			rows = append(rows, []string{"", "", "→ " + clean(f.Action)})
		}
	}
	return table(cmd.OutOrStdout(), rows)
}
