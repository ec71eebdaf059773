package main

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// becomes FILE none|any|OTHER: waits until a file is gone, is there, or has what OTHER has but for its last newline.
func scriptBecomes(ts *testscript.TestScript, _ bool, args []string) {
	want := ""
	if args[1] != "none" && args[1] != "any" {
		want = strings.TrimSuffix(ts.ReadFile(args[1]), "\n")
	}
	var data []byte
	var err error
	if !comes(func() bool {
		data, err = os.ReadFile(ts.MkAbs(args[0]))
		switch args[1] {
		case "none":
			return os.IsNotExist(err)
		case "any":
			return err == nil && len(data) > 0
		}
		return err == nil && string(data) == want
	}) {
		ts.Fatalf("%s does not become %s: it has %d bytes, %v", args[0], args[1], len(data), err)
	}
}
