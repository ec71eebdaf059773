package signin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

func TestPagesTakeAnyName(t *testing.T) {
	long := strings.Repeat("جلسة\u202e ", 40)
	srv := newServer(t, behaviour{})
	p := srv.provider()
	p.Name = `<img src=x onerror=alert(1)>"'&`
	var k keeper
	r := request(p, &k)
	r.Session = long
	f := start(t, r)
	page := finish(t, consent(t, f))
	if strings.Contains(page.body, "<img") || !strings.Contains(page.body, `<bdi dir="auto">`+long) {
		t.Errorf("page %s", page.body)
	}
}

// TestPageStyle: the policy allows exactly the style that the page brings.
func TestPageStyle(t *testing.T) {
	srv := newServer(t, behaviour{})
	var k keeper
	f := start(t, request(srv.provider(), &k))
	page := finish(t, consent(t, f))
	_, rest, _ := strings.Cut(page.body, "<style>")
	style, _, ok := strings.Cut(rest, "</style>")
	if !ok || !strings.Contains(style, "prefers-color-scheme: dark") {
		t.Fatalf("style %q", style)
	}
	sum := sha256.Sum256([]byte(style))
	want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, want) {
		t.Errorf("policy %s, want %s", csp, want)
	}
}
