// Command bench measures how long a program waits for its token, and what a token costs on its way through the proxy,
// beside the programs that do the same: both sides in one run, in turn, with ratios. Nothing here decides whether a test
// passes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// settings are what the flags say.
type settings struct {
	bin, cache, source string
	rounds             int // of each measure
	only               string
}

// measures are the parts of the table, in its order.
var measures = []struct {
	name string
	run  func(ctx context.Context, b *bench) error
}{
	{"process", measureProcesses},
	{"socket", measureSockets},
	{"hang", measureHang},
	{"source", measureSource},
	{"proxy", measureProxies},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var s settings
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.StringVar(&s.bin, "bin", "bin", "`folder` of our programs")
	set.StringVar(&s.cache, "cache", ".cache", "`folder` for what is built once")
	set.StringVar(&s.source, "source", ".", "`folder` of our source")
	set.IntVar(&s.rounds, "rounds", 1000, "how often each process is started; the other measures take as long")
	set.StringVar(&s.only, "only", "", "`parts` of the table, with commas: process, socket, hang, source, proxy")
	if err := set.Parse(args); err != nil {
		return err
	}
	for _, folder := range []*string{&s.bin, &s.cache, &s.source} {
		absolute, err := filepath.Abs(*folder)
		if err != nil {
			return err
		}
		*folder = absolute
	}
	b, err := start(ctx, s)
	if err != nil {
		return err
	}
	defer b.stop()
	var failed []error
	for _, m := range measures {
		if s.only != "" && !slices.Contains(strings.Split(s.only, ","), m.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, "    measuring:", m.name)
		if err := m.run(ctx, b); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", m.name, err))
		}
	}
	b.table.print(os.Stdout)
	return errors.Join(failed...)
}
