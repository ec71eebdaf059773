package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
)

func providersCommand() *cobra.Command {
	var asJSON *bool
	var asTOML bool
	cmd := &cobra.Command{
		Use:   "providers [ID] [--json | --toml]",
		Short: "Show the providers that are known by an ID",
		Long: `Show the providers that are known by an ID: those that are built in, and those of providers/*.toml in the
configuration folder. --toml prints the file of one, to start one of your own from. A file that begins
with extends = "ID" changes the keys that it names; any other replaces the built-in provider of its name.`,
		Args: maybeID,
		RunE: func(cmd *cobra.Command, args []string) error {
			catalogue, err := loadCatalogue(cmd)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return printProviders(cmd, catalogue.All(), *asJSON)
			}
			p, ok := catalogue.Lookup(args[0])
			if !ok {
				return faultf(helper.ExitFailed, "no provider is known as %q; see: sessionkeeper providers", args[0])
			}
			if asTOML {
				return printFile(cmd, catalogue, args[0])
			}
			return printProvider(cmd, p, *asJSON)
		},
	}
	asJSON = jsonFlag(cmd)
	cmd.Flags().BoolVar(&asTOML, "toml", false, "print the file of the provider")
	cmd.PreRunE = func(_ *cobra.Command, args []string) error {
		if asTOML && (*asJSON || len(args) == 0) {
			return faultf(helper.ExitUsage, "--toml wants the ID of a provider, and goes without --json: sessionkeeper providers ID --toml")
		}
		return nil
	}
	cmd.AddCommand(explainCommand())
	return cmd
}

// loadCatalogue reads the built-in providers and the user's own; broken files of the user are told and left out.
func loadCatalogue(cmd *cobra.Command) (*provider.Catalogue, error) {
	p, err := places.Find()
	if err != nil {
		return nil, err
	}
	catalogue, faults := provider.LoadCatalogue(filepath.Join(p.Config, "providers"))
	for _, fault := range faults {
		tell(cmd, "A provider file cannot be used: %s", clean(fault.Error()))
	}
	return catalogue, nil
}

// printFile prints the text of a provider's file.
func printFile(cmd *cobra.Command, catalogue *provider.Catalogue, id string) error {
	text, _ := catalogue.File(id)
	for line := range strings.Lines(text) {
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), clean(strings.TrimRight(line, "\r\n"))); err != nil {
			return err
		}
	}
	return nil
}

// providerView is a provider as scripts see it, which is as the API gives it.
type providerView struct{ session.Provider }

func viewProvider(p provider.Provider) providerView { return providerView{session.DescribeProvider(p)} }

func printProviders(cmd *cobra.Command, all []provider.Provider, asJSON bool) error {
	views := make([]providerView, len(all))
	rows := [][]string{{"ID", "NAME", "DEVICE", "NEEDS"}}
	for i, p := range all {
		v := viewProvider(p)
		views[i] = v
		rows = append(rows, []string{clean(v.ID), clean(v.Name), yesNo(v.DeviceURL != ""), strings.Join(v.vars(true), " ")})
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), views)
	}
	return table(cmd.OutOrStdout(), rows)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// vars are the flags that fill in the addresses: those that must be given, or those that may be.
func (v providerView) vars(needed bool) []string {
	var flags []string
	for _, variable := range v.Vars {
		if needed == (variable.Default == "") {
			flags = append(flags, clean("--var "+variable.Name+"="+cmp.Or(variable.Default, "…")))
		}
	}
	return flags
}

// secret says whether the app has one.
func (v providerView) secret() string {
	known := map[string]string{"required": "needed", "optional": "if the app has one", "none": "none"}
	return cmp.Or(known[v.Secret], notKnown)
}

// device says whether signing in by a code that is typed in is possible.
func (v providerView) device() string {
	if v.DeviceURL == "" && v.TokenURL == "" {
		return "if the issuer offers it"
	}
	return yesNo(v.DeviceURL != "")
}

// noConsole says where to look instead.
func noConsole(note string) string {
	if note == "" {
		return "no page is known"
	}
	return "no page is known; see the note"
}

// notKnown is what is said of what was looked for and not found.
const notKnown = "not known"

