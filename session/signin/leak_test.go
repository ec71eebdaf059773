package signin_test

import (
	"context"
	"net"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// TestNothingIsLeft ends flows in every way and looks for goroutines of theirs.
func TestNothingIsLeft(t *testing.T) {
	srv := newServer(t, behaviour{})
	denying := newServer(t, behaviour{refuse: url.Values{"error": {"access_denied"}}})
	wire := provider.NewWire(nil, nil)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var k keeper
	begin := func(p *provider.Provider, timeout time.Duration) *signin.Flow {
		f, err := signin.Start(ctx, wire, request(p, &k), timeout)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	done := begin(srv.provider(), time.Minute)
	finish(t, consent(t, done))
	end(t, done)
	done.Cancel()
	denied := begin(denying.provider(), time.Minute)
	finish(t, consent(t, denied))
	end(t, denied)
	denied.Cancel()
	late := begin(srv.provider(), time.Nanosecond)
	end(t, late)
	late.Cancel()
	begin(srv.provider(), time.Minute).Cancel()
	silent := begin(srv.provider(), time.Minute)
	u, _ := url.Parse(consent(t, silent))
	c, err := net.Dial("tcp", u.Host) // a connection that a browser opens ahead of need
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	silent.Replace()
	pasted := begin(pasteOnly(srv), time.Minute)
	device, err := signin.StartDevice(ctx, wire, request(srv.provider(), &k), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	end(t, pasted)
	end(t, device)

	deadline := time.Now().Add(20 * time.Second)
	for {
		stacks := goroutines()
		if len(stacks) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", len(stacks), strings.Join(stacks, "\n\n"))
		}
		runtime.Gosched()
	}
}

// goroutines gives the stacks that the package's own code is part of.
func goroutines() []string {
	all := make([]byte, 4<<20)
	all = all[:runtime.Stack(all, true)]
	var ours []string
	for stack := range strings.SplitSeq(string(all), "\n\n") {
		if strings.Contains(stack, "signin.(*Flow)") || strings.Contains(stack, "signin.(*door)") ||
			strings.Contains(stack, "signin.(*visitor") {
			ours = append(ours, stack)
		}
	}
	return ours
}
