package provider

import (
	"context"
	"net/url"
	"time"

	"sessionkeeper/session/secret"
)

const (
	deviceGrant     = "urn:ietf:params:oauth:grant-type:device_code"
	defaultInterval = 5 * time.Second // RFC 8628 section 3.2
	defaultCodeLife = 15 * time.Minute
	maxCodeLife     = 24 * time.Hour
)

// Device is an answer of the device authorization endpoint (RFC 8628 section 3.2).
type Device struct {
	Code                                               secret.Text
	UserCode, VerificationURL, VerificationURLComplete string
	ExpiresAt                                          time.Time
	Interval                                           time.Duration
}

// DeviceStart asks for a device code. The Device is set where the answer's verdict is VerdictOK.
func (w *Wire) DeviceStart(ctx context.Context, p *Provider, c Client, scopes []string) (Device, Answer) {
	if p.DeviceURL == "" {
		return Device{}, w.unsupported("the provider has no device authorization endpoint")
	}
	form := url.Values{"client_id": {c.ID}}
	if len(scopes) > 0 {
		form.Set("scope", joinScopes(p, scopes))
	}
	for _, params := range []map[string]string{p.OfflineParams, p.DeviceParams} {
		for k, v := range params {
			form.Set(k, v)
		}
	}
	r := w.post(ctx, p, c, p.DeviceURL, form)
	if r.err == nil && r.status >= 200 && r.status <= 299 {
		if d, ok := parseBody(r.body).device(r.sentAt); ok {
			return d, Answer{Verdict: VerdictOK, Known: true, Status: r.status, SentAt: r.sentAt, Date: r.date}
		}
	}
	return Device{}, withoutTokens(w.judged(p, &r))
}

// device reads a device authorization answer, under the older names too. The URL must be fit to be opened.
func (d *document) device(sentAt time.Time) (Device, bool) {
	o := d.fields
	out := Device{
		Code:                    secret.New(o.text("device_code")),
		UserCode:                CleanLine(o.text("user_code")),
		VerificationURL:         o.text("verification_uri"),
		VerificationURLComplete: o.text("verification_uri_complete"),
		Interval:                defaultInterval,
	}
	if out.VerificationURL == "" {
		out.VerificationURL = o.text("verification_url")
	}
	err := checkURL("verification address", out.VerificationURL)
	if err != nil || out.Code.Empty() || out.UserCode == "" {
		return Device{}, false
	}
	if err := checkURL("verification address", out.VerificationURLComplete); err != nil {
		out.VerificationURLComplete = ""
	}
	if s, ok := o.number("interval"); ok && s > 0 {
		out.Interval = min(seconds(s), time.Minute)
	}
	left := defaultCodeLife
	if s, ok := o.number("expires_in"); ok && s > 0 {
		left = min(seconds(s), maxCodeLife)
	}
	out.ExpiresAt = sentAt.Add(left)
	return out, true
}

// DevicePoll asks once whether the user has finished. "authorization_pending" and "slow_down" come as VerdictPassing
// with that Code.
func (w *Wire) DevicePoll(ctx context.Context, p *Provider, c Client, d Device) Answer {
	form := url.Values{"grant_type": {deviceGrant}, "device_code": {d.Code.Reveal()}}
	if p.Request.Fields["user_code"] != "" {
		form.Set("user_code", d.UserCode)
	}
	return w.tokenRequest(ctx, p, c, p.TokenURL, form)
}

// undiscovered is the answer where an endpoint is to be had from an issuer that cannot be reached now.
func (w *Wire) undiscovered() Answer {
	a := w.unsupported("the issuer's metadata cannot be read now")
	a.Code = "network"
	a.Advice = Advise(&a)
	return a
}

// unsupported is the answer where the provider has no such endpoint.
func (w *Wire) unsupported(message string) Answer {
	a := Answer{Verdict: VerdictPassing, Code: "unsupported", Known: true, Unsent: true, Message: message}
	a.SentAt = w.wall()
	a.Advice = Advise(&a)
	return a
}
