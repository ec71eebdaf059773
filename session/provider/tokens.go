package provider

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/secret"
)

const (
	maxAccessLife  = 10 * 365 * 24 * time.Hour
	maxRefreshLife = 10 * 365 * 24 * time.Hour
)

// tokens reads a token answer. It is forgiving: an access token is all that it insists on. Where the tokens lie one
// level down (Slack's authed_user, Withings' body), that level counts, with the top for what it lacks.
func (d *document) tokens(p *Provider, now time.Time) (Tokens, bool) {
	top := d.fields
	for _, in := range []object{top, top.object("data"), top.object("authed_user"), top.object("body")} {
		access := in.text("access_token")
		if access == "" {
			continue
		}
		t := Tokens{
			Access:  secret.New(access),
			Refresh: secret.New(in.text("refresh_token")),
			ID:      secret.New(in.text("id_token")),
			Type:    in.text("token_type"),
			Scopes:  in.scopes(p),
		}
		t.ExpiresIn = in.accessLife(now)
		if t.ExpiresIn == 0 {
			t.ExpiresIn = top.accessLife(now)
		}
		t.ExpiresIn = shorter(t.ExpiresIn, jwtLife(access, now))
		t.RefreshExpiresIn = in.refreshLife(now)
		return t, true
	}
	return Tokens{}, false
}

// scopes reads "scope" as a string or a list. nil: unchanged.
func (o object) scopes(p *Provider) []string {
	var list []string
	if json.Unmarshal(o["scope"], &list) == nil {
		return nonEmpty(list)
	}
	s := o.text("scope")
	if p.ScopeSeparator == "," || !strings.Contains(s, " ") {
		s = strings.ReplaceAll(s, ",", " ")
	}
	return nonEmpty(strings.Fields(s))
}

func nonEmpty(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// accessLife reads how long the access token lives under any name in use. 0: not said.
func (o object) accessLife(now time.Time) time.Duration {
	for _, name := range []string{"expires_in", "expiresin", "expires"} {
		if s, ok := o.number(name); ok && s != 0 {
			if left := epoch(s).Sub(now); left > 0 && left <= maxAccessLife { // an instant under the name of a span
				return left
			}
			return min(life(s), maxAccessLife)
		}
	}
	for _, name := range []string{"expires_at", "expiresat", "expires_on"} {
		if at, ok := o.instant(name); ok {
			return min(max(at.Sub(now), time.Second), maxAccessLife)
		}
	}
	return 0
}

// refreshLife reads the refresh token's own life. 0: not said, which is also what 0 in the answer means.
func (o object) refreshLife(now time.Time) time.Duration {
	names := []string{"refresh_token_expires_in", "refresh_expires_in", "x_refresh_token_expires_in"}
	for _, name := range names {
		if s, ok := o.number(name); ok && s > 0 {
			return capped(seconds(s))
		}
	}
	for _, name := range []string{"refresh_token_expires_at", "refresh_expires_at"} {
		if at, ok := o.instant(name); ok && at.After(now) {
			return capped(at.Sub(now))
		}
	}
	return 0
}

// capped takes a life beyond reason for none at all.
func capped(d time.Duration) time.Duration {
	if d > maxRefreshLife {
		return 0
	}
	return d
}

// life turns seconds into a life. A token that is already past its end lives for a second, so that it is renewed.
func life(s float64) time.Duration {
	if s < 0 {
		return time.Second
	}
	return max(seconds(s), time.Second)
}

// number reads a number that may be written as a string.
func (o object) number(name string) (float64, bool) {
	s, err := strconv.ParseFloat(o.scalar(name), 64)
	if err != nil || math.IsNaN(s) || math.IsInf(s, 0) {
		return 0, false
	}
	return s, true
}

// instant reads a time: Unix seconds, Unix milliseconds or RFC 3339.
func (o object) instant(name string) (time.Time, bool) {
	if s, ok := o.number(name); ok {
		if s <= 0 {
			return time.Time{}, false
		}
		return epoch(s), true
	}
	at, err := time.Parse(time.RFC3339, o.text(name))
	return at, err == nil
}

// epoch reads Unix seconds, or milliseconds where seconds would be thousands of years away.
func epoch(s float64) time.Time {
	if s > 1e11 {
		s /= 1000
	}
	return time.Unix(int64(min(max(s, 0), 1e11)), 0)
}

// jwtLife reads the life of an access token that happens to be a JWT, unverified: a hint that it ends earlier than the
// answer says. 0: no hint.
func jwtLife(token string, now time.Time) time.Duration {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return 0
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return 0
	}
	var claims object
	if json.Unmarshal(payload, &claims) != nil {
		return 0
	}
	exp, ok := claims.number("exp")
	if !ok {
		return 0
	}
	left := seconds(exp - float64(now.Unix()))
	if iat, ok := claims.number("iat"); ok {
		left = shorter(left, seconds(exp-iat))
	}
	return min(left, maxAccessLife)
}

// shorter returns the smaller of two lives, where 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
