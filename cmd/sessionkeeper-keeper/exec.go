package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/cloud"
	"sessionkeeper/ui/helper"
)

// The exit codes of exec where the command has none of its own, as of env(1) and of every shell.
const (
	exitOurs       = 125 // nothing was started, for a reason of ours
	exitCannotRun  = 126
	exitNoCommand  = 127
	exitSignalBase = 128 // and the signal's number
)

// execMinTTL is the life that a token in the environment has left at the start, where its whole life allows.
const execMinTTL = 5 * time.Minute

// execFlags are exec's flags.
type execFlags struct {
	files, idFiles []string

	aws, role, region            string
	google, audience             string
	googleAccount, googleProject string
	azure                        []string

	minTTL, wait duration
}

func execCommand() *cobra.Command {
	f := execFlags{minTTL: duration(execMinTTL)}
	cmd := &cobra.Command{
		Use:   "exec [NAME[=VAR]]... [--file NAME=VAR]... [--aws NAME --role ARN] [--google NAME] [--azure NAME] -- COMMAND...",
		Short: "Run a command with tokens in its environment",
		Long: `Run a command with a token of each named session in its environment: in VAR, or in NAME_TOKEN, upper case, where
no VAR is given. Signals and the exit code pass through. While it runs, signing out of its sessions asks first.

An environment is frozen when a command starts: a token in it runs out. A command that runs longer than a token lives
gets one of these instead, which the keeper keeps fresh:
  --file NAME=VAR   a file with the token, its path in VAR; to be read again for each request
  --aws, --google, --azure
                    variables of the clouds' own libraries, which fetch fresh tokens from addresses on this machine
                    that need a secret of this run, which is in the environment as well; that of --google
                    without --audience knows none

Exit codes: the command's own; 125 nothing was started because of us, 126 the command cannot be run, 127 there is no such
command, 128+N where signal N ended it.`,
		Example: "  sessionkeeper exec github=GITHUB_TOKEN -- gh pr list\n" +
			"  sessionkeeper exec --file work=TOKEN_FILE -- ./import.sh\n" +
			"  sessionkeeper exec --aws work --role arn:aws:iam::123456789012:role/NAME -- aws s3 ls",
		ValidArgsFunction: completeExec,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args)
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return execMisuse(cmd, "%s", flagFault(err)) })
	flags := cmd.Flags()
	flags.StringArrayVar(&f.files, "file", nil, "`NAME=VAR`: a file with the session's token, kept fresh; its path is in VAR")
	flags.StringArrayVar(&f.idFiles, "id-token-file", nil, "`NAME=VAR`: the same with the ID token")
	flags.StringVar(&f.aws, "aws", "", "credentials of a role that trusts the `SESSION`'s provider, for AWS's libraries")
	flags.StringVar(&f.role, "role", "", "the role's `ARN` (default: $AWS_ROLE_ARN)")
	flags.StringVar(&f.region, "region", "", "whose STS is asked, and the libraries' own `REGION`")
	flags.StringVar(&f.google, "google", "",
		"tokens of a `SESSION` for Google's libraries: with --audience of any provider that Google trusts, "+
			"else of Google itself, as on one of its machines; that way knows no secret: other programs of yours that find the "+
			"port can use it")
	flags.StringVar(&f.audience, "audience", "", "the `POOL`'s provider: //iam.googleapis.com/…/providers/NAME")
	flags.StringVar(&f.googleAccount, "service-account", "", "with --audience: the account's `EMAIL` to act as")
	flags.StringVar(&f.googleProject, "project", "", "Google's `PROJECT` for quota, or the machine's own")
	flags.StringArrayVar(&f.azure, "azure", nil, "tokens of a `SESSION` at Microsoft Entra ID for Azure's libraries")
	flags.Var(&f.minTTL, "min-ttl", "tokens in the environment last at least this long (half of their life at most)")
	flags.Var(&f.wait, "wait", "how long to wait for a renewal (default 10s)")
	return cmd
}

// execMisuse is a command line that cannot be understood. Nothing was started, so it is 125 and not 2: 2 is a code that
// commands have.
func execMisuse(cmd *cobra.Command, format string, args ...any) error {
	return faultf(exitOurs, "%s\nusage: %s", fmt.Sprintf(format, args...), cmd.UseLine())
}

