package authserver_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
)

// send makes a request as a browser or a program would, and returns the final page.
func send(t *testing.T, method, address, contentType, body string, header map[string]string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	for k, v := range header {
		request.Header.Set(k, v)
		if k == "Host" {
			request.Host = v
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

const formType = "application/x-www-form-urlencoded"

func TestPage(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{Account: "grace"})
	_, page := send(t, http.MethodGet, s.Issuer()+"/", "", "", nil)
	for _, want := range []string{"grace@example.org", "g1", "Revoke all", s.Issuer()} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	for name, secret := range map[string]string{"access": token.AccessToken, "refresh": token.RefreshToken} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows the %s token", name)
		}
	}
	press := func(action, form string) {
		t.Helper()
		status, _ := send(t, http.MethodPost, s.Issuer()+"/page/"+action, formType, form,
			map[string]string{"Sec-Fetch-Site": "same-origin"})
		if status != http.StatusOK {
			t.Errorf("%s: status %d", action, status)
		}
	}
	press("fault", "fault=429&count=3&retry_after=9")
	if f := s.Fault(); f.Kind != authserver.FaultRateLimit || f.Count != 3 || f.RetryAfter != "9" {
		t.Errorf("fault %+v", f)
	}
	press("fault", "fault=ok&count=")
	press("lifetimes", "access_ttl=30s&session_ttl=6m")
	if l := s.Lifetimes(); l.Access.Seconds() != 30 || l.Session.Minutes() != 6 {
		t.Errorf("lifetimes %v", l)
	}
	press("revoke", "grant="+s.Grants()[0].ID)
	if g := only(t, s); g.State != authserver.StateRevoked {
		t.Errorf("state %s; want revoked", g.State)
	}
}

func TestOtherWebsitesAreRefused(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	signIn(t, client(t, s), authservertest.Browser{})
	for _, tt := range []struct{ path, contentType, body string }{
		{"/page/revoke", formType, "grant=all"},
		{"/control", "application/json", `{"revoke":"all"}`},
	} {
		for _, header := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:1"},
		} {
			status, _ := send(t, http.MethodPost, s.Issuer()+tt.path, tt.contentType, tt.body, header)
			if status != http.StatusForbidden {
				t.Errorf("%s with %v: status %d; want 403", tt.path, header, status)
			}
		}
	}
	status, _ := send(t, http.MethodPost, s.Issuer()+"/control", "text/plain", `{"revoke":"all"}`, nil)
	if status != http.StatusUnsupportedMediaType {
		t.Errorf("control as text/plain: status %d; want 415", status)
	}
	status, _ = send(t, http.MethodGet, s.Issuer()+"/", "", "", map[string]string{"Host": "evil.example"})
	if status != http.StatusMisdirectedRequest {
		t.Errorf("foreign host: status %d; want 421", status)
	}
	if g := only(t, s); g.State != authserver.StateActive {
		t.Errorf("state %s; want active", g.State)
	}
}

func TestControl(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{AutoApprove: true})
	c := client(t, s)
	token := signIn(t, c, authservertest.Browser{})
	if _, err := refresh(t.Context(), c, token.RefreshToken); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"fault":"500","count":3}`, 200, `"fault":"500","count":3`},
		{`{"fault":"cut-after"}`, 200, `"fault":"cut-after","count":0`},
		{`{"fault":"ok"}`, 200, `"fault":"ok"`},
		{`{"session_ttl":"30s","access_ttl":"9s"}`, 200, `"access_ttl":"9s","session_ttl":"30s"`},
		{`{"fault":"flood"}`, 400, "flood"},
		{`{"access_ttl":"0s"}`, 400, "access_ttl"},
		{`{"access_ttl":"10ms"}`, 400, "second"},
		{`{"colour":"red"}`, 400, "colour"},
		{`{"revoke":"g7"}`, 404, "g7"},
		{`{"revoke":"g1"}`, 200, `"revoked":1`},
		{`{"revoke":"all"}`, 200, `"revoked":0`},
	} {
		status, text := send(t, http.MethodPost, s.Issuer()+"/control", "application/json", tt.body, nil)
		if status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s; want %d with %s", tt.body, status, text, tt.status, tt.want)
		}
	}
	for path, want := range map[string]string{
		"/control/grants": `"state":"revoked","reason":"revoked here","generation":2,"refreshes":1`,
		"/control/log":    `"double_sends":0,"reuse_detected":0`,
		"/control":        `"session_ttl":"30s"`,
	} {
		_, text := send(t, http.MethodGet, s.Issuer()+path, "", "", nil)
		if !strings.Contains(text, want) {
			t.Errorf("%s does not contain %s: %s", path, want, text)
		}
		for _, secret := range []string{token.AccessToken, token.RefreshToken} {
			if strings.Contains(text, url.QueryEscape(secret)) {
				t.Errorf("%s shows a token", path)
			}
		}
	}
}
