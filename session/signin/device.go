package signin

import (
	"context"
	"time"

	"sessionkeeper/session/provider"
)

const (
	slowDown = 5 * time.Second  // RFC 8628 section 3.5
	slowest  = 30 * time.Second // between two tries while the provider cannot be reached
)

// StartDevice begins a device flow (RFC 8628) and polls until it ends. Errors are *Error.
func StartDevice(ctx context.Context, w *provider.Wire, r Request, timeout time.Duration) (*Flow, error) {
	switch {
	case r.Client.ID == "":
		return nil, &Error{Kind: KindSetup, Detail: say("client_id")}
	case r.Provider.DeviceURL == "":
		return nil, &Error{Kind: KindSetup, Detail: say("device_url")}
	case r.Provider.TokenURL == "":
		return nil, &Error{Kind: KindSetup, Detail: say("token_url")}
	}
	d, a := w.DeviceStart(ctx, r.Provider, r.Client, scopes(r))
	if a.Verdict != provider.VerdictOK {
		return nil, failure(a, say("device_start"), r.Session)
	}
	f := newFlow(ctx, w, r, timeout)
	f.userCode, f.url = d.UserCode, d.VerificationURLComplete
	if f.url == "" {
		f.url = d.VerificationURL
	}
	if !d.ExpiresAt.IsZero() && d.ExpiresAt.Before(f.expiresAt) {
		f.expiresAt = d.ExpiresAt
	}
	asking, cancel := context.WithDeadline(ctx, f.expiresAt)
	drop := f.drop
	f.drop = func() {
		cancel()
		drop()
	}
	go f.runDevice(ctx, asking, d)
	return f, nil
}

// runDevice asks until there is an answer. asking ends with the flow's time, with ctx and with Cancel.
func (f *Flow) runDevice(ctx, asking context.Context, d provider.Device) {
	defer f.drop()
	p := pace{interval: max(d.Interval, time.Second)}
	for f.pause(asking, p.wait()) {
		a := f.wire.DevicePoll(asking, f.req.Provider, f.req.Client, d)
		if a.Verdict == provider.VerdictOK {
			f.grant(ctx, a)
			return
		}
		if e := deviceFailure(a, f.req.Session); e != nil {
			f.end(e, waiting)
			return
		}
		p.note(a)
	}
	if ctx.Err() != nil {
		f.end(&Error{Kind: KindCancelled, Detail: say("stopped")}, waiting)
		return
	}
	f.end(&Error{Kind: KindTimeout, Detail: say("timeout")}, waiting)
}

// pause waits for d and reports whether the flow still goes on.
func (f *Flow) pause(asking context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return asking.Err() == nil && f.waits()
	case <-asking.Done():
	case <-f.done:
	}
	return false
}

// grant claims the flow for the tokens that a poll brought.
func (f *Flow) grant(ctx context.Context, a provider.Answer) {
	f.mu.Lock()
	claimed := f.phase == waiting
	if claimed {
		f.phase = taken
	}
	f.mu.Unlock()
	if !claimed {
		return
	}
	work, cancel := drained(ctx)
	defer cancel()
	f.settle(work, a, "")
}

// deviceFailure is nil for an answer after which the asking goes on. The codes are those of RFC 8628 section 3.5 and
// Microsoft's and GitHub's names for them.
func deviceFailure(a provider.Answer, session string) *Error {
	switch {
	case a.Verdict == provider.VerdictSetup:
		return failure(a, say("device_refused"), session)
	case a.Code == "access_denied" || a.Code == "authorization_declined":
		return &Error{Kind: KindDenied, Detail: say("denied"), Answer: a}
	case a.Code == "expired_token" || a.Code == "code_expired":
		return &Error{Kind: KindTimeout, Detail: say("code_expired"), Answer: a}
	case a.Verdict == provider.VerdictPassing:
		return nil
	}
	return failure(a, say("device_refused"), session)
}

// pace says how long to wait before the next poll.
type pace struct {
	interval, demanded time.Duration
	faults             int
}

// wait stays a fifth above the interval: where the provider's clock or ours drifts, asking on the dot counts as too
// early, and some providers then slow down without end.
func (p *pace) wait() time.Duration {
	d := p.interval + p.interval/5
	if p.faults > 0 {
		d = max(d, min(d<<min(p.faults, 6), slowest))
	}
	return max(d, p.demanded)
}

// note learns from an answer that was none yet.
func (p *pace) note(a provider.Answer) {
	p.demanded = a.RetryAfter
	switch a.Code {
	case "slow_down":
		p.interval += slowDown
		p.faults = 0
	case "authorization_pending":
		p.faults = 0
	default:
		p.faults++
	}
}
