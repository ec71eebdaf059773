package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/cloud"
)

// source gives the token "token-of-NAME" ("id-of-NAME" for the ID token), for as long as left says.
type source struct {
	mu     sync.Mutex // guards what follows
	left   time.Duration
	asked  time.Time // when the last one was given
	err    error
	scopes map[string][]string
	tokens []client.TokenRequest
	roles  []client.AWSRequest
}

func (s *source) Token(_ context.Context, name string, r client.TokenRequest) (client.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, r)
	if s.err != nil {
		return client.Token{}, s.err
	}
	text := "token-of-" + name
	if r.IDToken {
		text = "id-of-" + name
	}
	s.asked = time.Now()
	return client.Token{
		Access: secret.New(text), Type: "Bearer", ExpiresAt: s.asked.Add(s.left), Scopes: s.scopes[name], Generation: 1,
	}, nil
}

func (s *source) AWS(_ context.Context, name string, r client.AWSRequest) (client.AWSCredentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles = append(s.roles, r)
	if s.err != nil {
		return client.AWSCredentials{}, s.err
	}
	s.asked = time.Now()
	return client.AWSCredentials{
		AccessKeyID: "ASIAEXAMPLE000000000", SecretKey: secret.New("secret-of-" + name), SessionToken: secret.New("session"),
		ExpiresAt: s.asked.Add(s.left), AccountID: "123456789012",
	}, nil
}

func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// run is a program's view of its endpoints.
type program struct {
	t      *testing.T
	source *source
	ends   *cloud.Endpoints
	env    map[string]string
	log    *lockedBuffer
}

func all(t *testing.T) cloud.Options {
	t.Helper()
	return cloud.Options{
		Dir: t.TempDir(), Getenv: func(string) string { return "" },
		AWS:    &cloud.AWS{Session: "work", Request: client.AWSRequest{RoleARN: roleARN, Region: "eu-central-1"}},
		Google: &cloud.Google{Session: "work", Audience: "//iam.googleapis.com/x", UserProject: "123", ServiceAccount: "robot@x"},
		Azure: &cloud.Azure{Sessions: []cloud.AzureSession{
			{Session: "graph"}, {Session: "vault", Resource: "https://vault.azure.net"},
		}},
		OAuth: &cloud.OAuth{Sessions: []string{"work", "play"}},
	}
}

func metadata(t *testing.T) cloud.Options {
	t.Helper()
	return cloud.Options{
		Dir: t.TempDir(), Getenv: func(string) string { return "" },
		Metadata: &cloud.Metadata{Session: "work", Project: "lab-1"},
	}
}

func start(t *testing.T, o cloud.Options) *program {
	t.Helper()
	p := &program{
		t: t, source: &source{left: time.Hour, scopes: map[string][]string{"graph": {"openid", "User.Read"}}},
		env: map[string]string{}, log: new(lockedBuffer),
	}
	o.Source = p.source
	o.Log = slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ends, err := cloud.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p.ends = ends
	for _, pair := range ends.Env() {
		name, value, _ := strings.Cut(pair, "=")
		p.env[name] = value
	}
	run(t, ends.Run)
	return p
}

type answer struct {
	status int
	header http.Header
	body   string
	fields map[string]any
}

func (p *program) ask(method, address string, header http.Header, form url.Values) answer {
	p.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, body)
	if err != nil {
		p.t.Fatal(err)
	}
	maps.Copy(r.Header, header)
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	if form != nil && header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	response, err := c.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, body: string(data)}
	_ = json.Unmarshal(data, &a.fields)
	if a.header.Get("Cache-Control") != "no-store" {
		p.t.Errorf("%s %s may be kept", method, address)
	}
	return a
}

// request is one that is answered with a token.
type request struct {
	method, address string
	header          http.Header
	form            url.Values
	secret          string // what shows the run's secret: a header's name or a form's field
	token           string // what is in the answer
}

