package secret

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

type holder struct {
	Out Text
	in  Text
	ptr *Text
	m   map[string]Text
}

func TestTLOG2NothingPrintsTheSecret(t *testing.T) {
	const canary = "rt_CANARY_0123456789"
	s := New(canary)
	h := holder{Out: s, in: s, ptr: &s, m: map[string]Text{"k": s}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10s"} {
		for _, v := range []any{s, &s, h, &h, []Text{s}, []holder{h}, fmt.Errorf("wrapping %v", s)} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("values", "secret", s, "holder", h, "pointer", &h)
	}
	for _, v := range []any{s, h, map[string]any{"s": s}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("marshalling %T: %v", v, err)
		}
		out.Write(b)
	}
	if err := gob.NewEncoder(&out).Encode(s); err == nil {
		t.Error("gob encoded a secret; want an error")
	}
	for _, leak := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "rt_CANARY"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("output holds %q", leak)
		}
	}
	if got := s.Reveal(); got != canary {
		t.Errorf("Reveal() = %q; want %q", got, canary)
	}
}

func TestEqual(t *testing.T) {
	if a, b := New("one"), New("one"); !a.Equal(b) {
		t.Error("equal secrets differ")
	}
	if a, b := New("one"), New("two"); a.Equal(b) {
		t.Error("different secrets are equal")
	}
	if !New("").Empty() || !New("").Equal(Text{}) {
		t.Error("an empty secret is not the zero Text")
	}
}

func TestTLINE1OneLine(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "eyJhbGciOi.J9_-~+/=": true, "with a space": true, "bücher": true,

		"a\rb": false, "a\nb": false, "a\x00": false, "\x1b[2J": false, "a\tb": false, "\x7f": false,
		"\u0085": false, "\u009b2J": false, "\x9b2J": false, "\u2028": false, "\u2029": false,
	} {
		if got := New(text).OneLine(); got != want {
			t.Errorf("%q: %v; want %v", text, got, want)
		}
	}
}

func TestDigits(t *testing.T) {
	for text, want := range map[string]bool{"17": true, "0": true, "": false, "1.5": false, "-1": false, "17a": false, "\u0661": false} {
		if got := New(text).Digits(); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
