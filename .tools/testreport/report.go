package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// event is one line of go test -json (go doc test2json, go help buildjson).
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64 // seconds
	Output      string
	Key, Value  string // of an attr
	Path        string // of artifacts
	ImportPath  string // of a build-output
	FailedBuild string // of a package's fail
}

// output is a piece of what a package printed, by the test that printed it ("" for none).
type output struct {
	test, text string
}

// packageRun is what is known of one package while its tests run.
type packageRun struct {
	passed  int
	running map[string]bool
	bad     map[string]bool // failed and skipped tests
	skipped int
	failed  int
	printed []output
}

// report gathers a whole run.
type report struct {
	out     io.Writer
	started time.Time
	open    map[string]*packageRun
	ended   map[test]string // test → pass, fail or skip
	attrs   map[proof]bool
	files   map[test]string // folder of a test's artifacts

	passed, failed, skipped int
}

func newReport(out io.Writer) *report {
	return &report{
		out:     out,
		started: time.Now(),
		open:    map[string]*packageRun{},
		ended:   map[test]string{},
		attrs:   map[proof]bool{},
		files:   map[test]string{},
	}
}

// line takes one line of the stream and reports whether it printed something.
func (r *report) line(line string) bool {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil || e.Action == "" {
		fmt.Fprintln(r.out, line)
		return true
	}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
		return true
	case "build-fail":
		return false // the packages that needed it fail in their turn
	}

	p := r.open[e.Package]
	if p == nil {
		p = &packageRun{running: map[string]bool{}, bad: map[string]bool{}}
		r.open[e.Package] = p
	}
	switch e.Action {
	case "run":
		p.running[e.Test] = true
	case "output":
		p.printed = append(p.printed, output{e.Test, e.Output})
	case "attr":
		r.attrs[proof{test{e.Package, e.Test}, e.Key, e.Value}] = true
	case "artifacts":
		r.files[test{e.Package, e.Test}] = e.Path
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageEnded(e, p)
			return true
		}
		r.testEnded(e, p)
	}
	return false
}

func (r *report) testEnded(e event, p *packageRun) {
	delete(p.running, e.Test)
	r.ended[test{e.Package, e.Test}] = e.Action
	switch e.Action {
	case "pass":
		p.passed++
		r.passed++
	case "fail":
		p.failed++
		r.failed++
		p.bad[e.Test] = true
	case "skip":
		p.skipped++
		r.skipped++
		p.bad[e.Test] = true
	}
}

func (r *report) packageEnded(e event, p *packageRun) {
	delete(r.open, e.Package)
	if e.Action == "skip" {
		fmt.Fprintf(r.out, "--    %-38s no tests\n", e.Package)
		return
	}
	verdict := "ok"
	if e.Action == "fail" || len(p.bad) > 0 {
		verdict = "FAIL"
	}
	// A package can fail with no failing test: it did not build, died, or raced after its last test.
	if e.Action == "fail" && p.failed == 0 {
		r.failed++
	}
	if verdict == "FAIL" {
		for _, o := range p.printed {
			if o.test == "" || p.bad[o.test] || p.running[o.test] {
				fmt.Fprint(r.out, o.text)
			}
		}
	}
	fmt.Fprintf(r.out, "%-5s %-38s %6.1fs  %d passed", verdict, e.Package, e.Elapsed, p.passed)
	if verdict == "FAIL" {
		fmt.Fprintf(r.out, ", %d failed, %d skipped", p.failed, p.skipped)
	}
	if e.FailedBuild != "" {
		fmt.Fprint(r.out, " (did not build)")
	}
	fmt.Fprintln(r.out)
}

// keep puts what the tests left to look at under dir, by package and test; go test puts it under random names.
func (r *report) keep(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for t, from := range r.files {
		to := filepath.Join(dir, filepath.FromSlash(t.pkg), strings.ReplaceAll(t.name, "/", "__"))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return nil
}

// heartbeat says how far the run is and what is under way.
func (r *report) heartbeat() {
	doing := "building"
	if len(r.open) > 0 {
		doing = strings.Join(slices.Sorted(maps.Keys(r.open)), " ")
	}
	fmt.Fprintf(r.out, "...   %s: %d passed so far; now %s\n",
		time.Since(r.started).Round(time.Second), r.passed, doing)
}

// close compares the run with what was asked of it, prints the closing line and reports whether all is well.
func (r *report) close(listed []test, required []proof, faults []fault) bool {
	for _, pkg := range slices.Sorted(maps.Keys(r.open)) {
		r.failed++
		fmt.Fprintf(r.out, "FAIL  %s: the run ended before this package did\n", pkg)
	}
	for _, t := range listed {
		if r.ended[t] == "" {
			r.failed++
			fmt.Fprintf(r.out, "FAIL  %s %s: listed, but it did not run\n", t.pkg, t.name)
		}
	}
	for _, p := range required {
		if r.ended[p.test] == "pass" && r.attrs[p] {
			continue
		}
		r.failed++
		switch r.ended[p.test] {
		case "":
			fmt.Fprintf(r.out, "FAIL  %s: required, but there was no such test\n", p)
		case "pass":
			fmt.Fprintf(r.out, "FAIL  %s: required, but the test passed without it\n", p)
		default:
			fmt.Fprintf(r.out, "FAIL  %s: required, but the test did not pass\n", p)
		}
	}
	for _, f := range faults {
		if !r.proved(f) {
			r.failed++
			fmt.Fprintf(r.out, "FAIL  %s, %s: no test of that name passed\n", f.id, f.words)
		}
	}
	if r.passed+r.failed+r.skipped == 0 {
		r.failed++
		fmt.Fprintln(r.out, "FAIL  no test ran")
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	return r.failed == 0 && r.skipped == 0
}

// proved reports whether a test that bears the fault's id passed.
func (r *report) proved(f fault) bool {
	for t, result := range r.ended {
		if result == "pass" && f.named(t.name) {
			return true
		}
	}
	return false
}
