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

// pace says how a route's answers share a door with others; see Server.paced.
type pace int

// The zero pace is none: every route says its own.
const (
	atOnce pace = iota + 1 // neither waits nor is long
	inTurn                 // may wait
	inPart                 // is as long as there are sessions, entries or programs
)

// route is one thing that can be asked for.
type route struct {
	method, pattern string
	reach           reach
	pace            pace
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

// addTable adds every route there is beside the page's files.
func (s *Server) addTable() {
	const everywhere = onSocket | onPage
	for _, r := range []route{
		{"GET", "/v1/openapi.json", everywhere, atOnce, s.openAPI},
		{"GET", "/v1/health", everywhere, atOnce, s.health},
		{"GET", "/v1/events", everywhere, inTurn, s.events},
		{"GET", "/v1/history", everywhere, inPart, s.history},
		{"GET", "/v1/sessions", everywhere, inPart, s.list},
		{"GET", sessionPattern, everywhere, atOnce, s.show},
		{"PUT", sessionPattern, everywhere, inTurn, s.put},
		{"DELETE", sessionPattern, everywhere, inTurn, s.remove},
		{"POST", sessionPattern + "/token", onSocket, inTurn, s.token},
		{"POST", sessionPattern + "/aws", onSocket, inTurn, s.aws},
		{"POST", sessionPattern + "/refresh", everywhere, inTurn, s.refresh},
		{"POST", sessionPattern + "/rejected", everywhere, inTurn, s.rejected},
		{"POST", sessionPattern + "/login", everywhere, inTurn, s.login},
		{"POST", sessionPattern + "/logout", everywhere, inTurn, s.logout},
		{"POST", sessionPattern + "/pause", everywhere, atOnce, s.pause},
		{"POST", sessionPattern + "/resume", everywhere, atOnce, s.resume},
		{"POST", sessionPattern + "/secret", everywhere, inTurn, s.secret},
		{"GET", sessionPattern + "/history", everywhere, inPart, s.sessionHistory},
		{"GET", sessionPattern + "/related", everywhere, inPart, s.related},
		{"GET", sessionPattern + "/uses", everywhere, inPart, s.sessionUses},
		{"POST", "/v1/keychain/unlock", everywhere, inTurn, s.unlock},
		{"POST", "/v1/keychain/rotate", onSocket, inTurn, s.rotateKeys},
		{"POST", "/v1/keychain/passphrase", onSocket, inTurn, s.changePassphrase},
		{"POST", "/v1/keychain/move", onSocket, inTurn, s.moveSecrets},
		{"GET", "/v1/providers", everywhere, atOnce, s.providers},
		{"POST", "/v1/discover", everywhere, inTurn, s.discover},
		{"GET", "/v1/autostart", everywhere, atOnce, s.autostart},
		{"PUT", "/v1/autostart", everywhere, atOnce, s.setAutostart},
		{"GET", "/v1/approvals", everywhere, inPart, s.approvals},
		{"POST", approvalPattern, everywhere, atOnce, s.answerApproval},
		{"DELETE", approvalPattern, everywhere, atOnce, s.revokeApproval},
		{"GET", "/v1/files", onSocket, inPart, s.listFiles},
		{"PUT", "/v1/files", onSocket, inTurn, s.putFile},
		{"POST", "/v1/files", onSocket, inTurn, s.holdFile},
		{"DELETE", "/v1/files", onSocket, inTurn, s.removeFile},
		{"POST", "/v1/notices/press", onSocket, atOnce, s.press},
		{"POST", "/v1/notices/shown", onSocket, atOnce, s.shown},
		{"POST", "/v1/ui/code", onSocket, atOnce, s.uiCode},
		{"POST", "/v1/ui/session", bare, atOnce, s.uiSession},
	} {
		s.addRoute(r)
	}
}

// addRoute adds a route, whose handler then keeps its pace.
func (s *Server) addRoute(r route) {
	r.handle = s.paced(r)
	if s.routes[r.pattern] == nil {
		s.routes[r.pattern] = map[string]route{}
	}
	s.routes[r.pattern][r.method] = r
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
