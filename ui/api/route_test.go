package api_test

import (
	"slices"
	"strings"
	"testing"
)

// everyRoute is each route with the doors that it must be reachable through. TestTableIsComplete holds it against the
// server's own: a route that is added without a line here fails.
var everyRoute = []struct {
	method, target string
	socket, page   bool
	bare           bool // on the page's address without a bearer
	body           string
	changes        bool
}{
	{"GET", "/", false, true, true, "", false},
	{"GET", "/app.js", false, true, true, "", false},
	{"GET", "/v1/openapi.json", true, true, false, "", false},
	{"GET", "/v1/health", true, true, false, "", false},
	{"GET", "/v1/events", true, true, false, "", false},
	{"GET", "/v1/history", true, true, false, "", false},
	{"GET", "/v1/sessions", true, true, false, "", false},
	{"GET", "/v1/sessions/github", true, true, false, "", false},
	{"PUT", "/v1/sessions/new", true, true, false, `{"client_id":"x"}`, true},
	{"POST", "/v1/sessions/github/token", true, false, false, `{}`, false},
	{"POST", "/v1/sessions/github/refresh", true, true, false, `{}`, true},
	{"POST", "/v1/sessions/github/rejected", true, true, false, `{"generation":1}`, true},
	{"POST", "/v1/sessions/github/login", true, true, false, `{}`, true},
	{"POST", "/v1/sessions/github/logout", true, true, false, `{}`, true},
	{"POST", "/v1/sessions/github/pause", true, true, false, `{}`, true},
	{"POST", "/v1/sessions/github/resume", true, true, false, `{}`, true},
	{"POST", "/v1/sessions/github/secret", true, true, false, `{"client_secret":"s"}`, true},
	{"GET", "/v1/sessions/github/history", true, true, false, "", false},
	{"GET", "/v1/sessions/github/related", true, true, false, "", false},
	{"GET", "/v1/sessions/github/uses", true, true, false, "", false},
	{"POST", "/v1/sessions/github/aws", true, false, false, `{"role_arn":"arn:aws:iam::123456789012:role/Dev"}`, false},
	{"POST", "/v1/keychain/unlock", true, true, false, `{}`, true},
	{"POST", "/v1/keychain/rotate", true, false, false, `{}`, false},
	{"POST", "/v1/keychain/passphrase", true, false, false, `{"passphrase":"a","new_passphrase":"b"}`, false},
	{"POST", "/v1/keychain/move", true, false, false, `{"to":"sealed"}`, false},
	{"GET", "/v1/providers", true, true, false, "", false},
	{"POST", "/v1/discover", true, true, false, `{"issuer":"https://as.example"}`, false},
	{"GET", "/v1/autostart", true, true, false, "", false},
	{"PUT", "/v1/autostart", true, true, false, `{"on":true}`, true},
	{"GET", "/v1/approvals", true, true, false, "", false},
	{"POST", "/v1/approvals/some", true, true, false, `{"allow":false}`, false},
	{"DELETE", "/v1/approvals/some", true, true, false, "", false},
	{"GET", "/v1/files", true, false, false, "", false},
	{"PUT", "/v1/files", true, false, false, `{"session":"github","path":"/a"}`, false},
	{"POST", "/v1/files", true, false, false, `{"session":"github","path":"/a"}`, false},
	{"DELETE", "/v1/files", true, false, false, `{"path":"/a"}`, false},
	{"POST", "/v1/notices/press", true, false, false, `{"key":"session/github","action":"sign_in"}`, true},
	{"POST", "/v1/notices/shown", true, false, false, `{"key":"session/github","id":7}`, false},
	{"POST", "/v1/ui/code", true, false, false, `{}`, false},
	{"POST", "/v1/ui/session", false, true, true, `{"code":"wrong"}`, false},
	{"DELETE", "/v1/sessions/github", true, true, false, "", true},
}

func TestTableIsComplete(t *testing.T) {
	h := open(t, github())
	var want, got []string
	for _, r := range everyRoute {
		var doors []string
		if r.socket {
			doors = append(doors, "socket")
		}
		if r.page && r.bare {
			doors = append(doors, "bare")
		} else if r.page {
			doors = append(doors, "page")
		}
		pattern := strings.NewReplacer("/some", "/{id}", "/github", "/{name}", "/new", "/{name}").Replace(r.target)
		want = append(want, r.method+" "+pattern+" "+strings.Join(doors, "+"))
	}
	got = h.server.Table()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the server's routes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every route says whether it may wait or is long: what does not bound that lets a flood lock the others out.
func TestTableSaysThePace(t *testing.T) {
	if unmarked := open(t, github()).server.Unmarked(); len(unmarked) > 0 {
		t.Errorf("these routes have no mark: %q", unmarked)
	}
}
