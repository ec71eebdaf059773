package tokens

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// upload is a request's body on its way, which may have to go a second time. What is sent is kept while it passes, so
// that nobody waits for a body to be complete: neither a stream, nor one that the resource has not asked for yet
// (100-continue). A nil upload is a request without a body.
type upload struct {
	body io.ReadCloser
	get  func() (io.ReadCloser, error) // the request's GetBody
	keep bool                          // kept holds what is sent

	reading sync.Mutex // held while something is read from body, however long that takes

	mu       sync.Mutex // guards what follows; never held while something is read
	kept     []byte
	spilled  bool  // more was sent than is kept
	end      error // what body ended with
	settled  bool  // there will be no second time
	detached bool  // the second time has begun
	closed   bool  // the first reader was closed
}

// errDetached ends what is left of the first sending.
var errDetached = errors.New("the body is being sent again")

func newUpload(r *http.Request) *upload {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	return &upload{body: r.Body, get: r.GetBody, keep: r.GetBody == nil && r.ContentLength <= maxReplay}
}

// first is the body to send.
func (u *upload) first() io.ReadCloser {
	if u.keep {
		return firstReader{u}
	}
	return u.body
}

// repeatable reports whether the body can be sent again.
func (u *upload) repeatable() bool {
	if u == nil {
		return true
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.get != nil || u.keep && !u.spilled
}

// second is the body to send again. What is still being sent of the first time ends.
func (u *upload) second() (io.ReadCloser, error) {
	if u.get != nil {
		return u.get()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.detached = true
	return &secondReader{upload: u}, nil
}

// settle says that there will be no second time.
func (u *upload) settle() {
	if u == nil || !u.keep {
		return
	}
	u.mu.Lock()
	u.settled, u.kept = true, nil
	closed := u.closed
	u.mu.Unlock()
	if closed {
		_ = u.body.Close()
	}
}

// firstReader keeps what it reads.
type firstReader struct{ *upload }

func (f firstReader) Read(p []byte) (int, error) {
	f.reading.Lock()
	defer f.reading.Unlock()
	f.mu.Lock()
	detached := f.detached
	f.mu.Unlock()
	if detached {
		return 0, errDetached
	}
	n, err := f.body.Read(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.end = err
	switch {
	case f.settled || f.spilled:
	case !f.detached && len(f.kept)+n > maxReplay:
		f.spilled, f.kept = true, nil
	default:
		f.kept = append(f.kept, p[:n]...)
	}
	return n, err
}

// Close leaves the body open for a second time.
func (f firstReader) Close() error {
	f.mu.Lock()
	f.closed = true
	settled := f.settled
	f.mu.Unlock()
	if settled {
		return f.body.Close()
	}
	return nil
}

// secondReader gives what was kept, and then what is left of the body.
type secondReader struct {
	*upload
	at int // in kept
}

func (s *secondReader) Read(p []byte) (int, error) {
	if n, end := s.read(p); n > 0 || end != nil {
		return n, end
	}
	s.reading.Lock() // waits for what the first reader was just reading
	defer s.reading.Unlock()
	if n, end := s.read(p); n > 0 || end != nil {
		return n, end
	}
	return s.body.Read(p)
}

// read gives what was kept.
func (s *secondReader) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := copy(p, s.kept[s.at:])
	s.at += n
	if n == 0 {
		return 0, s.end
	}
	return n, nil
}

func (s *secondReader) Close() error { return s.body.Close() }
