package proxy

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// refusal says why somebody may not use the proxy.
type refusal struct {
	status       int
	code, detail string
	allow        string
}

// guard refuses whoever may not use the proxy: a page of another name that resolves to us (DNS rebinding) by its Host,
// one of another site by what its browser says of it, and everyone else by the key.
func (p *Proxy) guard(r *http.Request, path string) *refusal {
	if p.o.Host != "" && r.Host != p.o.Host {
		return &refusal{
			status: http.StatusMisdirectedRequest, code: "misdirected",
			detail: "this proxy answers under its own address only; use the one that it printed",
		}
	}
	if r.Method == http.MethodConnect || r.Method == http.MethodTrace {
		return &refusal{
			status: http.StatusMethodNotAllowed, code: "method_not_allowed", allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
			detail: "this proxy passes neither CONNECT nor TRACE on; send the request itself",
		}
	}
	if !p.keyed(path) {
		return &refusal{
			status: http.StatusNotFound, code: "not_found",
			detail: "there is nothing at this address; use the one that the proxy printed",
		}
	}
	if !p.own(r) {
		return &refusal{
			status: http.StatusForbidden, code: "forbidden",
			detail: "a page of another site may not use this proxy; open its own address",
		}
	}
	return nil
}

// keyed reports whether a path begins with the key, in time that does not depend on where it differs. It is the path as
// it was sent: the key has no other spelling.
func (p *Proxy) keyed(path string) bool {
	if !strings.HasPrefix(path, "/") { // OPTIONS *
		return false
	}
	if p.prefix == "" {
		return true
	}
	if len(path) < len(p.prefix) || len(path) > len(p.prefix) && path[len(p.prefix)] != '/' {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(path[:len(p.prefix)]), []byte(p.prefix)) == 1
}

// own reports whether a request comes from a program, from the user at the address bar, or from a page that came through
// this proxy.
func (p *Proxy) own(r *http.Request) bool {
	site := r.Header["Sec-Fetch-Site"]
	if len(site) > 1 || len(site) == 1 && site[0] != "same-origin" && site[0] != "none" {
		return false
	}
	origin := r.Header["Origin"]
	return p.o.Host == "" || len(origin) == 0 || len(origin) == 1 && origin[0] == p.address
}

// browser reports whether a browser sent the request.
func browser(r *http.Request) bool { return len(r.Header["Sec-Fetch-Site"]) > 0 }

// turnAway answers one who may not use the proxy, and does not wait for the rest of what it sends.
func turnAway(w http.ResponseWriter, r *http.Request, why *refusal) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Second))
	h := w.Header()
	h.Set("Connection", "close")
	if why.allow != "" {
		h.Set("Allow", why.allow)
	}
	answer(w, r, problem{Status: why.status, Code: why.code, Detail: why.detail})
}
