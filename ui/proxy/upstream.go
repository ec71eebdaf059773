package proxy

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// How long the target may take for what is not its answer: that may come hours later.
const (
	dialWait      = 10 * time.Second
	handshakeWait = 10 * time.Second
	idleWait      = 90 * time.Second
	continueWait  = time.Second
	keepAlive     = 30 * time.Second
)

// maxAnswerHeader bounds the header of a target's answer.
const maxAnswerHeader = 256 << 10

// upstream sends requests to the target. One that asks for another protocol needs a connection of HTTP/1.1, which alone
// can become that (RFC 9113 section 8.6).
type upstream struct {
	usual, upgrade *http.Transport
	through        string // the host of the environment's proxy; "": none
}

// newUpstream trusts what the system trusts, or what trust says instead.
func newUpstream(target *url.URL, trust *tls.Config) *upstream {
	// The environment's proxy, where it names one for the target. A token travels through it inside of TLS alone.
	through, err := http.ProxyFromEnvironment(&http.Request{URL: target})
	transport := func() *http.Transport {
		t := &http.Transport{
			DialContext:            (&net.Dialer{Timeout: dialWait, KeepAlive: keepAlive}).DialContext,
			TLSClientConfig:        trust.Clone(),
			Protocols:              new(http.Protocols),
			DisableCompression:     true, // the client says what it can read
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    256,
			IdleConnTimeout:        idleWait,
			TLSHandshakeTimeout:    handshakeWait,
			ExpectContinueTimeout:  continueWait,
			MaxResponseHeaderBytes: maxAnswerHeader,
			ReadBufferSize:         16 << 10,
			WriteBufferSize:        16 << 10,
		}
		t.Protocols.SetHTTP1(true)
		if through != nil || err != nil {
			t.Proxy = func(*http.Request) (*url.URL, error) { return through, err }
		}
		return t
	}
	u := &upstream{usual: transport(), upgrade: transport()}
	u.usual.Protocols.SetHTTP2(true)
	if through != nil {
		u.through = through.Host // the rest of its address may hold a password
	}
	return u
}

// RoundTrip sends one request and follows nothing.
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Upgrade") != "" {
		return u.upgrade.RoundTrip(r)
	}
	return u.usual.RoundTrip(r)
}

// CloseIdleConnections lets connections to the target go.
func (u *upstream) CloseIdleConnections() {
	u.usual.CloseIdleConnections()
	u.upgrade.CloseIdleConnections()
}

// bufferSize is how much of a body is passed on at once.
const bufferSize = 32 << 10

// buffers lends the reverse proxy its buffers.
type buffers struct{ pool sync.Pool }

func newBuffers() httputil.BufferPool {
	return &buffers{sync.Pool{New: func() any { return new([bufferSize]byte) }}}
}

// Get lends a buffer.
func (b *buffers) Get() []byte {
	array, ok := b.pool.Get().(*[bufferSize]byte)
	if !ok {
		array = new([bufferSize]byte)
	}
	return array[:]
}

// Put takes it back.
func (b *buffers) Put(lent []byte) {
	if len(lent) == bufferSize {
		b.pool.Put((*[bufferSize]byte)(lent))
	}
}
