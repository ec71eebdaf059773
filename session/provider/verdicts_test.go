package provider

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// example is a line of testdata/verdicts.txt.
type example struct {
	provider string
	status   int
	verdict  Verdict
	body     string
}

func examples(tb testing.TB) []example {
	tb.Helper()
	f, err := os.Open("testdata/verdicts.txt")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []example
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		part := strings.SplitN(lines.Text(), " ", 4)
		if len(part) != 4 {
			tb.Fatalf("testdata/verdicts.txt: %q has no four parts", lines.Text())
		}
		e := example{provider: part[0], verdict: Verdict(part[2]), body: part[3]}
		if e.status, err = strconv.Atoi(part[1]); err != nil {
			tb.Fatalf("testdata/verdicts.txt: %v", err)
		}
		if e.body == "-" {
			e.body = ""
		}
		all = append(all, e)
	}
	if len(all) < 250 {
		tb.Fatalf("testdata/verdicts.txt has %d examples; want at least 250", len(all))
	}
	return all
}

func (e example) of(tb testing.TB, c *Catalogue) *Provider {
	tb.Helper()
	if e.provider == "*" {
		return nil
	}
	p, ok := c.Lookup(e.provider)
	if !ok {
		tb.Fatalf("no provider %q", e.provider)
	}
	return &p
}

func (e example) ofOrNil(tb testing.TB, c *Catalogue) *Provider {
	tb.Helper()
	if e.provider == "" {
		return nil
	}
	return e.of(tb, c)
}

func TestJudgeExamples(t *testing.T) {
	c := known(t)
	for _, e := range examples(t) {
		p := e.of(t, c)
		bodies := []string{e.body}
		var members map[string]any
		if json.Unmarshal([]byte(e.body), &members) == nil {
			members["timestamp"], members["a_new_member"] = "2026-01-02", []int{1}
			if b, err := json.MarshalIndent(members, "", "\t"); err == nil {
				bodies = append(bodies, "\xef\xbb\xbf\r\n"+string(b)+"\n")
			}
		}
		for _, body := range bodies {
			a := Judge(p, e.status, http.Header{}, []byte(body))
			if a.Verdict != e.verdict {
				t.Errorf("%s %d %s: verdict %s (code %q); want %s", e.provider, e.status, body, a.Verdict, a.Code, e.verdict)
			}
			checkAnswer(t, a)
		}
	}
}

// checkAnswer holds what is true of every answer.
func checkAnswer(tb testing.TB, a Answer) {
	tb.Helper()
	if a.Verdict == "" || a.Verdict != VerdictOK && (a.Code == "" || a.Advice == "") {
		tb.Errorf("answer without verdict, code or advice: %+v", a)
	}
	reasons := map[Verdict]string{
		VerdictOK: " ", VerdictPassing: " ",
		VerdictSignIn:      "revoked expired reused refused account_disabled",
		VerdictInteraction: "interaction_required account_disabled",
		VerdictSetup:       "client redirect scope config",
	}
	if !strings.Contains(" "+reasons[a.Verdict]+" ", " "+a.Reason+" ") {
		tb.Errorf("verdict %s with reason %q", a.Verdict, a.Reason)
	}
	if strings.ContainsAny(a.Message+a.Code, "\r\n\x00\x1b") || len([]rune(a.Message)) > maxMessage {
		tb.Errorf("message or code is not one clean line: %q %q", a.Code, a.Message)
	}
	if a.RetryAfter < 0 || a.RetryAfter > maxRetryAfter {
		tb.Errorf("retry after %v", a.RetryAfter)
	}
}

// TestPassingStaysPassing turns every example that condemns a token into one that must not.
func TestPassingStaysPassing(t *testing.T) {
	c := known(t)
	for _, e := range examples(t) {
		p := e.of(t, c)
		for _, v := range []struct {
			what   string
			status int
			header http.Header
			body   string
		}{
			{"500", 500, nil, e.body},
			{"503", 503, nil, e.body},
			{"408", 408, nil, e.body},
			{"425", 425, nil, e.body},
			{"429", 429, nil, e.body},
			{"Retry-After", e.status, http.Header{"Retry-After": {"7"}}, e.body},
			{"no requests left", e.status, http.Header{"X-Ratelimit-Remaining": {"0"}}, e.body},
			{"page that quotes it", e.status, nil, "<html><pre>" + e.body + "</pre></html>"},
			{"prose that quotes it", e.status, nil, "upstream said: " + e.body},
			{"array", e.status, nil, "[" + e.body + "]"},
			{"JSON string", e.status, nil, strconv.Quote(e.body)},
			{"redirect", 302, http.Header{"Location": {"https://portal.example/login"}}, e.body},
		} {
			if v.status == http.StatusProxyAuthRequired {
				continue
			}
			a := Judge(p, v.status, v.header, []byte(v.body))
			if a.Verdict != VerdictPassing {
				t.Errorf("%s %d %s as %s: verdict %s; want passing", e.provider, e.status, e.body, v.what, a.Verdict)
			}
			if want := v.status >= 500; want && !a.OutcomeUnknown {
				t.Errorf("%s as %s: outcome known; want unknown", e.body, v.what)
			}
			checkAnswer(t, a)
		}
	}
}
