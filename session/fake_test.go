package session

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// server is an authorization server behind a RoundTripper: rotating refresh tokens, reuse detection, faults. It counts
// what a provider would hold against us.
type server struct {
	mu       sync.Mutex
	wall     func() time.Time
	life     time.Duration
	endIn    time.Duration // announced as refresh_token_expires_in, from consent; 0: not announced
	sliding  bool          // each refresh moves that end ahead
	most     time.Duration // from consent, beyond which none does; 0: no limit
	grace    time.Duration
	reuse    int // how often a refresh token may be used again before that counts as reuse
	rotate   bool
	kills    bool               // a refresh ends the access tokens before it
	deaf     bool               // every proof of life is refused
	takes    map[string]bool    // the client secrets that are taken; nil: nobody is asked for one
	idLife   time.Duration      // of the ID tokens that come with a refresh; 0: none come
	same     string             // the ID token that comes with each refresh instead; empty: none
	latency  time.Duration      // before it acts
	lag      time.Duration      // between acting and answering
	families map[string]*family // by session, which the fake puts into the token
	inFlight map[string]int

	fault    func(s *server, req *http.Request, form url.Values) (*http.Response, error, bool) // instead of answering
	damage   func(form url.Values) bool                                                        // after rotating: the answer is lost
	perCall  []time.Time
	count    tally
	together int
}

// tally is what the server has seen.
type tally struct {
	calls, checks int
	unproven      int // a client secret that is not taken
	doubles       int // a refresh token sent while a request with it was in flight, or after a 2xx for it was read
	reuses        int
	together      int // requests at one time, at the most
}

func (s *server) seen() tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

type family struct {
	n         int // generation of the current refresh token
	again     int // uses of the one before it since
	rotatedAt time.Time
	consentAt time.Time
	answered  int // highest generation whose successor was delivered
	revoked   bool
	atExpires map[string]time.Time

	// Where one server has families of several kinds; zero: as the server's.
	life, grace time.Duration
	keeps       bool // no refresh brings another refresh token
}

func newServer(wall func() time.Time, life time.Duration) *server {
	return &server{
		wall: wall, life: life, rotate: true, latency: 20 * time.Millisecond,
		families: map[string]*family{}, inFlight: map[string]int{},
	}
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	form, _ := url.ParseQuery(string(body))
	if req.URL.Path == "/userinfo" {
		return s.userinfo(req)
	}
	rt := form.Get("refresh_token")
	s.mu.Lock()
	s.count.calls++
	s.perCall = append(s.perCall, s.wall())
	if s.inFlight[rt]++; rt != "" && s.inFlight[rt] > 1 { // two revocations at a time are none
		s.count.doubles++
	}
	s.together++
	s.count.together = max(s.count.together, s.together)
	latency, fault := s.latency, s.fault
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight[rt]--
		s.together--
		s.mu.Unlock()
	}()
	select {
	case <-time.After(latency):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if fault != nil {
		if res, err, ok := fault(s, req, form); ok {
			return res, err
		}
	}
	s.mu.Lock()
	defer func() {
		lag := s.lag
		s.mu.Unlock()
		time.Sleep(lag)
	}()
	if req.URL.Path == "/revoke" {
		if s.takes != nil && !s.takes[form.Get("client_secret")] {
			return answer(401, `{"error":"invalid_client"}`), nil
		}
		name, _, _ := strings.Cut(form.Get("token"), ".")
		if f := s.families[name]; f != nil {
			f.revoked = true
		}
		return answer(200, "{}"), nil
	}
	return s.refresh(form, rt)
}

