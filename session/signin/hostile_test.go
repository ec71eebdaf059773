package signin_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestTXSS1WhatProvidersSay: what comes with an answer is nowhere in a page as markup, as an address or as an order to the
// browser.
func TestTXSS1WhatProvidersSay(t *testing.T) {
	for _, text := range []string{
		`<svg onload=alert(1)>`, `"><script>alert(1)</script>`, `'-alert(1)-'`, `javascript:alert(1)`, `</style><img src=x onerror=alert(1)>`,
		`<meta http-equiv="refresh" content="0;url=//evil.test">`, "\u202eevil\u202c", "a\x1b[31mb", strings.Repeat("<b>", 2000),
	} {
		for _, field := range []string{"error", "error_description", "error_uri", "iss", "code", "scope"} {
			srv := newServer(t, behaviour{})
			var k keeper
			f := start(t, request(srv.provider(), &k))
			s := get(t, with(t, consent(t, f), func(q url.Values) {
				if field != "code" {
					q.Del("code")
				}
				if field != "error" {
					q.Set("error", "access_denied")
				}
				q.Set(field, text)
			}))
			if s.location != "" {
				s = get(t, s.location)
			}
			checkGuards(t, s)
			for _, bad := range []string{"<svg onload", "<img", "<b>", "http-equiv=\"refresh", "=\"javascript:", "evil.test\"", "\x1b", "\u202e"} {
				if strings.Contains(strings.ToLower(s.body), bad) {
					t.Errorf("%s=%.40q: the page has %q", field, text, bad)
				}
			}
			f.Cancel()
		}
	}
}
