package tokens_test

import (
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/ui/api/tokens"
)

// TestChallengeIsPassedOn: the claims of a resource that says insufficient_claims reach the keeper as they came, and the
// request goes once more with the token that they bring; of one that cannot be sent again the keeper is told all the same.
func TestChallengeIsPassedOn(t *testing.T) {
	const claims = "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJ2YWx1ZSI6ImMxIn19fQ=="
	for name, body := range map[string]io.Reader{
		"again": nil,
		"once":  io.MultiReader(strings.NewReader(strings.Repeat("x", 2<<20))),
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			s := newResource(t, b.keeper.TokenText(2))
			s.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Authorization") == s.wants {
					return false
				}
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+claims+`"`)
				http.Error(w, "more", http.StatusUnauthorized)
				return true
			}
			status, _ := do(t, b.http(t, tokens.TransportOptions{Origins: []string{s.URL}}), "POST", s.URL, body)
			want := http.StatusOK
			if body != nil {
				want = http.StatusUnauthorized
			}
			if status != want {
				t.Errorf("status %d; want %d", status, want)
			}
			for len(b.keeper.Claims()) == 0 { // who cannot send the request again does not wait for the keeper
				runtime.Gosched()
			}
			if got := b.keeper.Claims(); !slices.Equal(got, []string{claims}) {
				t.Errorf("the keeper heard the claims %q", got)
			}
		})
	}
}
