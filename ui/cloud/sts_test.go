package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/cloud/cloudtest"
)

func (w *world) request() client.AWSRequest {
	return client.AWSRequest{RoleARN: roleARN, Endpoint: w.endpoint}
}

func (w *world) get(t *testing.T) client.AWSCredentials {
	t.Helper()
	c, err := w.sts.Credentials(t.Context(), "work", w.request())
	if err != nil {
		t.Fatalf("getting credentials: %v", err)
	}
	return c
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	r := w.request()
	r.SessionName, r.Duration = "ada@desk", client.Duration(2*time.Hour)
	c, err := w.sts.Credentials(t.Context(), "work", r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.AccessKeyID, "ASIA") || c.AccountID != "123456789012" || c.ExpiresAt != w.clock.now().Add(2*time.Hour).UTC() {
		t.Errorf("got %+v", c)
	}
	known := strings.Join(w.aws.Secrets(), " ")
	if !strings.Contains(known, c.SecretKey.Reveal()) || !strings.Contains(known, c.SessionToken.Reveal()) {
		t.Error("the secrets are not those that AWS gave")
	}
	asked := w.aws.Asked()
	if len(asked) != 1 || asked[0].Role != roleARN || asked[0].Session != "ada@desk" || asked[0].Duration != 2*time.Hour {
		t.Errorf("AWS was asked %+v", asked)
	}
	w.get(t)
	if asked := w.aws.Asked(); len(asked) != 2 || asked[1].Session != "sessionkeeper-work" || asked[1].Duration != 0 {
		t.Errorf("without a name and a duration AWS was asked %+v", asked)
	}
}

// Credentials are held until they have 15 minutes left, or half of their life.
func TestHeld(t *testing.T) {
	for name, c := range map[string]struct{ duration, holds time.Duration }{
		"an hour":      {time.Hour, 45 * time.Minute},
		"the shortest": {15 * time.Minute, 7*time.Minute + 30*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.request()
			r.Duration = client.Duration(c.duration)
			get := func() client.AWSCredentials {
				t.Helper()
				got, err := w.sts.Credentials(t.Context(), "work", r)
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			first := get()
			w.clock.pass(c.holds)
			if again := get(); again.AccessKeyID != first.AccessKeyID {
				t.Errorf("after %v there were others; want the same", c.holds)
			}
			w.clock.pass(time.Second)
			if again := get(); again.AccessKeyID == first.AccessKeyID {
				t.Errorf("a second later they were the same; want others")
			}
			if n := len(w.aws.Asked()); n != 2 {
				t.Errorf("AWS was asked %d times; want 2", n)
			}
		})
	}
}

func TestOneFlight(t *testing.T) {
	w := newWorld(t)
	release := w.aws.Hold()
	const callers = 50
	var wg sync.WaitGroup
	var started atomic.Int32
	keys := make([]string, callers)
	for i := range callers {
		wg.Go(func() {
			if started.Add(1) == callers {
				release()
			}
			c, err := w.sts.Credentials(t.Context(), "work", w.request())
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
				return
			}
			keys[i] = c.AccessKeyID
		})
	}
	wg.Wait()
	for i, key := range keys {
		if key != keys[0] {
			t.Errorf("caller %d got %s; want %s as the first", i, key, keys[0])
		}
	}
	if n := len(w.aws.Asked()); n != 1 {
		t.Errorf("AWS was asked %d times; want once", n)
	}
}

// Another role, name, duration or kind of token is another matter.
func TestHeldByKey(t *testing.T) {
	w := newWorld(t)
	first := w.get(t)
	for what, change := range map[string]func(*client.AWSRequest){
		"name":     func(r *client.AWSRequest) { r.SessionName = "other" },
		"duration": func(r *client.AWSRequest) { r.Duration = client.Duration(30 * time.Minute) },
	} {
		r := w.request()
		change(&r)
		c, err := w.sts.Credentials(t.Context(), "work", r)
		if err != nil || c.AccessKeyID == first.AccessKeyID {
			t.Errorf("another %s: %s, %v; want other credentials", what, c.AccessKeyID, err)
		}
	}
	if again := w.get(t); again.AccessKeyID != first.AccessKeyID {
		t.Error("the first are forgotten")
	}
}

// What AWS gives nothing for now is told so, and what is in hand goes on being handed out.
func TestOutage(t *testing.T) {
	w := newWorld(t)
	first := w.get(t)
	down := cloudtest.Failure{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "try later"}
	w.clock.pass(50 * time.Minute)
	w.aws.Fail(down, down, down)
	if c := w.get(t); c.AccessKeyID != first.AccessKeyID {
		t.Error("during an outage there are others; want those in hand")
	}
	w.clock.pass(10 * time.Minute)
	w.aws.Fail(down, down, down)
	_, err := w.sts.Credentials(t.Context(), "work", w.request())
	e, ok := errors.AsType[*session.Error](err)
	if !ok || e.Code != session.CodeUnavailable || e.RetryAt.IsZero() || !strings.Contains(e.Detail, "ServiceUnavailable: try later") {
		t.Errorf("when they are spent: %v; want unavailable, with the reason and a time", err)
	}
	asked := len(w.aws.Asked())
	if _, err := w.sts.Credentials(t.Context(), "work", w.request()); codeOf(err) != "unavailable" || len(w.aws.Asked()) != asked {
		t.Errorf("at once again: %v after %d requests more; want the same and none", err, len(w.aws.Asked())-asked)
	}
	w.clock.pass(2 * time.Second)
	w.get(t)
}

