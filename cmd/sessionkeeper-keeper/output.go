package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
)

// printJSON writes one value on lines of its own, indented.
func printJSON(w io.Writer, v any) error { return encode(w, v, "  ") }

// printLine writes one value on one line, for streams.
func printLine(w io.Writer, v any) error { return encode(w, v, "") }

// encode escapes what a terminal takes for more than a character: encoding/json leaves it DEL, the controls of C1, and
// what turns the direction of text around. All of them can only be in strings.
func encode(w io.Writer, v any, indent string) error {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	text := out.String()
	if strings.ContainsFunc(text, commanding) {
		out.Reset()
		for _, r := range text {
			if commanding(r) {
				fmt.Fprintf(&out, `\u%04x`, r)
			} else {
				out.WriteRune(r)
			}
		}
		text = out.String()
	}
	_, err := io.WriteString(w, text)
	return err
}

func commanding(r rune) bool {
	return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
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
