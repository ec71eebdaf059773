package helper

import (
	"context"
	"io"
	"slices"
	"time"

	"sessionkeeper/ui/api/fast"
)

// Tool is a program that asks for tokens in a protocol of its own. A new one is one entry in the table of Tools, and one
// in the table of what installs it.
type Tool struct {
	ID      string        // "git", as the command line names it
	Title   string        // "git", as people read it
	Program string        // the name that the tool calls us by, "git-credential-sessionkeeper"; empty where it takes any command
	ByHost  bool          // it asks for a host, and is answered only for those that a binding names
	IDToken bool          // it wants the ID token, where its binding does not say otherwise
	MinTTL  time.Duration // the life that a token handed to it must have left; the keeper caps it at half of the token's life
	Run     func(ctx context.Context, c Call) (exit int)
}

// Call is one run of a helper.
type Call struct {
	Tool     Tool
	Session  string    // "" where the tool does not say: a binding's hosts tell
	Args     []string  // the operation and what follows it
	Bindings []Binding // of this tool, and of Session where that is known
	Keeper   Keeper

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string

	fault error // why the bindings cannot be read
}

// Keeper is what a helper asks of the keeper. A refusal is a *fast.Problem.
type Keeper interface {
	Token(ctx context.Context, session string, r fast.Request) (fast.Answer, error)
	// Reject says that a resource refused the token of this generation.
	Reject(ctx context.Context, session string, generation uint64) error
	// Post asks for what else the local API has, with JSON both ways; status is HTTP's.
	Post(ctx context.Context, path string, body []byte) (status int, answer []byte, err error)
}

const (
	// handOutTTL is the life that most tools need: they use a token at once, and one push or build takes minutes.
	handOutTTL = 5 * time.Minute

	// maxSkew is taken off the end that a tool is told of, which stops using a token at that second and no earlier.
	maxSkew = time.Minute
)

// Tools are all of them, in the order in which people read them.
func Tools() []Tool {
	return []Tool{
		{
			ID: "git", Title: "git", Program: "git-credential-sessionkeeper",
			ByHost: true, MinTTL: handOutTTL, Run: runGit,
		},
		{
			ID: "docker", Title: "Docker and what shares its logins", Program: "docker-credential-sessionkeeper",
			ByHost: true, MinTTL: handOutTTL, Run: runDocker,
		},
		{
			ID: "kubectl", Title: "kubectl and other Kubernetes clients",
			IDToken: true, MinTTL: handOutTTL, Run: runKubectl,
		},
		{
			ID: "goauth", Title: "go",
			ByHost: true, MinTTL: handOutTTL, Run: runGoAuth,
		},
		{
			ID: "cargo", Title: "cargo", Program: "cargo-credential-sessionkeeper",
			ByHost: true, MinTTL: handOutTTL, Run: runCargo,
		},
		{
			ID: "terraform", Title: "Terraform and OpenTofu", Program: "terraform-credentials-sessionkeeper",
			ByHost: true, MinTTL: handOutTTL, Run: runTerraform,
		},
		{
			ID: "bazel", Title: "Bazel and others that ask for a URL's headers", Program: "bazel-credential-sessionkeeper",
			ByHost: true, MinTTL: handOutTTL, Run: runBazel,
		},
		{ID: "aws", Title: "AWS's command line and libraries", IDToken: true, Run: runAWS},
		{ID: "google", Title: "Google Cloud's libraries", IDToken: true, MinTTL: handOutTTL, Run: runGoogle},
		{ID: "azure", Title: "Azure's libraries", MinTTL: handOutTTL, Run: runAzure},
		{ID: "netrc", Title: "what reads a netrc file", ByHost: true, MinTTL: handOutTTL, Run: runNetrc},
		{ID: "curl", Title: "curl", MinTTL: handOutTTL, Run: runCurl},
		{ID: "mail", Title: "mail programs (msmtp, isync, neomutt)", MinTTL: handOutTTL, Run: runMail},
		{ID: "keyring", Title: "pip and uv", Program: "keyring", ByHost: true, MinTTL: handOutTTL, Run: runKeyring},
	}
}

// Find gives the tool that the command line calls id.
func Find(id string) (Tool, bool) {
	all := Tools()
	i := slices.IndexFunc(all, func(t Tool) bool { return t.ID == id })
	if i < 0 {
		return Tool{}, false
	}
	return all[i], true
}
