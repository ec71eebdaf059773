// Command testreport judges a run of the tests: it reads what go test -json prints, shows progress and
// every failure in full, and exits 1 unless each listed test ran and passed and each required proof was given.
// A skipped test is a failure: what can be skipped is not tested.
//
//	go test -json -list . ./... >listed.json
//	go test -json ./... | testreport -listed listed.json -required required.txt -faults faults.txt
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// quiet is how long the run may print nothing before a line says that it goes on.
const quiet = 15 * time.Second

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("testreport", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listedFile := flags.String("listed", "", "output of go test -json -list: every test in `FILE` must have run")
	requiredFile := flags.String("required", "", "lines of PACKAGE TEST KEY=VALUE: `FILE` of attributes that must have been set")
	faultsFile := flags.String("faults", "", "lines of ID and words: a test named by each id of `FILE` must have passed")
	keep := flags.String("keep", "", "`DIR` for what the tests left to look at; what was in it goes")
	if err := flags.Parse(args); err != nil {
		return 2
	}

	listed, err := readFile(*listedFile, readListed)
	if err != nil {
		fmt.Fprintln(stderr, "testreport:", err)
		return 2
	}
	required, err := readFile(*requiredFile, readRequired)
	if err != nil {
		fmt.Fprintln(stderr, "testreport:", err)
		return 2
	}
	faults, err := readFile(*faultsFile, readFaults)
	if err != nil {
		fmt.Fprintln(stderr, "testreport:", err)
		return 2
	}

	r := newReport(stdout)
	if err := follow(r, stdin); err != nil {
		fmt.Fprintln(stderr, "testreport: reading the test events:", err)
		return 1
	}
	if *keep != "" {
		if err := r.keep(*keep); err != nil {
			fmt.Fprintln(stderr, "testreport: keeping the artifacts:", err)
			return 1
		}
	}
	if !r.close(listed, required, faults) {
		return 1
	}
	return 0
}

// readFile parses the named file; an empty name means there is nothing to ask for.
func readFile[T any](name string, parse func(io.Reader) ([]T, error)) ([]T, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name) //nolint:gosec // the caller names it on the command line
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: nothing in it", name)
	}
	return found, nil
}

// follow feeds the report line by line, and lets it say that it is alive while nothing comes.
func follow(r *report, stdin io.Reader) error {
	lines := make(chan string)
	var readErr error
	go func() {
		defer close(lines)
		readErr = eachLine(stdin, func(line string) { lines <- line })
	}()

	still := time.NewTicker(quiet)
	defer still.Stop()
	for {
		select {
		case line, open := <-lines:
			if !open {
				return readErr
			}
			if r.line(line) {
				still.Reset(quiet)
			}
		case <-still.C:
			r.heartbeat()
		}
	}
}

// eachLine calls f for each line of in, however long, without its line end.
func eachLine(in io.Reader, f func(string)) error {
	b := bufio.NewReader(in)
	for {
		line, err := b.ReadString('\n')
		if line != "" {
			f(strings.TrimRight(line, "\r\n"))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// test names a top-level test, or a subtest by its full path, in a package.
type test struct {
	pkg, name string
}

// readListed returns the tests, examples and fuzz targets that go test -json -list names.
// Benchmarks are left out: go test does not run them unasked.
func readListed(in io.Reader) ([]test, error) {
	output := map[string]string{} // an event may hold less than a line
	err := eachLine(in, func(line string) {
		var e event
		if json.Unmarshal([]byte(line), &e) != nil || e.Action != "output" {
			return
		}
		output[e.Package] += e.Output
	})
	if err != nil {
		return nil, err
	}

	var found []test
	for _, pkg := range slices.Sorted(maps.Keys(output)) {
		for line := range strings.Lines(output[pkg]) {
			name := strings.TrimSpace(line)
			if strings.ContainsAny(name, " \t") {
				continue
			}
			for _, kind := range []string{"Test", "Example", "Fuzz"} {
				if strings.HasPrefix(name, kind) {
					found = append(found, test{pkg, name})
				}
			}
		}
	}
	return found, nil
}

// proof is an attribute that a test sets with T.Attr once the real thing it depends on has answered.
type proof struct {
	test
	key, value string
}

func (p proof) String() string { return p.pkg + " " + p.name + " " + p.key + "=" + p.value }

// readRequired parses lines of PACKAGE TEST KEY=VALUE; # starts a comment.
func readRequired(in io.Reader) ([]proof, error) {
	var found []proof
	var wrong error
	number := 0
	err := eachLine(in, func(line string) {
		number++
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			return
		}
		if len(fields) > 2 { // a value may hold spaces
			if key, value, ok := strings.Cut(strings.Join(fields[2:], " "), "="); ok {
				found = append(found, proof{test{fields[0], fields[1]}, key, value})
				return
			}
		}
		if wrong == nil {
			wrong = fmt.Errorf("line %d: got %q; want PACKAGE TEST KEY=VALUE", number, line)
		}
	})
	if err != nil {
		return nil, err
	}
	return found, wrong
}

// fault is something that may go wrong; the tests that prove what happens then are named by its id.
type fault struct {
	id, words string
}

// named reports whether a top-level test bears the fault's id: TestF1 and TestF1Locked for F1, not TestF12.
func (f fault) named(name string) bool {
	rest, ok := strings.CutPrefix(name, "Test"+strings.ReplaceAll(f.id, "-", ""))
	return ok && !strings.ContainsRune(rest, '/') && (rest == "" || rest[0] < '0' || rest[0] > '9')
}

// readFaults parses lines of an id, white space, and words; # starts a comment.
func readFaults(in io.Reader) ([]fault, error) {
	var found []fault
	var wrong error
	err := eachLine(in, func(line string) {
		text, _, _ := strings.Cut(line, "#")
		id, words, ok := strings.Cut(strings.TrimSpace(text), "\t")
		switch {
		case id == "" && !ok:
		case ok:
			found = append(found, fault{id, words})
		case wrong == nil:
			wrong = fmt.Errorf("got %q; want an ID, a tab and words", line)
		}
	})
	if err != nil {
		return nil, err
	}
	return found, wrong
}
