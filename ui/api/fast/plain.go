package fast

import (
	"strconv"
	"strings"
	"time"
)

// parseToken reads the answer that our own server gives to a request for a token, to the letter. It is not ok with
// anything else, an escape included, which is then left to encoding/json: that costs more than all the rest of us.
func parseToken(body []byte) (w wire, ok bool) {
	s := scanner{rest: strings.TrimSuffix(string(body), "\n"), fine: true}
	s.skip(`{"access_token":`)
	w.AccessToken = s.text()
	s.skip(`,"token_type":`)
	w.TokenType = s.text()
	if s.next(`,"expires_at":`) {
		w.ExpiresAt = s.time()
	}
	s.skip(`,"scopes":[`)
	w.Scopes = []string{}
	if !s.next(`]`) {
		w.Scopes = append(w.Scopes, s.text())
		for s.fine && !s.next(`]`) {
			s.skip(`,`)
			w.Scopes = append(w.Scopes, s.text())
		}
	}
	s.skip(`,"generation":`)
	w.Generation = s.number()
	return w, s.fine && s.rest == "}"
}

// scanner goes through a text; after the first surprise it is no longer fine and gives nothing.
type scanner struct {
	rest string
	fine bool
}

func (s *scanner) next(literal string) bool {
	rest, found := strings.CutPrefix(s.rest, literal)
	if found {
		s.rest = rest
	}
	return found
}

func (s *scanner) skip(literal string) {
	if !s.next(literal) {
		s.fine = false
	}
}

// text reads a string of printable ASCII without escapes.
func (s *scanner) text() string {
	s.skip(`"`)
	end := strings.IndexByte(s.rest, '"')
	if !s.fine || end < 0 {
		s.fine = false
		return ""
	}
	text := s.rest[:end]
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '\\' {
			s.fine = false
			return ""
		}
	}
	s.rest = s.rest[end+1:]
	return text
}

func (s *scanner) time() time.Time {
	text := s.text()
	if len(text) != len("2006-01-02T15:04:05Z") && !strings.Contains(text, ".") || !strings.HasSuffix(text, "Z") {
		s.fine = false
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	s.fine = s.fine && err == nil
	return t
}

func (s *scanner) number() uint64 {
	end := strings.IndexByte(s.rest, '}')
	if !s.fine || end <= 0 || s.rest[0] == '+' || s.rest[0] == '0' && end > 1 {
		s.fine = false
		return 0
	}
	n, err := strconv.ParseUint(s.rest[:end], 10, 64)
	s.fine = err == nil
	s.rest = s.rest[end:]
	return n
}
