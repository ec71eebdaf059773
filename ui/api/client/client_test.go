package client_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestDial(t *testing.T) {
	k := apitest.New(session.Session{Name: "github", State: session.Active})
	o := apitest.Options(t, k, nil)
	if _, err := client.Dial(t.Context(), o.Places); !errors.Is(err, client.ErrNoKeeper) {
		t.Errorf("without a keeper: %v; want ErrNoKeeper", err)
	}
	_, stop := apitest.Serve(t, o)
	c, err := client.Dial(t.Context(), o.Places)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Session(t.Context(), "github"); err != nil {
		t.Error(err)
	}
	stop()
	if _, err := c.Session(t.Context(), "github"); !errors.Is(err, client.ErrNoKeeper) {
		t.Errorf("after the keeper stopped: %v; want ErrNoKeeper", err)
	}
	apitest.Serve(t, o)
	if _, err := c.Pause(t.Context(), "github"); err != nil {
		t.Errorf("with the next keeper: %v", err)
	}
}

func TestStoppedEvents(t *testing.T) {
	o := apitest.Options(t, apitest.New(), nil)
	_, stop := apitest.Serve(t, o)
	c := client.New(o.Places.Socket())
	defer c.Close()
	stop()
	for _, err := range c.Events(t.Context(), "") {
		if !errors.Is(err, client.ErrNoKeeper) {
			t.Errorf("got %v; want ErrNoKeeper", err)
		}
	}
}

// TestStrangeServer talks to something that is no keeper: errors say so and quote nothing.
func TestStrangeServer(t *testing.T) {
	p := apitest.Home(t)
	if err := p.Make(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", p.Socket())
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]func(w http.ResponseWriter){
		"no JSON":     func(w http.ResponseWriter) { io.WriteString(w, "secret-answer") },
		"wrong types": func(w http.ResponseWriter) { io.WriteString(w, `{"access_token":{"secret-answer":1}}`) },
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://evil.test/secret-answer")
			w.WriteHeader(307)
		},
		"502": func(w http.ResponseWriter) { w.WriteHeader(502); io.WriteString(w, "secret-answer") },
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/sessions/"), "/token")](w)
	}))
	server.Listener.Close()
	server.Listener = ln
	server.Start()
	defer server.Close()
	c := client.New(p.Socket())
	defer c.Close()
	for what := range answers {
		_, err := c.Token(t.Context(), what, client.TokenRequest{})
		if err == nil || strings.Contains(err.Error(), "secret-answer") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
