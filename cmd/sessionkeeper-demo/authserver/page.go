package authserver

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"
)

//go:embed pages
var pages embed.FS

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"clock": clock}).ParseFS(pages, "pages/*.html"))
})

func clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format(time.TimeOnly)
}

// render writes one of the pages.
func render(w http.ResponseWriter, status int, name string, view any) {
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, view); err != nil {
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	writeHTML(w, status, b.String())
}

// writeHTML sends a page that loads nothing but the style sheet, runs nothing and is framed by nobody. form-action is
// left open: the answer to a consent form redirects to the client, and browsers apply the directive to that too.
// The referrer is kept within the origin rather than dropped, because dropping it makes forms send "Origin: null".
func writeHTML(w http.ResponseWriter, status int, page string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(page))
}

const contentPolicy = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"

func styleSheet(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pages, "pages/style.css")
}

// pageView is what the server's own page shows.
type pageView struct {
	Issuer   string
	Grants   []Grant
	Alive    int
	Log      Log
	Recent   []Request // newest first
	Fault    Fault
	Choices  []faultChoice
	Settings settings
	Live     bool
}

type faultChoice struct {
	Value, Label string
	Chosen       bool
}

const recentShown = 12

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	view := pageView{
		Issuer: s.issuer, Grants: s.Grants(), Log: s.Log(), Fault: s.Fault(), Settings: s.settings(),
		Live: r.FormValue("live") != "",
	}
	for _, g := range view.Grants {
		if g.State == StateActive || g.State == StatePending {
			view.Alive++
		}
	}
	for i := len(view.Log.Requests) - 1; i >= 0 && len(view.Recent) < recentShown; i-- {
		view.Recent = append(view.Recent, view.Log.Requests[i])
	}
	for _, c := range faultLabels {
		view.Choices = append(view.Choices, faultChoice{c[0], c[1], c[0] == view.Fault.String()})
	}
	if view.Live {
		w.Header().Set("Refresh", "5")
	}
	render(w, http.StatusOK, "page.html", view)
}

// faultLabels are the faults that the page offers, by name and in words.
var faultLabels = [...][2]string{
	{"ok", "answers properly"},
	{"500", "500 Internal Server Error"},
	{"500-after", "500, but the refresh token is already spent"},
	{"429", "429 Too Many Requests, with Retry-After"},
	{"html-200", "200 with a captive portal's page"},
	{"html-502", "502 with a proxy's page"},
	{"hang", "never answers"},
	{"cut-after", "closes the connection after spending the refresh token"},
	{"truncate", "sends half the answer after spending the refresh token"},
	{"invalid_client", "401 invalid_client"},
}

// pageAction carries out a button of the page and shows the page again.
func (s *Server) pageAction(w http.ResponseWriter, r *http.Request) {
	var c command
	switch r.PathValue("action") {
	case "revoke":
		c.Revoke = r.PostFormValue("grant")
	case "fault":
		c.Fault, c.RetryAfter = r.PostFormValue("fault"), r.PostFormValue("retry_after")
		c.Count, _ = strconv.Atoi(r.PostFormValue("count")) // empty: until switched back
	case "lifetimes":
		c.AccessTTL, c.SessionTTL = r.PostFormValue("access_ttl"), r.PostFormValue("session_ttl")
	default:
		http.NotFound(w, r)
		return
	}
	if _, err := s.carryOut(c); err != nil {
		render(w, http.StatusBadRequest, "message.html", message{Title: "This does not work", Text: err.Error()})
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
