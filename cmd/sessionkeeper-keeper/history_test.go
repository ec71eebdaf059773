package main

import (
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// The history speaks to people: no keys, no times in the provider's form.
func TestEntryDetail(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	later := at.Add(time.Minute).Format(time.RFC3339)
	for _, c := range []struct {
		kind   string
		detail map[string]string
		want   string
	}{
		{session.EventState, map[string]string{"was": "active", "state": "paused", "ends_at": later}, "Signed in → Paused"},
		{
			session.EventState,
			map[string]string{"was": "active", "state": "sign_in_needed", "reason": "revoked"},
			"Signed in → Sign-in needed, access was revoked",
		},
		{session.EventState, map[string]string{"state": "active"}, "Signed in"},
		{session.EventRenewed, map[string]string{"expires_at": later, "generation": "28"}, "good for 1 min"},
		{session.EventRenewed, nil, ""},
		{
			session.EventRefreshFailed,
			map[string]string{"code": "invalid_grant", "http_status": "400", "message": "bad\x1b[2J", "reason": "refused"},
			"the provider gives no reason, bad\uFFFD[2J, invalid_grant, status 400",
		},
		{session.EventWarning, map[string]string{"ends_at": later}, "ends in 1 min"},
		{session.EventWarning, map[string]string{"kind": "outage"}, "the provider cannot be reached or has trouble"},
		{session.EventConsentOpened, map[string]string{"kind": "user"}, ""},
		{session.EventConsentDone, map[string]string{"kind": "auto", "outcome": "wrong_account"}, "by itself, another account signed in"},
		{session.EventConsentDone, map[string]string{"kind": "user", "outcome": "done"}, ""},
		{"from a later version", map[string]string{"message": "hello"}, "hello"},
		{session.EventHandedOut, map[string]string{"count": "2", "program": "/usr/bin/curl"}, "handed out 2 times to curl (/usr/bin/curl)"},
	} {
		if got := entryDetail(client.Entry{At: at, Type: c.kind, Detail: c.detail}); got != c.want {
			t.Errorf("%s %v: %q; want %q", c.kind, c.detail, got, c.want)
		}
	}
}
