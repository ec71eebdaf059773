package challenge

import (
	"strings"
	"testing"
)

// Fields as servers send them, with the schemes and the errors that are read of them.
func TestParse(t *testing.T) {
	for field, want := range map[string]string{
		`Bearer error="invalid_token"`:               "bearer=invalid_token",
		`bearer ERROR=Invalid_Token`:                 "bearer=invalid_token",
		`Bearer`:                                     "bearer",
		`Bearer realm="x"`:                           "bearer",
		`Basic realm="x", Bearer error="a", error=b`: "basic bearer=a",
		`Negotiate a87421000492aa874209af8bc028==, Bearer error="a"`: "negotiate bearer=a",
		`,, ,Bearer ,error="a",,`:                                    "bearer=a",
		`Bearer realm="a \"quoted, error=\\\"b\" one", error="a"`:    "bearer=a",
		`Basic realm="Bearer error=\"a\""`:                           "basic",
		`Basic realm="never ends, Bearer error="a"`:                  "basic",
		`error="a"`: "",
		`Bearer x_error="a", error_description="error=b"`: "bearer",
		`Bearer realm = "y" , error = "a"`:                "bearer=a",
		``:                                                "",
		`"`:                                               "",
		`= , =`:                                           "",
		`Basic realm="` + strings.Repeat("x", maxText) + `", Bearer error="a"`: "basic",
	} {
		var said []string
		for _, c := range Parse([]string{field}) {
			word := c.Scheme
			if code, coded := c.Error(); coded {
				word += "=" + code
			}
			said = append(said, word)
		}
		if got := strings.Join(said, " "); got != want {
			t.Errorf("%.80q: %q; want %q", field, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`Bearer error="invalid_token"`, `Basic realm="x", Bearer error=insufficient_scope,scope="a b"`, `Bearer a=="\`, `"`,
		`= , =`, strings.Repeat(`Bearer a="`, 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		for _, c := range Parse([]string{field}) {
			if c.Scheme == "" || c.Scheme != strings.ToLower(c.Scheme) || c.Params == nil {
				t.Errorf("%q: %+v", field, c)
			}
		}
		// What stands behind ours must not hide it.
		if found := Parse([]string{`Bearer error="a"`, field}); len(found) == 0 || found[0].Scheme != "bearer" ||
			found[0].Params["error"] != "a" {
			t.Errorf("a challenge before %q is not seen", field)
		}
	})
}
