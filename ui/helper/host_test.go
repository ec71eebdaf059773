package helper

import (
	"net/url"
	"strings"
	"testing"
)

func TestTAUD1NormalHost(t *testing.T) {
	for given, want := range map[string]string{
		"example.org": "example.org", "Example.ORG": "example.org", "example.org:443": "example.org",
		"example.org:8443": "example.org:8443", "localhost:1": "localhost:1", "127.0.0.1:5000": "127.0.0.1:5000",
		"[::1]:8443": "[::1]:8443", "[::1]": "[::1]", "xn--bcher-kva.example": "xn--bcher-kva.example", "a_b.example": "a_b.example",

		"": "", ".": "", "example.org.": "", ".example.org": "", "a..b": "", "example.org:": "", "example.org:0": "",
		"example.org:+1": "", "example.org:080": "", "example.org:65536": "", "example.org:99999": "", "a:b:1": "", ":443": "",
		"user@example.org": "", "example.org/x": "", "example.org?x": "", "example.org#x": "", "example.org\\x": "",
		"exa mple.org": "", "example.org\n": "", "example.org\x00": "", "bücher.example": "", "example.оrg": "", "%65xample.org": "",
		"[::1": "", "::1": "", "[fe80::1%eth0]": "", "[127.0.0.1]": "", "*.example.org": "", strings.Repeat("a.", 200) + "a": "",
	} {
		got, err := NormalHost(given)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NormalHost(%q) = %q, %v; want %q", given, got, err, want)
		}
	}
}

func TestTAUD1HostOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.org": "example.org", "https://EXAMPLE.org:443/a/b?c": "example.org", "https://example.org:8443/": "example.org:8443",
		"HTTPS://example.org/": "example.org",

		"http://example.org/": "", "example.org": "", "//example.org": "", "https:example.org": "", "https:///x": "",
		"https://ada@example.org/": "", "https://example.org\\@evil.example/": "", "https://evil.example\t.example.org/": "",
		"https://example.org%2f@evil.example/": "", "https://example.org./": "", "https://example.org /": "", "https://": "", "": "",
	} {
		if got := hostOf(address, "https"); got != want {
			t.Errorf("hostOf(%q) = %q; want %q", address, got, want)
		}
	}
	if got := hostOf("grpcs://example.org:443/x", "https", "grpcs"); got != "example.org" {
		t.Errorf("grpcs: %q", got)
	}
}

// FuzzHostOf holds the host against what comes before the path as anybody reads it.
func FuzzHostOf(f *testing.F) {
	f.Add("https://example.org:8443/a")
	f.Add("https://[::1]:1/")
	f.Add("https://a@b\\c")
	f.Fuzz(func(t *testing.T, address string) {
		got := hostOf(address, "https")
		if got == "" {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" {
			t.Fatalf("%q gave %q, and is no https address", address, got)
		}
		plain := strings.ToLower(address[len("https://"):])
		end := strings.IndexAny(plain, "/?#")
		if end < 0 {
			end = len(plain)
		}
		if plain[:end] != got && plain[:end] != got+":443" {
			t.Errorf("%q gave %q; its host is %q", address, got, plain[:end])
		}
		if again, err := NormalHost(got); err != nil || again != got {
			t.Errorf("%q gave %q, which is not normal", address, got)
		}
	})
}
