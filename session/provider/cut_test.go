package provider

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// TestCutBody: of a body whose end did not come, a value counts only where its own end did.
func TestCutBody(t *testing.T) {
	for _, c := range []struct{ body, access, refresh string }{
		{`access_token=abc&expires_in=60&refresh_token=de`, "abc", ""},
		{`access_token=abc&expires_in=60&refresh_token=def&token_type=bea`, "abc", "def"},
		{`access_token=ab`, "", ""},
		{`refresh_token=def&access_token=ab%2`, "", ""},
		{`{"access_token":"abc","refresh_token":"de`, "abc", ""},
		{`{"access_token":"abc","refresh_token":"def"`, "abc", "def"},
		{`{"access_token":"abc","refresh_token":"de\"`, "abc", ""},
		{`{"refresh_token":"def","access_token":12`, "", "def"},
		{`{"access_token":"abc","refresh_token":"def"}`, "abc", "def"},
		{``, "", ""},
	} {
		r := &reply{status: http.StatusOK, header: http.Header{}, body: []byte(c.body), err: io.ErrUnexpectedEOF, sentAt: time.Now()}
		a := r.rescued(&Provider{})
		if got := a.Tokens.Access.Reveal(); got != c.access {
			t.Errorf("%s: access token %q; want %q", c.body, got, c.access)
		}
		if got := a.Tokens.Refresh.Reveal(); got != c.refresh {
			t.Errorf("%s: refresh token %q; want %q", c.body, got, c.refresh)
		}
		if whole := c.access != "" && c.refresh != ""; (a.Verdict == VerdictOK) != whole || !whole && !a.OutcomeUnknown {
			t.Errorf("%s: %s, outcome unknown %t", c.body, a.Verdict, a.OutcomeUnknown)
		}
	}
}

// TestRefreshTokenAlone: an answer whose access token cannot be read is of no use, but its refresh token is kept.
func TestRefreshTokenAlone(t *testing.T) {
	for _, body := range []string{`{"refresh_token":"def","access_token":NaN}`, `{"refresh_token":"def","access_token":`} {
		a := Judge(nil, http.StatusOK, http.Header{}, []byte(body))
		if a.Verdict != VerdictPassing || !a.OutcomeUnknown || a.Tokens.Refresh.Reveal() != "def" || !a.Tokens.Access.Empty() {
			t.Errorf("%s: %s, outcome unknown %t", body, a.Verdict, a.OutcomeUnknown)
		}
	}
}
