package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// tokenBody is the body of a request for a token.
type tokenBody struct {
	waitBody
	MinTTL  client.Duration `json:"min_ttl"`
	Force   bool            `json:"force"`
	IDToken bool            `json:"id_token"`
}

func (b tokenBody) request() session.TokenRequest {
	return session.TokenRequest{
		MinTTL: time.Duration(b.MinTTL), Wait: b.orDefault(), Force: b.Force, IDToken: b.IDToken,
	}
}

// sendToken is the ordinary path's answer.
func sendToken(w http.ResponseWriter, t session.Token) {
	data := appendToken(nil, t)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
	clear(data)
}

// answerHot is the hot path's token: the same answer as that of the method token, where there is one at once.
func (s *Server) answerHot(b []byte, q hotRequest, asker func() peer.Program) ([]byte, bool) {
	var body tokenBody
	if len(q.body) > 0 && string(q.body) != "{}" && decodeStrictly(q.body, &body) != nil {
		return nil, false
	}
	if s.needsApproval(q.name) {
		return nil, false
	}
	t, ok := s.o.Keeper.TokenNow(q.name, body.request())
	if !ok {
		return nil, false
	}
	s.tellEnv(q.desktop())
	s.handedOut(q.name, asker(), q.fields[fieldFace])
	return s.appendAnswer(b, t, q.last), true
}

func (s *Server) appendAnswer(b []byte, t session.Token, last bool) []byte {
	var room [2048]byte
	body := appendToken(room[:0], t)
	b = append(b, hotHead.start...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, hotHead.end...)
	b = append(b, s.date.header(time.Now())...)
	if last {
		b = append(b, "Connection: close\r\n"...)
	}
	b = append(b, "\r\n"...)
	b = append(b, body...)
	clear(body)
	return b
}

// hotHead is the head of an answer around its length, in net/http's order.
var hotHead = newHead()

type head struct{ start, end string }

func newHead() head {
	const length = "LENGTH"
	fields := headers.Clone()
	fields.Set("Content-Type", "application/json")
	fields.Set("Content-Length", length)
	var b strings.Builder
	_ = fields.Write(&b)
	start, end, _ := strings.Cut(b.String(), length)
	return head{start: "HTTP/1.1 200 OK\r\n" + start, end: end}
}

// dateHeader is the Date field, written once a second.
type dateHeader struct{ now atomic.Pointer[dateLine] }

type dateLine struct {
	second int64
	line   string
}

func (d *dateHeader) header(now time.Time) string {
	last := d.now.Load()
	if last == nil || last.second != now.Unix() {
		last = &dateLine{second: now.Unix(), line: "Date: " + now.UTC().Format(http.TimeFormat) + "\r\n"}
		d.now.Store(last)
	}
	return last.line
}

// appendToken appends a token's answer, as encoding/json writes a client.TokenBody, with the line end that send adds.
func appendToken(b []byte, t session.Token) []byte {
	b = appendText(append(b, `{"access_token":`...), t.Access.Reveal())
	b = appendText(append(b, `,"token_type":`...), t.Type)
	if !t.ExpiresAt.IsZero() {
		b = append(b, `,"expires_at":"`...)
		b = t.ExpiresAt.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	b = append(b, `,"scopes":[`...)
	for i, scope := range t.Scopes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, scope)
	}
	b = append(b, `],"generation":`...)
	b = strconv.AppendUint(b, t.Generation, 10)
	return append(b, "}\n"...)
}

// appendText appends a JSON string. What needs an escape is left to encoding/json, which always encodes a string.
func appendText(b []byte, text string) []byte {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || strings.IndexByte(`"\<>&`, c) >= 0 {
			quoted, _ := json.Marshal(text)
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}
