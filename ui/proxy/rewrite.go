package proxy

import (
	"net/http"
	"net/http/httputil"
	"strings"
)

// mark is on every answer that the proxy gives itself, and on none that it passes on.
const mark = "Sessionkeeper-Error"

// rewrite makes the request that goes to the target.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	u := r.Out.URL
	u.Scheme, u.Host = p.target.Scheme, p.target.Host
	u.Path = strings.TrimPrefix(u.Path, p.prefix)
	u.RawPath = strings.TrimPrefix(u.RawPath, p.prefix)
	u.RawQuery = r.In.URL.RawQuery // as it was sent: nothing here depends on what it says
	r.Out.Host = p.target.Host
	r.Out.Trailer = nil // what it announces does not come: fields that were ours to set could be among it

	h := r.Out.Header
	for name := range h {
		if ours(name) {
			delete(h, name)
		}
	}
	if browser(r.In) {
		// It sends those of every service on this machine (RFC 6265 section 8.5).
		delete(h, "Cookie")
	}
	if p.o.Host != "" {
		p.hideOurselves(h)
	}
}

// ours reports whether a header is for the proxy to set, or is one that says who the client is: however a server behind
// the target spells it, for some take _ for -.
func ours(name string) bool {
	if strings.Contains(name, "_") {
		name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
	}
	switch name {
	case "Authorization", "Forwarded", "X-Real-Ip", mark:
		return true
	}
	return strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "X-Forwarded-")
}

// hideOurselves puts the target's address where a client names ours, as in Referer and in WebDAV's Destination (RFC 4918
// section 10.3), and leaves out what has the key anywhere else.
func (p *Proxy) hideOurselves(h http.Header) {
	if h.Get("Origin") != "" {
		h.Set("Origin", p.target.String())
	}
	for name, values := range h {
		for _, value := range values {
			if p.namesUs(name, value) {
				p.hide(h, name)
				break
			}
		}
	}
}

// namesUs reports whether a header's value has our address in it.
func (p *Proxy) namesUs(name, value string) bool {
	return p.o.Key != "" && strings.Contains(value, p.o.Key) || name == "Referer" && strings.HasPrefix(value, p.address)
}

func (p *Proxy) hide(h http.Header, name string) {
	rest, own := strings.CutPrefix(h[name][0], p.address+p.prefix+"/")
	if !own || len(h[name]) > 1 || p.o.Key != "" && strings.Contains(rest, p.o.Key) {
		delete(h, name)
		return
	}
	h[name] = []string{p.target.String() + "/" + rest}
}

// private reports whether a header of an answer must not reach whoever is at our address: it shares that, but for the
// port, with every service on this machine.
func private(name string) bool {
	switch name {
	case "Alt-Svc", "Clear-Site-Data", "Service-Worker-Allowed", "Strict-Transport-Security", mark:
		return true
	}
	return strings.HasPrefix(name, "Access-Control-")
}

// modify makes the target's answer one of ours.
func (p *Proxy) modify(answer *http.Response) error {
	h := answer.Header
	for name, values := range h {
		switch {
		case name == "Location", name == "Content-Location":
			h[name] = []string{p.relocate(values[0])}
		case private(name):
			delete(h, name)
		}
	}
	if p.o.Host != "" {
		h["Referrer-Policy"] = sameOrigin // our address holds the key
	}
	if cookies := h["Set-Cookie"]; len(cookies) > 0 {
		if browser(answer.Request) {
			delete(h, "Set-Cookie")
		} else {
			for i, c := range cookies {
				cookies[i] = p.cookie(c)
			}
		}
	}
	return nil
}

var sameOrigin = []string{"same-origin"}

// relocate turns an address at the target into ours; any other stays as it is.
func (p *Proxy) relocate(location string) string {
	u, err := p.target.Parse(location)
	if err != nil || u.Scheme != p.target.Scheme || !strings.EqualFold(u.Host, p.target.Host) || u.User != nil {
		return location
	}
	if first, _, _ := strings.Cut(location, "?"); !strings.HasPrefix(location, "/") && !strings.Contains(first, ":") {
		return location // it is relative to where the client is
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	ours := p.prefix + path + query(u)
	if u.Fragment != "" {
		ours += "#" + u.EscapedFragment()
	}
	if p.o.Host == "" {
		return ours
	}
	return p.address + ours
}

// cookie makes a cookie of the target one of ours, for the paths under the key alone.
func (p *Proxy) cookie(line string) string {
	parts := strings.Split(line, ";")
	kept := parts[:1]
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case strings.EqualFold(name, "Domain"):
			continue
		case strings.EqualFold(name, "Path") && strings.HasPrefix(value, "/"):
			part = " Path=" + p.prefix + value
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, ";")
}
