package signin

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
	table "sessionkeeper/session/words"
)

// sentences are those of the table that speak of signing in, as they are written.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	var book struct {
		SignIn map[string]string `json:"sign_in"`
	}
	if err := json.Unmarshal([]byte(read(t, "../words/words.json")), &book); err != nil {
		t.Fatal(err)
	}
	if len(book.SignIn) == 0 {
		t.Fatal("the table says nothing of signing in")
	}
	return book.SignIn
}

// Whatever people read here stands in the one table: the package's own texts have at most two words in a row. Each
// sentence of the table is asked for by its name, and no other.
func TestSentencesStandInTheTable(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`(?i)\b[a-z’']+,? [a-z’']+,? [a-z’']+`)
	asked := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "say" || f.Name == "sayWith") {
					if id, ok := n.Args[0].(*ast.BasicLit); ok {
						asked[strings.Trim(id.Value, `"`)] = true
					}
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && sentence.MatchString(n.Value) {
					t.Errorf("%s says %s, which belongs to the table", name, n.Value)
				}
			}
			return true
		})
	}
	if got, want := slices.Sorted(maps.Keys(asked)), slices.Sorted(maps.Keys(sentences(t))); !slices.Equal(got, want) {
		t.Errorf("asked for %q; the table has %q", got, want)
	}
}

// said collects what people are told, by the sentence's id.
type said struct {
	t     *testing.T
	texts map[string]string
	heard map[string]bool
}

// of expects that what err tells is the sentence id, with the values put in.
func (s *said) of(id string, err error, values ...string) {
	s.t.Helper()
	want := strings.NewReplacer(values...).Replace(s.texts[id])
	s.heard[id] = true
	switch {
	case err == nil:
		s.t.Errorf("%s: nothing was said; want %q", id, want)
	case want == "" || err.Error() != want:
		s.t.Errorf("%s: said %q; want %q", id, err.Error(), want)
	case strings.ContainsAny(want, "{}"):
		s.t.Errorf("%s: a place in it is left open: %q", id, want)
	}
}

// TestEverySentence: each sentence comes where it belongs, with real values in it.
func TestEverySentence(t *testing.T) {
	s := &said{t: t, texts: sentences(t), heard: map[string]bool{}}
	s.ends()
	s.exchanges()
	s.setups()
	s.ports()
	s.answers()
	s.pastes()
	if page := samples()["denied"].html(); !strings.Contains(page, s.texts["back"]) {
		t.Errorf("a refused sign-in does not say %q: %s", s.texts["back"], page)
	}
	s.heard["back"] = true
	if got, want := slices.Sorted(maps.Keys(s.heard)), slices.Sorted(maps.Keys(s.texts)); !slices.Equal(got, want) {
		t.Errorf("heard %q; the table has %q", got, want)
	}
}

// ends are sign-ins that end without an answer, or with a no.
func (s *said) ends() {
	begin := func(end func(f *Flow)) error {
		f := newFlow(s.t.Context(), nil, Request{Provider: &provider.Provider{}}, time.Minute)
		end(f)
		<-f.Done()
		return f.Err()
	}
	s.of("given_up", begin((*Flow).Cancel))
	s.of("replaced", begin((*Flow).Replace))
	s.of("stopped", begin(func(f *Flow) {
		ctx, stop := context.WithCancel(s.t.Context())
		stop()
		f.await(ctx)
	}))
	s.of("timeout", begin(func(f *Flow) {
		f.expiresAt = time.Now()
		f.await(s.t.Context())
	}))
	for id, fault := range map[string]string{"denied": "access_denied", "busy": "server_error", "fault": "of_tomorrow"} {
		s.of(id, begin(func(f *Flow) {
			f.take(answer{fault: fault})
			f.await(s.t.Context())
		}))
	}
	s.of("not_kept", asError(errors.New("the disk is full")), "{why}", "the disk is full")
}

// judged is what a token endpoint says with status 400.
func judged(body string) provider.Answer {
	return provider.Judge(nil, http.StatusBadRequest, http.Header{}, []byte(body))
}

