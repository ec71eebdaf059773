package provider

import (
	"strings"
	"testing"
	"time"
)

// What strangers say becomes one printable line without anything that could be a token.
func TestCleanLine(t *testing.T) {
	for given, want := range map[string]string{
		" two\r\n lines\t":                   "two lines",
		"\u202egpj.exe\u200b\u2066x":         "gpj.exex",
		"bad\xff\x00byte":                    "bad byte",
		"key " + strings.Repeat("aB3_", 8):   "key …",
		strings.Repeat("word ", 60):          strings.Repeat("word ", 60)[:maxMessage-1] + "…",
		"AADSTS70008: The code has expired.": "AADSTS70008: The code has expired.",
		"شركة\u061c عمل":                     "شركة عمل",
		"":                                   "",
	} {
		if got := CleanLine(given); got != want {
			t.Errorf("CleanLine(%q) = %q; want %q", given, got, want)
		}
	}
}

func TestMessageHoldsNoSecret(t *testing.T) {
	const short, long = "rt-9f8e", "0123456789abcdef0123456789abcdef0123"
	body := `{"error":"oops ` + short + `","error_description":"token ` + short + ` and ` + long +
		"\\u202e \\u0007\\n" + `end"}`
	a := judge(nil, 400, nil, []byte(body), time.Now(), []string{"", short})
	for _, bad := range []string{short, long, "\u202e"} {
		if strings.Contains(a.Message+a.Code, bad) {
			t.Errorf("%q is in the message %q or code %q", bad, a.Message, a.Code)
		}
	}
	if !strings.HasSuffix(a.Message, "end") {
		t.Errorf("message %q lost its end", a.Message)
	}
}
