package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"sessionkeeper/ui/api/fast"
)

// headers are sent with every response. The policy is for the page, and does no harm to the rest.
var headers = http.Header{
	"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
		"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"},
	"X-Content-Type-Options":       {"nosniff"},
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Cache-Control":                {"no-store"},
	"Permissions-Policy": {"accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), " +
		"gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), " +
		"screen-wake-lock=(), serial=(), usb=()"},
}

func addHeaders(h http.Header) {
	maps.Copy(h, headers)
}

// socketHandler serves programs. Who may connect was settled by the listener; the Host says nothing here.
func (s *Server) socketHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addHeaders(w.Header())
		awaitBody(w, r)
		if err := guardSocket(r); err != nil {
			s.fail(w, r, err)
			return
		}
		s.tellEnv(fast.Variables(r.Header.Get))
		s.serve(w, r, onSocket)
	})
}

// guardSocket refuses what a browser sent: none can reach a unix socket, unless something forwards it.
func guardSocket(r *http.Request) error {
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		if r.Header.Get(name) != "" {
			return &httpError{
				status: http.StatusForbidden,
				detail: "the socket is not for browsers; open the page with: sessionkeeper ui",
			}
		}
	}
	return tokenInURL(r)
}

// pageHandler serves the web page.
func (s *Server) pageHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addHeaders(w.Header())
		awaitBody(w, r)
		over, err := s.guardPage(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.serve(w, r, over)
	})
}

// guardPage settles who asks and for what they may. A page of another name that resolves to us (DNS rebinding) fails
// at the Host, one of another port at Sec-Fetch-Site, one of neither at the bearer. There are no cookies to steal:
// a browser sends those of 127.0.0.1 to all its ports (RFC 6265 section 8.5).
func (s *Server) guardPage(r *http.Request) (reach, error) {
	if host := s.page.addr(); host == "" || r.Host != host {
		return 0, &httpError{
			status: http.StatusMisdirectedRequest,
			detail: "this address is answered under its own name only; open the page with: sessionkeeper ui",
		}
	}
	if !strings.HasPrefix(r.URL.Path, "/v1") {
		return bare, nil
	}
	site := r.Header.Values("Sec-Fetch-Site")
	if len(site) > 1 || len(site) == 1 && site[0] != "same-origin" && site[0] != "none" {
		return 0, foreign()
	}
	if origin := r.Header.Values("Origin"); len(origin) > 1 || len(origin) == 1 && origin[0] != "http://"+r.Host {
		return 0, foreign()
	}
	if err := tokenInURL(r); err != nil {
		return 0, err
	}
	if s.pages.knows(bearer(r)) {
		return onPage | bare, nil
	}
	if r.URL.Path == "/v1/ui/session" {
		return bare, nil
	}
	return 0, &httpError{
		status: http.StatusUnauthorized,
		detail: "this page is not signed in to the keeper, or not any more; run: sessionkeeper ui",
	}
}

func foreign() error {
	return &httpError{
		status: http.StatusForbidden,
		detail: "another page may not ask here; open ours with: sessionkeeper ui",
	}
}

// tokenInURL refuses credentials in the address: addresses end up in logs.
func tokenInURL(r *http.Request) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	query := r.URL.Query()
	secrets := []string{"access_token", "token", "bearer", "code", "client_secret", "refresh_token"}
	if slices.ContainsFunc(secrets, query.Has) {
		return invalid("no secret belongs into an address; send it in the body or in Authorization")
	}
	return nil
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, over reach) {
	route, name, err := s.routes.find(r, over)
	if err == nil {
		err = route.handle(w, &request{Request: r, name: name, onPage: over&onSocket == 0})
	}
	if err != nil {
		s.fail(w, r, err)
	}
}
