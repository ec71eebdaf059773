package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"sessionkeeper/ui/api/client"
)

// served: waits until a keeper that was started in the background answers.
func scriptServed(ts *testscript.TestScript, _ bool, _ []string) {
	if !comes(func() bool {
		_, err := client.Socket(context.Background(), homeOf(ts.Getenv("SESSIONKEEPER_HOME")))
		return err == nil
	}) {
		ts.Fatalf("no keeper answers")
	}
}
