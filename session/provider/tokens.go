package provider

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/secret"
)

const (
	maxAccessLife  = 10 * 365 * 24 * time.Hour
	maxRefreshLife = 10 * 365 * 24 * time.Hour
)

// The names under which answers tell a life: as a span in seconds, or as the instant of its end. Of each pair of names
// that differ in their underscores alone the second is the one that servers with camel case leave.
var (
	accessSpans = []string{
		"expires_in", "expiresin", "expires", "expire_in", "expirein", "access_token_expires_in", "accesstokenexpiresin",
	}
	accessInstants = []string{
		"expires_at", "expiresat", "expires_on", "expireson", "expiry", "expiration", "access_token_expires_at",
		"accesstokenexpiresat",
	}
	refreshSpans = []string{
		"refresh_token_expires_in", "refreshtokenexpiresin", "refresh_expires_in", "refreshexpiresin",
		"x_refresh_token_expires_in", "refresh_token_lifetime",
	}
	refreshInstants = []string{
		"refresh_token_expires_at", "refreshtokenexpiresat", "refresh_expires_at", "refreshexpiresat",
		"refresh_token_expires_on", "refresh_token_expiration",
	}
)

// levels are the objects of an answer in which tokens may lie: the top, and what Slack, Withings, TikTok and others put
// them into. A list counts where it has one element.
func (d *document) levels() []object {
	all := []object{d.fields}
	for _, name := range []string{"data", "authed_user", "body", "result", "response", "token", "tokens"} {
		in := d.fields.object(name)
		if in == nil {
			in = d.fields.only(name)
		}
		if in != nil {
			all = append(all, in)
		}
	}
	return all
}

// How far tokens may lie below the top, and how many objects are looked at for them.
const (
	maxBurial = 6
	maxBuried = 64
)

// buried are the objects further down in which something is called an access token, the uppermost first.
func (o object) buried() []object {
	var found []object
	level, seen := []object{o}, 0
	for range maxBurial {
		var next []object
		for _, in := range level {
			for _, name := range slices.Sorted(maps.Keys(in)) {
				deeper := in.object(name)
				if deeper == nil {
					deeper = in.only(name)
				}
				if deeper == nil {
					continue
				}
				if seen++; seen > maxBuried {
					return found
				}
				if deeper.value("access_token", "accesstoken") != "" {
					found = append(found, deeper)
				}
				next = append(next, deeper)
			}
		}
		level = next
	}
	return found
}

// tokens reads a token answer. It is forgiving: an access token is all that it insists on, and not even on that where
// nothing in the answer speaks of a fault. Where the tokens lie one level down, that level counts, with the top for what
// it lacks.
func (d *document) tokens(p *Provider, now time.Time) (Tokens, bool) {
	levels, broken := d.levels(), d.kind != kindJSON && d.kind != kindForm
	if t, ok := d.tokensAt(p, now, levels, broken); ok || d.fields.value("error") != "" || d.refused() {
		return t, ok
	}
	if t, ok := d.tokensAt(p, now, d.fields.buried(), broken); ok {
		return t, true
	}
	if f := d.fault(nil); f.found() {
		return Tokens{}, false
	}
	return d.tokensAt(p, now, levels, true)
}

// tokensAt reads the tokens of the first level that has any. alone says that a refresh token counts without an access
// token.
func (d *document) tokensAt(p *Provider, now time.Time, levels []object, alone bool) (Tokens, bool) {
	top := d.fields
	for _, in := range levels {
		access, text := in.access(), cmp.Or(in.text("refresh_token"), in.text("refreshtoken"))
		refresh := cmp.Or(text, in.value("refresh_token", "refreshtoken"))
		if access == "" && (refresh == "" || !alone) {
			continue
		}
		t := Tokens{
			Access:  secret.New(access),
			Refresh: secret.New(refresh),
			ID:      secret.New(in.value("id_token", "idtoken")),
			Type:    cleanName(in.value("token_type", "tokentype")),
			Scopes:  in.scopes(p),
		}
		t.RefreshNumber = refresh != text
		if !t.ID.OneLine() {
			t.ID = secret.Text{} // no JWT (RFC 7519 section 3), and readers of one skip line ends
		}
		t.ExpiresIn = in.accessLife(now)
		t.RefreshExpiresIn = in.refreshLife(now)
		if t.ExpiresIn == 0 {
			t.ExpiresIn = top.accessLife(now)
		}
		if t.RefreshExpiresIn == 0 {
			t.RefreshExpiresIn = top.refreshLife(now)
		}
		t.ExpiresIn = shorter(t.ExpiresIn, jwtLife(access, now))
		return t, true
	}
	return Tokens{}, false
}

