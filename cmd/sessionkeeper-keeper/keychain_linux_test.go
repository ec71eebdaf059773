package main

import (
	"context"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sessionkeeper/ui/api/client"
)

// served: waits until a keeper that was started in the background answers.
func scriptServed(ts *testscript.TestScript, _ bool, _ []string) {
	for range 400 {
		if _, err := client.Socket(context.Background(), homeOf(ts.Getenv("SESSIONKEEPER_HOME"))); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("no keeper answers within 20 s")
}
