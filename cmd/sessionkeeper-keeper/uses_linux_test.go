package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/helper"
)

// use is a program of ours that uses a session until the test ends.
func (b *bench) use(name, label string) {
	b.t.Helper()
	socket := homeOf(b.home).Socket()
	c := client.New(socket)
	b.t.Cleanup(c.Close)
	ctx, cancel := context.WithCancel(b.t.Context())
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for e, err := range c.EventsFor(ctx, client.Listener{Face: "program", Sessions: []string{name}, Label: label}) {
			if err == nil && e.Type == session.EventSnapshot {
				close(ready)
			}
		}
	}()
	b.t.Cleanup(func() {
		cancel()
		<-done
	})
	select {
	case <-ready:
	case <-done:
		b.t.Fatal("the keeper's stream ended")
	}
}

// Who uses a session is named before it is signed out or removed.
func TestUsersAreNamed(t *testing.T) {
	b := newBench(t)
	b.add("work").ends(helper.ExitDone)
	b.use("work", "nightly \x1b[31mreport")
	for _, verb := range []string{"logout", "remove"} {
		p := b.start(verb, "work")
		p.ends(helper.ExitUsage)
		said := p.stderr.String()
		if !strings.Contains(said, "stop working") || !strings.Contains(said, "nightly \ufffd[31mreport (process ") ||
			!strings.Contains(said, "--yes") {
			t.Errorf("%s says\n%s", verb, said)
		}
	}
	if got := b.state("work"); got != "active" {
		t.Fatalf("without an answer it is %q", got)
	}
	b.run("logout", "work", "--yes")
	if got := b.state("work"); got != "signed_out" {
		t.Errorf("it is %q; want signed_out", got)
	}
}

// The history says in plain words who got tokens, and keeps that over a restart.
func TestHistoryOfHandOuts(t *testing.T) {
	b := newBench(t)
	serve := b.start("serve")
	serve.line()
	b.add("work").ends(helper.ExitDone)
	for range 3 {
		b.run("token", "work")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	to := " to " + filepath.Base(self) + " (" + self + ")"
	has := func(when string) {
		t.Helper()
		text := b.run("history", "work")
		if !strings.Contains(text, "Given to a program") || !strings.Contains(text, to) || strings.Contains(text, "count=") {
			t.Errorf("%s the history says\n%s\nwant handed out … %s", when, text, to)
		}
		if first := strings.Split(text, "\n")[1]; !strings.Contains(first, "handed out ") {
			t.Errorf("%s the newest is %q", when, first)
		}
	}
	has("at once")
	b.run("token", "work")
	serve.signal(os.Interrupt)
	serve.ends(helper.ExitDone)
	has("after a restart")
}