// access finds an access token. One that is called a token and no more counts where something beside it speaks of
// tokens: Docker's registries and GitHub's installations name it so, and so may anybody name anything.
func (o object) access() string {
	if s := o.value("access_token", "accesstoken"); s != "" {
		return s
	}
	if o.value("refresh_token", "token_type", "expires_in", "expires_at") != "" && o.value("error", "errors") == "" {
		return o.text("token")
	}
	return ""
}

// scopes reads "scope" as a string or a list. nil: unchanged.
func (o object) scopes(p *Provider) []string {
	name := "scope"
	if o[name] == nil {
		name = "scopes"
	}
	var list []string
	if o.begins(name, '[') && json.Unmarshal(o[name], &list) == nil {
		return nonEmpty(list)
	}
	s := o.text(name)
	if p.ScopeSeparator == "," || !strings.Contains(s, " ") {
		s = strings.ReplaceAll(s, ",", " ")
	}
	return nonEmpty(strings.Fields(s))
}

// maxScopes is how many scopes of an answer are taken note of: they are kept with the session and shown.
const maxScopes = 500

func nonEmpty(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && len(out) < maxScopes {
			out = append(out, s)
		}
	}
	return out
}

// accessLife reads how long the access token lives under any name in use. 0: not said, which is also what 0 or less in
// the answer means: a token is not over when it is given.
func (o object) accessLife(now time.Time) time.Duration {
	for _, name := range accessSpans {
		if s, ok := o.number(name); ok && s > 0 {
			if left := epoch(s).Sub(now); left > 0 && left <= maxAccessLife { // an instant under the name of a span
				return left
			}
			return min(life(s), maxAccessLife)
		}
		if at, ok := o.moment(name); ok {
			return min(max(at.Sub(now), time.Second), maxAccessLife)
		}
	}
	for _, name := range accessInstants {
		if at, ok := o.instant(name, now); ok {
			return min(max(at.Sub(now), time.Second), maxAccessLife)
		}
	}
	return 0
}

// refreshLife reads the refresh token's own life. 0: not said, which is also what 0 in the answer means.
func (o object) refreshLife(now time.Time) time.Duration {
	for _, name := range refreshSpans {
		if s, ok := o.number(name); ok && s > 0 {
			if left := epoch(s).Sub(now); left > 0 && left <= maxRefreshLife {
				return left
			}
			return capped(seconds(s))
		}
	}
	for _, name := range refreshInstants {
		if at, ok := o.instant(name, now); ok && at.After(now) {
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

// life turns a positive number of seconds into a life. One of less than a second is one of a second.
func life(s float64) time.Duration { return max(seconds(s), time.Second) }

// number reads a number that may be written as a string.
func (o object) number(name string) (float64, bool) {
	said := o.scalar(name)
	if said == "" {
		return 0, false
	}
	s, err := strconv.ParseFloat(said, 64)
	if err != nil || math.IsNaN(s) || math.IsInf(s, 0) {
		return 0, false
	}
	return s, true
}

// instant reads a time: Unix seconds, Unix milliseconds or a date. A number that would lie in the seventies is a span.
func (o object) instant(name string, now time.Time) (time.Time, bool) {
	s, ok := o.number(name)
	switch {
	case !ok:
		return o.moment(name)
	case s <= 0:
		return time.Time{}, false
	case s < aDecade:
		return now.Add(life(s)), true
	}
	return epoch(s), true
}

// aDecade is ten years, in seconds.
const aDecade = 10 * 365 * 24 * 3600

// moment reads a date: RFC 3339, the same in a loose form and in UTC, or that of HTTP.
func (o object) moment(name string) (time.Time, bool) {
	text := o.text(name)
	if len(text) < len(time.DateTime) {
		return time.Time{}, false
	}
	for _, form := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04:05", time.RFC1123, time.RFC1123Z} {
		if at, err := time.Parse(form, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
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
