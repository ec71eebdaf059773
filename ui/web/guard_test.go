package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestForeignPages asks from a name that resolves to us (DNS rebinding) and from another port of this machine.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("")
	b.until(state("github", "Signed in"))
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
			t.Error("another port got a credential of ours")
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>other</title>")
	}))
	defer other.Close()
	origin := b.server.PageAddress()
	rebound := strings.Replace(origin, "127.0.0.1", "evil.test", 1)
	const ask = `Promise.all(["GET", "POST", "PUT", "DELETE"].flatMap((method) =>
		["/v1/sessions", "/v1/sessions/github", "/v1/sessions/github/pause", "/v1/events", "/v1/discover", "/v1/autostart",
			"/v1/ui/session"].flatMap((path) =>
			["cors", "no-cors"].filter((mode) => mode === "cors" || ["GET", "POST"].includes(method)).map((mode) =>
				fetch(%q + path, {method, mode, credentials: "include"})
					.then((r) => r.type === "opaque" ? 0 : r.status, () => 0)))))`
	for from, want := range map[string]int{rebound: http.StatusMisdirectedRequest, other.URL: 0} {
		b.do(chromedp.Navigate(from))
		target := origin
		if from == rebound {
			target = rebound
		}
		for _, status := range eval[[]int](b, fmt.Sprintf(ask, target)) {
			if status != want {
				t.Errorf("from %s: status %d; want %d", from, status, want)
			}
		}
		if bearer := eval[bool](b, `sessionStorage.getItem("bearer") !== null`); bearer {
			t.Errorf("%s sees our bearer", from)
		}
	}
	if changes := b.keeper.Changes(); len(changes) != 0 {
		t.Errorf("a foreign page changed something: %v", changes)
	}
}

// TestSources: no markup from scripts, no inline script or style, nothing from elsewhere, no lasting storage.
func TestSources(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("src/*.*")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bad := []string{
			"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", ".cookie",
			"style=", "javascript:",
		}
		if filepath.Ext(file) == ".html" {
			bad = append(bad, "onclick", "<style", "http://", "https://")
		}
		for _, b := range bad {
			if strings.Contains(strings.ToLower(string(source)), strings.ToLower(b)) {
				t.Errorf("%s has %q", file, b)
			}
		}
	}
}

// TestWeight: the whole page as it is served is no more than 45 kB, compressed.
func TestWeight(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.do(chromedp.Navigate(b.server.PageAddress()))
	b.until(locked)
	sum := 0
	const loaded = `["/", ...performance.getEntriesByType("resource").map((e) => new URL(e.name).pathname)]`
	for _, name := range eval[[]string](b, loaded) {
		if strings.HasPrefix(name, "/v1") {
			continue
		}
		response, err := http.Get(b.server.PageAddress() + name)
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		size, err := io.Copy(zip, response.Body)
		if err != nil || zip.Close() != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		t.Logf("%-14s %6d bytes, %6d compressed", name, size, packed.Len())
		sum += packed.Len()
	}
	if sum > 45_000 || sum < 10_000 {
		t.Errorf("the page weighs %d bytes", sum)
	}
}
