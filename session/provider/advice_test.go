package provider

import (
	"regexp"
	"strings"
	"testing"
)

// jargon is what only developers need to know.
var jargon = regexp.MustCompile(`(?i)\b(tokens?|grants?|scopes?|oauth|clients?|endpoints?|redirects?|issuer|console|tls|` +
	`refresh\w*|invalid_\w+|urls?|http)\b`)

// Advice reaches people: whatever an answer was, it is one sentence in plain words, and jargon stands in parentheses at
// its end.
func TestAdviceIsPlain(t *testing.T) {
	var answers []Answer
	for _, e := range examples(t) {
		p, _ := known(t).Lookup(e.provider)
		answers = append(answers, Judge(&p, e.status, nil, []byte(e.body)))
	}
	for code, o := range codeTable {
		answers = append(answers, Answer{Verdict: o.verdict, Reason: o.reason, Code: code, Known: true})
	}
	for _, code := range []string{
		"captive_portal", "redirect_refused", "tls_untrusted", "insecure_url", "proxy_auth_required", "unsupported", "of_tomorrow",
	} {
		answers = append(answers, Answer{Verdict: VerdictPassing, Code: code})
	}
	answers = append(answers, Answer{Verdict: VerdictSetup, Reason: reasonRedirect})
	for _, a := range answers {
		said := advise(&a)
		plain := regexp.MustCompile(`\(.*?\)`).ReplaceAllString(said, "")
		if found := jargon.FindString(plain); found != "" {
			t.Errorf("%s %s: the advice says %q: %s", a.Verdict, a.Code, found, said)
		}
		if a.Verdict != VerdictOK && (!strings.HasSuffix(said, ".") || strings.Count(said, ". ") > 0 || len(said) > 160) {
			t.Errorf("%s %s: the advice is no short sentence: %q", a.Verdict, a.Code, said)
		}
	}
}
