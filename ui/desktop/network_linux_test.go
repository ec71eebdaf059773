package desktop

import (
	"context"
	"os"
	"strings"
	"testing"
)

func TestListenRoutesEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- listenRoutes(ctx, make(chan struct{}, 1)) }()
	cancel()
	if err := <-done; err == nil {
		t.Error("want the error of the closed socket")
	}
}

// The kernel's own list of IPv4 routes has as many lines as there are routes in the main table, and a heading.
func TestReadRoutes(t *testing.T) {
	found, err := readRoutes()
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("/proc/net/route")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(list), "\n"); lines > 1 && len(found) == 0 {
		t.Errorf("no routes found, the kernel lists\n%s", list)
	}
}
