package desktop

import (
	"strings"
	"testing"
)

func TestTOPEN1CleanURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example":                     "https://a.example",
		"HTTPS://a.example/x":                   "https://a.example/x",
		"https://a.example/a b?c=d&e=%20#f":     "https://a.example/a%20b?c=d&e=%20#f",
		"https://a.example/;id|`id`":            "https://a.example/;id%7C%60id%60",
		"https://a.example/?q=\"x\"&r=a\\b":     "https://a.example/?q=%22x%22&r=a%5Cb",
		"https://a.example/?é=*!":               "https://a.example/?%C3%A9=%2A%21",
		"http://127.0.0.1:8080/callback":        "http://127.0.0.1:8080/callback",
		"http://[::1]:8080/#code":               "http://[::1]:8080/#code",
		"http://localhost:8080/":                "http://localhost:8080/",
		"https://a.example/?redirect_uri=http:": "https://a.example/?redirect_uri=http:",
	} {
		if got, err := cleanURL(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "-version", "--help", "a.example", "//a.example", "http://a.example/", "http://0.0.0.0/",
		"http://127.0.0.1.a.example/",
		"file:///etc/passwd", "file://localhost/etc/passwd", "file://a.example/x", "javascript:alert(1)",
		"javascript://a.example/%0aalert(1)", "ms-settings://a.example/x", "vscode://a.example/x", "smb://127.0.0.1/x", "https:", "https:///x", "https:x", "https://:80/",
		"https://user@a.example/",
		"https://a.example/\n", "https://a.example/\x00", "https://a.example/?a=\r\nb",
		"https://a.example/\u0085",
		"ftp://127.0.0.1/",
		"mailto:a@a.example", "https://a b/", " https://a.example/", "data:text/html,x", "https://-a\x7f.example/",
	} {
		if got, err := cleanURL(in); err == nil {
			t.Errorf("%q: got %q; want an error", in, got)
		} else if in != "" && strings.Contains(err.Error(), in) {
			t.Errorf("%q: %v; want the URL left out", in, err)
		}
	}
}

func FuzzCleanURL(f *testing.F) {
	f.Add("https://id.example/authorize?a=b c&d=$(id)&e='f'#g")
	f.Add("http://[::1%25lo]:8080/")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := cleanURL(text)
		if err != nil {
			return
		}
		if !strings.HasPrefix(got, "https://") && !strings.HasPrefix(got, "http://") {
			t.Fatalf("%q: got %q", text, got)
		}
		unsafe := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'`$\\|<>(){}^!*", r) }
		if strings.ContainsFunc(got, unsafe) {
			t.Fatalf("%q: got %q", text, got)
		}
		if again, err := cleanURL(got); err != nil || again != got {
			t.Fatalf("%q: %q becomes %q, %v", text, got, again, err)
		}
	})
}
