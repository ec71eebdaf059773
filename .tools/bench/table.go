package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// table is what is printed at the end, in sections.
type table struct{ rows []row }

// row is a line of the table; a title alone starts a section.
type row struct {
	title string
	cells []string
}

func (t *table) section(title string, columns ...string) {
	t.rows = append(t.rows, row{title: title}, row{cells: append([]string{""}, columns...)})
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, row{cells: cells}) }

func (t *table) note(format string, args ...any) {
	t.rows = append(t.rows, row{title: "  " + fmt.Sprintf(format, args...)})
}

func (t *table) print(w io.Writer) {
	aligned := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range t.rows {
		if r.title != "" {
			aligned.Flush()
			if r.title[0] != ' ' {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, r.title)
			continue
		}
		for _, cell := range r.cells {
			fmt.Fprint(aligned, cell, "\t")
		}
		fmt.Fprintln(aligned)
	}
	aligned.Flush()
}

// from gives all, another first each time: who comes after whom makes a difference.
func from[T any](all []T, turn int) []T {
	first := turn % len(all)
	return slices.Concat(all[first:], all[:first])
}

// times are durations that were measured.
type times []time.Duration

// at gives a quantile between 0 and 1; 0 where nothing was measured.
func (t times) at(quantile float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[min(len(sorted)-1, int(quantile*float64(len(sorted))))]
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func micros(d time.Duration) string {
	return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
}

// paired is ours beside another's, turn by turn: neighbours on the machine slow both down. It is the median.
func paired(ours, other []float64) string {
	var ratios []float64
	for i := range min(len(ours), len(other)) {
		if other[i] > 0 {
			ratios = append(ratios, ours[i]/other[i])
		}
	}
	return fmt.Sprintf("%.2f", median(ratios))
}

// ratio is ours beside another's.
func ratio(ours, other time.Duration) string {
	if other == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(ours)/float64(other))
}