// A fault of the moment is tried again within the call.
func TestRetried(t *testing.T) {
	for name, f := range map[string]cloudtest.Failure{
		"busy":        {Status: http.StatusBadRequest, Code: "Throttling", Message: "Rate exceeded"},
		"broken":      {Status: http.StatusInternalServerError, Code: "InternalFailure"},
		"provider":    {Status: http.StatusBadRequest, Code: "IDPCommunicationError"},
		"gateway":     {Status: http.StatusBadGateway, Body: []byte("<html>bad gateway</html>")},
		"garbage":     {Status: http.StatusOK, Body: []byte("<html>sign in to the hotel</html>")},
		"cut":         {Status: http.StatusOK, Body: []byte("<AssumeRoleWithWebIdentityResponse xmlns=")},
		"too large":   {Status: http.StatusOK, Body: make([]byte, 300<<10)},
		"redirect":    {Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"http://127.0.0.1:1/"}}, Body: []byte{}},
		"odd refusal": {Status: http.StatusForbidden, Body: []byte("<html>blocked by the office</html>")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.aws.Fail(f)
			w.get(t)
			if n := len(w.aws.Asked()); n != 2 {
				t.Errorf("AWS was asked %d times; want 2", n)
			}
			if w.keeper.rejected != 0 {
				t.Error("the token was rejected")
			}
		})
	}
}

// A token that AWS refuses is rejected once, and the next one tried.
func TestRefusedToken(t *testing.T) {
	for _, code := range []string{"ExpiredTokenException", "InvalidIdentityToken", "IDPRejectedClaim"} {
		t.Run(code, func(t *testing.T) {
			w := newWorld(t)
			w.aws.Fail(cloudtest.Failure{Status: http.StatusBadRequest, Code: code})
			w.get(t)
			if n := len(w.aws.Asked()); n != 2 || w.keeper.rejected != 1 {
				t.Errorf("AWS was asked %d times, %d tokens were rejected; want 2 and 1", n, w.keeper.rejected)
			}
		})
	}
}

// Where AWS refuses fresh tokens too, the setup is at fault: the provider is left alone.
func TestRefusedTokens(t *testing.T) {
	w := newWorld(t)
	w.keeper.set(func() { w.keeper.audience = "another-app" })
	for range 3 {
		_, err := w.sts.Credentials(t.Context(), "work", w.request())
		e, ok := errors.AsType[*session.Error](err)
		if !ok || e.Code != session.CodeSetup || !strings.Contains(e.Detail, "Incorrect token audience") ||
			!strings.Contains(e.Detail, w.keeper.issuer.URL) || !strings.Contains(e.Detail, audience) {
			t.Fatalf("got %v; want what to set up", err)
		}
		w.clock.pass(2 * time.Second)
	}
	if w.keeper.rejected != 1 {
		t.Errorf("%d tokens were rejected; want 1", w.keeper.rejected)
	}
	w.keeper.set(func() { w.keeper.audience = audience })
	w.get(t)
}

func TestNoTrust(t *testing.T) {
	w := newWorld(t)
	r := w.request()
	r.RoleARN = "arn:aws:iam::123456789012:role/Other"
	_, err := w.sts.Credentials(t.Context(), "work", r)
	e, ok := errors.AsType[*session.Error](err)
	if !ok || e.Code != session.CodeSetup || !strings.Contains(e.Detail, "trust policy") || !strings.Contains(e.Detail, "AccessDenied") {
		t.Errorf("got %v; want a word about the trust policy", err)
	}
	if n := len(w.aws.Asked()); n != 1 || w.keeper.rejected != 0 {
		t.Errorf("AWS was asked %d times, %d tokens were rejected; want 1 and 0", n, w.keeper.rejected)
	}
}

// AWS quotes what does not fit, a token among it.
func TestQuotedToken(t *testing.T) {
	w := newWorld(t)
	r := w.request()
	r.Duration = client.Duration(12 * time.Hour) // more than the role allows
	_, err := w.sts.Credentials(t.Context(), "work", r)
	if codeOf(err) != "invalid_request" {
		t.Fatalf("got %v; want invalid_request", err)
	}
	for _, token := range w.keeper.tokens {
		for i := 0; i+20 <= len(token); i += 20 {
			if strings.Contains(err.Error(), token[i:i+20]) {
				t.Fatalf("the error quotes the token")
			}
		}
	}
}