func (p *program) good() map[string]request {
	p.t.Helper()
	requests := map[string]request{}
	if p.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != "" {
		requests["aws"] = request{
			"GET", p.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
			http.Header{"Authorization": {p.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}},
			nil, "Authorization", "secret-of-work",
		}
		account := p.account()
		requests["google"] = request{
			"GET", account.Source.URL,
			http.Header{"Authorization": {account.Source.Headers["Authorization"]}},
			nil,
			"Authorization", "id-of-work",
		}
		requests["azure"] = request{
			"GET", p.env["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com",
			http.Header{"X-Identity-Header": {p.env["IDENTITY_HEADER"]}},
			nil, "X-Identity-Header", "token-of-graph",
		}
		requests["oauth"] = request{
			"POST", p.env["SESSIONKEEPER_TOKEN_URL"], http.Header{}, url.Values{
				"grant_type": {"client_credentials"}, "scope": {"play"},
				"client_id": {p.env["SESSIONKEEPER_CLIENT_ID"]}, "client_secret": {p.env["SESSIONKEEPER_CLIENT_SECRET"]},
			}, "client_secret", "token-of-play",
		}
	}
	if host := p.env["GCE_METADATA_HOST"]; host != "" {
		requests["metadata"] = request{
			"GET", "http://" + host + "/computeMetadata/v1/instance/service-accounts/default/token",
			http.Header{"Metadata-Flavor": {"Google"}},
			nil, "Metadata-Flavor", "token-of-work",
		}
	}
	return requests
}

type account struct {
	Type             string
	Audience         string
	SubjectTokenType string `json:"subject_token_type"`
	TokenURL         string `json:"token_url"`
	UserProject      string `json:"workforce_pool_user_project"`
	Impersonation    string `json:"service_account_impersonation_url"`
	Source           struct {
		URL     string
		Headers map[string]string
		Format  map[string]string
	} `json:"credential_source"`
}

func (p *program) account() account {
	p.t.Helper()
	path := p.env["GOOGLE_APPLICATION_CREDENTIALS"]
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		p.t.Fatalf("the configuration is %v, %v; want a file of mode 0600", info, err)
	}
	data, err := os.ReadFile(path)
	var a account
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func each(t *testing.T, f func(t *testing.T, p *program, q request)) {
	t.Helper()
	for _, o := range []cloud.Options{all(t), metadata(t)} {
		p := start(t, o)
		for name, q := range p.good() {
			t.Run(name, func(t *testing.T) {
				p.t = t
				f(t, p, q)
			})
		}
	}
}

func TestEndpoints(t *testing.T) {
	each(t, func(t *testing.T, p *program, q request) {
		a := p.ask(q.method, q.address, q.header, q.form)
		if a.status != http.StatusOK || !strings.Contains(a.body, q.token) || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("got %d %s %s; want 200 and %s", a.status, a.header.Get("Content-Type"), a.body, q.token)
		}
	})
}

// Nobody without the secret gets anything, and nothing that a browser sends does.
func TestStrangers(t *testing.T) {
	each(t, func(t *testing.T, p *program, q request) {
		at, err := url.Parse(q.address)
		if err != nil {
			t.Fatal(err)
		}
		other := url.URL{Scheme: at.Scheme, Host: at.Host, Path: "/other" + at.Path[strings.Index(at.Path[1:], "/")+1:], RawQuery: at.RawQuery}
		changed := func(name, value string) request {
			c := q
			c.header = q.header.Clone()
			c.header.Set(name, value)
			return c
		}
		without := q
		without.header, without.form = q.header.Clone(), url.Values{}
		maps.Copy(without.form, q.form)
		without.header.Del(q.secret)
		without.form.Del(q.secret)
		if q.form == nil {
			without.form = nil
		}
		twice := changed("X-None", "")
		twice.header[q.secret] = append(twice.header[q.secret], "other")
		if q.form != nil {
			twice.form = url.Values{}
			maps.Copy(twice.form, q.form)
			twice.form[q.secret] = append(slices.Clone(q.form[q.secret]), "other")
		}
		method := q
		method.method = "DELETE"
		path := q
		path.address = other.String()
		cases := map[string]request{
			"rebound":      changed("Host", "evil.example:"+at.Port()),
			"localhost":    changed("Host", "localhost:"+at.Port()),
			"no port":      changed("Host", "127.0.0.1"),
			"a page":       changed("Origin", "http://"+at.Host),
			"a null page":  changed("Origin", "null"),
			"navigation":   changed("Sec-Fetch-Site", "none"),
			"a link":       changed("Referer", "http://evil.example/"),
			"no secret":    without,
			"two secrets":  twice,
			"a method":     method,
			"another path": path,
		}
		if q.form == nil {
			cases["a wrong secret"] = changed(q.secret, q.header.Get(q.secret)+"x")
			cases["an empty secret"] = changed(q.secret, "")
		}
		for name, c := range cases {
			a := p.ask(c.method, c.address, c.header, c.form)
			if a.status < 400 || strings.Contains(a.body, "-of-") {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
			if a.status >= 300 && a.status < 400 || a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %d %v", name, a.status, a.header)
			}
		}
		if strings.Contains(p.log.String(), q.header.Get(q.secret)) && q.header.Get(q.secret) != "Google" && q.form == nil {
			t.Error("the log has the secret")
		}
	})
}

