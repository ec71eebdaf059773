package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"sessionkeeper/ui/api/client"
)

func TestEventsEndAtShutdown(t *testing.T) {
	h := open(t, github())
	var got []string
	var last error
	for e, err := range h.client.Events(t.Context(), "") {
		if err != nil {
			last = err
			break
		}
		got = append(got, e.Type)
		go h.stop()
	}
	if !errors.Is(last, io.EOF) || len(got) != 1 || got[0] != "snapshot" {
		t.Errorf("the stream gave %v and ended with %v; want a snapshot and io.EOF", got, last)
	}
}

func TestEvents(t *testing.T) {
	h := open(t, github())
	ctx, cancel := context.WithCancel(t.Context())
	var got []client.Event
	for e, err := range h.client.Events(ctx, "tray") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
		if len(got) == 1 {
			if _, err := h.client.Pause(t.Context(), "github"); err != nil {
				t.Fatal(err)
			}
		} else {
			break
		}
	}
	cancel()
	if len(got[0].Sessions) != 1 || got[0].Sessions[0].Name != "github" || got[0].At.IsZero() {
		t.Errorf("the snapshot is %+v", got[0])
	}
	e := got[1]
	if e.Type != "session.state" || e.Session != "github" || e.State != "paused" || e.Was != "active" {
		t.Errorf("the event is %+v", e)
	}
	if e.Now == nil || e.Now.Name != "github" || e.Now.State != "paused" || e.Now.ClientID != "cid" {
		t.Errorf("the event has the session as %+v; want it paused", e.Now)
	}
}

func TestEmptySnapshotHasSessions(t *testing.T) {
	h := open(t)
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "unix", h.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || !strings.Contains(line, `"type":"snapshot"`) || !strings.Contains(line, `"sessions":[]`) {
		t.Errorf("the first line is %q, %v", line, err)
	}
}
