package providertest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault is what happens to one request on its way to a token endpoint and back. The zero value lets it pass.
type Fault struct {
	Name string

	reaches bool
	spoil   func(x *exchange, a *answer) // a is nil where the request does not reach the issuer
}

// Reaches reports whether the issuer acts on the request: a refresh token in it is spent then.
func (f Fault) Reaches() bool { return f.reaches }

// before is a fault that keeps a request from the issuer.
func before(name string, do func(x *exchange)) Fault {
	return Fault{Name: name, spoil: func(x *exchange, _ *answer) { do(x) }}
}

func after(name string, do func(x *exchange, a *answer)) Fault {
	return Fault{Name: name, reaches: true, spoil: do}
}

// Answer answers in place of the issuer. Pairs of names and values in header follow the body.
func Answer(name string, status int, body string, header ...string) Fault {
	return before(name, func(x *exchange) { x.undelivered(answerOf(status, body, header)) })
}

// AnswerAfter is Answer once the issuer has acted.
func AnswerAfter(name string, status int, body string, header ...string) Fault {
	return after(name, func(x *exchange, _ *answer) { x.undelivered(answerOf(status, body, header)) })
}

func answerOf(status int, body string, header []string) *answer {
	contentType := "application/json"
	if len(body) > 0 && body[0] == '<' {
		contentType = "text/html; charset=utf-8"
	}
	a := newAnswer(status, contentType, []byte(body))
	for pair := range slices.Chunk(header, 2) {
		a.header.Set(pair[0], pair[1])
	}
	return a
}

// undelivered sends an answer that is not the issuer's.
func (x *exchange) undelivered(a *answer) {
	x.deliver(a, false)
}

const (
	gatewayPage = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
	portalPage  = "<!doctype html><html><head><title>Guest network</title></head><body>Accept our terms.</body></html>"
)

// Status answers with a status and an empty body, without reaching the issuer.
func Status(status int) Fault { return Answer(strconv.Itoa(status), status, "") }

// RateLimit answers 429 with this Retry-After; empty: without one.
func RateLimit(retryAfter string) Fault {
	body := `{"error":"temporarily_unavailable"}`
	if retryAfter == "" {
		return Answer("429", http.StatusTooManyRequests, body)
	}
	return Answer("429 retry-after", http.StatusTooManyRequests, body, "Retry-After", retryAfter)
}

// HTML is a gateway's page with this status; 200 is a captive portal's.
func HTML(status int) Fault {
	page := gatewayPage
	if status == http.StatusOK {
		page = portalPage
	}
	return Answer(fmt.Sprintf("html %d", status), status, page)
}

// Empty answers 200 with nothing.
func Empty() Fault { return Answer("empty", http.StatusOK, "") }

// Hang never answers: until the client goes or the server is closed.
func Hang() Fault {
	return before("hang", func(x *exchange) {
		x.wait(0)
		x.abandon()
	})
}

// Reset cuts the connection with an RST, without reaching the issuer.
func Reset() Fault { return before("reset", func(x *exchange) { x.sever(nil, true) }) }

// Close closes the connection without an answer and without reaching the issuer.
func Close() Fault { return before("close", func(x *exchange) { x.sever(nil, false) }) }

// Drop closes the connection without an answer, once the issuer has acted.
func Drop() Fault { return after("drop", func(x *exchange, _ *answer) { x.sever(nil, false) }) }

// ResetAfter cuts the connection with an RST, once the issuer has acted.
func ResetAfter() Fault {
	return after("reset after", func(x *exchange, _ *answer) { x.sever(nil, true) })
}

// Cut closes the connection after half of the body.
func Cut() Fault {
	return after("cut", func(x *exchange, a *answer) {
		head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
			a.status, http.StatusText(a.status), a.header.Get("Content-Type"), len(a.body))
		x.entry.Status = a.status
		x.sever(append([]byte(head), a.body[:len(a.body)/2]...), false)
	})
}

// Truncate ends the body after half of it, as if that were all.
func Truncate() Fault {
	return after("truncate", func(x *exchange, a *answer) {
		half := *a
		half.family, half.body = nil, a.body[:len(a.body)/2]
		x.undelivered(&half)
	})
}

// Trickle sends one byte of the body each time that pause has passed.
func Trickle(pause time.Duration) Fault {
	return after("trickle", func(x *exchange, a *answer) {
		x.head(a)
		x.w.WriteHeader(a.status)
		rc := http.NewResponseController(x.w)
		for at := range a.body {
			if !x.wait(pause) {
				x.abandon()
			}
			told, last := func() {}, at == len(a.body)-1
			if last {
				told = x.tell(a)
				x.land(true)
			}
			if _, err := x.w.Write(a.body[at : at+1]); err != nil || rc.Flush() != nil {
				told()
				if last {
					x.lost()
				}
				return
			}
		}
	})
}

// Late sends the answer when d has passed, if the client is still there.
func Late(d time.Duration) Fault {
	return after("late", func(x *exchange, a *answer) {
		if !x.wait(d) {
			x.abandon()
		}
		x.send(a)
	})
}

