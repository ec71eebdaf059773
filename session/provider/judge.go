package provider

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Judge turns a token endpoint's answer into a verdict. It is the one place where that is decided. p may be nil.
// Relative and absolute times in the answer are read against its Date header, or the wall clock where it has none.
func Judge(p *Provider, status int, header http.Header, body []byte) Answer {
	return judge(p, status, header, body, headerDate(header, time.Now()), nil)
}

// rescued judges an answer whose body did not come whole: the exchange failed, but tokens in what came count, for the
// ones before may be spent.
func (r *reply) rescued(p *Provider) Answer {
	failed := r.failed()
	if r.status < 200 || r.status > 299 || len(r.body) == 0 {
		return failed
	}
	a := weigh(p, r.status, r.header, parseCut(r.body), r.reference(), r.secrets)
	a.SentAt, a.Date = r.sentAt, r.date
	if a.Verdict == VerdictOK {
		return a
	}
	failed.Tokens = a.Tokens
	return failed
}

// judge weighs the evidence in this order: a token in a 2xx, a status that says "later", the provider's own rules,
// the general table of codes, and last the bare status, which never condemns a token. What was sent in secret is cut
// out of the message, for some servers repeat it. now is what ends of lives are held against.
func judge(p *Provider, status int, header http.Header, body []byte, now time.Time, sent []string) Answer {
	return weigh(p, status, header, parseBody(body), now, sent)
}

func weigh(p *Provider, status int, header http.Header, doc *document, now time.Time, sent []string) Answer {
	if p == nil {
		p = &Provider{}
	}
	doc = doc.translated(&p.Members)
	a := Answer{Verdict: VerdictPassing, Status: status, RetryAfter: retryAfter(header, headerDate(header, now))}
	success := status >= 200 && status <= 299
	if success && judgeTokens(&a, p, doc, now) {
		a.Advice = Advise(&a)
		return a
	}
	f := doc.fault(sent)
	f.challenged(header, doc.kind)
	a.Code, a.Message, a.Claims = f.main, f.message(), f.claims
	a.ClaimsIgnored = a.Claims == "" && doc.strayClaims()
	switch {
	case status >= 300 && status <= 399:
		a.Code, a.Known = "redirect_refused", true
		a.Message = redirectMessage(header)
		if moved(status, header) {
			a.Verdict, a.Reason = VerdictSetup, reasonConfig
		}
	case later(status, header):
		a.Known = true
		a.OutcomeUnknown = status >= 500 || success
	case status == http.StatusProxyAuthRequired:
		a.Verdict, a.Reason, a.Code, a.Known = VerdictSetup, reasonConfig, "proxy_auth_required", true
	case f.found():
		o, known := p.outcome(status, &f)
		a.Verdict, a.Reason, a.Known = o.verdict, o.reason, known
		a.OutcomeUnknown = success && !known || o.verdict == VerdictPassing && slices.Contains(brokenServer, a.Code)
	default:
		a.Code, a.Known = doc.oddity(status)
		a.OutcomeUnknown = success || doc.kind == kindHTML
	}
	if a.Code == "" && success {
		a.Code, _ = doc.oddity(status)
	}
	if a.Code == "" {
		a.Code = httpCode(status)
	}
	a.Advice = Advise(&a)
	return a
}

// later reports whether an answer says "not now", which outranks any code in it.
func later(status int, header http.Header) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	remaining := strings.TrimSpace(header.Get("X-RateLimit-Remaining"))
	return status >= 500 || header.Get("Retry-After") != "" || remaining == "0"
}

// judgeTokens fills a from a 2xx that carries an access token and reports whether it did. What a token endpoint gave is
// never thrown away: with a refresh token whose access token cannot be used, or an access token whose refresh token may
// be missing, the verdict is VerdictPassing and Tokens holds the one.
func judgeTokens(a *Answer, p *Provider, doc *document, now time.Time) bool {
	t, ok := doc.tokens(p, now)
	if !ok {
		return false
	}
	a.Known = true
	switch {
	case !t.Access.OneLine():
		a.Code, a.OutcomeUnknown = "malformed_token", true
		a.Message = "the access token holds control characters"
		a.Tokens = Tokens{Refresh: t.Refresh, RefreshExpiresIn: t.RefreshExpiresIn}
	case t.Access.Empty() && (doc.kind == kindJSON || doc.kind == kindForm):
		a.Code, a.Known, a.OutcomeUnknown, a.Tokens = "no_token", false, true, t
	case t.Access.Empty(), doc.kind == kindCut && t.Refresh.Empty() && p.Rotation != RotationNever:
		a.Code, a.OutcomeUnknown, a.Tokens = "truncated", true, t
		a.Message = "the answer was cut off"
	default:
		a.Verdict, a.Tokens = VerdictOK, t
	}
	return true
}

// brokenServer are codes that stand for a 5xx: the server may have acted before it broke.
var brokenServer = []string{
	"server_error", "internal_error", "internal_failure", "fatal_error", "unknown_error", "general_error",
}

// outcome is what a code means.
type outcome struct {
	verdict Verdict
	reason  string
}

// rule is one of a provider's own meanings. Every condition that is set must hold.
type rule struct {
	codes  []string // any of these, lower case
	match  string   // any of these in the message, bare, with "|" between them
	status int
	outcome
}

