package api_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// trade is an AWS that gives the same to everybody.
type trade struct {
	mu    sync.Mutex // guards what follows
	asked []client.AWSRequest
	err   error
}

func (a *trade) Credentials(_ context.Context, _ string, r client.AWSRequest) (client.AWSCredentials, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r)
	if a.err != nil {
		return client.AWSCredentials{}, a.err
	}
	return client.AWSCredentials{
		AccessKeyID: "ASIA0000000000000000", SecretKey: secret.New("aws-secret"), SessionToken: secret.New("aws-token"),
		ExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), AccountID: "123456789012",
	}, nil
}

func openTrade(t *testing.T) (*house, *trade) {
	t.Helper()
	k, a := apitest.New(github()), new(trade)
	o := apitest.Options(t, k, page())
	o.AWS = a
	return openWith(t, k, o), a
}

const devRole = "arn:aws:iam::123456789012:role/Dev"

func TestAWS(t *testing.T) {
	h, a := openTrade(t)
	ask := client.AWSRequest{
		RoleARN: devRole, SessionName: "ada", Duration: client.Duration(time.Hour), Region: "eu-central-1",
		Endpoint: "https://sts.example", AccessToken: true, MinTTL: client.Duration(time.Minute),
	}
	c, err := h.client.AWS(t.Context(), "github", ask)
	if err != nil || c.AccessKeyID != "ASIA0000000000000000" || c.SecretKey.Reveal() != "aws-secret" ||
		c.SessionToken.Reveal() != "aws-token" || !c.ExpiresAt.Equal(time.Date(2030, 1, 2, 2, 4, 5, 0, time.UTC)) || c.AccountID != "123456789012" {
		t.Errorf("got %+v, %v", c, err)
	}
	got := a.asked[0]
	if wait := time.Duration(got.Wait); wait <= 9*time.Second || wait > 10*time.Second {
		t.Errorf("the wait is %v; want 10 s less what has passed", wait)
	}
	if got.Wait = 0; got != ask {
		t.Errorf("asked for %+v; want %+v", got, ask)
	}
	for name, want := range map[string]time.Duration{`"2s"`: 2 * time.Second, "0": time.Nanosecond} {
		h.overSocket(t, wireRequest{
			method: "POST", target: "/v1/sessions/github/aws", header: [][2]string{asJSON},
			body: `{"role_arn":"` + devRole + `","wait":` + name + `}`,
		})
		if wait := time.Duration(a.asked[len(a.asked)-1].Wait); wait <= 0 || wait > want {
			t.Errorf("a wait of %s becomes %v", name, wait)
		}
	}
}

func TestAWSRefuses(t *testing.T) {
	h, a := openTrade(t)
	for body, field := range map[string]string{
		``: "role_arn", `{}`: "role_arn", `{"role_arn":1}`: "role_arn", `{"role_arn":"x","rule":1}`: "rule",
		`{"role_arn":"x","wait":"soon"}`: "wait",
	} {
		r := h.overSocket(t, wireRequest{method: "POST", target: "/v1/sessions/github/aws", header: [][2]string{asJSON}, body: body})
		if p := r.problem(t); r.StatusCode != 400 || p.Field != field {
			t.Errorf("%q: %d, field %q; want 400 and %q", body, r.StatusCode, p.Field, field)
		}
	}
	if len(a.asked) != 0 {
		t.Errorf("AWS was asked %+v", a.asked)
	}
	a.err = &session.Error{Code: session.CodeSetup, Reason: session.ReasonSetupConfig, Session: "github", Detail: "AWS says no."}
	_, err := h.client.AWS(t.Context(), "github", client.AWSRequest{RoleARN: devRole})
	if code(err) != "setup_needed" || err.Error() != "AWS says no." {
		t.Errorf("got %v; want AWS's refusal", err)
	}
	k := apitest.New(github())
	without := openWith(t, k, apitest.Options(t, k, page()))
	if _, err := without.client.AWS(t.Context(), "github", client.AWSRequest{RoleARN: devRole}); code(err) != "not_found" {
		t.Errorf("a keeper that does not trade: %v", err)
	}
}

// The page gets no credentials, as it gets no token.
func TestAWSNotForThePage(t *testing.T) {
	h, a := openTrade(t)
	r := h.overTCP(t, wireRequest{
		method: "POST", target: "/v1/sessions/github/aws", header: [][2]string{asJSON, h.bearer(t)},
		body: `{"role_arn":"` + devRole + `"}`,
	})
	if r.StatusCode != 404 || strings.Contains(r.body, "aws-") || len(a.asked) != 0 {
		t.Errorf("the page is answered %d %s", r.StatusCode, r.body)
	}
}

// What is given away is counted like a token.
func TestAWSCounted(t *testing.T) {
	h, _ := openTrade(t)
	if _, err := h.client.AWS(t.Context(), "github", client.AWSRequest{RoleARN: devRole}); err != nil {
		t.Fatal(err)
	}
	entries, err := h.client.History(t.Context(), "github", 0)
	if err != nil || !slices.ContainsFunc(entries, func(e client.Entry) bool { return e.Type == session.EventHandedOut }) {
		t.Errorf("the history is %+v, %v; want it told", entries, err)
	}
}

var _ api.AWS = new(trade)
