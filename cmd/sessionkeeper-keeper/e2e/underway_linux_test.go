package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// underWay sends the same request over very many connections of this process, which stay open until end is called, and
// counts the answers that have begun.
func (d *door) underWay(t *testing.T, request string, many int) (answers func() map[string]int, end func()) {
	t.Helper()
	var mu sync.Mutex
	begun := map[string]int{}
	conns := make([]net.Conn, many)
	var reading sync.WaitGroup
	for i := range conns {
		c, err := d.dial()
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		conns[i] = c
		_, _ = io.WriteString(c, request) // who was told to come back may be sent away before
		reading.Go(func() {
			answer, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				return
			}
			mu.Lock()
			begun[answer.Status+" "+answer.Header.Get("Retry-After")]++
			mu.Unlock()
			_, _ = io.Copy(io.Discard, answer.Body)
		})
	}
	answers = func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return map[string]int{"served": begun["200 OK "], "refused": begun["503 Service Unavailable 1"], "all": len(begun)}
	}
	return answers, func() {
		for _, c := range conns {
			_ = c.Close()
		}
		reading.Wait()
	}
}

// One program has ten thousand requests under way, of those that wait: for a token that cannot be renewed, or for whatever
// happens. It is told to come back with all but some; the command line, the page and other programs work as always.
func TestF27TenThousandRequestsUnderWay(t *testing.T) {
	const (
		many  = 10_000
		turns = 1152
	)
	d := openDoors(t, authserver.Options{AccessTTL: 5 * time.Second})
	d.provider.SetFault(authserver.Fault{Kind: authserver.FaultHang, Only: "refresh_token"})
	d.until("the token to be spent", time.Minute, func() bool {
		_, err := d.token("one", time.Nanosecond)
		return err != nil
	})
	socket, page := d.each()[0], d.each()[1]
	for what, request := range map[string]string{
		"tokens": "POST /v1/sessions/one/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
			"Content-Length: 14\r\n\r\n" + `{"wait":"10m"}`,
		"streams": "GET /v1/events?session=one HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(what, func(t *testing.T) {
			answers, end := socket.underWay(t, request, many)
			defer end()
			until(t, "most to be told to come back", func() bool {
				got := answers()
				return got["refused"] >= many/2 && (what == "tokens" || got["served"] >= turns-10)
			})
			if n := descriptors(t, socket.pid); n > keeperDescriptors {
				t.Errorf("%d descriptors are open; want %d at most", n, keeperDescriptors)
			}
			for _, command := range []string{"list --json", "status one --json", "history one --json", "ui --print", "approvals --json"} {
				if out, errs, code := d.run(strings.Fields(command)...); code != 0 || out == "" {
					t.Errorf("%s: %q, %q, exit %d", command, out, errs, code)
				}
			}
			if _, errs, code := d.run("token", "one", "--wait", "100ms"); code != 4 || strings.Contains(errs, "More requests") {
				t.Errorf("token: %q, exit %d; want what it would be told without the crowd", errs, code)
			}
			if line, _ := d.beside("events", "--json"); !strings.Contains(line, `"snapshot"`) {
				t.Errorf("another listener hears %q", line)
			}
			page.serves(t)
			got := answers()
			if got["served"]+got["refused"] > many || got["served"] > turns || got["all"] > 2 {
				t.Errorf("%v", got)
			}
			t.Logf("%d requests: %d are served, %d were told to come back, %d descriptors, %s",
				many, got["served"], got["refused"], descriptors(t, socket.pid), resident(t, socket.pid))
		})
	}
	d.provider.SetFault(authserver.Fault{})
	d.must("refresh", "one")
	d.unharmed()
}

// resident tells how much memory a process holds.
func resident(t *testing.T, pid int) string {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(size)
		}
	}
	t.Fatalf("process %d tells no size", pid)
	return ""
}
