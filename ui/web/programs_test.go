package web_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// asking is a page with the session "work", whose programs are asked about.
type asking struct {
	*browser
	approvals *api.Approvals
	asked     *apitest.Asked
}

func openAsking(t *testing.T, more ...apitest.Session) *asking {
	t.Helper()
	a := new(asking)
	k := apitest.New(append(more, apitest.Session{Name: "work", Provider: "github", State: "active"})...)
	a.browser = openWith(t, k, func(o *api.Options) {
		a.asked = k.RunApprovals(t, o, "work")
		a.approvals = o.Approvals
	})
	return a
}

// request asks for a program, which waits for the answer.
func (a *asking) request(session string, p peer.Program) <-chan error {
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	go func() {
		defer cancel()
		done <- a.approvals.Approve(ctx, session, p)
	}()
	return done
}

// itself is a program that can be allowed for an hour: this one.
func itself(t *testing.T) peer.Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return peer.Program{PID: os.Getpid(), Path: self, Parent: "/usr/bin/zsh", Dir: "/home/ada/src/shop"}
}

func python(pid int) peer.Program {
	return peer.Program{PID: pid, Path: "/usr/bin/python3.13", Parent: "/usr/bin/bash", Dir: "/home/ada/src/reports"}
}

func TestPageAnswersPrograms(t *testing.T) {
	t.Parallel()
	a := openAsking(t, everyState()[:3]...)
	a.enter("")
	a.until(`document.querySelectorAll(".session").length === 4`)
	tool, script := a.request("work", itself(t)), a.request("work", python(7))
	a.until(`document.querySelectorAll(".question").length === 2`)
	a.until(`document.title === "(2) Sessionkeeper"`)
	a.until(`document.querySelector("[role=status]").textContent.includes("wants to use work")`)
	a.until(`document.querySelector("[data-part=questions] h2").textContent === "2 programs wait for your answer"`)
	a.says("No answer means no, in ")
	a.says("/home/ada/src/shop")
	const buttons = `[...document.querySelectorAll(".question")].find((q) => q.textContent.includes(%q)).querySelectorAll("button").length`
	if n := eval[int](a.browser, fmt.Sprintf(buttons, "python3.13 wants")); n != 2 {
		t.Errorf("a program that cannot be remembered has %d buttons; want 2", n)
	}
	const why = "It can do the work of any other program"
	if n := eval[int](a.browser, fmt.Sprintf(`document.body.innerText.split(%q).length - 1`, why)); n != 1 {
		t.Errorf("it is said %d times why a program is not offered an hour; want once", n)
	}
	a.everywhere("questions")
	a.click("Allow once: python3.13 wants to use work")
	if err := <-script; err != nil {
		t.Error(err)
	}
	a.click("Allow for an hour: web.test wants to use work")
	if err := <-tool; err != nil {
		t.Error(err)
	}
	a.until(`document.querySelector(".question") === null && document.title === "Sessionkeeper"`)
	a.click("Programs")
	a.says("web.test may use work")
	a.says("You said yes, good for 1 h more")
	a.says("You are asked about the programs of: work.")
	denied := a.request("work", python(8))
	a.click("Deny: python3.13 wants to use work")
	if err := <-denied; err == nil {
		t.Error("the program was allowed")
	}
	a.says("python3.13 may not use work")
	a.everywhere("programs")
	a.click("Take back: web.test may use work")
	a.until(`!document.body.innerText.includes("web.test may use work")`)
	if err := a.approvals.Approve(expired(t), "work", itself(t)); err == nil {
		t.Error("what was taken back still counts")
	}
	a.clean()
}

// expired is a context whose request does not wait.
func expired(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	t.Cleanup(cancel)
	return ctx
}

func TestPageWithoutQuestions(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "work", State: "active"})
	b.enter("programs")
	b.says("No program waits for an answer, and none is remembered.")
	b.says("You are asked about the programs of a session whose settings say so.")
	b.everywhere("programs-none")
	b.clean()
}

// The whole way with the keyboard: the focus goes on to what is left.
func TestQuestionByKeyboard(t *testing.T) {
	t.Parallel()
	a := openAsking(t)
	a.enter("programs")
	a.says("You are asked about the programs of: work.")
	first := a.request("work", python(7))
	a.until(`document.querySelectorAll(".question").length === 1`)
	second := a.request("work", python(8))
	a.until(`document.querySelectorAll(".question").length === 2`)
	a.until(`(document.querySelector(".question button").focus(), document.activeElement.textContent === "Allow once")`)
	a.do(chromedp.KeyEvent(kb.Enter))
	if err := <-first; err != nil {
		t.Error(err)
	}
	a.until(`document.querySelectorAll(".question").length === 1`)
	a.until(`document.activeElement.closest("[data-part=questions]") !== null`)
	a.do(chromedp.KeyEvent(kb.Tab))
	a.until(`document.activeElement.textContent === "Allow once"`)
	a.do(chromedp.KeyEvent(kb.Tab))
	a.do(chromedp.KeyEvent(kb.Enter))
	if err := <-second; err == nil {
		t.Error("the program was allowed")
	}
	a.until(`document.querySelector(".question") === null && document.activeElement !== document.body`)
	a.clean()
}

