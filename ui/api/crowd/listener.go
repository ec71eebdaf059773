package crowd

import "net"

// Listener lets in only whom its check knows, and only so many at a time. Its server must pass what it hears of
// connections on to Note.
type Listener struct {
	net.Listener

	crowd *Crowd
	check func(net.Conn) error
}

// Listen bounds ln. Connections that check refuses are closed without a word.
func Listen(ln net.Listener, most int, check func(net.Conn) error) *Listener {
	return &Listener{ln, New(most), check}
}

// Accept gives the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	if !l.crowd.Reserve() {
		return nil, net.ErrClosed
	}
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			l.crowd.Release()
			return nil, err
		}
		if l.check(c) == nil {
			return &guest{c, l.crowd.Enter(c)}, nil
		}
		_ = c.Close()
	}
}

// Close closes the listener; connections stay.
func (l *Listener) Close() error {
	l.crowd.Close()
	return l.Listener.Close()
}

// guest is a connection that has a place.
type guest struct {
	net.Conn
	*Member
}

// Close closes the connection and gives its place back.
func (g *guest) Close() error {
	err := g.Conn.Close()
	g.Leave()
	return err
}

// CloseWrite lets the server end an answer to a request that it did not read to its end.
func (g *guest) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
