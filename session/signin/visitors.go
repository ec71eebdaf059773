package signin

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// maxVisitors is how many connections a door serves at a time: far more than one browser opens.
const maxVisitors = 64

// visitors are the connections to a door. Where there are too many, the oldest one that has not said yet what it wants
// goes, so that connections which keep silent never keep the answer out.
type visitors struct {
	mu   sync.Mutex
	here []*visitor // in the order of their coming
}

type visitor struct {
	net.Conn

	all   *visitors
	asked bool // its request was read
}

// Close also forgets the visitor.
func (v *visitor) Close() error {
	v.all.mu.Lock()
	v.all.here = slices.DeleteFunc(v.all.here, func(o *visitor) bool { return o == v })
	v.all.mu.Unlock()
	return v.Conn.Close()
}

// admit takes a connection in. It reports false where there is no room and nobody to send away.
func (a *visitors) admit(c net.Conn) (*visitor, bool) {
	v := &visitor{Conn: c, all: a}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.here) >= maxVisitors {
		i := slices.IndexFunc(a.here, func(o *visitor) bool { return !o.asked })
		if i < 0 {
			return nil, false
		}
		_ = a.here[i].Conn.Close() // the server notices and closes it again
		a.here = slices.Delete(a.here, i, i+1)
	}
	a.here = append(a.here, v)
	return v, true
}

// note is told by the server how far a connection is.
func (a *visitors) note(c net.Conn, s http.ConnState) {
	if v, ok := c.(*visitor); ok && s == http.StateActive {
		a.mu.Lock()
		v.asked = true
		a.mu.Unlock()
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
