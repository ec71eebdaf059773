package proxy_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkProxy measures the proxy against a bare httputil.ReverseProxy with the same transport, buffers and limits that
// sends one fixed token, to the same target. Both take turns within each measurement, so that what else the machine does hits
// both.
func BenchmarkProxy(b *testing.B) {
	body := make([]byte, 96)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	defer target.Close()
	ours := openAt(b, target, "127.0.0.1:0", nil)
	bare := newBare(b, target.URL)
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var proxied, plain course
			for b.Loop() {
				proxied.run(b, ours.url+"/x", clients)
				plain.run(b, bare+"/x", clients)
			}
			b.ReportMetric(proxied.rate(), "proxy/s")
			b.ReportMetric(plain.rate(), "bare/s")
			b.ReportMetric(proxied.rate()/plain.rate(), "rate-ratio")
			b.ReportMetric(float64(proxied.p99())/float64(plain.p99()), "p99-ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// newBare serves a tuned reverse proxy.
func newBare(b *testing.B, target string) string {
	b.Helper()
	to, err := url.Parse(target)
	if err != nil {
		b.Fatal(err)
	}
	pool := &sync.Pool{New: func() any { return new([32 << 10]byte) }}
	transport := &http.Transport{
		DialContext: (&net.Dialer{}).DialContext, MaxIdleConns: 256, MaxIdleConnsPerHost: 256, DisableCompression: true,
		ReadBufferSize: 16 << 10, WriteBufferSize: 16 << 10,
	}
	b.Cleanup(transport.CloseIdleConnections)
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Set("Authorization", "Bearer work-token-1")
		},
		Transport: transport, BufferPool: arrays{pool},
	})
	// A server that strangers can reach has limits, which cost something.
	server.Config.ReadHeaderTimeout, server.Config.IdleTimeout = 10*time.Second, 2*time.Minute
	server.Start()
	b.Cleanup(server.Close)
	return server.URL
}

type arrays struct{ *sync.Pool }

func (a arrays) Get() []byte { return a.Pool.Get().(*[32 << 10]byte)[:] }

func (a arrays) Put(lent []byte) { a.Pool.Put((*[32 << 10]byte)(lent)) }

// course is what one of the two needed, over all its turns.
type course struct {
	rates []float64 // requests a second, by turn
	p99s  []time.Duration
}

// turn is how many requests all clients together send before the other proxy has its turn.
const turn = 800

func (c *course) run(b *testing.B, address string, clients int) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}
	defer transport.CloseIdleConnections()
	took := make([][]time.Duration, clients)
	fire(b, transport, address, clients, func(int, time.Duration) {}, 1) // connect
	began := time.Now()
	fire(b, transport, address, clients, func(client int, d time.Duration) { took[client] = append(took[client], d) }, turn/clients)
	c.rates = append(c.rates, turn/time.Since(began).Seconds())
	each := slices.Concat(took...)
	slices.Sort(each)
	c.p99s = append(c.p99s, each[len(each)*99/100])
}

func fire(b *testing.B, transport *http.Transport, address string, clients int, note func(int, time.Duration), n int) {
	b.Helper()
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for range n {
				began := time.Now()
				if err := get(b.Context(), transport, address); err != nil {
					b.Error(err)
					return
				}
				note(client, time.Since(began))
			}
		})
	}
	all.Wait()
}

func get(ctx context.Context, transport *http.Transport, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// rate and p99 are those of the turn in the middle, for what else the machine does spoils some.
func (c *course) rate() float64 { return middle(c.rates) }

func (c *course) p99() time.Duration { return middle(c.p99s) }

func middle[T cmp.Ordered](of []T) T {
	slices.Sort(of)
	return of[len(of)/2]
}
