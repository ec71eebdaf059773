package proxy_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sessionkeeper/ui/proxy"
)

// Requests that wait for their answer take only so much; who comes on top is told so, and all are answered in the end.
func TestF27RequestsUnderWay(t *testing.T) {
	const most, more = 1536, 200
	l, err := proxy.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, answer := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() {
		err := l.Serve(ctx, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			arrived <- struct{}{}
			<-answer
		}))
		if err != nil {
			t.Error(err)
		}
	})
	defer serving.Wait()
	defer cancel()
	ask := func() net.Conn {
		c, err := net.Dial("tcp4", l.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+l.Host+"\r\nConnection: close\r\n\r\n")
		return c
	}
	waiting := make([]net.Conn, most)
	for i := range waiting {
		waiting[i] = ask()
	}
	for range most {
		<-arrived
	}
	for range more {
		got, err := io.ReadAll(ask())
		for _, want := range []string{"HTTP/1.1 503 ", "\r\nRetry-After: 2\r\n", `"code":"unavailable"`} {
			if !strings.Contains(string(got), want) {
				t.Fatalf("%q, %v; want %s", got, err, want)
			}
		}
	}
	close(answer)
	for _, c := range waiting {
		if got, err := io.ReadAll(c); errors.Is(err, net.ErrClosed) || !strings.HasPrefix(string(got), "HTTP/1.1 200 ") {
			t.Fatalf("one who waited got %q, %v", got, err)
		}
	}
	late := ask()
	<-arrived
	if got, _ := io.ReadAll(late); !strings.HasPrefix(string(got), "HTTP/1.1 200 ") {
		t.Errorf("afterwards: %q", got)
	}
}
