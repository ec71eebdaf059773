package helper

import (
	"testing"
	"time"

	"sessionkeeper/ui/api/fast"
)

func TestParse(t *testing.T) {
	plain := TokenCall{Name: "work"}
	for _, c := range []struct {
		args []string
		want TokenCall
		ok   bool
	}{
		{[]string{"token", "work"}, plain, true},
		{[]string{"token", "work", "--json"}, TokenCall{Name: "work", JSON: true}, true},
		{[]string{"token", "--id-token", "work"}, TokenCall{Name: "work", Request: fast.Request{IDToken: true}}, true},
		{[]string{"token", "work", "--force"}, TokenCall{Name: "work", Request: fast.Request{Force: true}}, true},
		{[]string{"token", "--min-ttl", "1d", "work"}, TokenCall{Name: "work", Request: fast.Request{MinTTL: 24 * time.Hour}}, true},
		{[]string{"token", "--wait=2s", "work"}, TokenCall{Name: "work", Request: fast.Request{Wait: 2 * time.Second}}, true},
		{[]string{"header", "work"}, TokenCall{Name: "work", Header: true}, true},
		{args: []string{"header", "work", "--json"}},
		{args: []string{"header", "work", "--id-token"}},
		{args: []string{"token"}},
		{args: []string{"token", "work", "play"}},
		{args: []string{"token", "work", "--min-ttl"}},
		{args: []string{"token", "work", "--min-ttl", "soon"}},
		{args: []string{"token", "work", "--help"}},
		{args: []string{"token", "work", "--force=false"}},
		{args: []string{"token", "--", "work"}},
		{args: []string{"list"}},
		{args: nil},
	} {
		got, ok := Parse(c.args)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("Parse(%q) = %+v, %t; want %+v, %t", c.args, got, ok, c.want, c.ok)
		}
	}
}

func TestScheme(t *testing.T) {
	for given, want := range map[string]string{"": "Bearer", "bearer": "Bearer", "BEARER": "Bearer", "DPoP": "DPoP"} {
		if got := scheme(given); got != want {
			t.Errorf("scheme(%q) = %q; want %q", given, got, want)
		}
	}
}
