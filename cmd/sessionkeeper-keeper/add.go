package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/session/config"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

// addFlags are add's flags.
type addFlags struct {
	definition             client.Definition
	vars                   []string
	maxAge, warnBefore     duration
	secretFile, refreshOld string
	device, noBrowser      bool
	json                   bool
}

func addCommand() *cobra.Command {
	var f addFlags
	cmd := &cobra.Command{
		Use:   "add NAME --provider ID | --issuer URL | --authorize-url U --token-url U --client-id ID [--scope S]... [flags]",
		Short: "Add a session and sign in to it",
		Long: `Add a session and sign in at once. It returns when the session is active; where the sign-in fails
nothing is kept. Providers that are known by an ID: sessionkeeper providers`,
		Example: `  sessionkeeper add work --provider google --client-id ID --client-secret-file secret.txt --scope openid
  sessionkeeper add lab --issuer https://login.example.org --client-id ID --scope openid --scope offline_access`,
		Args:    oneName,
		PreRunE: func(cmd *cobra.Command, _ []string) error { return f.check(cmd) },
		RunE: keeperCommand(func(cmd *cobra.Command, c *client.Client, args []string) error {
			return asAddition(add(cmd, c, args[0], f))
		}),
	}
	d := &f.definition
	flags := cmd.Flags()
	flags.StringVar(&d.Provider, "provider", "", "a known provider's `ID`")
	flags.StringVar(&d.Issuer, "issuer", "", "an issuer's `URL`, which tells its endpoints itself")
	flags.StringVar(&d.AuthorizeURL, "authorize-url", "", "authorization endpoint `URL`")
	flags.StringVar(&d.TokenURL, "token-url", "", "token endpoint `URL`")
	flags.StringVar(&d.DeviceURL, "device-url", "", "device authorization endpoint `URL`")
	flags.StringVar(&d.CheckURL, "check-url", "", "`URL` that answers 401 to a dead token, asked now and then")
	flags.StringVar(&d.ClientID, "client-id", "", "the client's `ID`, as registered at the provider")
	flags.StringVar(&f.secretFile, "client-secret-file", "", "`FILE` whose first line is the client's secret; - for stdin")
	flags.StringArrayVar(&d.Scopes, "scope", nil, "a `SCOPE` to ask for; repeat it for more")
	flags.StringVar(&d.Account, "account", "", "a `HINT` at the account to offer on the sign-in page, mostly its e-mail address")
	flags.StringArrayVar(&f.vars, "var", nil, "`NAME=VALUE` for what a known provider's addresses leave open")
	flags.Var(&f.maxAge, "max-age", "how long a session may last at most, from sign-in")
	flags.Var(&f.warnBefore, "warn-before", "how long before its end to warn")
	flags.BoolVar(&d.Confirm, "confirm", false, "ask on the desktop before a program gets a token of it")
	flags.BoolVar(&f.device, "device", false, "sign in on another device, with a code")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "print the sign-in address on stdout instead of opening it")
	flags.StringVar(&f.refreshOld, "refresh-token-file", "", "`FILE` with a refresh token that you have; - for stdin")
	flags.BoolVar(&f.json, "json", false, "JSON lines for programs: the sign-in, then the session")
	return cmd
}

// check finds what is wrong with the command line itself.
func (f *addFlags) check(cmd *cobra.Command) error {
	d := &f.definition
	targets := 0
	for _, set := range []bool{d.Provider != "", d.Issuer != "", d.AuthorizeURL != "" || d.TokenURL != "" || d.DeviceURL != ""} {
		if set {
			targets++
		}
	}
	switch {
	case targets != 1:
		return misusef(cmd, "say once where to sign in: --provider ID, --issuer URL, or --authorize-url with --token-url")
	case d.AuthorizeURL != "" && d.TokenURL == "":
		return misusef(cmd, "--token-url is missing beside --authorize-url")
	case d.ClientID == "" && (d.Provider == "" || f.refreshOld == ""): // some providers have no clients; the keeper knows
		return misusef(cmd, "--client-id is missing; it is what the provider gave you when you registered a client")
	case f.secretFile == "-" && f.refreshOld == "-":
		return misusef(cmd, "only one secret can come from stdin; put the other into a file")
	case f.refreshOld != "" && (f.device || f.noBrowser):
		return misusef(cmd, "--refresh-token-file needs no sign-in; leave --device and --no-browser out")
	}
	for _, pair := range f.vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return misusef(cmd, "--var %q is no NAME=VALUE", pair)
		}
		if d.Vars == nil {
			d.Vars = map[string]string{}
		}
		d.Vars[name] = value
	}
	d.MaxAge = client.Duration(f.maxAge)
	if cmd.Flags().Changed("warn-before") {
		d.WarnBefore = new(client.Duration(f.warnBefore))
	}
	return f.checkDefinition(cmd)
}

// checkDefinition finds what can never be a definition, such as an address that is none.
func (f *addFlags) checkDefinition(cmd *cobra.Command) error {
	d := f.definition
	err := config.Session{
		Provider: d.Provider, Issuer: d.Issuer, AuthorizeURL: d.AuthorizeURL, TokenURL: d.TokenURL, DeviceURL: d.DeviceURL,
		CheckURL: d.CheckURL, Vars: d.Vars, ClientID: d.ClientID, Scopes: d.Scopes, Account: d.Account,
	}.Validate()
	if err == nil {
		return nil
	}
	key, what, ok := strings.Cut(err.Error(), ": ")
	if !ok {
		return misusef(cmd, "%v", err)
	}
	flag := strings.ReplaceAll(key, "_", "-")
	if flag == "scopes" || flag == "vars" {
		flag = strings.TrimSuffix(flag, "s")
	}
	return misusef(cmd, "--%s: %s", flag, what)
}

func add(cmd *cobra.Command, c *client.Client, name string, f addFlags) error {
	a := client.Addition{Definition: f.definition}
	var err error
	if a.ClientSecret, err = secretFlag(cmd, f.secretFile); err != nil {
		return err
	}
	if a.RefreshToken, err = secretFlag(cmd, f.refreshOld); err != nil {
		return err
	}
	if a.RefreshToken.Empty() {
		a.SignIn = &client.LoginRequest{Device: f.device, NoBrowser: f.noBrowser || f.device}
	}
	put, err := c.Put(cmd.Context(), name, a)
	if err != nil {
		return err
	}
	w := signIn{cmd: cmd, client: c, name: name, noBrowser: f.noBrowser, device: f.device, json: f.json}
	if put.Login == nil {
		added, err := c.Session(cmd.Context(), name)
		if err != nil {
			return err
		}
		return w.finished(added)
	}
	return w.wait(*put.Login)
}

// asAddition gives an addition that failed one of its two exit codes: sign-in needed, where somebody has to sign in,
// or failed. What is missing of a provider's addresses is named by its flag.
func asAddition(err error) error {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		if name, missing := strings.CutPrefix(p.Field, "vars."); missing {
			return faultf(helper.ExitFailed, "%s Give it with --var %s=….", helper.Advice(err), clean(name))
		}
	}
	switch code := exitCode(err); code {
	case helper.ExitDone, helper.ExitFailed, helper.ExitUsage, helper.ExitSignIn:
		return err
	default:
		return &fault{code: helper.ExitFailed, text: helper.Advice(err)}
	}
}
