package signin

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
)

// pageStyle is the one look of all pages. It is part of the page, and its hash is the only style the page may apply.
const pageStyle template.CSS = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1c2733; --soft: #51606f; --edge: #dfe4ea;
  --good: #1a7f4b; --bad: #b4472f; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181d; --card: #1d232a; --ink: #e8edf2; --soft: #a9b5c1; --edge: #323b45;
    --good: #5fcf96; --bad: #f0937a; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
  color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; padding: 2rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: .75rem; border-block-start: .3rem solid var(--bad); overflow-wrap: anywhere; }
main.good { border-block-start-color: var(--good); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 .75rem; }
p:last-child { margin: 0; }
dl { margin: 0 0 1rem; padding: .75rem 0; border-block: 1px solid var(--edge); }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0 0 .5rem; font-weight: 600; }
dd:last-child { margin: 0; }
.action { font-weight: 600; }
.close { color: var(--soft); font-size: .9375rem; }
`

// pageSecurity is the policy of every page: no script, nothing from elsewhere, no frame around it.
var pageSecurity = "default-src 'none'; style-src '" + hashSource(string(pageStyle)) + "'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'"

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}} · Sessionkeeper</title>
<style>{{.Style}}</style>
</head>
<body>
<main{{if .Good}} class="good"{{end}}>
<h1>{{.Title}}</h1>
<p>{{.Lead}}</p>
{{if or .Session .Provider .Account}}<dl>
{{if .Session}}<dt>Session</dt><dd><bdi dir="auto">{{.Session}}</bdi></dd>
{{end}}{{if .Provider}}<dt>Provider</dt><dd><bdi dir="auto">{{.Provider}}</bdi></dd>
{{end}}{{if .Account}}<dt>Account</dt><dd><bdi dir="auto">{{.Account}}</bdi></dd>
{{end}}</dl>
{{end}}{{if .Detail}}<p dir="auto">{{.Detail}}</p>
{{end}}{{if .Action}}<p class="action">{{.Action}}</p>
{{end}}<p class="close">You can close this page.</p>
</main>
</body>
</html>
`))

// page is one page, ready to be written.
type page struct {
	words

	session, provider, account, detail string
}

// plainPage says nothing about any session: whoever asked has shown no knowledge of one.
func plainPage(kind pageKind) page { return page{words: pages[kind]} }

// resultPage shows how the flow has ended. Its address becomes known at the end and not before.
func (f *Flow) resultPage() page {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := page{session: f.req.Session, provider: f.req.Provider.Name, words: pages[pageDone]}
	if f.err != nil {
		p.words, p.detail = pages[pageKind(f.err.Kind)], f.err.Detail
	}
	if f.err == nil || f.err.Kind == KindWrongAccount {
		p.account = accountLine(f.account.Email, f.account.Name)
	}
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
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Title": p.title, "Lead": p.lead, "Action": p.action, "Good": p.good, "Style": pageStyle,
		"Session": p.session, "Provider": p.provider, "Account": p.account, "Detail": p.detail,
	})
	if err != nil {
		http.Error(w, p.title, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(p.status)
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