func TestInvalidRequests(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*client.AWSRequest){
		"no ARN":           func(r *client.AWSRequest) { r.RoleARN = "Dev" },
		"a user":           func(r *client.AWSRequest) { r.RoleARN = "arn:aws:iam::123456789012:user/ada" },
		"a partition":      func(r *client.AWSRequest) { r.RoleARN = "arn:aws-moon:iam::123456789012:role/Dev" },
		"a short account":  func(r *client.AWSRequest) { r.RoleARN = "arn:aws:iam::1234:role/Dev" },
		"a space":          func(r *client.AWSRequest) { r.RoleARN += " x" },
		"a name":           func(r *client.AWSRequest) { r.SessionName = "a b" },
		"a long name":      func(r *client.AWSRequest) { r.SessionName = strings.Repeat("a", 65) },
		"a short duration": func(r *client.AWSRequest) { r.Duration = client.Duration(time.Minute) },
		"a long duration":  func(r *client.AWSRequest) { r.Duration = client.Duration(13 * time.Hour) },
		"a region":         func(r *client.AWSRequest) { r.Endpoint, r.Region = "", "evil.example/x-1" },
		"a foreign region": func(r *client.AWSRequest) { r.Endpoint, r.Region = "", "cn-north-1" },
		"a plain endpoint": func(r *client.AWSRequest) { r.Endpoint = "http://sts.example/" },
		"a user in it":     func(r *client.AWSRequest) { r.Endpoint = "https://u:p@sts.example/" },
		"a relative one":   func(r *client.AWSRequest) { r.Endpoint = "/sts" },
	} {
		r := w.request()
		change(&r)
		if _, err := w.sts.Credentials(t.Context(), "work", r); codeOf(err) != "invalid_request" {
			t.Errorf("%s: %v; want invalid_request", name, err)
		}
	}
	if _, err := w.sts.Credentials(t.Context(), "other", w.request()); codeOf(err) != "not_found" {
		t.Errorf("an unknown session: %v", err)
	}
	if n := len(w.aws.Asked()); n != 0 {
		t.Errorf("AWS was asked %d times; want never", n)
	}
}

// An answer that does not come costs a caller no more than its wait.
func TestSlow(t *testing.T) {
	w := newWorld(t)
	release := w.aws.Hold()
	defer release()
	r := w.request()
	r.Wait = client.Duration(50 * time.Millisecond)
	if _, err := w.sts.Credentials(t.Context(), "work", r); codeOf(err) != "unavailable" {
		t.Errorf("got %v; want unavailable", err)
	}
	release()
	w.get(t)
	if n := len(w.aws.Asked()); n != 1 {
		t.Errorf("AWS was asked %d times; want once, for both", n)
	}
	w.clock.pass(50 * time.Minute)
	release = w.aws.Hold()
	defer release()
	if _, err := w.sts.Credentials(t.Context(), "work", r); err != nil {
		t.Errorf("with credentials in hand: %v; want those", err)
	}
}

// Tokens that live three seconds: AWS takes each.
func TestShortTokens(t *testing.T) {
	w := newWorld(t)
	w.keeper.set(func() { w.keeper.life = 3 * time.Second })
	w.aws.SetLife(20 * time.Second)
	for range 10 {
		w.get(t)
		w.clock.pass(11 * time.Second)
	}
	if n := len(w.aws.Asked()); n != 10 {
		t.Errorf("AWS was asked %d times; want 10", n)
	}
}

// What AWS says is no reason to trust its address: credentials that are over when they come are none.
func TestWrongClock(t *testing.T) {
	w := newWorld(t)
	w.aws.SetLife(-time.Hour)
	if _, err := w.sts.Credentials(t.Context(), "work", w.request()); codeOf(err) != "unavailable" || !strings.Contains(err.Error(), "clock") {
		t.Errorf("got %v; want a word about the clock", err)
	}
}

func TestNoSecretInLog(t *testing.T) {
	w := newWorld(t)
	w.get(t)
	w.aws.Fail(cloudtest.Failure{Status: http.StatusForbidden, Code: "AccessDenied", Message: "no"})
	r := w.request()
	r.SessionName = "other"
	if _, err := w.sts.Credentials(t.Context(), "work", r); err == nil {
		t.Fatal("it did not fail")
	}
	log := w.log.String()
	if !strings.Contains(log, "aws gave credentials") || !strings.Contains(log, "aws gave no credentials") {
		t.Fatalf("the log does not tell: %s", log)
	}
	for _, s := range append(w.aws.Secrets(), w.keeper.tokens...) {
		if strings.Contains(log, s) {
			t.Error("a secret is in the log")
		}
	}
}

// The token goes to the endpoint and to nobody whom it names.
func TestNoRedirect(t *testing.T) {
	w := newWorld(t)
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		w.aws.Fail(cloudtest.Failure{Status: status, Header: http.Header{"Location": {other.URL}}, Body: []byte{}})
		w.get(t)
		w.clock.pass(time.Hour)
	}
	if reached.Load() {
		t.Error("the redirect was followed")
	}
}

func TestStopped(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.sts.Credentials(ctx, "work", w.request()); codeOf(err) != "unavailable" {
		t.Errorf("a caller who is gone: %v", err)
	}
	w.get(t)
}
