package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"sessionkeeper/assets"
)

// build is what the binary knows of itself.
type build struct {
	Version  string `json:"version"`
	Build    int    `json:"build"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func buildInfo() build {
	b := build{Version: assets.Version, Build: assets.Build, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// version is the short form, which the local API tells too: two that differ are two programs. What it was built from
// stands behind the plus where that is known (Semantic Versioning 2.0.0, section 10).
func version() string { return buildInfo().short() }

func (b build) short() string {
	if b.Revision == "" {
		return b.Version
	}
	text := b.Version + "+" + b.Revision[:min(len(b.Revision), 12)]
	if b.Modified {
		text += ".modified"
	}
	return text
}

// line is what people are told.
func (b build) line() string {
	return fmt.Sprintf("sessionkeeper %s %s %s", b.short(), b.Go, b.Platform)
}

func versionCommand() *cobra.Command {
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "version [--json]",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := buildInfo()
			if *asJSON {
				return printJSON(cmd.OutOrStdout(), b)
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), b.line())
			return err
		},
	}
	asJSON = jsonFlag(cmd)
	return cmd
}
