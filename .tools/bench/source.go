package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// benchLine is a line of go test's benchmarks.
var benchLine = regexp.MustCompile(`(?m)^Benchmark(\S*?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op.*?(\d+) allocs/op`)

// measureSource runs Go's own benchmarks of the ways to a token inside a process, the peer's too where they have it.
func measureSource(ctx context.Context, b *bench) error {
	out, err := b.output(ctx, nil, "go", "test", "-C", b.source, "-run", "^$", "-bench", "TokenSource", "-benchmem", "-count", "5",
		"./ui/api/tokens")
	if err != nil {
		return err
	}
	var names []string
	took, allocs := map[string][]float64{}, map[string]string{}
	for _, m := range benchLine.FindAllStringSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return err
		}
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
		took[m[1]], allocs[m[1]] = append(took[m[1]], ns), m[3]
	}
	b.table.section("A token inside a process (median and best of 5)", "median", "best", "allocations")
	for _, name := range names {
		b.table.add(name, fmt.Sprintf("%.0f ns", median(took[name])), fmt.Sprintf("%.0f ns", slices.Min(took[name])), allocs[name])
	}
	return nil
}