// A refusal reaches the program in its own protocol, with the keeper's words and a code that it acts on.
func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, p *program, q request) {
		for _, c := range []struct {
			err     error
			passing bool
		}{
			{&client.Problem{Status: 401, Code: "sign_in_needed", Detail: "sign in again"}, false},
			{&client.Problem{Status: 404, Code: "not_found", Detail: "there is no such session"}, false},
			{&client.Problem{Status: 409, Code: "paused", Detail: "it is paused"}, false},
			{&client.Problem{Status: 503, Code: "unavailable", Detail: "no network", RetryAt: time.Now().Add(5 * time.Second)}, true},
			{context.DeadlineExceeded, true},
			{client.ErrNoKeeper, true},
		} {
			p.source.fail(c.err)
			a := p.ask(q.method, q.address, q.header, q.form)
			if passing := a.status >= 500; a.status < 400 || passing != c.passing || passing != (a.header.Get("Retry-After") != "") {
				t.Errorf("%v: %d, Retry-After %q", c.err, a.status, a.header.Get("Retry-After"))
			}
			if problem, ok := errors.AsType[*client.Problem](c.err); ok && !strings.Contains(a.body, problem.Detail) {
				t.Errorf("%v: %s; want the keeper's words", c.err, a.body)
			}
		}
		p.source.fail(nil)
	})
}

// Each asks for the life that its libraries want, and waits less than they do.
func TestLifeAndWait(t *testing.T) {
	each(t, func(t *testing.T, p *program, q request) {
		p.source.mu.Lock()
		p.source.tokens, p.source.roles = nil, nil
		p.source.mu.Unlock()
		p.ask(q.method, q.address, q.header, q.form)
		for _, r := range p.source.tokens {
			if time.Duration(r.MinTTL) != 5*time.Minute || r.Wait <= 0 || time.Duration(r.Wait) > 4*time.Second {
				t.Errorf("asked for %+v", r)
			}
		}
		for _, r := range p.source.roles {
			if time.Duration(r.MinTTL) != 15*time.Minute || r.Wait <= 0 || time.Duration(r.Wait) >= 2*time.Second {
				t.Errorf("asked for %+v", r)
			}
		}
		if len(p.source.tokens)+len(p.source.roles) != 1 {
			t.Errorf("the keeper was asked %d times", len(p.source.tokens)+len(p.source.roles))
		}
	})
}

