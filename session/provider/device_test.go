package provider

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestDevice(t *testing.T) {
	var form url.Values
	answer, status := "", 200
	server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(b))
		rw.WriteHeader(status)
		io.WriteString(rw, answer)
	})
	wall := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w.wall = func() time.Time { return wall }
	p := &Provider{DeviceURL: server.URL, TokenURL: server.URL, OfflineParams: map[string]string{"access_type": "offline"}}
	c := Client{ID: "app"}
	answer = `{"device_code":"dc","user_code":"AB-CD","verification_url":"https://as.example/device",` +
		`"verification_uri_complete":"javascript:alert(1)","expires_in":"600","interval":7}`
	d, a := w.DeviceStart(t.Context(), p, c, []string{"x", "y"})
	if a.Verdict != VerdictOK || d.Code.Reveal() != "dc" || d.UserCode != "AB-CD" || d.Interval != 7*time.Second ||
		d.VerificationURL != "https://as.example/device" || d.VerificationURLComplete != "" ||
		!d.ExpiresAt.Equal(wall.Add(10*time.Minute)) {
		t.Errorf("start: %s %+v", a.Verdict, d)
	}
	if form.Get("client_id") != "app" || form.Get("scope") != "x y" || form.Get("access_type") != "offline" {
		t.Errorf("start sent %v", form)
	}
	for _, v := range []struct {
		status  int
		answer  string
		verdict Verdict
		code    string
	}{
		{400, `{"error":"authorization_pending"}`, VerdictPassing, "authorization_pending"},
		{200, `{"error":"slow_down","interval":10}`, VerdictPassing, "slow_down"},
		{400, `{"error":"expired_token"}`, VerdictSignIn, "expired_token"},
		{400, `{"error":"access_denied"}`, VerdictInteraction, "access_denied"},
		{200, `{"access_token":"a"}`, VerdictOK, ""},
	} {
		status, answer = v.status, v.answer
		a := w.DevicePoll(t.Context(), p, c, d)
		if a.Verdict != v.verdict || a.Code != v.code {
			t.Errorf("poll %s: %s %s", v.answer, a.Verdict, a.Code)
		}
	}
	if form.Get("grant_type") != deviceGrant || form.Get("device_code") != "dc" || form.Get("client_id") != "app" {
		t.Errorf("poll sent %v", form)
	}
	for _, answer = range []string{`{"device_code":"dc"}`, `{"access_token":"a"}`, `<html>`} {
		if _, a := w.DeviceStart(t.Context(), p, c, nil); a.Verdict != VerdictPassing {
			t.Errorf("start answered %s: %s", answer, a.Verdict)
		}
	}
	if _, a := w.DeviceStart(t.Context(), &Provider{}, c, nil); a.Code != "unsupported" {
		t.Errorf("no endpoint: %s", a.Code)
	}
}
