package install

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"strings"
)

// aws: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html, and with a token file
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
func (k kit) aws() ([]edit, error) {
	if err := k.plainWord("profile", k.profile()); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(k.Options.Role, "arn:") {
		return nil, usagef("--role %q: the ARN of a role is needed, like arn:aws:iam::123456789012:role/NAME", k.Options.Role)
	}
	header := "[profile " + k.profile() + "]"
	if k.profile() == "default" {
		header = "[default]"
	}
	file := k.env("AWS_CONFIG_FILE", k.at(".aws", "config"))
	setting := func(key, value string) edit {
		return edit{Kind: kindINI, Path: file, Place: []string{header, key}, Text: key + " = " + value}
	}
	// Each goes to the top of the section, so the last is the first there.
	edits := []edit{}
	if k.Options.Region != "" {
		edits = append(edits, setting("region", k.Options.Region))
	}
	if k.TokenFile == "" {
		edits = append(edits, setting("credential_process", k.command()))
	} else {
		edits = append(edits, setting("web_identity_token_file", k.TokenFile), setting("role_arn", k.Options.Role))
	}
	return edits, nil
}

func (k kit) awsNotes() []string {
	notes := []string{"Use it with: AWS_PROFILE=" + k.profile()}
	if k.TokenFile != "" {
		notes = append(notes, k.keepFile())
	}
	return notes
}

// keepFile tells how the file of --token-file comes to be.
func (k kit) keepFile() string {
	return fmt.Sprintf("Let the keeper write the file: sessionkeeper file %s %s --id-token", quoted(k.Session), quoted(k.TokenFile))
}

// googleExecutableLimit is how long Google's libraries wait for us, in milliseconds.
const googleExecutableLimit = 10000

// google: https://google.aip.dev/auth/4117
func (k kit) google() ([]edit, error) {
	source := map[string]any{"file": k.TokenFile, "format": map[string]string{"type": "text"}}
	if k.TokenFile == "" {
		command := strings.Join([]string{k.Program, "helper", k.recipe.helper, k.Session}, " ")
		// Some of Google's libraries split the line at spaces and know no quotes.
		if k.Session != quoted(k.Session) || k.Program != quoted(k.Program) {
			return nil, usagef("Google's libraries cannot run a command with the word %q in it; use --token-file",
				strings.Join([]string{k.Program, k.Session}, " "))
		}
		source = map[string]any{"executable": map[string]any{"command": command, "timeout_millis": googleExecutableLimit}}
	}
	data, err := json.MarshalIndent(map[string]any{ //nolint:gosec // names of types and addresses, no secret
		"type":               "external_account",
		"audience":           k.Options.Audience,
		"subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
		"token_url":          "https://sts.googleapis.com/v1/token",
		"credential_source":  source,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return []edit{{Kind: kindFile, Path: k.googleFile(), Text: string(data) + "\n"}}, nil
}

func (k kit) googleFile() string {
	return filepath.Join(k.Places.Config, "google", fileName(k.Session)+".json")
}

// fileName is a name as a part of a path: itself where it is plain and short.
func fileName(name string) string {
	if name == quoted(name) && len(name) <= 64 && !strings.ContainsAny(name, "/:") && !strings.HasPrefix(name, ".") {
		return name
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return fmt.Sprintf("session-%016x", h.Sum64())
}

func (k kit) googleNotes() []string {
	notes := []string{"Use it with: export GOOGLE_APPLICATION_CREDENTIALS=" + quoted(k.googleFile())}
	if k.TokenFile != "" {
		return append(notes, k.keepFile())
	}
	return append(notes, "and, for libraries to run our program: export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1")
}