// What a program is told ends before the token does, and never at once.
func TestTold(t *testing.T) {
	each(t, func(t *testing.T, p *program, q request) {
		for _, left := range []time.Duration{8 * time.Second, 20 * time.Second, time.Hour} {
			p.source.mu.Lock()
			p.source.left = left
			p.source.mu.Unlock()
			a := p.ask(q.method, q.address, q.header, q.form)
			p.source.mu.Lock()
			asked := p.source.asked
			p.source.mu.Unlock()
			var told time.Duration
			switch {
			case a.fields["Expiration"] != nil:
				at, err := time.Parse(time.RFC3339, a.fields["Expiration"].(string))
				if err != nil {
					t.Fatal(err)
				}
				told = at.Sub(asked)
			case a.fields["expires_on"] != nil:
				seconds, err := strconv.ParseInt(a.fields["expires_on"].(string), 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				told = time.Unix(seconds, 0).Sub(asked)
			case a.fields["expires_in"] != nil:
				told = time.Duration(a.fields["expires_in"].(float64) * float64(time.Second))
			default:
				return // Google's subject token says so itself
			}
			if told <= 0 || told > left || left == time.Hour && told > 59*time.Minute+time.Second {
				t.Errorf("a token with %v left is told to have %v", left, told)
			}
		}
	})
}

func TestProxied(t *testing.T) {
	for had, want := range map[string]string{"": "127.0.0.1", "a.example": "a.example,127.0.0.1", "*": "*"} {
		o := all(t)
		o.Getenv = func(name string) string {
			return map[string]string{"http_proxy": "http://proxy.example", "no_proxy": had}[name]
		}
		p := start(t, o)
		if p.env["NO_PROXY"] != want || p.env["no_proxy"] != want {
			t.Errorf("%q becomes %q and %q; want %q", had, p.env["NO_PROXY"], p.env["no_proxy"], want)
		}
	}
	if p := start(t, all(t)); p.env["NO_PROXY"] != "" {
		t.Errorf("without a proxy NO_PROXY is %q", p.env["NO_PROXY"])
	}
}

func TestMisconfigured(t *testing.T) {
	for name, o := range map[string]cloud.Options{
		"two Googles": {Google: &cloud.Google{Audience: "x"}, Metadata: &cloud.Metadata{}},
		"no role":     {AWS: &cloud.AWS{}},
		"no audience": {Google: &cloud.Google{}},
		"no session":  {OAuth: &cloud.OAuth{}},
		"no azure":    {Azure: &cloud.Azure{}},
	} {
		o.Source, o.Log, o.Dir = new(source), slog.New(slog.DiscardHandler), t.TempDir()
		if e, err := cloud.New(o); err == nil {
			e.Close()
			t.Errorf("%s is taken", name)
		}
	}
}

// Only 127.0.0.1 is listened on, and nothing once the run is over.
func TestClosed(t *testing.T) {
	o := all(t)
	o.Source, o.Log = new(source), slog.New(slog.DiscardHandler)
	e, err := cloud.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var host string
	for _, pair := range e.Env() {
		if at, ok := strings.CutPrefix(pair, "IDENTITY_ENDPOINT=http://"); ok {
			host, _, _ = strings.Cut(at, "/")
		}
	}
	if !strings.HasPrefix(host, "127.0.0.1:") {
		t.Errorf("it listens on %q", host)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- e.Run(ctx) }()
	idle, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", host); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}

func FuzzEndpoints(f *testing.F) {
	f.Add("GET", "/computeMetadata/v1/instance/service-accounts/default/token", "Metadata-Flavor: Google", "")
	f.Add("POST", "/oauth/token", "Content-Type: application/x-www-form-urlencoded", "grant_type=client_credentials")
	f.Add("GET", "//..//aws", "Authorization: x", "")
	o := cloud.Options{
		Dir: f.TempDir(), Getenv: func(string) string { return "" }, Source: &source{left: time.Hour},
		Log: slog.New(slog.DiscardHandler), OAuth: &cloud.OAuth{Sessions: []string{"work"}},
		AWS: &cloud.AWS{Session: "work", Request: client.AWSRequest{RoleARN: roleARN}},
	}
	e, err := cloud.New(o)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(e.Close)
	f.Fuzz(func(t *testing.T, method, path, header, body string) {
		status, text, ok := cloud.Serve(e, method, path, header, body)
		if ok && (status < 400 || strings.Contains(text, "-of-")) {
			t.Errorf("%q %q %q: %d %s", method, path, header, status, text)
		}
	})
}
