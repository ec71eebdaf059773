package session

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	table "sessionkeeper/session/words"
)

// lastDate is the last second that RFC 3339 can write, at the end of the year 9999.
const lastDate = 253402300799

// idClaims reads what an ID token says of its own time (OIDC Core 2: exp and iat), in seconds since 1970. It was
// verified when it came, or came from the token endpoint itself (OIDC Core 3.1.3.7). A time that is not to be read is
// zero, and so are both of an encrypted token.
func idClaims(id Secret) (issued, expires time.Time) {
	_, rest, _ := strings.Cut(id.Reveal(), ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return time.Time{}, time.Time{}
	}
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil {
		return time.Time{}, time.Time{}
	}
	defer clear(data)
	var claims map[string]json.RawMessage
	if json.Unmarshal(data, &claims) != nil {
		return time.Time{}, time.Time{}
	}
	return numericDate(claims["iat"]), numericDate(claims["exp"])
}

// numericDate reads a time as RFC 7519 section 2 writes it, also where it stands in quotes.
func numericDate(raw json.RawMessage) time.Time {
	var number json.Number
	if len(raw) == 0 || json.Unmarshal(raw, &number) != nil {
		return time.Time{}
	}
	seconds, err := number.Float64()
	if err != nil || math.IsNaN(seconds) || seconds > lastDate {
		return time.Time{}
	}
	return time.Unix(int64(max(0, seconds)), 0).UTC() // one of before 1970 has ended as surely
}

// timeID sets when the ID token in hand ends, by its own word. received is when it came; zero where that is not known.
// Clocks differ: it does not live longer here than it does by its own clock.
func (g *grant) timeID(received time.Time) {
	g.idEndsAt, g.idLife = time.Time{}, 0
	issued, expires := idClaims(g.id)
	if expires.IsZero() {
		return
	}
	g.idEndsAt = expires
	from := issued
	if from.IsZero() || !from.Before(expires) {
		from = g.issuedAt
	}
	g.idLife = max(0, expires.Sub(from))
	if end := received.Add(g.idLife); !received.IsZero() && !issued.IsZero() && end.Before(expires) {
		g.idEndsAt = end
	}
}

// good reports whether the access token, or the ID token, may be handed out at wall time now. An ID token that does not
// tell its end ends with the access token.
func (g *grant) good(now time.Time, id bool) bool {
	switch {
	case !id:
		return g.usable(now)
	case g.id.Empty():
		return false
	case g.idEndsAt.IsZero():
		return g.usable(now)
	}
	return usable(now, g.idEndsAt.Add(-g.idLife), g.idEndsAt) && (g.seen.IsZero() || time.Since(g.seen) < g.idLeft)
}

// end is when the access token, or the ID token, ends, and how long its whole life is; zero where it does not end.
func (g *grant) end(id bool) (at time.Time, life time.Duration) {
	if id && !g.idEndsAt.IsZero() {
		return g.idEndsAt, g.idLife
	}
	return g.expiresAt, g.life()
}

// enough reports whether a token has as much left as a caller wants, which is half of its life at most.
func (g *grant) enough(now time.Time, minTTL time.Duration, id bool) bool {
	if minTTL <= 0 {
		return true
	}
	at, life := g.end(id)
	return at.IsZero() || at.Sub(now) >= min(minTTL, life/2)
}

// tardy reports whether a renewal is of no use to who wants an ID token that lives longer: the one before brought the
// same again, as servers do that give the one of the sign-in until it has ended.
func (g *grant) tardy(now time.Time, id bool) bool { return id && g.idSame && g.good(now, true) }

// barren reports whether no renewal can bring what a caller wants: there is no ID token, or the renewal before brought
// none that is any good.
func (g *grant) barren(id bool) bool { return id && (g.id.Empty() || g.idStale) }

// starving reports whether somebody waits for a token that there is none of, and that a renewal can bring.
func (e *entry) starving(now time.Time) bool {
	for _, w := range e.waiters {
		if e.g == nil || !e.g.good(now, w.id) && !e.g.barren(w.id) {
			return true
		}
	}
	return false
}

// noID is what a caller is told who wants an ID token that cannot be had; login is an open sign-in's address.
func (k *Keeper) noID(e *entry) *Error {
	err := &Error{Code: CodeSignIn, Session: e.def.Name}
	if e.login != nil && e.login.flow != nil {
		err.LoginURL = e.login.flow.URL()
	}
	const again = " Run: sessionkeeper login %s"
	name, command := e.def.Name, quoted(e.def.Name)
	switch {
	case e.g.id.Empty():
		err.Code = CodeInvalid
		err.Detail = fmt.Sprintf("The provider gave no ID token for %q: add the scope openid and sign in again."+again, name, command)
	case e.g.idStale && k.Clock().State == "wrong": // it may have come spent for that reason alone
		c := k.Clock()
		err.Code, err.LoginURL, err.RetryAt = CodeUnavailable, "", k.nextTimerTry(e)
		err.Detail = fmt.Sprintf("The ID token of %q has ended by this computer's clock. %s", name, table.OfClock(c.Skew, c.Seen).Detail)
	case e.g.idStale:
		err.Detail = fmt.Sprintf("The ID token of %q has ended, and the provider gives no new ID token on renewal; sign in "+
			"again to get one."+again, name, command)
	default:
		err.Detail = fmt.Sprintf("The ID token of %q has ended, and there is nothing to renew it with; sign in again."+again,
			name, command)
	}
	return err
}

// lacksID reports whether a caller wants an ID token that neither waiting nor renewing can bring.
func (e *entry) lacksID(w *waiter, now time.Time) bool {
	return w.id && e.g != nil && !e.g.good(now, true) && (e.g.barren(true) || e.g.refresh.Empty())
}