// exchanges are sign-ins that fail at the provider's other doors, each of which gives one answer.
func (s *said) exchanges() {
	wire := provider.NewWire(nil, nil)
	at := func(status int, body string) Request {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if status == 0 {
				panic(http.ErrAbortHandler) // the connection is cut
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		s.t.Cleanup(srv.Close)
		return Request{Session: "work", Client: provider.Client{ID: "app"}, Provider: &provider.Provider{
			AuthorizeURL: srv.URL, TokenURL: srv.URL, DeviceURL: srv.URL, PARURL: srv.URL, OIDC: true,
		}}
	}
	const refused = `{"error":"invalid_grant"}`
	exchange := func(r Request) error {
		f := newFlow(s.t.Context(), wire, r, time.Minute)
		var err error
		if f.code, err = newCodeRequest("http://127.0.0.1/callback"); err != nil {
			s.t.Fatal(err)
		}
		f.take(answer{code: secret.New("code")})
		f.await(s.t.Context())
		return f.Err()
	}
	s.of("exchange", exchange(at(http.StatusBadRequest, refused)))
	s.of("busy", exchange(at(http.StatusTooManyRequests, "{}")))
	s.of("busy", exchange(at(http.StatusBadGateway, "{}")))
	s.of("identity", exchange(at(http.StatusOK, `{"access_token":"a","token_type":"bearer","id_token":"a.b.c"}`)))
	s.of("unreachable", exchange(at(0, "")))

	device := at(http.StatusBadRequest, refused)
	_, err := StartDevice(s.t.Context(), wire, device, time.Minute)
	s.of("device_start", err)
	s.of("device_refused", deviceFailure(judged(refused), "work"))
	s.of("denied", deviceFailure(judged(`{"error":"access_denied"}`), "work"))
	s.of("code_expired", deviceFailure(judged(`{"error":"expired_token"}`), "work"))
	device.Provider.DeviceURL = ""
	_, err = StartDevice(s.t.Context(), wire, device, time.Minute)
	s.of("device_url", err)

	pushed := at(http.StatusBadRequest, refused)
	pushed.Provider.PARRequired = true
	_, err = Start(s.t.Context(), wire, pushed, time.Minute)
	s.of("pushed", err)
}

// setups are those that cannot work.
func (s *said) setups() {
	start := func(change func(r *Request)) error {
		r := Request{Client: provider.Client{ID: "app"}, Provider: &provider.Provider{
			AuthorizeURL: "https://as.example/authorize", TokenURL: "https://as.example/token",
		}}
		change(&r)
		_, err := Start(s.t.Context(), nil, r, time.Minute)
		return err
	}
	s.of("client_id", start(func(r *Request) { r.Client.ID = "" }))
	s.of("token_url", start(func(r *Request) { r.Provider.TokenURL = "" }))
	s.of("authorize_url", start(func(r *Request) { r.Provider.AuthorizeURL = "http://as.example/authorize" }))
	s.of("no_page", start(func(r *Request) { r.Provider.AuthorizeURL = "" }))
	s.of("redirect", start(func(r *Request) { r.Provider.PasteOnly, r.Provider.RedirectURL = true, "nowhere" }))
	s.of("host", start(func(r *Request) { r.Provider.RedirectHost = "192.0.2.1" }))
}

// ports are those that cannot be had.
func (s *said) ports() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	p := &provider.Provider{RedirectPort: l.Addr().(*net.TCPAddr).Port}
	port := strconv.Itoa(p.RedirectPort)
	_, _, err = openDoor(s.t.Context(), p, nil)
	s.of("port_taken", err, "{port}", port, "{command}", string(whoListens(table.Safe(port))))
	s.of("port_reserved", bindError(p, &net.OpError{Err: os.NewSyscallError("bind", syscall.EACCES)}), "{port}", port)
	s.of("no_loopback", bindError(p, &net.OpError{Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)}))
}

// pasteFlow is a sign-in that ends on https://keeper.example/done.
func pasteFlow(t *testing.T) *Flow {
	t.Helper()
	f := newFlow(t.Context(), nil, Request{Provider: &provider.Provider{Issuer: "https://as.example", IssRequired: true}}, time.Minute)
	code, err := newCodeRequest("https://keeper.example/done")
	if err != nil {
		t.Fatal(err)
	}
	f.code, f.url = code, "https://as.example/authorize"
	return f
}

// answers are such as no provider sends, pasted.
func (s *said) answers() {
	f := pasteFlow(s.t)
	right := "state=" + f.code.state.Reveal()
	for id, query := range map[string]string{
		"answer_parts":      right + strings.Repeat("&a=b", maxParams),
		"answer_written":    right + "&code=%zz",
		"answer_characters": right + "&code=%00",
		"answer_both":       right + "&code=a&error=b",
		"answer_neither":    right,
		"answer_nameless":   right + "&code=a",
		"answer_elsewhere":  right + "&code=a&iss=" + url.QueryEscape("https://evil.example"),
	} {
		s.of(id, f.Paste(s.t.Context(), secret.New("https://keeper.example/done?"+query)))
	}
	s.of("answer_unknown", f.Paste(s.t.Context(), secret.New("?code=a")))
	s.of("answer_twice", f.Paste(s.t.Context(), secret.New("?code=a&"+right+"&code=b")), "{key}", "code")
}

// pastes are what people paste in place of the address.
func (s *said) pastes() {
	f := pasteFlow(s.t)
	for id, text := range map[string]string{
		"paste_nothing":    " \n",
		"paste_long":       strings.Repeat("x", maxForm+1),
		"paste_unreadable": "https://[::1",
		"paste_unfinished": "hello",
		"paste_unanswered": "https://keeper.example/done",
		"paste_other":      "https://keeper.example/done?code=a&state=b",
	} {
		s.of(id, f.Paste(s.t.Context(), secret.New(text)))
	}
	s.of("paste_provider", f.Paste(s.t.Context(), secret.New("https://as.example/login")), "{address}", "https://keeper.example/done")
	s.of("paste_elsewhere", f.Paste(s.t.Context(), secret.New("https://evil.example/done?code=a&state=b")),
		"{given}", "https://evil.example", "{address}", "https://keeper.example/done")
	f.take(answer{code: secret.New("b")})
	s.of("paste_over", f.Paste(s.t.Context(), secret.New("?code=a&iss=https%3A%2F%2Fas.example&state="+f.code.state.Reveal())))
	f.code = nil
	s.of("paste_device", f.Paste(s.t.Context(), secret.New("hello")))
}
