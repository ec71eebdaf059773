package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// reach says over which door a route can be reached.
type reach int

// The zero reach is none: a route that says nothing is closed.
const (
	onSocket reach = 1 << iota // the unix socket
	onPage                     // loopback TCP, with a bearer
	bare                       // loopback TCP, without one: what a page needs before it has one
)

// route is one thing that can be asked for.
type route struct {
	method, pattern string
	reach           reach
	handle          handler
}

// handler returns an error for what has no answer of its own; see fail.
type handler func(w http.ResponseWriter, r *request) error

// request is a request with what its route needs of it.
type request struct {
	*http.Request
	name   string // of the session, unescaped
	onPage bool
}

// routes are all routes, by pattern and method.
type routes map[string]map[string]route

const (
	sessionPrefix  = "/v1/sessions/"
	sessionPattern = sessionPrefix + "{name}"
)

// table is every route there is beside the page's files.
func (s *Server) table() routes {
	const everywhere = onSocket | onPage
	t := routes{}
	for _, r := range []route{
		{"GET", "/v1/openapi.json", everywhere, s.openAPI},
		{"GET", "/v1/health", everywhere, s.health},
		{"GET", "/v1/events", everywhere, s.inTurn(s.events)},
		{"GET", "/v1/history", everywhere, s.inPart(s.history)},
		{"GET", "/v1/sessions", everywhere, s.inPart(s.list)},
		{"GET", sessionPattern, everywhere, s.show},
		{"PUT", sessionPattern, everywhere, s.inTurn(s.put)},
		{"DELETE", sessionPattern, everywhere, s.inTurn(s.remove)},
		{"POST", sessionPattern + "/token", onSocket, s.inTurn(s.token)},
		{"POST", sessionPattern + "/aws", onSocket, s.inTurn(s.aws)},
		{"POST", sessionPattern + "/refresh", everywhere, s.inTurn(s.refresh)},
		{"POST", sessionPattern + "/rejected", everywhere, s.inTurn(s.rejected)},
		{"POST", sessionPattern + "/login", everywhere, s.inTurn(s.login)},
		{"POST", sessionPattern + "/logout", everywhere, s.inTurn(s.logout)},
		{"POST", sessionPattern + "/pause", everywhere, s.pause},
		{"POST", sessionPattern + "/resume", everywhere, s.resume},
		{"POST", sessionPattern + "/secret", everywhere, s.inTurn(s.secret)},
		{"GET", sessionPattern + "/history", everywhere, s.inPart(s.sessionHistory)},
		{"GET", sessionPattern + "/related", everywhere, s.related},
		{"GET", sessionPattern + "/uses", everywhere, s.sessionUses},
		{"POST", "/v1/keychain/unlock", everywhere, s.inTurn(s.unlock)},
		{"POST", "/v1/keychain/rotate", onSocket, s.inTurn(s.rotateKeys)},
		{"POST", "/v1/keychain/passphrase", onSocket, s.inTurn(s.changePassphrase)},
		{"POST", "/v1/keychain/move", onSocket, s.inTurn(s.moveSecrets)},
		{"GET", "/v1/providers", everywhere, s.providers},
		{"POST", "/v1/discover", everywhere, s.inTurn(s.discover)},
		{"GET", "/v1/autostart", everywhere, s.autostart},
		{"PUT", "/v1/autostart", everywhere, s.setAutostart},
		{"GET", "/v1/approvals", everywhere, s.approvals},
		{"POST", approvalPattern, everywhere, s.answerApproval},
		{"DELETE", approvalPattern, everywhere, s.revokeApproval},
		{"GET", "/v1/files", onSocket, s.listFiles},
		{"PUT", "/v1/files", onSocket, s.inTurn(s.putFile)},
		{"POST", "/v1/files", onSocket, s.inTurn(s.holdFile)},
		{"DELETE", "/v1/files", onSocket, s.inTurn(s.removeFile)},
		{"POST", "/v1/notices/press", onSocket, s.press},
		{"POST", "/v1/notices/shown", onSocket, s.shown},
		{"POST", "/v1/ui/code", onSocket, s.uiCode},
		{"POST", "/v1/ui/session", bare, s.uiSession},
	} {
		t.add(r)
	}
	return t
}

func (t routes) add(r route) {
	if t[r.pattern] == nil {
		t[r.pattern] = map[string]route{}
	}
	t[r.pattern][r.method] = r
}

// find gives the route that is asked for over this door, and the session's name in it. Nothing is cleaned up or
// redirected: a path is one of ours to the letter, or it is not.
func (t routes) find(r *http.Request, over reach) (route, string, error) {
	pattern, name, err := split(r.URL.EscapedPath())
	if err != nil {
		return route{}, "", err
	}
	allowed := []string{}
	for _, method := range slices.Sorted(maps.Keys(t[pattern])) {
		if found := t[pattern][method]; found.reach&over != 0 {
			if method == r.Method || method == http.MethodGet && r.Method == http.MethodHead {
				return found, name, nil
			}
			allowed = append(allowed, method)
			if method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	if len(allowed) == 0 {
		return route{}, "", notFound("there is nothing at this address; see the list of routes in the documentation")
	}
	return route{}, "", &httpError{
		status: http.StatusMethodNotAllowed, allow: strings.Join(allowed, ", "),
		detail: fmt.Sprintf("this address does not take %.20q; use %s", r.Method, strings.Join(allowed, " or ")),
	}
}

// split turns a path into its pattern and the session's name.
func split(path string) (pattern, name string, err error) {
	if id, found := strings.CutPrefix(path, approvalPrefix); found && id != "" && !strings.Contains(id, "/") {
		return approvalPattern, id, nil
	}
	rest, found := strings.CutPrefix(path, sessionPrefix)
	if !found || rest == "" {
		return path, "", nil
	}
	escaped, action, deeper := strings.Cut(rest, "/")
	name, err = url.PathUnescape(escaped)
	if err != nil || name == "" || !utf8.ValidString(name) {
		return "", "", invalid("the session's name in the address must be percent-encoded UTF-8")
	}
	if deeper {
		return sessionPattern + "/" + action, name, nil
	}
	return sessionPattern, name, nil
}
