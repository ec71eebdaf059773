package helper

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const bazelBindings = "[[helper]]\ntool = 'bazel'\nsession = 'work'\nhosts = ['cache.example']\n"

// The requests are those of github.com/EngFlow/credential-helper-spec.
func TestBazel(t *testing.T) {
	k := newFakeKeeper("work")
	expires := k.sessions["work"].expiresAt.Add(-time.Minute).UTC().Format(time.RFC3339)
	granted := `{"headers":{"Authorization":["Bearer access-of-work-7"]},"expires":"` + expires + `"}` + "\n"
	for _, c := range []struct {
		what, stdin string
		exit        int
		want        string
	}{
		{"https", `{"uri":"https://cache.example/cas/1"}`, 0, granted},
		{"gRPC", `{"uri":"grpcs://cache.example/x","more":1}`, 0, granted},
		{"with its port", `{"uri":"https://cache.example:443/x"}`, 0, granted},
		{"http", `{"uri":"http://cache.example/x"}`, 0, `{"headers":{}}` + "\n"},
		{"plain gRPC", `{"uri":"grpc://cache.example/x"}`, 0, `{"headers":{}}` + "\n"},
		{"another host", `{"uri":"https://evil.example/x"}`, 0, `{"headers":{}}` + "\n"},
		{"no address", `{}`, 1, ""},
		{"half a request", `{"uri":"https://cache.exa`, 1, ""},
		{"nothing", "", 1, ""},
		{"without end", `{"uri":"` + strings.Repeat("a", maxRequest), 1, ""},
	} {
		got := runHelper(t, k, testHome(t, bazelBindings), c.stdin, "bazel", "-", "get")
		if got.exit != c.exit || got.stdout != c.want || (got.stderr == "") != (c.exit == 0) {
			t.Errorf("%s: %+v; want exit %d, %q", c.what, got, c.exit, c.want)
		}
	}
	if got := runHelper(t, k, testHome(t, bazelBindings), "", "bazel", "-", "store"); got.exit != ExitUsage {
		t.Errorf("what there is not: %+v", got)
	}
}

func FuzzBazel(f *testing.F) {
	f.Add(`{"uri":"https://cache.example/x"}`)
	f.Add(`{"uri":1}`)
	p := testHome(f, bazelBindings)
	f.Fuzz(func(t *testing.T, request string) {
		got := runHelper(t, newFakeKeeper("work"), p, request, "bazel", "-", "get")
		var answer bazelAnswer
		if got.exit == 0 && json.Unmarshal([]byte(got.stdout), &answer) != nil {
			t.Errorf("%q was answered with %q", request, got.stdout)
		}
		if len(answer.Headers) > 0 && !strings.Contains(strings.ToLower(request), "cache.example") && !strings.Contains(request, `\u`) {
			t.Errorf("%q got a token", request)
		}
	})
}
