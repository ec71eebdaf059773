package cloud_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
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
