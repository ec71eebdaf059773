package main

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// printJSON writes one value on lines of its own, indented.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printLine writes one value on one line, for streams.
func printLine(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// tell writes a sentence for people.
func tell(cmd *cobra.Command, format string, args ...any) {
	cmd.PrintErrf(format+"\n", args...)
}

// jsonFlag adds --json.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "JSON for programs")
}

// list joins names for a sentence.
func list(names []string) string {
	cleaned := make([]string, len(names))
	for i, n := range names {
		cleaned[i] = clean(n)
	}
	return strings.Join(cleaned, ", ")
}

// fields writes label and value in two columns and leaves out what is empty.
func fields(w io.Writer, pairs ...[2]string) error {
	var rows [][]string
	for _, p := range pairs {
		if p[1] != "" {
			rows = append(rows, []string{p[0], p[1]})
		}
	}
	return table(w, rows)
}