// printProvider says first what who registers an app needs to know, then how its sessions fare, then what a developer
// looks up.
func printProvider(cmd *cobra.Command, p provider.Provider, asJSON bool) error {
	v := viewProvider(p)
	if asJSON {
		return printJSON(cmd.OutOrStdout(), v)
	}
	pairs := [][2]string{
		{"id", clean(v.ID)},
		{"name", clean(v.Name)},
		{"register at", cmp.Or(clean(v.ConsoleURL), noConsole(v.Note))},
		{"return address", cmp.Or(clean(v.RedirectURI), "none")},
	}
	facts := map[string][2]string{}
	for _, f := range v.Facts {
		facts[f.About] = [2]string{clean(f.Label), clean(f.Text)}
	}
	pairs = append(pairs, facts["redirect"],
		[2]string{"app secret", v.secret()},
		[2]string{"permissions", cmp.Or(clean(strings.Join(v.Scopes, " ")), "those that you name")},
		[2]string{"device sign-in", v.device()},
		[2]string{"needs", strings.Join(v.vars(true), " ")},
		[2]string{"takes", strings.Join(v.vars(false), " ")},
	)
	for _, variable := range v.Vars {
		pairs = append(pairs, [2]string{"", clean(strings.TrimSpace(variable.Name + ": " + variable.Hint))})
	}
	pairs = append(pairs, [2]string{"note", clean(v.Note)})
	for _, about := range []string{"refresh_token", "access_token", "session", "renewal", "lost_answer"} {
		pairs = append(pairs, facts[about])
	}
	for _, when := range append([]string{"access is revoked at the provider"}, v.EndsWhen...) {
		pairs = append(pairs, [2]string{"ends when", clean(when)})
	}
	for _, address := range [][2]string{
		{"issuer", v.Issuer},
		{"authorize", v.AuthorizeURL},
		{"token", v.TokenURL},
		{"refresh", v.RefreshURL},
		{"device", v.DeviceURL},
		{"revoke", v.RevokeURL},
	} {
		pairs = append(pairs, [2]string{address[0], clean(address[1])})
	}
	for _, source := range v.Sources {
		pairs = append(pairs, [2]string{"source", clean(source)})
	}
	return fields(cmd.OutOrStdout(), pairs...)
}

// explanation is what an answer means, for scripts.
type explanation struct {
	Verdict string `json:"verdict"`
	Code    string `json:"code"`
	Reason  string `json:"reason"`
	Advice  string `json:"advice"`
	Known   bool   `json:"known"`
}

func explainCommand() *cobra.Command {
	var id string
	var status int
	var withHead bool
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "explain [--provider ID] --status N | --http [--json]",
		Short: "Say what a token endpoint's answer on stdin means",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if withHead == (status != 0) {
				return misusef(cmd, "give --status N with the body on stdin, or --http with head and body")
			}
			if !withHead && (status < 100 || status > 599) {
				return misusef(cmd, "--status %d is no HTTP status; give one from 100 to 599", status)
			}
			var p *provider.Provider
			if id != "" {
				catalogue, err := loadCatalogue(cmd)
				if err != nil {
					return err
				}
				if found, ok := catalogue.Lookup(id); ok {
					p = &found
				} else {
					tell(cmd, "No provider is known as %q: the answer is judged by the rules for all; see: sessionkeeper providers", id)
				}
			}
			status, header, body, err := readAnswer(cmd.InOrStdin(), status, withHead)
			if err != nil {
				return err
			}
			return printExplanation(cmd, provider.Judge(p, status, header, body), *asJSON)
		},
	}
	cmd.Flags().StringVar(&id, "provider", "", "judge as an answer of the provider `ID`")
	cmd.Flags().IntVar(&status, "status", 0, "the answer's HTTP status `N`")
	cmd.Flags().BoolVar(&withHead, "http", false, "stdin has the answer with its head")
	asJSON = jsonFlag(cmd)
	return cmd
}

func printExplanation(cmd *cobra.Command, a provider.Answer, asJSON bool) error {
	e := explanation{Verdict: string(a.Verdict), Code: a.Code, Reason: a.Reason, Advice: a.Advice, Known: a.Known}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), e)
	}
	known := "yes"
	if !e.Known {
		known = "no: no table names this answer, so it counts as passing"
	}
	return fields(cmd.OutOrStdout(),
		[2]string{"verdict", clean(e.Verdict)}, [2]string{"code", clean(e.Code)}, [2]string{"reason", reasonText(e.Reason)},
		[2]string{"advice", clean(e.Advice)}, [2]string{"known", known},
	)
}

// reasonText says a reason; no reason is no text.
func reasonText(reason string) string {
	if reason == "" {
		return ""
	}
	return clean(words.Reason(reason))
}

func maybeID(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return misusef(cmd, "providers wants one ID at most")
	}
	return nil
}
