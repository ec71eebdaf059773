package signin

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/provider"
)

// Start begins a code flow: it opens the loopback listener (or none where the provider takes only pasted addresses)
// and builds the authorization URL. The flow ends by itself after timeout, or with ctx, which therefore lives as long
// as the flow may. Errors are *Error.
func Start(ctx context.Context, w *provider.Wire, r Request, timeout time.Duration) (*Flow, error) {
	if err := checkEndpoints(r); err != nil {
		return nil, err
	}
	f := newFlow(ctx, w, r, timeout)
	if err := f.prepare(ctx); err != nil {
		f.drop()
		f.leave(ctx)
		return nil, err
	}
	go f.run(ctx)
	return f, nil
}

// prepare binds the listener and draws the request. Only then does the door know the flow.
func (f *Flow) prepare(ctx context.Context) error {
	p := f.req.Provider
	redirect := p.RedirectURL
	if !p.PasteOnly {
		d, host, err := openDoor(ctx, p, f.req.Ports)
		if err != nil {
			return err
		}
		f.door = d
		redirect = (&url.URL{Scheme: "http", Host: host}).String() + callbackPath(p)
	}
	var err error
	if f.code, err = newCodeRequest(redirect); err != nil {
		return err
	}
	if f.url, err = authorize(ctx, f.wire, f.req, f.code); err != nil {
		return err
	}
	if f.door != nil {
		f.door.enter(f)
	}
	return nil
}

// RedirectURI is what the user registers at p for a client: the address of the loopback listener, without a port where
// any will do (RFC 8252 section 7.3), or the address to paste from; "" where nothing has to be registered.
func RedirectURI(p *provider.Provider) string {
	switch {
	case p.PasteOnly:
		return p.RedirectURL
	case p.RedirectFree:
		return ""
	}
	host := cmp.Or(strings.ToLower(p.RedirectHost), "127.0.0.1")
	if host == "::1" {
		host = "[::1]"
	}
	if p.RedirectPort != 0 {
		host += ":" + strconv.Itoa(p.RedirectPort)
	}
	return "http://" + host + callbackPath(p)
}

func callbackPath(p *provider.Provider) string {
	if p.RedirectPath == "" {
		return "/callback"
	}
	return "/" + strings.TrimPrefix(p.RedirectPath, "/")
}

// safeURL reports whether the browser may be sent to raw with a request in the address: https, or this machine.
func safeURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Fragment == "" && provider.Secure(u)
}
