package provider

import (
	"strings"
	"testing"
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