func (s *server) refresh(form url.Values, rt string) (*http.Response, error) {
	var n int
	name, _, _ := strings.Cut(rt, ".")
	_, _ = fmt.Sscanf(strings.TrimPrefix(rt, name+"."), "rt%d", &n)
	f := s.families[name]
	now := s.wall()
	grace := s.grace
	if f != nil {
		grace = max(grace, f.grace)
	}
	if s.takes != nil && !s.takes[form.Get("client_secret")] {
		s.count.unproven++
		return answer(401, `{"error":"invalid_client"}`), nil
	}
	if f != nil && f.again < s.reuse && n == f.n-1 && !f.revoked { // as often as a server's setting says
		f.n, f.answered = n, n-1
		f.again++
	} else if f != nil {
		f.again = 0
	}
	switch {
	case f == nil:
		return answer(400, `{"error":"invalid_grant"}`), nil
	case n <= f.answered && s.rotate && !f.keeps:
		s.count.doubles++
		fallthrough
	case f.revoked:
		if n != f.n {
			s.count.reuses++
			f.revoked = true
		}
		return answer(400, `{"error":"invalid_grant"}`), nil
	case n != f.n && (grace == 0 || now.Sub(f.rotatedAt) > grace):
		s.count.reuses++
		f.revoked = true
		return answer(400, `{"error":"invalid_grant"}`), nil
	case s.endIn > 0 && !s.sliding && now.After(f.consentAt.Add(s.endIn)):
		return answer(400, `{"error":"invalid_grant"}`), nil
	}
	if s.rotate && !f.keeps && n == f.n {
		f.n++
		f.rotatedAt = now
	}
	if s.damage != nil && s.damage(form) {
		return nil, io.ErrUnexpectedEOF
	}
	f.answered = f.n - 1
	return answer(200, s.tokens(name, f)), nil
}

// tokens is called with mu held.
func (s *server) tokens(name string, f *family) string {
	if s.kills {
		clear(f.atExpires)
	}
	at := fmt.Sprintf("%s.at%d.%d", name, f.n, s.count.calls)
	life := cmp.Or(f.life, s.life)
	f.atExpires[at] = s.wall().Add(life)
	t := map[string]any{"access_token": at, "token_type": "Bearer", "expires_in": int(life / time.Second)}
	if s.rotate && !f.keeps {
		t["refresh_token"] = fmt.Sprintf("%s.rt%d", name, f.n)
	}
	if s.endIn > 0 {
		from := f.consentAt
		if s.sliding {
			from = s.wall()
		}
		end := from.Add(s.endIn)
		if most := f.consentAt.Add(s.most); s.most > 0 && most.Before(end) {
			end = most
		}
		t["refresh_token_expires_in"] = int(end.Sub(s.wall()) / time.Second)
	}
	if s.idLife > 0 {
		t["id_token"] = idToken(name, s.wall(), s.wall().Add(s.idLife))
	}
	if s.same != "" {
		t["id_token"] = s.same
	}
	b, _ := json.Marshal(t)
	return string(b)
}

