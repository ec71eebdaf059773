package tokens

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// maxChallenge bounds what is read of an answer's challenges; an honest one has some hundred bytes.
const maxChallenge = 16 << 10

// challenge is one of an answer's challenges (RFC 9110 section 11.6.1).
type challenge struct {
	scheme string // lower case
	params map[string]string
}

// refusal is what an answer's challenges say of the token that was sent (RFC 6750 section 3).
type refusal int

const (
	noRefusal   refusal = iota
	tokenBad            // invalid_token, or a challenge without a code to a request that had a token
	scopeTooFew         // insufficient_scope
)

// refused says what an answer to a request with a token of this scheme refuses, and which scopes it names.
func refused(status int, header http.Header, scheme string) (r refusal, scopes string) {
	if status != http.StatusUnauthorized && status != http.StatusForbidden {
		return noRefusal, ""
	}
	for _, c := range challenges(header.Values("WWW-Authenticate")) {
		if c.scheme != "bearer" && c.scheme != scheme {
			continue
		}
		code, coded := c.params["error"]
		switch {
		case strings.EqualFold(code, "insufficient_scope"):
			return scopeTooFew, c.params["scope"]
		case status == http.StatusUnauthorized && (!coded || strings.EqualFold(code, "invalid_token")):
			r = tokenBad
		}
	}
	return r, ""
}

// maxPeek bounds what is read of a refusal that has no challenge.
const maxPeek = 16 << 10

// refusedInBody reports whether a 401 without any challenge, which RFC 9110 does not allow and many services send, has
// the code invalid_token in its body. The body can still be read from its beginning.
func refusedInBody(answer *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if answer.StatusCode != http.StatusUnauthorized || len(answer.Header["Www-Authenticate"]) > 0 ||
		answer.Header.Get("Content-Encoding") != "" || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return false
	}
	body := answer.Body
	read, err := io.ReadAll(io.LimitReader(body, maxPeek))
	rest := io.Reader(body)
	if err != nil {
		rest = broken{err}
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), rest), body}
	var said struct {
		Error any `json:"error"`
	}
	return json.Unmarshal(read, &said) == nil && said.Error == "invalid_token"
}

// broken ends a body as it ended before.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// challenges reads what can be read of a WWW-Authenticate field and leaves the rest.
func challenges(values []string) []challenge {
	p := parser{text: strings.Join(values, ",")}
	if len(p.text) > maxChallenge {
		p.text = p.text[:maxChallenge]
	}
	var found []challenge
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
		found = append(found, challenge{scheme: strings.ToLower(word), params: map[string]string{}})
		p.token68()
	}
	return found
}

// set keeps the first of several values, for a parameter may stand once only.
func (c *challenge) set(name, value string) {
	if name = strings.ToLower(name); c.params[name] == "" {
		c.params[name] = value
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
