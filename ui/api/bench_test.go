package api_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/fast"
)

func unixTransport(socket string) *http.Transport {
	return &http.Transport{
		MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	}
}

// BenchmarkToken asks over kept-alive connections, as a busy program does.
func BenchmarkToken(b *testing.B) {
	h := open(b, github())
	c := &http.Client{Transport: unixTransport(h.socket)}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := strings.NewReader(`{}`)
			q, err := http.NewRequestWithContext(b.Context(), "POST", "http://x/v1/sessions/github/token", body)
			if err != nil {
				b.Fatal(err)
			}
			q.Header.Set("Content-Type", "application/json")
			response, err := c.Do(q)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Fatal(response.Status)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// BenchmarkServer leaves the client's work out: it writes and reads bytes.
func BenchmarkServer(b *testing.B) {
	h := open(b, github())
	const question = "POST /v1/sessions/github/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
		"Content-Length: 2\r\n\r\n{}"
	b.RunParallel(func(pb *testing.PB) {
		var d net.Dialer
		c, err := d.DialContext(b.Context(), "unix", h.socket)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		answer := make([]byte, 4096)
		for pb.Next() {
			if _, err := io.WriteString(c, question); err != nil {
				b.Fatal(err)
			}
			n, err := c.Read(answer)
			if err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200") {
				b.Fatalf("%q, %v", answer[:n], err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// BenchmarkFast connects anew for each token, as a command does.
func BenchmarkFast(b *testing.B) {
	h := open(b, session.Session{Name: "github", State: session.Active})
	for b.Loop() {
		if _, err := fast.Token(b.Context(), h.socket, "github", fast.Request{}); err != nil {
			b.Fatal(err)
		}
	}
}