// idToken is one that nobody signed: who asks for it looks at its times alone.
func idToken(sub string, issued, expires time.Time) string {
	claims := fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d}`, sub, issued.Unix(), expires.Unix())
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func (s *server) userinfo(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.checks++
	if s.deaf || !s.validLocked(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")) {
		return answer(401, `{"error":"invalid_token"}`), nil
	}
	return answer(200, `{"sub":"ada"}`), nil
}

func (s *server) validLocked(at string) bool {
	name, _, _ := strings.Cut(at, ".")
	f := s.families[name]
	return f != nil && !f.revoked && s.wall().Before(f.atExpires[at])
}

// valid reports whether an access token works at this moment.
func (s *server) valid(at string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.validLocked(at)
}

func (s *server) revoke(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.families[name].revoked = true
}

func (s *server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// status is a fault that answers every token request with one status.
func status(code int, body string, header ...string) func(*server, *http.Request, url.Values) (*http.Response, error, bool) {
	return func(_ *server, req *http.Request, _ url.Values) (*http.Response, error, bool) {
		if req.URL.Path != "/token" {
			return nil, nil, false
		}
		res := answer(code, body)
		for i := 0; i+1 < len(header); i += 2 {
			res.Header.Set(header[i], header[i+1])
		}
		return res, nil, true
	}
}

// memory is a Store with the faults of a keychain.
type memory struct {
	mu    sync.Mutex
	data  map[string][]byte
	gen   map[string]uint64
	fault error // what every call gives
	away  error // what Load and Delete give: the keychain is locked, and Save leaves the record to the spill
	ready error
	slow  time.Duration // that Load takes
	saves int
	hook  func(key string) // in Save, after the record is there

	late func(key string) (time.Duration, error) // how long what Load has found is on its way, and what comes instead of it
	lost func(key string, data []byte)           // takes what Save is given and fault keeps out
}

type storeError struct{ reason string }

func (e *storeError) Error() string { return "the keychain is " + e.reason }

func (e *storeError) KeychainReason() string { return e.reason }

func newMemory() *memory { return &memory{data: map[string][]byte{}, gen: map[string]uint64{}} }

func (m *memory) Load(_ context.Context, key string) ([]byte, uint64, error) {
	m.mu.Lock()
	slow := m.slow
	m.mu.Unlock()
	time.Sleep(slow)
	data, generation, late, err := m.find(key)
	if late == nil {
		return data, generation, err
	}
	wait, instead := late(key)
	time.Sleep(wait)
	return data, generation, cmp.Or(instead, err)
}

func (m *memory) find(key string) (data []byte, generation uint64, late func(string) (time.Duration, error), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.fault, m.away); err != nil {
		return nil, 0, m.late, err
	}
	if d, ok := m.data[key]; ok {
		return append([]byte{}, d...), m.gen[key], m.late, nil
	}
	return nil, 0, m.late, fs.ErrNotExist
}

func (m *memory) Save(_ context.Context, key string, data []byte, generation uint64) (bool, error) {
	m.mu.Lock()
	if err := m.fault; err != nil {
		if m.lost != nil {
			m.lost(key, append([]byte{}, data...))
		}
		m.mu.Unlock()
		return false, err
	}
	if there, ok := m.data[key]; generation < m.gen[key] || ok && generation == m.gen[key] && !bytes.Equal(there, data) {
		m.mu.Unlock()
		return false, errors.New("stale")
	}
	m.data[key], m.gen[key] = append([]byte{}, data...), generation
	m.saves++
	hook := m.hook
	m.mu.Unlock()
	if hook != nil {
		hook(key)
	}
	return false, nil
}

// put replaces what is there, as another program may.
func (m *memory) put(key string, data []byte, generation uint64) {
	m.set(func() { m.data[key], m.gen[key] = data, generation })
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(m.fault, m.away); err != nil {
		return err
	}
	delete(m.data, key)
	return nil
}

func (m *memory) Ready(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready
}

func (m *memory) Unlock(context.Context) error { return nil }

func (m *memory) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// screen is a desktop that remembers.
type screen struct {
	mu      sync.Mutex
	wall    func() time.Time
	opened  []string
	shown   map[string]Notice
	notices []shownNotice
	locked  bool
}

type shownNotice struct {
	Notice
	at time.Time
}

func newScreen(wall func() time.Time) *screen { return &screen{wall: wall, shown: map[string]Notice{}} }

func (s *screen) Notify(_ context.Context, n Notice) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[n.Key] = n
	s.notices = append(s.notices, shownNotice{n, s.wall()})
	return nil
}

func (s *screen) Withdraw(_ context.Context, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shown, key)
}

func (s *screen) Open(_ context.Context, url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, url)
	return nil
}

func (s *screen) ScreenLocked(context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked
}

func (s *screen) tabs() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.opened)
}

// told gives every notice that was shown.
func (s *screen) told() []shownNotice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notices)
}

// standing counts the notices on the screen.
func (s *screen) standing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.shown)
}

func (s *screen) showing(key string) (Notice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.shown[key]
	return n, ok
}
