package provider

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// jargon is what only developers need to know.
var jargon = regexp.MustCompile(`(?i)\b(tokens?|grants?|scopes?|oauth|clients?|endpoints?|redirects?|issuer|console|tls|` +
	`refresh\w*|invalid_\w+|urls?|http)\b`)

// toDo is how the one thing to do begins.
var toDo = regexp.MustCompile(`^(sign in|ask|check|add|log in|open|wait|use|finish|look at) ?`)

// advices lists every sentence there is.
func advices() map[string]advice {
	all := map[string]advice{"passing": itPasses, "passing, not known": notKnown, "passing, not known for an hour": lasting}
	for reason, said := range byReason {
		all["reason "+reason] = said
	}
	for code, said := range byCode {
		all["code "+code] = said
	}
	return all
}

// Advice reaches people as it is: a sentence says what happened, that nothing was lost, and the one thing to do. The
// whole table stands in testdata/advice.txt, so that a change to it is read.
func TestAdviceTable(t *testing.T) {
	all := advices()
	var table strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		fmt.Fprintf(&table, "%s\n\t%s\n", name, s)
		if s.happened == "" || !regexp.MustCompile(`\b(lost)\b`).MatchString(s.kept) || !toDo.MatchString(s.do) {
			t.Errorf("%s: want what happened, that nothing was lost and what to do: %q", name, s)
		}
		whole := s.String()
		words := regexp.MustCompile(` \([^()]*\)`).ReplaceAllString(whole, "")
		if found := jargon.FindString(words); found != "" {
			t.Errorf("%s: says %q: %s", name, found, whole)
		}
		if utf8.RuneCountInString(whole) > 160 || strings.ContainsAny(strings.TrimSuffix(whole, "."), ".!?;\n") ||
			strings.Count(whole, ": ") != 1 {
			t.Errorf("%s: no short sentence: %s", name, whole)
		}
		if strings.Contains(words, "(") || strings.Contains(whole, "(") && !strings.HasSuffix(whole, ").") {
			t.Errorf("%s: what stands in parentheses stands at the end: %s", name, whole)
		}
	}
	want, err := os.ReadFile("testdata/advice.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != table.String() {
		t.Errorf("testdata/advice.txt is not the table; read each sentence, then make it:\n%s", table.String())
	}
}

// Every answer gets a sentence of its own kind: none that stops a session is told to wait, and none that passes to sign
// in.
func TestEveryAnswerHasAdvice(t *testing.T) {
	c := known(t)
	var answers []Answer
	for _, e := range examples(t) {
		p, _ := c.Lookup(e.provider)
		answers = append(answers, Judge(&p, e.status, nil, []byte(e.body)))
	}
	for code, o := range codeTable {
		a := Answer{Verdict: o.verdict, Reason: o.reason, Code: code, Known: true}
		if a.Verdict == VerdictSignIn && a.Reason == "" {
			a.Reason = reasonRefused
		}
		a.Advice = advise(&a)
		answers = append(answers, a)
	}
	for _, a := range answers {
		tells := func(s string) bool { return strings.Contains(a.Advice, ": "+s) }
		switch {
		case a.Advice == "" && a.Verdict != VerdictOK:
			t.Errorf("%s %s: no advice", a.Verdict, a.Code)
		case a.Verdict == VerdictPassing && tells("sign in"),
			a.Verdict == VerdictSetup && (tells("sign in") || tells("wait")),
			a.Verdict == VerdictInteraction && !tells("sign in") && !tells("ask"),
			a.Verdict == VerdictSignIn && !tells("sign in") && !tells("ask"):
			t.Errorf("%s %s %s: %s", a.Verdict, a.Reason, a.Code, a.Advice)
		}
	}
}
