package helper

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the az command line prints for Azure's libraries, which run "az account get-access-token -o json --resource R"
// for a developer's credential. A script called az that stands earlier on PATH and runs
// "sessionkeeper helper azure NAME "$@"" lets them take the session instead.

// azureAnswer is what az prints; the token is text, since this is the wire.
type azureAnswer struct {
	AccessToken string `json:"accessToken"`
	ExpiresOn   string `json:"expiresOn"`  // of this machine's own time, without a zone
	Expires     int64  `json:"expires_on"` // in seconds since 1970; libraries take it where it is there
	TokenType   string `json:"tokenType"`
}

const azureUsage = "account get-access-token [--resource R | --scope S] [--tenant T] [-o json]"

func runAzure(ctx context.Context, c Call) int {
	resource, ok := azureArgs(c.Args)
	if !ok {
		return c.misuse(azureUsage)
	}
	line, err := c.azureAnswer(ctx, resource)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(line)
}

// azureArgs reads the arguments as far as they matter. The tenant is the session's own, whatever is asked for.
func azureArgs(args []string) (resource string, ok bool) {
	if len(args) < 2 || args[0] != "account" || args[1] != "get-access-token" {
		return "", false
	}
	resource = "https://management.azure.com"
	for rest := args[2:]; len(rest) > 0; rest = rest[2:] {
		if len(rest) == 1 {
			return "", false
		}
		switch rest[0] {
		case "--resource", "--scope":
			resource = rest[1]
		case "-o", "--output":
			if rest[1] != "json" {
				return "", false
			}
		case "-t", "--tenant", "-s", "--subscription":
		default:
			return "", false
		}
	}
	return resource, true
}

func (c Call) azureAnswer(ctx context.Context, resource string) (string, error) {
	b, err := c.BindingOf()
	if err != nil {
		return "", err
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return "", err
	}
	if !AzureResource(a.Scopes, resource) {
		return "", fmt.Errorf("the tokens of %q are not for %.200q; use a session that was given a scope of it", b.Session, resource)
	}
	now := time.Now()
	end := now.Add(maxSkew)
	if !a.ExpiresAt.IsZero() {
		end = told(a.ExpiresAt, now)
	}
	return jsonLine(azureAnswer{
		AccessToken: a.Token.Reveal(), TokenType: "Bearer",
		ExpiresOn: end.Local().Format("2006-01-02 15:04:05.000000"), Expires: end.Unix(),
	})
}

// azureGraph is what scopes of Microsoft Entra ID that name no resource belong to.
const azureGraph = "https://graph.microsoft.com"

// AzureResource reports whether tokens with these scopes are for a resource, in the form of version 1 ("https://host",
// "https://host/") or 2 ("https://host/.default"). A token has one resource; it must not be sent to another.
func AzureResource(scopes []string, resource string) bool {
	want := strings.ToLower(strings.TrimRight(strings.TrimSuffix(strings.TrimSpace(resource), "/.default"), "/"))
	return want != "" && slices.ContainsFunc(scopes, func(scope string) bool { return azureResourceOf(scope) == want })
}

// azureResourceOf is the resource of a scope: what comes before its last segment, which is a permission or ".default".
// It is empty for the scopes of OpenID Connect, which belong to none.
func azureResourceOf(scope string) string {
	switch scope {
	case "", "openid", "profile", "email", "offline_access":
		return ""
	}
	i := strings.LastIndexByte(scope, '/')
	if i < 0 {
		return azureGraph
	}
	return strings.ToLower(strings.TrimRight(scope[:i], "/"))
}