func completeExec(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if cmd.ArgsLenAtDash() >= 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return completeNames(cmd, nil, word)
}

func (f *execFlags) run(cmd *cobra.Command, args []string) error {
	r, err := f.plan(cmd, args)
	if err != nil {
		return execMisuse(cmd, "%v", err)
	}
	path, err := findCommand(r.args[0])
	if err != nil {
		return err
	}
	if err := hideTokens(); err != nil {
		return faultf(exitOurs, "%v", err)
	}
	c := command{path: path, args: r.args, inherited: inheritedDescriptors()}
	// A signal that comes while the command runs is the command's, not ours.
	ctx := context.WithoutCancel(cmd.Context())
	link, err := newLink(cmd.Context())
	if err != nil {
		return ours(err)
	}
	tokens, err := f.tokens(cmd.Context(), link, r)
	if err != nil {
		return ours(err)
	}
	a := &attendance{run: r, link: link, label: filepath.Base(path)}
	defer a.end()
	if err := a.begin(ctx, cmd.Context()); err != nil {
		return ours(err)
	}
	if c.env, err = environment(os.Environ(), a.dropped(), append(tokens, a.variables()...)); err != nil {
		return ours(err)
	}
	e, err := c.run()
	if err != nil {
		return notRun(r.args[0], err)
	}
	return e.orNil()
}

// ours is a failure before anything was started, with its own words.
func ours(err error) error { return faultf(exitOurs, "%s", helper.Advice(err)) }

// hideTokens keeps what we hold from other programs of the user. The command gets limits and rights as they were.
func hideTokens() error {
	debug.SetTraceback("single")
	return hideMemory()
}

// plan is what a command line asks for.
type plan struct {
	vars    []binding
	files   []binding
	cloud   cloud.Options
	regions []string // variables, as NAME=value
	args    []string
}

// binding is a session's token in a variable, or in a file whose path is.
type binding struct {
	session, variable string
	idToken           bool
}

