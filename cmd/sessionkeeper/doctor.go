package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/desktop"
)

// finding is one line of the doctor's: what was looked at, how it is, and what to do where it is not well.
type finding struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Action string `json:"action,omitempty"`
}

func doctorCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "doctor [--json]",
		Short: "Look for what is wrong on this machine and say what to do",
		Args:  noArgs,
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
			if slices.ContainsFunc(findings, func(f finding) bool { return !f.OK }) {
				return &fault{code: exitFailed}
			}
			return nil
		},
	}
	asJSON = jsonFlag(cmd)
	return cmd
}

// examine looks at everything; a keeper that cannot be started is a finding like others.
func examine(ctx context.Context, p places.Places) []finding {
	var sessions []client.Session
	found := []finding{}
	c, err := connect(ctx)
	if err != nil {
		found = append(found, finding{Name: "keeper", Detail: err.Error(), Action: "start it by hand: sessionkeeper serve"})
	} else {
		defer c.Close()
		health, herr := c.Health(ctx)
		var serr error
		sessions, serr = c.Sessions(ctx)
		if err := errors.Join(herr, serr); err != nil {
			found = append(found, finding{Name: "keeper", Detail: err.Error(), Action: "stop it and start it again: sessionkeeper serve"})
		} else {
			found = append(found, keeperFindings(health, sessions)...)
		}
	}
	for _, check := range desktop.Look(ctx) {
		found = append(found, finding(check))
	}
	found = append(found, configFindings(p)...)
	found = append(found, fileFindings(p)...)
	return append(found, clockFindings(ctx, sessions)...)
}

// keeperFindings are what the running keeper knows of itself.
func keeperFindings(h client.Health, sessions []client.Session) []finding {
	keeper := finding{Name: "keeper", OK: true, Detail: fmt.Sprintf("runs (pid %d, version %s)", h.PID, h.Version)}
	if h.Version != version() {
		keeper = finding{
			Name: "keeper", Detail: fmt.Sprintf("version %s runs, and this command is %s", h.Version, version()),
			Action: fmt.Sprintf("stop it; the next command starts the new one: kill %d", h.PID),
		}
	}
	ring := finding{Name: "keychain", OK: h.Keychain.State == "ok", Detail: part2(h.Keychain.Backend, h.Keychain.State, h.Keychain.Detail)}
	if !ring.OK {
		ring.Action = keychainAction(h.Keychain.State)
	}
	found := []finding{keeper, ring}
	if h.Keychain.Spilled > 0 {
		found = append(found, finding{
			Name: "spill", Detail: fmt.Sprintf("%d records wait, sealed, on disk for the keychain", h.Keychain.Spilled),
			Action: keychainAction(h.Keychain.State),
		})
	}
	for _, part := range []struct {
		name string
		part client.Part
		todo string
	}{
		{"history", h.History, "make room on the disk, or look at keeper.log in the state folder"},
		{"socket", h.Socket, "look at keeper.log in the state folder"},
		{"page", h.HTTP, "choose another address: http in config.toml, or serve --http"},
	} {
		f := finding{Name: part.name, OK: part.part.State != "down", Detail: part2("", part.part.State, part.part.Detail)}
		if !f.OK {
			f.Action = part.todo
		}
		found = append(found, f)
	}
	for _, s := range sessions {
		if s.State == "setup_needed" {
			f := finding{
				Name: "session " + s.Name, Detail: part2(stateWords(s.State), reasonWords(s.Reason), s.Detail),
				Action: "correct the client, then run: sessionkeeper set-secret " + shellWord(s.Name),
			}
			if s.Reason == "config" {
				f.Action = "correct the session's file; it is read again by itself"
			}
			found = append(found, f)
		}
	}
	return found
}

func keychainAction(state string) string {
	switch state {
	case "locked", "denied":
		return "unlock the desktop's keychain; the keeper goes on by itself"
	case "absent":
		return "install and start one (gnome-keyring, KWallet, KeePassXC), or keep secrets in a file: " +
			"sessionkeeper serve --keychain file --passphrase-file FILE"
	case "full":
		return `make room in it, or set keychain = "sealed" in config.toml, which keeps one key alone in it`
	}
	return "wait, or start the desktop's keychain again"
}

// configFindings are the files that people edit and that cannot be used.
func configFindings(p places.Places) []finding {
	broken := func(err error) finding {
		return finding{Name: "configuration", Detail: err.Error(), Action: "correct the file; it is read again by itself"}
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
		return []finding{{Name: "configuration", OK: true, Detail: fmt.Sprintf("%s, %d sessions", p.Config, len(definitions))}}
	}
	return found
}

// fileFindings are files that others could read (state, run) or change (config).
func fileFindings(p places.Places) []finding {
	var found []finding
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
			found = append(found, finding{
				Name: "files", Detail: fmt.Sprintf("%s is open to others (%s) or not yours", path, info.Mode().Perm()),
				Action: fmt.Sprintf("%s '%s'", place.todo, strings.ReplaceAll(path, "'", `'\''`)),
			})
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			found = append(found, finding{Name: "files", Detail: err.Error(), Action: "make the folder yours, with mode 0700"})
		}
	}
	if len(found) == 0 {
		return []finding{{Name: "files", OK: true, Detail: "yours and private"}}
	}
	return found
}

func printFindings(cmd *cobra.Command, findings []finding) error {
	rows := make([][]string, 0, len(findings))
	for _, f := range findings {
		word := "ok"
		if !f.OK {
			word = "problem"
		}
		rows = append(rows, []string{word, clean(f.Name), clean(f.Detail)})
		if f.Action != "" {
			rows = append(rows, []string{"", "", "→ " + clean(f.Action)})
		}
	}
	return table(cmd.OutOrStdout(), rows)
}
