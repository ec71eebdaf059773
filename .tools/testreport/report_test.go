package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// stream joins events into what go test -json prints.
func stream(events ...string) string { return strings.Join(events, "\n") + "\n" }

const (
	startP  = `{"Action":"start","Package":"m/p"}`
	runA    = `{"Action":"run","Package":"m/p","Test":"TestA"}`
	attrA   = `{"Action":"attr","Package":"m/p","Test":"TestA","Key":"real","Value":"keyring"}`
	passA   = `{"Action":"pass","Package":"m/p","Test":"TestA","Elapsed":0.1}`
	skipA   = `{"Action":"skip","Package":"m/p","Test":"TestA","Elapsed":0.1}`
	failA   = `{"Action":"fail","Package":"m/p","Test":"TestA","Elapsed":0.1}`
	printA  = `{"Action":"output","Package":"m/p","Test":"TestA","Output":"    a_test.go:9: got 1; want 2\n"}`
	runB    = `{"Action":"run","Package":"m/p","Test":"TestB"}`
	printB  = `{"Action":"output","Package":"m/p","Test":"TestB","Output":"    b_test.go:9: chatter\n"}`
	passB   = `{"Action":"pass","Package":"m/p","Test":"TestB","Elapsed":0.1}`
	passP   = `{"Action":"pass","Package":"m/p","Elapsed":0.5}`
	failP   = `{"Action":"fail","Package":"m/p","Elapsed":0.5}`
	noTests = `{"Action":"skip","Package":"m/q","Elapsed":0}`

	listA  = `{"Action":"output","Package":"m/p","Output":"TestA\n"}`
	listB  = `{"Action":"output","Package":"m/p","Output":"TestB\nBenchmarkC\n"}`
	listOK = `{"Action":"output","Package":"m/p","Output":"ok  \tm/p\t0.01s\n"}`
)

// named is a test's last event.
func named(name, action string) string {
	return fmt.Sprintf(`{"Action":%q,"Package":"m/p","Test":%q,"Elapsed":0.1}`, action, name)
}