// sessions are all that are used, each once.
func (p *plan) sessions() []string {
	var names []string
	for _, b := range slices.Concat(p.vars, p.files) {
		names = append(names, b.session)
	}
	if p.cloud.AWS != nil {
		names = append(names, p.cloud.AWS.Session)
	}
	if p.cloud.Google != nil {
		names = append(names, p.cloud.Google.Session)
	}
	if p.cloud.Metadata != nil {
		names = append(names, p.cloud.Metadata.Session)
	}
	if p.cloud.Azure != nil {
		for _, s := range p.cloud.Azure.Sessions {
			names = append(names, s.Session)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *plan) hasCloud() bool {
	c := p.cloud
	return c.AWS != nil || c.Google != nil || c.Metadata != nil || c.Azure != nil
}

// plan reads the command line.
func (f *execFlags) plan(cmd *cobra.Command, args []string) (*plan, error) {
	dash := cmd.ArgsLenAtDash()
	switch {
	case dash < 0:
		return nil, errors.New("put -- before the command")
	case dash == len(args) || args[dash] == "":
		return nil, errors.New("there is no command after --")
	}
	p := &plan{args: args[dash:]}
	for _, arg := range args[:dash] {
		b, err := parseBinding(arg, true)
		if err != nil {
			return nil, err
		}
		p.vars = append(p.vars, b)
	}
	for i, all := range [][]string{f.files, f.idFiles} {
		for _, arg := range all {
			b, err := parseBinding(arg, false)
			if err != nil {
				return nil, err
			}
			b.idToken = i == 1
			p.files = append(p.files, b)
		}
	}
	if err := f.clouds(p); err != nil {
		return nil, err
	}
	if len(p.sessions()) == 0 {
		return nil, errors.New("name a session whose token the command gets")
	}
	return p, nil
}

// clouds reads the flags for the clouds' libraries.
func (f *execFlags) clouds(p *plan) error {
	if err := f.lone(); err != nil {
		return err
	}
	if f.aws != "" {
		role := cmp.Or(f.role, os.Getenv("AWS_ROLE_ARN"))
		if role == "" {
			return errors.New("--aws needs the role that the command is to have: --role ARN")
		}
		region := cmp.Or(f.region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
		p.cloud.AWS = &cloud.AWS{Session: f.aws, Request: client.AWSRequest{RoleARN: role, Region: region}}
		if f.region != "" {
			p.regions = []string{"AWS_REGION=" + f.region, "AWS_DEFAULT_REGION=" + f.region}
		}
	}
	switch {
	case f.google != "" && f.audience != "":
		p.cloud.Google = &cloud.Google{
			Session: f.google, Audience: f.audience, UserProject: f.googleProject, ServiceAccount: f.googleAccount,
		}
	case f.google != "":
		p.cloud.Metadata = &cloud.Metadata{Session: f.google, Project: f.googleProject}
	}
	if len(f.azure) > 0 {
		p.cloud.Azure = new(cloud.Azure)
		for _, name := range f.azure {
			p.cloud.Azure.Sessions = append(p.cloud.Azure.Sessions, cloud.AzureSession{Session: name})
		}
	}
	return nil
}

// lone refuses a flag that says more of one which is not there.
func (f *execFlags) lone() error {
	for _, l := range []struct{ flag, value, needs, given string }{
		{"--role", f.role, "--aws", f.aws},
		{"--region", f.region, "--aws", f.aws},
		{"--audience", f.audience, "--google", f.google},
		{"--service-account", f.googleAccount, "--google with --audience", f.audience},
		{"--project", f.googleProject, "--google", f.google},
	} {
		if l.value != "" && l.given == "" {
			return fmt.Errorf("%s needs %s", l.flag, l.needs)
		}
	}
	return nil
}

// tokens gives the variables with a token in them.
func (f *execFlags) tokens(ctx context.Context, link *link, p *plan) ([]variable, error) {
	var vars []variable
	for _, b := range p.vars {
		t, err := link.Token(ctx, b.session, client.TokenRequest{
			MinTTL: client.Duration(f.minTTL), Wait: client.Duration(f.wait),
		})
		if err != nil {
			return nil, err
		}
		vars = append(vars, variable{b.variable, t.Access.Reveal()})
	}
	return vars, f.tryClouds(ctx, link, &p.cloud)
}

// tryClouds asks for what the clouds' libraries will ask for: what is wrong with a session is said before a command is
// started, and not in the middle of it in the words of a library.
func (f *execFlags) tryClouds(ctx context.Context, link *link, o *cloud.Options) error {
	idToken := map[string]bool{}
	if o.AWS != nil {
		idToken[o.AWS.Session] = true
	}
	if o.Google != nil {
		idToken[o.Google.Session] = true
	}
	access := map[string]bool{}
	if o.Metadata != nil {
		access[o.Metadata.Session] = true
	}
	if o.Azure != nil {
		for _, s := range o.Azure.Sessions {
			access[s.Session] = true
		}
	}
	for _, kind := range []struct {
		names   map[string]bool
		idToken bool
	}{{idToken, true}, {access, false}} {
		for _, name := range slices.Sorted(maps.Keys(kind.names)) {
			r := client.TokenRequest{Wait: client.Duration(f.wait), IDToken: kind.idToken}
			if _, err := link.Token(ctx, name, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// findCommand finds a command as a shell does.
func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	if errors.Is(err, exec.ErrDot) {
		return "", faultf(exitCannotRun, "%q was found in this folder alone; say ./%s if you mean it", name, name)
	}
	if errors.Is(err, exec.ErrNotFound) && filepath.Base(name) == name {
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			info, err := os.Stat(filepath.Join(dir, name)) //nolint:gosec // where the user has commands looked for
			if err == nil && info.Mode().IsRegular() {
				return "", notRun(name, fs.ErrPermission)
			}
		}
	}
	return "", notRun(name, err)
}

// notRun says why a command was not started.
func notRun(name string, err error) error {
	if inner, ok := errors.AsType[*exec.Error](err); ok {
		err = inner.Err
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return faultf(exitNoCommand, "there is no command %q; see your PATH, or name its file", strings.ToValidUTF8(name, "�"))
	}
	return faultf(exitCannotRun, "%q cannot be run: %v; see its rights and its first line", strings.ToValidUTF8(name, "�"), err)
}

// ending is how a command ended. It is an error, so that our own exit can follow it.
type ending struct {
	code   int
	signal os.Signal // that ended it; nil: none
}

func (e *ending) Error() string { return "" }

func (e *ending) orNil() error {
	if e.code == 0 {
		return nil
	}
	return e
}
