// Package challenge reads the challenges of an answer, which say how a resource wants to be asked and what was wrong
// with the token that it was shown. It knows the header alone and holds nothing.
package challenge

import (
	"slices"
	"strings"
)

// maxText bounds what is read of an answer's challenges, in bytes; an honest one has some hundred.
const maxText = 16 << 10

// Challenge is one of an answer's challenges (RFC 9110 section 11.6.1).
type Challenge struct {
	Scheme string            // lower case
	Params map[string]string // by their names in lower case; of several that are called the same, the first
}

// Error is the code that the challenge gives (RFC 6750 section 3), in lower case; coded is false where it gives none.
func (c Challenge) Error() (code string, coded bool) {
	code, coded = c.Params["error"]
	return strings.ToLower(code), coded
}

// Parse reads what can be read of WWW-Authenticate fields and leaves the rest.
func Parse(fields []string) []Challenge {
	p := parser{text: strings.Join(fields, ",")}
	if len(p.text) > maxText {
		p.text = p.text[:maxText]
	}
	var found []Challenge
	for p.text != "" {
		word := p.token()
		if word == "" {
			p.skip()
			continue
		}
		spaced := p.spaces()
		if value, ok := p.value(); ok {
			if n := len(found); n > 0 {
				found[n-1].set(word, value)
			}
			continue
		}
		if !spaced && p.text != "" && p.text[0] != ',' {
			p.skip() // no scheme: something of a broken parameter
			continue
		}
		found = append(found, Challenge{Scheme: strings.ToLower(word), Params: map[string]string{}})
		p.token68()
	}
	return found
}

// set keeps the first of several values, for a parameter may stand once only.
func (c Challenge) set(name, value string) {
	if name = strings.ToLower(name); c.Params[name] == "" {
		c.Params[name] = value
	}
}

// parser cuts text off its front.
type parser struct{ text string }

// token cuts a token (RFC 9110 section 5.6.2), "" where none stands.
func (p *parser) token() string {
	n := 0
	for n < len(p.text) && isToken(p.text[n]) {
		n++
	}
	return p.cut(n)
}

func (p *parser) cut(n int) string {
	cut := p.text[:n]
	p.text = p.text[n:]
	return cut
}

func (p *parser) spaces() bool {
	before := len(p.text)
	p.text = strings.TrimLeft(p.text, " \t")
	return len(p.text) < before
}

// skip cuts something that is not understood: a quoted string as a whole, else one byte.
func (p *parser) skip() {
	if p.text[0] == '"' {
		p.quoted()
		return
	}
	p.cut(1)
}

// value cuts the rest of a parameter, "=" and a token or a quoted string; nothing where none stands.
func (p *parser) value() (string, bool) {
	rest := *p
	if rest.text == "" || rest.text[0] != '=' {
		return "", false
	}
	rest.cut(1)
	rest.spaces()
	var value string
	switch {
	case rest.text != "" && rest.text[0] == '"':
		value = rest.quoted()
	default:
		if value = rest.token(); value == "" {
			return "", false
		}
	}
	*p = rest
	return value, true
}

// quoted cuts a quoted string (RFC 9110 section 5.6.4) and gives what it says. One without an end goes to the end of the
// text.
func (p *parser) quoted() string {
	var b strings.Builder
	for i := 1; i < len(p.text); i++ {
		switch c := p.text[i]; c {
		case '"':
			p.cut(i + 1)
			return b.String()
		case '\\':
			if i++; i < len(p.text) {
				b.WriteByte(p.text[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	p.text = ""
	return b.String()
}

// token68 cuts the other form of a scheme's data (RFC 9110 section 11.2), which no scheme of ours has.
func (p *parser) token68() {
	rest := *p
	for rest.text != "" && (isToken(rest.text[0]) || rest.text[0] == '/') {
		rest.cut(1)
	}
	rest.text = strings.TrimLeft(rest.text, "=")
	after := rest
	after.spaces()
	if after.text == "" || after.text[0] == ',' {
		*p = rest
	}
}

func isToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		slices.Contains([]byte("!#$%&'*+-.^_`|~"), c)
}