func TestVerdicts(t *testing.T) {
	tests := map[string]struct {
		listed, required, run string
		faults                string
		want                  []string // in the output
		not                   []string // not in the output
		closing               string
		exit                  int
	}{
		"all pass": {
			listed:   stream(listA, listB, listOK),
			required: "# comment\n\nm/p TestA real=keyring # why\n",
			run:      stream(startP, runA, attrA, printA, passA, runB, printB, passB, passP, noTests),
			want:     []string{"ok    m/p", "2 passed", "no tests"},
			not:      []string{"got 1", "chatter"},
			closing:  "2 passed, 0 failed, 0 skipped",
		},
		"a value with a space in it": {
			required: "m/p TestA real=keyring browser\n",
			run:      stream(startP, runA, strings.Replace(attrA, "keyring", "keyring browser", 1), passA, passP),
			closing:  "1 passed, 0 failed, 0 skipped",
		},
		"a failure is shown in full, its neighbour is not": {
			run:     stream(startP, runA, printA, failA, runB, printB, passB, failP),
			want:    []string{"got 1; want 2", "FAIL  m/p"},
			not:     []string{"chatter"},
			closing: "1 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"each fault has a test of its name": {
			faults:  "# comment\nF1\ta key is lost\nT-ROT-2\ta disk is full\n",
			run:     stream(startP, named("TestF1KeyIsLost", "pass"), named("TestTROT2", "pass"), passP),
			closing: "2 passed, 0 failed, 0 skipped",
		},
		"a fault whose test failed, is another's, or a part of one": {
			faults: "F1\ta key is lost\nF2\ta disk is full\n",
			run: stream(startP, named("TestF12", "pass"), named("TestAll/TestF1", "pass"),
				named("TestF2", "fail"), failP),
			want:    []string{"F1, a key is lost: no test", "F2, a disk is full: no test"},
			closing: "2 passed, 3 failed, 0 skipped",
			exit:    1,
		},
		"a skip fails": {
			run:     stream(startP, runA, printA, skipA, passP),
			want:    []string{"got 1; want 2", "FAIL  m/p"},
			closing: "0 passed, 0 failed, 1 skipped",
			exit:    1,
		},
		"a listed test that did not run": {
			listed:  stream(listA, listB),
			run:     stream(startP, runA, passA, passP),
			want:    []string{"m/p TestB: listed, but it did not run"},
			closing: "1 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"a pass without its proof": {
			required: "m/p TestA real=keyring\n",
			run:      stream(startP, runA, passA, passP),
			want:     []string{"m/p TestA real=keyring: required, but the test passed without it"},
			closing:  "1 passed, 1 failed, 0 skipped",
			exit:     1,
		},
		"a proof from a test that failed later": {
			required: "m/p TestA real=keyring\n",
			run:      stream(startP, runA, attrA, failA, failP),
			want:     []string{"required, but the test did not pass"},
			closing:  "0 passed, 2 failed, 0 skipped",
			exit:     1,
		},
		"a proof from a test that is gone": {
			required: "m/p TestGone real=keyring\n",
			run:      stream(startP, runA, attrA, passA, passP),
			want:     []string{"m/p TestGone real=keyring: required, but there was no such test"},
			closing:  "1 passed, 1 failed, 0 skipped",
			exit:     1,
		},
		"a package that does not build": {
			run: stream(
				`{"ImportPath":"m/p [m/p.test]","Action":"build-output","Output":"p/p.go:3:1: undefined: x\n"}`,
				`{"ImportPath":"m/p [m/p.test]","Action":"build-fail"}`,
				startP,
				`{"Action":"fail","Package":"m/p","Elapsed":0,"FailedBuild":"m/p [m/p.test]"}`,
			),
			want:    []string{"undefined: x", "did not build"},
			closing: "0 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"a package that dies under a test": {
			run: stream(startP, runA, printA,
				`{"Action":"output","Package":"m/p","Output":"signal: killed\n"}`, failP),
			want:    []string{"got 1; want 2", "signal: killed"},
			closing: "0 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"a stream that is cut": {
			run:     stream(startP, runA, passA),
			want:    []string{"m/p: the run ended before this package did"},
			closing: "1 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"nothing at all": {
			want:    []string{"no test ran"},
			closing: "0 passed, 1 failed, 0 skipped",
			exit:    1,
		},
		"a line that is no event is passed on": {
			run:     stream("go: downloading example.org/x v1.0.0", startP, runA, passA, passP),
			want:    []string{"go: downloading example.org/x v1.0.0\n"},
			closing: "1 passed, 0 failed, 0 skipped",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var args []string
			for flag, text := range map[string]string{
				"-listed": tt.listed, "-required": tt.required, "-faults": tt.faults,
			} {
				if text != "" {
					args = append(args, flag, write(t, text))
				}
			}
			var stdout, stderr bytes.Buffer
			exit := run(args, strings.NewReader(tt.run), &stdout, &stderr)
			if exit != tt.exit {
				t.Errorf("exit %d; want %d; stderr %q", exit, tt.exit, &stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("output %q; want %q in it", &stdout, want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(stdout.String(), not) {
					t.Errorf("output %q; want no %q in it", &stdout, not)
				}
			}
			lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
			if last := lines[len(lines)-1]; last != tt.closing {
				t.Errorf("closing line %q; want %q", last, tt.closing)
			}
		})
	}
}

func TestWrongInputs(t *testing.T) {
	tests := map[string][]string{
		"unknown flag":            {"-nosuch"},
		"list that is not there":  {"-listed", filepath.Join(t.TempDir(), "none")},
		"list with no test in it": {"-listed", write(t, stream(listOK))},
		"proof without a value":   {"-required", write(t, "m/p TestA real\n")},
		"proof without a test":    {"-required", write(t, "m/p real=keyring\n")},
		"fault without words":     {"-faults", write(t, "F1\n")},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if exit := run(args, strings.NewReader(stream(startP, runA, passA, passP)), &stdout, &stderr); exit != 2 {
				t.Errorf("exit %d; want 2", exit)
			}
			if stderr.Len() == 0 {
				t.Error("nothing on stderr; want the reason")
			}
		})
	}
}

func TestHeartbeat(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.heartbeat()
	r.line(startP)
	r.heartbeat()
	for _, want := range []string{"now building", "now m/p"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output %q; want %q in it", &out, want)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestKeepsArtifacts(t *testing.T) {
	from, dir := t.TempDir(), filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(filepath.Join(from, "page.png"), []byte("picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReport(io.Discard)
	r.line(`{"Action":"artifacts","Package":"m/ui","Test":"TestPage/dark","Path":` + strconv.Quote(from) + `}`)
	if err := r.keep(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "m", "ui", "TestPage__dark", "page.png")); err != nil || string(got) != "picture" {
		t.Errorf("kept %q, %v", got, err)
	}
}
