// Package secret holds the one type that tokens and client secrets travel in. It prints as [redacted] through every
// road that fmt, log/slog and encoding/json know; Reveal is the only way out and its callers are a short list.
package secret

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

const redacted = "[redacted]"

// Text is a secret string. The zero Text is empty. It holds a pointer because fmt calls no methods on unexported
// fields: a plain string in one would print in clear.
type Text struct {
	_ [0]func() // not comparable with ==, which would compare pointers
	p *string
}

// New wraps s.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{p: &s}
}

// Reveal returns the secret itself. Call it only where the secret leaves for its destination: the body of a request
// to the provider, the keychain, the caller that is entitled to a token.
func (t Text) Reveal() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.p == nil }

// OneLine reports whether the secret fits on one line whoever reads it: it is UTF-8 without control characters and without
// the separators of lines and paragraphs. Every token does (RFC 6749 appendix A.12 has printable ASCII alone); one that
// does not would end a header, a line of a protocol, or command a terminal.
func (t Text) OneLine() bool { return OneLine(t.Reveal()) }

// OneLine is Text.OneLine for what stands beside a secret.
func OneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp)
	})
}

// Digits reports whether the secret is made of digits alone.
func (t Text) Digits() bool {
	return !t.Empty() && !strings.ContainsFunc(t.Reveal(), func(r rune) bool { return r < '0' || r > '9' })
}

// Equal reports whether both secrets are the same, in time that does not depend on where they differ.
func (t Text) Equal(o Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(o.Reveal())) == 1
}

// String returns the placeholder, never the secret.
func (t Text) String() string { return redacted }

// Format prints the placeholder for every verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue gives log/slog the placeholder.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON encodes the placeholder.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText encodes the placeholder.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// GobEncode refuses: gob would write the secret to somewhere that nobody looks.
func (t Text) GobEncode() ([]byte, error) { return nil, errors.New("secret: not encodable") }
