package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/file"
	"sessionkeeper/ui/helper"
)

// tokenFiles are the files that the keeper keeps fresh, those of before among them.
func (h *house) tokenFiles(ctx context.Context, keeper *session.Keeper) *file.Registry {
	files, aside := file.Open(file.Options{
		Keeper: keeper, Path: filepath.Join(h.places.State, "files.json"),
		Closed: []string{h.places.Config, h.places.State}, Runs: []string{h.places.Run, filepath.Join(h.places.State, "run")},
		Log: h.log,
	})
	if aside != "" {
		h.log.ErrorContext(ctx, "the list of token files could not be read and starts over", "set_aside", aside)
	}
	return files
}

// fileFlags are file's flags.
type fileFlags struct {
	format                        string
	idToken, replace, list, asked bool
	remove                        string
	asJSON                        *bool
}

func fileCommand() *cobra.Command {
	var f fileFlags
	cmd := &cobra.Command{
		Use: "file NAME PATH [--format raw|json] [--id-token] [--replace]\n  sessionkeeper file --remove PATH\n" +
			"  sessionkeeper file --list [--json]",
		Short: "Keep a file with a session's token fresh",
		Long: `Keep a file with a session's token fresh, for programs that read their token from a file. It returns when the
file is written. The keeper replaces the file as a whole whenever the token changes, readable by you alone and without
a newline at its end, until file --remove PATH. While the session has no token to give (signed out, paused) there is
no file; a token that has run out is never left in it.

--format json writes {"access_token", "token_type", "expires_at", "scopes"} instead of the bare token, with --id-token
{"id_token", "expires_at"}. A file that is there already is left alone, unless it is the keeper's own or --replace says
so. The folder must be one that nobody else can write to.`,
		ValidArgsFunction: completeFile,
		PreRunE:           func(cmd *cobra.Command, args []string) error { return f.check(cmd, args) },
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			return f.run(cmd, c, args)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", file.Raw, "raw or json")
	flags.BoolVar(&f.idToken, "id-token", false, "the ID token instead of the access token")
	flags.BoolVar(&f.replace, "replace", false, "also where another program's file lies there")
	flags.StringVar(&f.remove, "remove", "", "keep the file at `PATH` no longer, and take it away")
	flags.BoolVar(&f.list, "list", false, "show the files that are kept")
	f.asJSON = jsonFlag(cmd)
	return cmd
}

func (f *fileFlags) check(cmd *cobra.Command, args []string) error {
	f.asked = cmd.Flags().Changed("remove")
	switch {
	case f.list && f.asked:
		return misusef(cmd, "--list and --remove are two things; choose one")
	case (f.list || f.asked) && len(args) > 0:
		return misusef(cmd, "--list and --remove take no session")
	case f.list || f.asked && f.remove != "":
		return nil
	case f.asked:
		return misusef(cmd, "--remove wants the path of a token file; see: sessionkeeper file --list")
	case len(args) != 2:
		return misusef(cmd, "file wants a session and a path; see also: sessionkeeper file --help")
	case args[1] == "":
		return misusef(cmd, "the path is empty")
	case f.format != file.Raw && f.format != file.JSON:
		return misusef(cmd, "there is no --format %q; use raw or json", f.format)
	}
	return checkName(cmd, args[0])
}

func (f *fileFlags) run(cmd *cobra.Command, c *client.Client, args []string) error {
	switch {
	case f.list:
		return f.show(cmd, c)
	case f.asked:
		path, err := filepath.Abs(f.remove)
		if err != nil {
			return err
		}
		if err := c.RemoveFile(cmd.Context(), path); err != nil {
			if p, ok := errors.AsType[*client.Problem](err); ok && p.Code == string(session.CodeNotFound) {
				return faultf(helper.ExitFailed, "%s", helper.Advice(err)) // a file is no session
			}
			return err
		}
		tell(cmd, "%s is gone.", clean(path))
		return nil
	}
	path, err := filepath.Abs(args[1])
	if err != nil {
		return err
	}
	kept, err := c.PutFile(cmd.Context(), client.FileBody{
		Session: args[0], Path: path, Format: f.format, IDToken: f.idToken, Replace: f.replace,
	})
	if err != nil {
		return err
	}
	if *f.asJSON {
		return printJSON(cmd.OutOrStdout(), kept)
	}
	tell(cmd, "%s holds the token of %s, and is kept fresh.", clean(kept.Path), clean(kept.Session))
	return nil
}

func (f *fileFlags) show(cmd *cobra.Command, c *client.Client) error {
	files, err := c.Files(cmd.Context())
	if err != nil {
		return err
	}
	if *f.asJSON {
		return printJSON(cmd.OutOrStdout(), orEmpty(files))
	}
	if len(files) == 0 {
		tell(cmd, "No token files are kept; keep one: sessionkeeper file NAME PATH")
		return nil
	}
	now := time.Now()
	rows := [][]string{{"PATH", "SESSION", "FORMAT", "STATE", "RUNS OUT"}}
	for _, one := range files {
		format := one.Format
		if one.IDToken {
			format += ", ID token"
		}
		rows = append(rows, []string{
			clean(one.Path), clean(one.Session), format, fileState(one), words.From(one.ExpiresAt, now),
		})
	}
	if err := table(cmd.OutOrStdout(), rows); err != nil {
		return err
	}
	tellDetails(cmd, files)
	return nil
}

// tellDetails says what is wrong with files, and once what is wrong with a session that has several.
func tellDetails(cmd *cobra.Command, files []client.File) {
	told := map[string]bool{}
	for _, one := range files {
		text := clean(one.Detail)
		if one.State == client.FileFailed {
			text = clean(one.Path) + ": " + text
		}
		if one.Detail != "" && !told[text] {
			told[text] = true
			tell(cmd, "%s", text)
		}
	}
}

func fileState(f client.File) string {
	switch f.State {
	case client.FileFresh:
		return "fresh"
	case client.FileFailed:
		return "not written"
	}
	return "no token"
}

// completeFile offers sessions first, then files.
func completeFile(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return completeNames(cmd, args, word)
	}
	return nil, cobra.ShellCompDirectiveDefault
}
