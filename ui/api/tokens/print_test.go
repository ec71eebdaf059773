package tokens

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"sessionkeeper/ui/api/client"
)

func TestNothingPrintsTheToken(t *testing.T) {
	const canary = "at_CANARY_0123456789"
	c := New(client.New("/nowhere"), Options{})
	defer c.Close()
	s := c.Source("work")
	s.held.Store(&held{token: &oauth2.Token{AccessToken: canary}, header: []string{"Bearer " + canary}, generation: 1})
	for _, v := range []any{s, c, struct{ in any }{s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, canary) {
				t.Errorf("%s of a %T holds the token", verb, v)
			}
		}
	}
}
