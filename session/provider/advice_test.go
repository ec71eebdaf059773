package provider

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/session/words"
)

// adviceTable is what is said of each verdict with each of its reasons, and of each code of its own.
func adviceTable() string {
	var table strings.Builder
	say := func(a Answer, code string) {
		fmt.Fprintf(&table, "%s %s %s\n\t%s\n", a.Verdict, a.Reason, code, Advise(&a))
	}
	for _, v := range []struct {
		verdict Verdict
		reasons []string
	}{
		{VerdictSignIn, []string{reasonRevoked, reasonExpired, reasonReused, reasonRefused, reasonAccount}},
		{VerdictInteraction, []string{reasonInteraction, reasonAccount}},
		{VerdictSetup, []string{reasonClient, reasonRedirect, reasonScope, reasonConfig}},
	} {
		for _, reason := range v.reasons {
			say(Answer{Verdict: v.verdict, Reason: reason, Known: true}, "*")
		}
	}
	for _, code := range slices.Sorted(maps.Keys(ownAdvice)) {
		say(Answer{Verdict: VerdictPassing, Reason: "-", Code: code, Known: true}, code)
	}
	say(Answer{Verdict: VerdictPassing, Reason: "-", Known: true}, "*")
	say(Answer{Verdict: VerdictPassing, Reason: "-"}, "not known")
	fmt.Fprintf(&table, "passing - not known, for an hour\n\t%s\n", words.Say(words.Advice, adviceLasting, nil))
	return table.String()
}

// Advice reaches people as it is. The whole table stands in testdata/advice.txt, so that a change to it is read.
func TestAdviceTable(t *testing.T) {
	want, err := os.ReadFile("testdata/advice.txt")
	if err != nil {
		t.Fatal(err)
	}
	table := adviceTable()
	if string(want) != table {
		t.Errorf("testdata/advice.txt is not the table; read each sentence, then make it:\n%s", table)
	}
	for line := range strings.SplitSeq(table, "\n") {
		if strings.HasPrefix(line, "\t") && !strings.HasSuffix(line, ".") {
			t.Errorf("nothing is said: %s", line)
		}
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
		a.Advice = Advise(&a)
		answers = append(answers, a)
	}
	for _, a := range answers {
		tells := func(s string) bool { return strings.Contains(a.Advice, ": "+s) }
		switch {
		case !strings.HasSuffix(a.Advice, ".") && a.Verdict != VerdictOK:
			t.Errorf("%s %s: no advice", a.Verdict, a.Code)
		case a.Verdict == VerdictPassing && tells("sign in"),
			a.Verdict == VerdictSetup && (tells("sign in") || tells("wait")),
			a.Verdict == VerdictInteraction && !tells("sign in") && !tells("ask"),
			a.Verdict == VerdictSignIn && !tells("sign in") && !tells("ask"):
			t.Errorf("%s %s %s: %s", a.Verdict, a.Reason, a.Code, a.Advice)
		}
	}
}
