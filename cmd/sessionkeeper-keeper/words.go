package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// clean makes text of strangers (names, a provider's messages) safe for a terminal.
func clean(s string) string { return words.Line(s) }

// named is a name in a sentence on a terminal.
func named(s string) words.Safe { return words.Safe(clean(s)) }

// accountWords names an account.
func accountWords(a client.Account) string {
	switch {
	case a.Email != "":
		return clean(a.Email)
	case a.Name != "":
		return clean(a.Name)
	}
	return clean(a.Sub)
}

// table writes rows in aligned columns; the first row is the heading. Cells must be clean.
func table(w io.Writer, rows [][]string) error {
	var aligned strings.Builder
	t := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush()
	for line := range strings.Lines(aligned.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	}
	return nil
}
