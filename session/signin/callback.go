package signin

import (
	"io"
	"mime"
	"net/http"
	"strings"
)

const (
	donePath = "/done/"
	maxForm  = 64 << 10
)

// ServeHTTP takes answers to the flows behind the door. Whatever does not carry the state of one of them changes
// nothing: any page of any site can send the browser here.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard(w.Header())
	flows := d.servedAt(r.Host)
	if len(flows) == 0 {
		plainPage(pageHost).write(w)
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, donePath); ok && r.Method == http.MethodGet {
		for _, f := range flows {
			if f.pageID == id && f.over() {
				f.resultPage().write(w)
				return
			}
		}
	}
	flows = onPath(flows, r.URL.EscapedPath())
	if len(flows) == 0 || r.Method != http.MethodGet && r.Method != http.MethodPost {
		plainPage(pageNotFound).write(w)
		return
	}
	a, m := readAnswer(w, r)
	if m != nil {
		if m.page == pageUnknown && r.URL.RawQuery != "" {
			for _, f := range flows {
				f.stray()
			}
		}
		plainPage(m.page).write(w)
		return
	}
	for _, f := range flows {
		if f.code.state.Equal(a.state) {
			welcome(r)
			f.receive(w, r, a)
			return
		}
	}
	for _, f := range flows {
		f.stray()
	}
	plainPage(pageUnknown).write(w)
}

// servedAt gives the flows whose redirect names exactly this host. A page that has bound its own name to this address
// arrives with that name, and finds none.
func (d *door) servedAt(host string) []*Flow {
	d.mu.Lock()
	defer d.mu.Unlock()
	var at []*Flow
	for _, f := range d.flows {
		u := f.code.redirectURL
		if host == u.Host || u.Port() == "80" && host+":80" == u.Host {
			at = append(at, f)
		}
	}
	return at
}

func onPath(flows []*Flow, path string) []*Flow {
	var on []*Flow
	for _, f := range flows {
		if f.code.redirectURL.EscapedPath() == path {
			on = append(on, f)
		}
	}
	return on
}

// readAnswer reads the query, or the body that response_mode=form_post brings.
func readAnswer(w http.ResponseWriter, r *http.Request) (answer, *misfit) {
	if r.Method == http.MethodGet {
		return parseAnswer(r.URL.RawQuery)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return answer{}, &misfit{page: pageMalformed}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return answer{}, &misfit{page: pageMalformed}
	}
	return parseAnswer(string(body))
}

// stray tells of an answer that nobody waits for: it changes nothing, but somebody may want to know.
func (f *Flow) stray() {
	if f.req.Stray != nil && f.waits() {
		f.req.Stray()
	}
}

// receive handles an answer with this flow's state. The browser waits for the outcome, but leaving does not end it; it
// is then sent on to an address that holds no code and may be reloaded.
func (f *Flow) receive(w http.ResponseWriter, r *http.Request, a answer) {
	if f.waits() {
		if m := f.fits(a); m != nil {
			plainPage(m.page).write(w)
			return
		}
	}
	if !f.take(a) && !f.shares(a) {
		plainPage(pageUsed).write(w)
		return
	}
	select {
	case <-f.done:
		http.Redirect(w, r, donePath+f.pageID, http.StatusSeeOther)
	case <-f.dropped:
		p := plainPage(pageKind(KindCancelled))
		p.detail = say("given_up")
		p.write(w)
	case <-r.Context().Done():
	}
}
