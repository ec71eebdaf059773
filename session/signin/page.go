package signin

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"

	table "sessionkeeper/session/words"
)

// pageStyle is the one look of all pages, that of the keeper's own page. It is part of the page, and its hash is the
// only style that the page may apply.
//
//go:embed page.css
var pageStyle string

// mark is the program's icon, without what only a file of its own needs.
//
//go:embed mark.svg
var mark string

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageSecurity is the policy of every page: no script, nothing from elsewhere, no frame around it.
var pageSecurity = "default-src 'none'; style-src '" + hashSource(pageStyle) + "'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'"

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page is one page, ready to be written.
type page struct {
	table.Page
	kind         pageKind
	detail, more string
	facts, codes []fact
}

// fact is a line of a page, left out where there is no text.
type fact struct{ Label, Text string }

func facts(all ...fact) []fact {
	var some []fact
	for _, f := range all {
		if f.Text != "" {
			some = append(some, f)
		}
	}
	return some
}

// plainPage says nothing about any session: whoever asked has shown no knowledge of one.
func plainPage(kind pageKind) page { return page{Page: table.OfPage(string(kind)), kind: kind} }

// resultPage shows how the flow has ended. Its address becomes known at the end and not before.
func (f *Flow) resultPage() page {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := plainPage(pageDone)
	who := fact{table.Label("account"), accountLine(f.account.Email, f.account.Name)}
	if f.err != nil {
		p = f.failedPage(f.err)
		switch f.err.Kind {
		case KindNoRefresh, KindStore:
		case KindWrongAccount:
			who.Label = table.Label("signed_in_as")
		default:
			who.Text = ""
		}
	}
	p.facts = facts(
		fact{table.Label("session"), f.req.Session}, fact{table.Label("provider"), f.req.Provider.Name}, who,
	)
	return p
}

// failedPage says what happened in the table's words, and keeps the codes for those who want to know more.
func (f *Flow) failedPage(e *Error) page {
	p := plainPage(pageKind(e.Kind))
	p.detail = e.Detail
	p.codes = facts(fact{table.Label("answer"), e.Answer.Message}, fact{table.Label("code"), e.Answer.Code})
	if e.Answer.Status != 0 {
		p.codes = append(p.codes, fact{table.Label("http_status"), strconv.Itoa(e.Answer.Status)})
	}
	var known table.Problem
	switch e.Kind {
	case KindSetup:
		known = setupProblem(e.Answer.Reason, f.req.Session)
		p.Title = known.Title
	case KindWrongAccount:
		known, _ = table.Of("sign_in_needed", "wrong_account", f.req.Session)
	case KindNoRefresh:
		known, _ = table.Of("active", "no_refresh_token", f.req.Session)
	case KindDenied, KindExchange, KindStore, KindTimeout, KindCancelled:
	}
	p.more = known.More
	return p
}

func accountLine(email, name string) string {
	switch {
	case email == "":
		return name
	case name == "" || name == email:
		return email
	}
	return name + " (" + email + ")"
}

func (p page) write(w http.ResponseWriter) {
	back := ""
	if p.kind.back() {
		back = say("back")
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Style": template.CSS(pageStyle), "Mark": template.HTML(mark), //nolint:gosec // both are our own files
		"Title": p.Title, "Tone": string(p.Tone), "Lead": p.Lead, "Detail": p.detail, "Action": p.Action, "Back": back,
		"Facts": p.facts, "Fold": table.Label("details"), "More": p.more, "Codes": p.codes,
	})
	if err != nil {
		http.Error(w, p.Title, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(p.kind.status())
	_, _ = b.WriteTo(w) // whoever has gone away needs no page
}

// guard sets what every response carries.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", pageSecurity)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
