package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/helper/install"
)

// helperInstallCommands are those that write the configuration of the programs that call helpers.
func helperInstallCommands() []*cobra.Command {
	return []*cobra.Command{helperInstallCommand(), helperUninstallCommand()}
}

func helperInstallCommand() *cobra.Command {
	var q install.Request
	var f installFlags
	var idToken, listed bool
	cmd := &cobra.Command{
		Use:   "install TOOL NAME [--host HOST]... [--dry-run] [--yes]",
		Short: "Tell a program to ask for a session's tokens",
		Long: "Write a program's own configuration so that it asks for a session's tokens. The change is shown first, and\n" +
			"uninstall undoes exactly it. With --list: what is installed.\n\n" +
			"Tools, and what each needs and [takes]:\n" + installableTools(),
		Example: "  sessionkeeper helper install git work --host git.example.org\n" +
			"  sessionkeeper helper install aws work --role arn:aws:iam::123456789012:role/NAME --dry-run",
		Args: func(cmd *cobra.Command, args []string) error {
			if listed && len(args) == 0 {
				return nil
			}
			return toolAndName(cmd, args)
		},
		ValidArgsFunction: completeInstall,
		RunE: func(cmd *cobra.Command, args []string) error {
			if listed {
				return listHelpers(cmd, f.json)
			}
			q.Tool, q.Session = args[0], args[1]
			if cmd.Flags().Changed("id-token") {
				q.Options.IDToken = &idToken
			}
			return f.install(cmd, q)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&q.Hosts, "host", nil, "a `HOST` that may have the tokens, over https alone; repeat it for more")
	flags.StringVar(&q.Options.Username, "user", "", "the `USER` name that the tool wants beside the token")
	flags.StringVar(&q.Options.Scheme, "scheme", "", "how the hosts want the token: a `WORD` of basic, bearer, bare")
	flags.BoolVar(&idToken, "id-token", false, "the ID token instead of the tool's own choice")
	flags.StringVar(&q.Options.Role, "role", "", "the `ARN` of the role at AWS")
	flags.StringVar(&q.Options.Region, "region", "", "the `REGION` at AWS")
	flags.StringVar(&q.Options.Audience, "audience", "", "the `NAME` of the identity provider at Google")
	flags.StringVar(&q.Options.Index, "index", "", "the `ADDRESS` of the package index or registry")
	flags.StringVar(&q.Profile, "profile", "", "the `NAME` in the tool's configuration: profile, user, registry, account")
	flags.StringVar(&q.TokenFile, "token-file", "", "a `FILE` that the keeper keeps fresh, instead of running a command")
	flags.BoolVar(&listed, "list", false, "show what is installed")
	f.add(cmd)
	return cmd
}

// install plans an installation, shows it and carries it out, for a session that the keeper has.
func (f *installFlags) install(cmd *cobra.Command, q install.Request) error {
	h, err := installHome()
	if err != nil {
		return err
	}
	plan, err := h.Install(q)
	if err != nil {
		return installError(cmd, q.Tool, err)
	}
	c, err := connect(cmd.Context())
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Session(cmd.Context(), q.Session); err != nil {
		return err
	}
	done := q.Tool + " is set up for " + clean(q.Session)
	if err := f.carryOut(cmd, plan, saying{"Install this?", done, done + " already"}); err != nil {
		return err
	}
	if !f.dry {
		tell(cmd, "Undo it with: sessionkeeper helper uninstall %s %s", q.Tool, clean(words.Shell(q.Session)))
	}
	return nil
}

func helperUninstallCommand() *cobra.Command {
	var q install.Request
	var f installFlags
	cmd := &cobra.Command{
		Use:   "uninstall TOOL NAME [--host HOST]... [--dry-run] [--yes]",
		Short: "Undo what install did",
		Long: "Undo what install did for a tool and a session, and leave all else in the tool's configuration as it is. The\n" +
			"change is shown first. What is installed: sessionkeeper helper install --list",
		Args:              toolAndName,
		ValidArgsFunction: completeInstall,
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Tool, q.Session = args[0], args[1]
			h, err := installHome()
			if err != nil {
				return err
			}
			plan, err := h.Uninstall(q)
			if err != nil {
				return installError(cmd, q.Tool, err)
			}
			return f.carryOut(cmd, plan, saying{"Undo this?", q.Tool + " is no longer set up for " + clean(q.Session), notSetUp(q)})
		},
	}
	cmd.Flags().StringArrayVar(&q.Hosts, "host", nil, "undo it for this `HOST` alone; repeat it for more")
	f.add(cmd)
	return cmd
}

