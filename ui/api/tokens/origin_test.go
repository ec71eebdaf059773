package tokens_test

import (
	"strings"
	"testing"

	"sessionkeeper/ui/api/tokens"
)

func TestTAUD1Origin(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.example.com":       "https://api.example.com",
		"https://API.example.com/":      "https://api.example.com",
		"HTTPS://api.example.com:8443":  "https://api.example.com:8443",
		"http://127.0.0.1:8080":         "http://127.0.0.1:8080",
		"http://localhost":              "http://localhost",
		"http://[::1]:9":                "http://[::1]:9",
		"http://api.example.com":        "",
		"http://127.0.0.1.example.com":  "",
		"http://localhost.example.com":  "",
		"https://api.example.com/v1":    "",
		"https://api.example.com?x":     "",
		"https://api.example.com?":      "",
		"https://api.example.com#":      "",
		"https://api.example.com#x":     "",
		"https://u:secret@example.com":  "",
		"https://@example.com":          "",
		"https://api.example.com:":      "",
		"https://api.example.com:0":     "",
		"https://api.example.com:99999": "",
		"https://":                      "",
		"https:///path":                 "",
		"https:api.example.com":         "",
		"ftp://api.example.com":         "",
		"api.example.com":               "",
		"":                              "",
		"https://a b":                   "",
	} {
		got, err := tokens.Origin(text)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is taken for %s", text, got)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%q: the error tells the password: %v", text, err)
		}
	}
}