// HangAfter never answers, once the issuer has acted.
func HangAfter() Fault {
	return after("hang after", func(x *exchange, _ *answer) {
		x.wait(0)
		x.abandon()
	})
}

// SwapHTML sends a page in place of the answer.
func SwapHTML() Fault { return AnswerAfter("html instead", http.StatusOK, portalPage) }

// StatusAfter answers with a status, once the issuer has acted: a 500 after the rotation has been met.
func StatusAfter(status int) Fault {
	return AnswerAfter(fmt.Sprintf("%d after", status), status, `{"error":"server_error"}`)
}

// Edit changes the members of an answer that carries tokens. Where the new refresh token is not in it any more, the
// answer counts as not delivered.
func Edit(name string, change func(members map[string]any)) Fault {
	return after(name, func(x *exchange, a *answer) {
		a.edit(change)
		x.send(a)
	})
}

// NoRefreshToken removes the new refresh token from the answer.
func NoRefreshToken() Fault {
	return Edit("no refresh_token", func(m map[string]any) { delete(m, "refresh_token") })
}

// NoExpiresIn removes the access token's life from the answer.
func NoExpiresIn() Fault {
	return Edit("no expires_in", func(m map[string]any) { delete(m, "expires_in") })
}

// ExpiresIn sends the access token's life as v: a string, a fraction, a negative number.
func ExpiresIn(v any) Fault {
	return Edit(fmt.Sprintf("expires_in %#v", v), func(m map[string]any) { m["expires_in"] = v })
}

// DateSkew moves the Date of the answer.
func DateSkew(d time.Duration) Fault {
	return after("date", func(x *exchange, a *answer) {
		a.header.Set("Date", x.i.s.Now().Add(d).UTC().Format(http.TimeFormat))
		x.send(a)
	})
}

// Twice has the request reach the issuer twice, as a proxy does that retries; the client sees the second answer.
func Twice() Fault {
	return after("twice", func(x *exchange, _ *answer) {
		second := x.act()
		x.deliver(second, second.status == http.StatusOK)
	})
}

// Gate holds one request.
type Gate struct {
	arrived, release chan struct{}
}

// Arrived is closed when the request is held.
func (g *Gate) Arrived() <-chan struct{} { return g.arrived }

// Release lets it go on.
func (g *Gate) Release() { close(g.release) }

func newGate() *Gate { return &Gate{arrived: make(chan struct{}), release: make(chan struct{})} }

func (g *Gate) hold(x *exchange) bool {
	close(g.arrived)
	select {
	case <-g.release:
		return true
	case <-x.r.Context().Done():
	case <-x.i.s.done:
	}
	return false
}

// HoldBefore holds one request until its gate is released, then lets it pass. One that the client gives up is not
// carried out.
func HoldBefore() (Fault, *Gate) {
	g := newGate()
	return before("held before", func(x *exchange) {
		if !g.hold(x) {
			x.abandon()
		}
		x.send(x.act())
	}), g
}

// HoldAfter holds the answer to one request, which the issuer has carried out.
func HoldAfter() (Fault, *Gate) {
	g := newGate()
	return after("held after", func(x *exchange, a *answer) {
		if !g.hold(x) {
			x.abandon()
		}
		x.send(a)
	}), g
}

// Passing are the faults that do not reach the issuer, each form of Retry-After among them. now is for those that are
// dates. None of them keeps its client waiting.
func Passing(now time.Time) []Fault {
	faults := []Fault{
		Status(http.StatusInternalServerError), Status(http.StatusBadGateway), Status(http.StatusServiceUnavailable),
		HTML(http.StatusBadGateway), HTML(http.StatusOK), Empty(), Reset(), Close(),
	}
	for _, after := range RetryAfters(now) {
		faults = append(faults, RateLimit(after))
	}
	return faults
}

// RetryAfters are the forms of Retry-After that are met, valid and not.
func RetryAfters(now time.Time) []string {
	return []string{
		"", "1", "0", "-5", "1.5", "1000000000", "soon", now.Add(2 * time.Second).UTC().Format(http.TimeFormat),
		now.Add(-time.Hour).UTC().Format(http.TimeFormat),
	}
}

// Damaging are the faults after which the refresh token is spent and its successor did not arrive.
func Damaging() []Fault {
	return []Fault{
		Drop(), ResetAfter(), Cut(), Truncate(), SwapHTML(), NoRefreshToken(), StatusAfter(http.StatusInternalServerError),
	}
}

// Odd are the faults that change an answer and leave the tokens in it. life is that of the access tokens, which is said
// in every way that is met, or not at all.
func Odd(life time.Duration) []Fault {
	said := seconds(life)
	return []Fault{
		ExpiresIn(strconv.Itoa(said)), ExpiresIn(strconv.Itoa(said) + ".0"), ExpiresIn(float64(said) + 0.5),
		NoExpiresIn(), ExpiresIn(0), ExpiresIn(nil), DateSkew(48 * time.Hour), DateSkew(-48 * time.Hour),
		Edit("error beside tokens", func(m map[string]any) { m["error"] = false }),
	}
}