// A session whose settings are edited is asked about from then on, without a word to the page.
func TestQuestionOfEditedSession(t *testing.T) {
	t.Parallel()
	a := openAsking(t, apitest.Session{Name: "home", State: "active"})
	a.enter("")
	a.until(`document.querySelectorAll(".session").length === 2`)
	a.asked.Edit("home", true)
	waiting := a.request("home", python(9))
	a.click("Allow once: python3.13 wants to use home")
	if err := <-waiting; err != nil {
		t.Error(err)
	}
	a.clean()
}

func TestHostilePrograms(t *testing.T) {
	t.Parallel()
	for kind, text := range hostile {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a := openAsking(t, apitest.Session{Name: text, State: "active"})
			a.asked.Edit(text, true)
			paths := peer.Program{PID: 7, Path: "/tmp/" + text, Parent: text, Dir: text + "/" + text}
			a.request(text, paths)
			denied := a.request("work", paths)
			a.enter("programs")
			a.until(`document.querySelectorAll(".question").length === 2`)
			a.narrow("hostile-questions-" + kind)
			for n := range 2 {
				a.until(fmt.Sprintf(`document.querySelectorAll(".question").length === %d`, 2-n))
				a.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".question button.danger").click()`))
			}
			if err := <-denied; err == nil {
				t.Error("the program was allowed")
			}
			a.until(`document.querySelectorAll(".answers > li").length > 0`)
			a.narrow("hostile-answers-" + kind)
			if eval[bool](a.browser, `"ran" in window`) {
				t.Error("something ran")
			}
			a.clean()
		})
	}
}

// What uses a session is named before it stops working.
func TestQuestionNamesUses(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "work", Provider: "github", State: "active"})
	since := time.Now().Add(-time.Hour)
	b := openWith(t, k, func(o *api.Options) {
		o.Uses = func(string) []client.Use {
			used := []client.Use{
				{Face: "file", Label: "/run/user/1000/token"},
				{Face: "proxy", Label: "https://api.example.org", PID: 17, Program: "/usr/bin/sessionkeeper-keeper"},
				{Face: "exec", Label: "terraform", PID: 18, Program: "/usr/bin/terraform"},
				{Face: "program", PID: 19, Program: "/opt/<b>tool<|b>\u202e"},
				{Face: "program", Label: "Reports", PID: 20, Program: "/usr/bin/python3.13"},
				{Face: "exec", Label: "six"},
				{Face: "exec", Label: "seven"},
			}
			for i := range used {
				used[i].Since = since.Add(time.Duration(i) * time.Minute)
			}
			return used
		}
	})
	b.enter("")
	b.click("Details of work")
	for _, question := range []string{"Sign out of work", "Remove… work"} {
		b.click(question)
		b.until(`document.querySelector("dialog[open] .uses") !== null`)
		want := []string{
			"The file /run/user/1000/token", "The proxy https://api.example.org", "terraform (process 18)",
			"\u2068<b>tool<|b>\uFFFD\u2069 (process 19)", "Reports (python3.13, process 20)", "and 2 more",
		}
		got := eval[[]string](b, `[...document.querySelectorAll("dialog .uses li")].map((e) => e.textContent)`)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s names %q; want %q", question, got, want)
		}
		b.everywhere("uses-" + strings.Fields(question)[0])
		b.click("Cancel")
		b.until(`document.querySelector("dialog") === null`)
	}
	b.clean()
}

// Tokens that were given to programs are told in plain words, and drawn over nothing else.
func TestHistoryOfHandedOutTokens(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "work", State: "active"})
	now := time.Now().UTC()
	var entries []client.Entry
	for _, detail := range []map[string]string{
		{"program": "/usr/bin/curl", "parent": "/usr/bin/zsh", "uid": "1000", "face": "socket", "via": "sessionkeeper", "count": "12"},
		{"program": "/usr/bin/terraform", "face": "exec", "uid": "1000", "pid": "42", "count": "12"},
		{"count": "12"},
		{"program": "/usr/bin/gh", "count": "1", "first": now.Format(time.RFC3339), "last": now.Format(time.RFC3339)},
		nil,
	} {
		entries = append(entries, client.Entry{At: now, Session: "work", Type: "token.handed_out", Detail: detail})
	}
	b := openWith(t, k, func(o *api.Options) { o.History = before(k.List, k, entries) })
	b.enter("history")
	for _, line := range []string{
		"Given to a program: curl · 12 times · started by zsh", "Given to a program: terraform · 12 times · exec",
		"Given to a program: A program that hides its name · 12 times", "Given to a program: gh · once",
	} {
		b.until(fmt.Sprintf(`[...document.querySelectorAll("tbody td:last-child")].some((e) => e.textContent === %q)`, line))
	}
	b.everywhere("handed-out")
	b.enter("")
	b.click("Details of work")
	b.until(`document.querySelector("svg[role=img]") !== null`)
	b.click("As a table")
	b.until(`document.querySelectorAll("tbody tr").length >= 4`)
	b.clean()
}