func (r *rule) holds(status int, f *fault) bool {
	if r.status != 0 && r.status != status {
		return false
	}
	if len(r.codes) > 0 && !slices.ContainsFunc(r.codes, f.has) {
		return false
	}
	if r.match == "" {
		return true
	}
	if r.verdict == VerdictSignIn && aliveRefresh().MatchString(f.text) {
		return false
	}
	for words := range strings.SplitSeq(r.match, "|") {
		if words = strings.TrimSpace(words); words != "" && strings.Contains(f.text, words) {
			return true
		}
	}
	return false
}

// outcome finds what a fault means: by the provider's rules, by the general table, or not at all.
func (p *Provider) outcome(status int, f *fault) (outcome, bool) {
	for i := range p.rules {
		if r := &p.rules[i]; r.holds(status, f) {
			return refine(r.outcome, f), true
		}
	}
	if o, ok := wording(status, f); ok {
		return o, true
	}
	for _, code := range f.codes {
		if o, ok := codeTable[code]; ok {
			return refine(o, f), true
		}
	}
	return outcome{verdict: VerdictPassing}, false
}

// deadRefresh finds words that speak of a refresh token that will not work again.
var deadRefresh = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`refresh ?token (is |was |has |has been )?(already |now )?(been )?(invalid|expired|revoked|reused|unknown|malformed)|` +
			`refresh ?token (is |was |has |does |could )?(no longer |not )(been |be )?(valid|active|found|exist|recognized)|` +
			`(invalid|expired|revoked|unknown|bad|wrong|incorrect|parse) refresh ?token|` +
			`refresh ?token.{0,60}already been (used|claimed)|value passed for the token was invalid`)
})

// aliveRefresh finds words that speak of the request, or of a server that is busy, although a refresh token is named.
var aliveRefresh = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`missing|required|parameter|temporar|unavailable|try again|retry|time ?out|timed out|too many|rate limit`)
})

// wording handles codes that mean two things and are told apart by their description or status alone.
// invalid_request and invalid_token for a dead refresh token: dex, X, Databricks, Spring. unauthorized_client: Gitea,
// Atlassian. 401 access_denied for a wrong client secret: Auth0 and what is built on it.
func wording(status int, f *fault) (outcome, bool) {
	switch f.main {
	case "invalid_request", "invalid_token", "unauthorized_client":
		if deadRefresh().MatchString(f.text) && !aliveRefresh().MatchString(f.text) {
			return refine(outcome{VerdictSignIn, ""}, f), true
		}
	case "access_denied":
		if status == http.StatusUnauthorized {
			return outcome{VerdictSetup, reasonClient}, true
		}
	}
	return outcome{}, false
}

// refine gives a sign_in without a reason the one that the description states beyond doubt, else "refused". Where the
// answer asks for claims, signing in must bring them.
func refine(o outcome, f *fault) outcome {
	if o.verdict == VerdictSignIn && o.reason == "" && f.claims != "" {
		return outcome{VerdictInteraction, reasonInteraction}
	}
	if o.verdict == VerdictSignIn && o.reason == "" {
		o.reason = statedReason(f.text)
	}
	return o
}

// listedReasons is the sentence of RFC 6749 section 5.2 that names every reason at once and so none.
var listedReasons = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`the provided authorization grant.*?issued to another client\.?`)
})

// statedReason reads a description that names one cause, and one only.
func statedReason(text string) string {
	text = listedReasons().ReplaceAllString(text, "")
	found, among := "", strings.ContainsAny(text, ",/") || strings.Contains(text, " or ")
	for _, c := range []struct {
		reason string
		words  []string
	}{
		{reasonExpired, []string{"expired"}},
		{reasonRevoked, []string{"revoked"}},
		{reasonReused, []string{"already used", "already been used", "reused", "reuse exceeded"}},
		{reasonAccount, []string{
			"account disabled", "user disabled", "inactive user", "user is inactive", "account is disabled",
			"user is disabled", "user doesnt exist", "user does not exist", "account has been disabled",
			"account has been deleted",
		}},
		{reasonRefused, []string{"invalid", "malformed", "unknown", "claimed", "incorrect"}},
	} {
		if !slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(text, w) }) {
			continue
		}
		switch {
		case found == "":
			found = c.reason
		case c.reason != reasonRefused || among:
			return reasonRefused
		}
	}
	if found == "" {
		return reasonRefused
	}
	return found
}

// moved reports whether a redirect says that the token endpoint itself is at another address: it wants the same request
// there (RFC 9110 sections 15.4.8 and 15.4.9), and what it names looks like a token endpoint. Pages to log in at, and
// those of a server that is being worked on, are no such place.
func moved(status int, header http.Header) bool {
	if status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect || later(status, header) {
		return false
	}
	location := header.Get("Location")
	if location == "" {
		return true
	}
	u, err := url.Parse(location)
	return err == nil && (u.Scheme == "https" || u.Scheme == "") && strings.Contains(strings.ToLower(u.Path), "token")
}

func redirectMessage(header http.Header) string {
	if host := locationHost(header); host != "" {
		return "the token endpoint points to " + host
	}
	return "the token endpoint points elsewhere"
}

// httpCode stands for a code where the answer has none.
func httpCode(status int) string { return "http_" + strconv.Itoa(status) }
