package cloud_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/cloud"
)

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