// installFlags are what both commands have.
type installFlags struct{ yes, dry, json bool }

func (f *installFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "show the change and make none")
	if cmd.Name() == "install" {
		cmd.Flags().BoolVar(&f.json, "json", false, "JSON for programs, with --list")
	}
}

// notSetUp says that there is nothing to undo.
func notSetUp(q install.Request) string {
	text := q.Tool + " is not set up for " + clean(q.Session)
	if len(q.Hosts) > 0 {
		text += " at " + list(q.Hosts)
	}
	return text
}

// saying is what is said of a change: the question before it, what is done after it, and how things stand where there is
// nothing to change.
type saying struct{ question, done, so string }

// carryOut shows a plan, asks, and makes the change.
func (f *installFlags) carryOut(cmd *cobra.Command, plan *install.Plan, s saying) error {
	// What a dry run shows is what was asked for.
	out := cmd.ErrOrStderr()
	if f.dry {
		out = cmd.OutOrStdout()
	}
	if err := plan.Preview(out); err != nil {
		return err
	}
	switch {
	case plan.Empty():
		tell(cmd, "%s; there is nothing to change. See: sessionkeeper helper install --list", s.so)
	case f.dry:
	default:
		if err := confirm(cmd, f.yes, s.question); err != nil {
			return err
		}
		if err := plan.Apply(); err != nil {
			return err
		}
		if plan.ByHand {
			tell(cmd, "One step is left to you.")
		} else {
			tell(cmd, "%s.", s.done)
		}
	}
	for _, note := range plan.Notes {
		for line := range strings.SplitSeq(note, "\n") {
			tell(cmd, "%s", clean(line))
		}
	}
	return nil
}

func toolAndName(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		text := cmd.Name() + " wants a tool and the name of a session"
		if len(args) == 0 {
			text += "; tools: " + strings.Join(install.Tools(), ", ")
		}
		return toolMisuse(cmd, cmp.Or(args...), text)
	}
	return checkName(cmd, args[1])
}

// installError gives wrong use its exit code and the usage line.
func installError(cmd *cobra.Command, tool string, err error) error {
	if errors.Is(err, install.ErrUsage) {
		return toolMisuse(cmd, tool, err.Error())
	}
	return err
}

// toolMisuse shows how the command is used for the one tool.
func toolMisuse(cmd *cobra.Command, tool, text string) error {
	if cmd.Name() != "install" || !slices.Contains(install.Tools(), tool) {
		return misusef(cmd, "%s", text)
	}
	return &misuse{text: text, usage: "sessionkeeper helper install " + install.Usage(tool) + " [--dry-run] [--yes]"}
}

func installableTools() string {
	var b strings.Builder
	for _, id := range install.Tools() {
		_, _ = fmt.Fprintf(&b, "  %s\n", strings.TrimRight(fmt.Sprintf("%-10s %-15s %s", id, install.Title(id), install.Flags(id)), " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func listHelpers(cmd *cobra.Command, asJSON bool) error {
	h, err := installHome()
	if err != nil {
		return err
	}
	all, err := h.List()
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), all)
	}
	if len(all) == 0 {
		tell(cmd, "Nothing is installed. What can be: sessionkeeper helper install --help")
		return nil
	}
	rows := [][]string{{"TOOL", "SESSION", "HOSTS", "FILES"}}
	for _, i := range all {
		rows = append(rows, []string{i.Tool, clean(i.Session), list(i.Hosts), list(i.Files)})
	}
	return table(cmd.OutOrStdout(), rows)
}

// installHome is the user's own home.
func installHome() (install.Home, error) {
	p, err := places.Find()
	if err != nil {
		return install.Home{}, err
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return install.Home{}, fmt.Errorf("finding the home folder: %w", err)
	}
	program, err := stableFront()
	if err != nil {
		return install.Home{}, err
	}
	return install.Home{Dir: dir, Places: p, Program: program, Getenv: os.Getenv}, nil
}

// stableFront is the path by which people call us, where that is one on PATH: it leads to the newest version also after
// an update to another folder.
func stableFront() (string, error) {
	own, err := programs.Front()
	if err != nil {
		return "", err
	}
	found, err := exec.LookPath(strings.TrimSuffix(filepath.Base(own), filepath.Ext(own)))
	if err != nil || !filepath.IsAbs(found) {
		return own, nil //nolint:nilerr // our own path does as well
	}
	a, errA := os.Stat(own)
	b, errB := os.Stat(found)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return found, nil
	}
	return own, nil
}

func completeInstall(cmd *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return install.Tools(), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return completeNames(cmd, nil, start)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
