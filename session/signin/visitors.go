package signin

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// maxVisitors is how many connections a door serves at a time: far more than one browser opens.
	maxVisitors = 256
	// patience is how long one may stay where there are as many: far longer than a browser needs to ask.
	patience = 250 * time.Millisecond
)

// visitors are the connections to a door. Where there are too many, the oldest one that has not said yet what it wants
// goes, else the oldest one that has not brought an answer that is waited for: neither connections which keep silent nor
// those which never finish keep the answer out.
type visitors struct {
	mu   sync.Mutex
	here []*visitor // in the order of their coming
}

type visitor struct {
	net.Conn

	all     *visitors
	since   time.Time // when it came
	asked   bool      // its request's head was read
	awaited bool      // it has brought the answer to a sign-in
}

// Close also forgets the visitor.
func (v *visitor) Close() error {
	v.all.mu.Lock()
	v.all.here = slices.DeleteFunc(v.all.here, func(o *visitor) bool { return o == v })
	v.all.mu.Unlock()
	return v.Conn.Close()
}

// admit takes a connection in, as soon as there is room. It reports false where nobody can be sent away for it.
func (a *visitors) admit(c net.Conn) (*visitor, bool) {
	v := &visitor{Conn: c, all: a}
	for {
		left, ok := a.enter(v)
		if ok || left == 0 {
			return v, ok
		}
		<-time.After(left)
	}
}

// enter takes a visitor in, or says after what time that is worth another try; 0: it is not.
func (a *visitors) enter(v *visitor) (left time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v.since = time.Now()
	if len(a.here) >= maxVisitors {
		goes := slices.IndexFunc(a.here, func(o *visitor) bool { return !o.awaited })
		if goes < 0 {
			return 0, false
		}
		if left := patience - time.Since(a.here[goes].since); left > 0 {
			return left, false
		}
		silent := slices.IndexFunc(a.here, func(o *visitor) bool { return !o.asked })
		if silent >= 0 && time.Since(a.here[silent].since) >= patience {
			goes = silent
		}
		_ = a.here[goes].Conn.Close() // the server notices and closes it again
		a.here = slices.Delete(a.here, goes, goes+1)
	}
	a.here = append(a.here, v)
	return 0, true
}

// note is told by the server how far a connection is.
func (a *visitors) note(c net.Conn, s http.ConnState) {
	if v, ok := c.(*visitor); ok && s == http.StateActive {
		a.mu.Lock()
		v.asked = true
		a.mu.Unlock()
	}
}

type visitorKey struct{}

// remember lets a request's handler find the visitor that it comes from.
func remember(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, visitorKey{}, c)
}

// welcome says that a request has brought the answer to a sign-in.
func welcome(r *http.Request) {
	if v, ok := r.Context().Value(visitorKey{}).(*visitor); ok {
		v.all.mu.Lock()
		v.awaited = true
		v.all.mu.Unlock()
	}
}

// close sends away all that have not asked for anything: browsers open connections ahead of need.
func (a *visitors) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, v := range a.here {
		if !v.asked {
			_ = v.Conn.Close()
		}
	}
}

// visitorListener admits the connections of a listener.
type visitorListener struct {
	net.Listener

	crowd *visitors
}

// Accept waits for the next visitor that is admitted.
func (l *visitorListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if v, ok := l.crowd.admit(c); ok {
			return v, nil
		}
		_ = c.Close()
	}
}
