package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Call is a request to a token endpoint, as faults are chosen by.
type Call struct {
	Issuer     string
	GrantType  string
	Family     int // -1 where it is not known
	Generation int
	Number     int // of the request at the server, from 1
}

// exchange is one request to a token endpoint on its way through the faults.
type exchange struct {
	i     *Issuer
	w     http.ResponseWriter
	r     *http.Request
	form  tokenForm
	entry Entry
	mine  *sending // nil where no refresh token of ours is in it

	logged bool
	at     int // of its entry in the log
}

// answer is what the issuer gave, before it is sent.
type answer struct {
	status int
	header http.Header
	body   []byte

	family *family // whose next token is in it; nil for none
	spent  int     // the generation that it replaces
}

func newAnswer(status int, contentType string, body []byte) *answer {
	return &answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

func jsonAnswer(status int, members map[string]any) *answer {
	body, err := json.Marshal(members)
	if err != nil { // an Edit that puts in what JSON cannot hold
		return newAnswer(http.StatusInternalServerError, "text/plain", []byte("the answer cannot be written as JSON"))
	}
	return newAnswer(status, "application/json", body)
}

func (r Refusal) answer() *answer {
	members := map[string]any{}
	if r.Code != "" {
		members["error"] = r.Code
	}
	if r.Description != "" {
		members["error_description"] = r.Description
	}
	return jsonAnswer(r.Status, members)
}

// edit changes a JSON answer.
func (a *answer) edit(change func(members map[string]any)) {
	var members map[string]any
	if json.Unmarshal(a.body, &members) != nil || members["access_token"] == nil {
		return
	}
	change(members)
	a.body = jsonAnswer(a.status, members).body
}

// flight is what may be in flight once at most.
type flight struct{ family, generation int }

// sending is a request in flight.
type sending struct {
	ctx    context.Context //nolint:containedctx // of the request; others look whether its client is still there
	landed chan struct{}   // closed just before its answer ends
	gone   bool            // its client has given it up, or was killed
}

// patience is how long a request waits for an earlier one with the same refresh token: its client may have given that
// one up already, and only the news of the closed connection is still on its way.
const patience = 250 * time.Millisecond

// depart puts a request with a refresh token in flight and notes whether another one is.
func (x *exchange) depart() {
	s := x.i.s
	s.mu.Lock()
	f, generation := s.familyOf(x.form.refresh)
	s.tally.Foreign += count(x.form.refresh != "" && f == nil)
	if f == nil {
		s.mu.Unlock()
		return
	}
	x.entry.Family, x.entry.Generation = f.id, generation
	x.entry.AfterAnswer = generation <= f.answered
	key := flight{f.id, generation}
	before := s.flights[key]
	x.mine = &sending{ctx: x.r.Context(), landed: make(chan struct{})}
	s.flights[key] = x.mine
	s.mu.Unlock()
	if before == nil {
		return
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-before.landed: // only now
	case <-before.ctx.Done():
	case <-timeout.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-before.landed:
		x.entry.InFlight = !before.gone
	default:
		x.entry.InFlight = !before.gone && before.ctx.Err() == nil
	}
}

// land logs the request and takes it out of flight. It comes just before the answer ends: from then on the client may
// act on it, and may look at the log. Where the client is gone already, it had nothing in flight any more.
func (x *exchange) land(delivered bool) {
	if x.logged {
		return
	}
	s := x.i.s
	s.mu.Lock()
	defer s.mu.Unlock()
	x.logged, x.at, x.entry.Delivered = true, len(s.entries), delivered
	s.log(x.entry)
	if x.mine == nil {
		return
	}
	if o := x.entry.Outcome; delivered && (o == Reused || o == Ended) && x.entry.Status < http.StatusInternalServerError {
		s.families[x.entry.Family].refusedAt = x.entry.Generation
	}
	x.mine.gone = x.mine.gone || x.mine.ctx.Err() != nil
	key := flight{x.entry.Family, x.entry.Generation}
	if s.flights[key] == x.mine {
		delete(s.flights, key)
	}
	close(x.mine.landed)
}

// send gives the issuer's answer to the client.
func (x *exchange) send(a *answer) {
	x.deliver(a, a.family == nil || x.holdsRefresh(a))
}

// deliver sends an answer, and notes whether it went out; intact says that it is what the issuer gave.
func (x *exchange) deliver(a *answer, intact bool) {
	x.head(a)
	x.w.WriteHeader(a.status)
	told := x.tell(a)
	there := x.r.Context().Err() == nil // afterwards it may have gone because it has everything
	x.land(intact && there)
	_, err := x.w.Write(a.body)
	if err == nil {
		err = http.NewResponseController(x.w).Flush()
	}
	if err != nil || !there {
		told()
		x.lost()
	}
}

// lost corrects the log: an answer did not go out after all.
func (x *exchange) lost() {
	s := x.i.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[x.at].Delivered = false
}

// head sets the head of the answer, without sending it.
func (x *exchange) head(a *answer) {
	maps.Copy(x.w.Header(), a.header)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	x.entry.Status = a.status
}

// tell notes that the client is about to learn of its next refresh token; the function that it returns takes that back.
func (x *exchange) tell(a *answer) (takeBack func()) {
	f := a.family
	if f == nil || !x.holdsRefresh(a) {
		return func() {}
	}
	s := x.i.s
	s.mu.Lock()
	defer s.mu.Unlock()
	was, at := f.answered, f.answeredAt
	f.answered, f.answeredAt = max(f.answered, a.spent), s.now()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		f.answered, f.answeredAt = was, at
	}
}

// holdsRefresh reports whether an answer holds a refresh token as it was issued.
func (x *exchange) holdsRefresh(a *answer) bool {
	return bytes.Contains(a.body, []byte(`"`+x.i.s.canary+refreshMark))
}

// sever takes the connection and closes it after writing raw. With reset the client gets an RST.
func (x *exchange) sever(raw []byte, reset bool) {
	conn, buffered, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // closes the connection too
	}
	defer conn.Close()
	x.land(false)
	if _, err := buffered.Write(raw); err != nil || buffered.Flush() != nil || !reset {
		return
	}
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn()
	}
	if t, ok := inner.(*net.TCPConn); ok && t.SetLinger(0) == nil {
		t.Close()
	}
}

// abandon ends a request that gets no answer, because its client is gone or the server is closed.
func (x *exchange) abandon() {
	x.land(false)
	panic(http.ErrAbortHandler)
}

// wait waits for the client to go, the server to close or d to pass; 0 is for ever. It reports whether d has passed.
func (x *exchange) wait(d time.Duration) bool {
	var timeout <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-timeout:
		return true
	case <-x.r.Context().Done():
	case <-x.i.s.done:
	}
	return false
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
