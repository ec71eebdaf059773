package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/helper"
)

func providersCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "providers [ID] [--json]",
		Short: "Show the providers that are known by an ID",
		Args:  maybeID,
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
			return printProvider(cmd, p, *asJSON)
		},
	}
	asJSON = jsonFlag(cmd)
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

// providerView is a provider as scripts see it: as the API gives it, and how long a sign-in lasts where that is known.
type providerView struct {
	session.Provider
	EndsAfter config.Duration `json:"ends_after,omitzero"` // counted from the sign-in
	IdleAfter config.Duration `json:"idle_after,omitzero"` // counted from the last renewal
}

func viewProvider(p provider.Provider) providerView {
	return providerView{
		Provider:  session.DescribeProvider(p),
		EndsAfter: config.Duration(p.RefreshAbsolute), IdleAfter: config.Duration(p.RefreshIdle),
	}
}

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
			flags = append(flags, clean("--var "+variable.Name+"="+pick(variable.Default, "…")))
		}
	}
	return flags
}

// secret says whether the app has one.
func (v providerView) secret() string {
	return map[string]string{"required": "needed", "optional": "if the app has one", "none": "none"}[v.Secret]
}

// lasts says how long a sign-in lasts; "" where that is not known.
func (v providerView) lasts() string {
	var parts []string
	if v.EndsAfter > 0 {
		parts = append(parts, words.Span(time.Duration(v.EndsAfter))+" from the sign-in")
	}
	if v.IdleAfter > 0 {
		parts = append(parts, words.Span(time.Duration(v.IdleAfter))+" without a renewal")
	}
	return strings.Join(parts, ", or ")
}

// printProvider says first what who registers an app needs to know, then what a developer looks up.
func printProvider(cmd *cobra.Command, p provider.Provider, asJSON bool) error {
	v := viewProvider(p)
	if asJSON {
		return printJSON(cmd.OutOrStdout(), v)
	}
	pairs := [][2]string{
		{"id", clean(v.ID)},
		{"name", clean(v.Name)},
		{"register at", clean(v.ConsoleURL)},
		{"return address", clean(v.RedirectURI)},
		{"app secret", v.secret()},
		{"permissions", clean(strings.Join(v.Scopes, " "))},
		{"device sign-in", yesNo(v.DeviceURL != "")},
		{"sign-in lasts", v.lasts()},
		{"needs", strings.Join(v.vars(true), " ")},
		{"takes", strings.Join(v.vars(false), " ")},
	}
	for _, variable := range v.Vars {
		pairs = append(pairs, [2]string{"", clean(strings.TrimSpace(variable.Name + ": " + variable.Hint))})
	}
	return fields(cmd.OutOrStdout(), append(pairs,
		[2]string{"note", clean(v.Note)}, [2]string{"issuer", clean(v.Issuer)},
		[2]string{"authorize", clean(v.AuthorizeURL)}, [2]string{"token", clean(v.TokenURL)},
		[2]string{"device", clean(v.DeviceURL)}, [2]string{"revoke", clean(v.RevokeURL)},
		[2]string{"sources", clean(strings.Join(v.Sources, " "))},
	)...)
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
				return misusef(cmd, "--status %d is no HTTP status", status)
			}
			var p *provider.Provider
			if id != "" {
				catalogue, err := loadCatalogue(cmd)
				if err != nil {
					return err
				}
				found, ok := catalogue.Lookup(id)
				if !ok {
					return faultf(helper.ExitFailed, "no provider is known as %q; see: sessionkeeper providers", id)
				}
				p = &found
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

// maxAnswer bounds an answer to explain, in bytes; a keeper reads 256 KiB at most.
const maxAnswer = 256 << 10

func readAnswer(r io.Reader, status int, withHead bool) (int, http.Header, []byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	if !withHead {
		return status, http.Header{}, data, nil
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		return 0, nil, nil, faultf(helper.ExitFailed, `stdin is no HTTP answer; it begins with a line like "HTTP/1.1 400 Bad Request"`)
	}
	defer response.Body.Close()
	// A pasted answer is often shorter than its Content-Length: what there is counts.
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, body, nil
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
