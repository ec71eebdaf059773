package provider

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A server that says "later" is waited for as it asks, whatever else it says.
func TestF18ServerErrorsAndRetryAfter(t *testing.T) {
	var status int
	var wait, body string
	server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		if wait != "" {
			rw.Header().Set("Retry-After", wait)
		}
		rw.WriteHeader(status)
		io.WriteString(rw, body)
	})
	in := func(d time.Duration) string { return time.Now().UTC().Add(d).Format(http.TimeFormat) }
	for _, body = range []string{``, `{"error":"invalid_grant"}`, `{"error":"temporarily_unavailable"}`, `<html>busy`} {
		for _, status = range []int{400, 408, 425, 429, 500, 501, 502, 503, 504} {
			for said, want := range map[string][2]time.Duration{ // at least, at most
				"7": {7 * time.Second, 7 * time.Second}, " 7 ": {7 * time.Second, 7 * time.Second},
				"1.5": {1500 * time.Millisecond, 1500 * time.Millisecond}, "0": {}, "-3": {}, "soon": {}, "NaN": {},
				"1e9": {maxRetryAfter, maxRetryAfter}, "999999999999999999999": {maxRetryAfter, maxRetryAfter},
				in(2 * time.Minute): {time.Minute, 2 * time.Minute}, in(48 * time.Hour): {maxRetryAfter, maxRetryAfter},
				in(-time.Hour): {}, "": {},
			} {
				if wait = said; status == 400 && wait == "" {
					continue // the one that says nothing of waiting
				}
				a := refreshAt(t.Context(), w, server.URL)
				if a.Verdict != VerdictPassing || !a.Known || a.RetryAfter < want[0] || a.RetryAfter > want[1] ||
					a.OutcomeUnknown != (status >= 500) {
					t.Errorf("%d, Retry-After %q, %s: %s known %t in %v, outcome unknown %t; want passing in %v to %v", status, said, body,
						a.Verdict, a.Known, a.RetryAfter, a.OutcomeUnknown, want[0], want[1])
				}
			}
		}
	}
}

func TestF19HangsAndCuts(t *testing.T) {
	if l := NewWire(nil, nil).limits; l.toHeaders > 10*time.Second || l.total > 30*time.Second {
		t.Errorf("an answer may take %v to its headers and %v in all", l.toHeaders, l.total)
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for _, v := range []struct {
		name, answer string
		keepOpen     bool
		code         string
	}{
		{"closed before an answer", "", false, "network"},
		{"silence", "", true, "timeout"},
		{"stuck in the headers", head, true, "timeout"},
		{"stuck in the body", head + "Content-Length: 90\r\n\r\n{\"access_token\":\"a\",", true, "timeout"},
		{"cut", head + "Content-Length: 90\r\n\r\n{\"access_token\":\"a\",", false, "truncated"},
		{"cut chunk", head + "Transfer-Encoding: chunked\r\n\r\n40\r\n{\"access_token\":\"a\",", false, "truncated"},
		{"cut without a length", head + "Connection: close\r\n\r\n{\"access_token\":\"a\"", false, "truncated"},
		{"not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", false, "network"},
	} {
		base, requests := raw(t, v.answer, v.keepOpen)
		w := NewWire(nil, nil)
		if v.keepOpen {
			w.limits.toHeaders, w.limits.total = 300*time.Millisecond, 400*time.Millisecond
		}
		a := refreshAt(t.Context(), w, base)
		if a.Verdict != VerdictPassing || a.Code != v.code || !a.OutcomeUnknown || a.Unsent {
			t.Errorf("%s: %s %s unknown %t unsent %t; want passing %s unknown", v.name, a.Verdict, a.Code,
				a.OutcomeUnknown, a.Unsent, v.code)
		}
		<-requests // which may still be on its way when the time is up
		if n := len(requests); n != 0 {
			t.Errorf("%s: %d requests; want exactly one", v.name, 1+n)
		}
		checkAnswer(t, a)
	}
	for _, v := range []struct{ target, code string }{
		{"http://127.0.0.1:1", "network"}, // a port that nobody is given by chance
		{"http://example.com/token", "insecure_url"},
		{"https://user:pw@127.0.0.1/token", "insecure_url"},
		{"ftp://127.0.0.1/token", "insecure_url"},
		{"://", "insecure_url"},
		{"https://nowhere.invalid/token", "network"},
	} {
		a := refreshAt(t.Context(), NewWire(nil, nil), v.target)
		if a.Verdict != VerdictPassing || a.Code != v.code || a.OutcomeUnknown || !a.Unsent {
			t.Errorf("%s: %s %s unknown %t unsent %t; want passing %s unsent", v.target, a.Verdict, a.Code,
				a.OutcomeUnknown, a.Unsent, v.code)
		}
	}
}

func TestF19TrickleEnds(t *testing.T) {
	server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, `{"access_token":"`)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
				io.WriteString(rw, "a")
				rw.(http.Flusher).Flush()
			}
		}
	})
	w.limits.total = 200 * time.Millisecond
	if a := refreshAt(t.Context(), w, server.URL); a.Code != "timeout" || !a.OutcomeUnknown {
		t.Errorf("%s unknown %t; want timeout, unknown", a.Code, a.OutcomeUnknown)
	}
}

func TestF20LargeAndPackedAnswers(t *testing.T) {
	pad := strings.Repeat("x", 1<<20)
	token := `{"access_token":"a","refresh_token":"r","pad":"` + pad + `"}`
	zip := func(s string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, s)
		z.Close()
		return b.Bytes()
	}
	for _, v := range []struct {
		name, encoding string
		body           []byte
		verdict        Verdict
		code           string
	}{
		{"large", "", []byte(`{"pad":"` + pad + `","access_token":"a"}`), VerdictPassing, "response_too_large"},
		{"large, but the tokens came", "", []byte(token), VerdictOK, ""},
		{"bomb", "gzip", zip(strings.Repeat(" ", 64<<20)), VerdictPassing, "response_too_large"},
		{"packed unasked", "gzip", zip(`{"access_token":"a"}`), VerdictOK, ""},
		{"packed and cut", "gzip", zip(`{"access_token":"a"}`)[:20], VerdictPassing, "truncated"},
		{"not packed", "gzip", []byte(`{"access_token":"a"}`), VerdictPassing, "malformed_answer"},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, r *http.Request) {
			if e := r.Header.Get("Accept-Encoding"); e != "identity" {
				t.Errorf("%s: asked for the encoding %q", v.name, e)
			}
			if v.encoding != "" {
				rw.Header().Set("Content-Encoding", v.encoding)
			}
			rw.Write(v.body)
		})
		a := refreshAt(t.Context(), w, server.URL)
		if a.Verdict != v.verdict || a.Code != v.code || (v.verdict != VerdictOK) != a.OutcomeUnknown {
			t.Errorf("%s: %s %s unknown %t; want %s %s", v.name, a.Verdict, a.Code, a.OutcomeUnknown, v.verdict, v.code)
		}
	}
}

// A 2xx in which no token can be read leaves it open whether the refresh token is spent; an odd member beside the tokens
// spoils none of them.
func TestF20OddBodies(t *testing.T) {
	deep := strings.Repeat("[", 20_000)
	for body, want := range map[string]struct{ code, access, refresh string }{
		`{"error":"moon_phase"}`: {code: "moon_phase"}, `{"result":"ok"}`: {code: "no_token"},
		"": {code: "truncated"}, "null": {code: "no_token"}, "[]": {code: "no_token"}, `""`: {code: "no_token"}, "{}": {code: "no_token"},
		"\x00\x00\x00": {code: "no_token"}, "\xff\xfe\x00{": {code: "no_token"},
		`{"access_token":["a"],"refresh_token":{}}`:                       {code: "no_token"},
		`{"access_token":{"a":1},"refresh_token":"r"}`:                    {code: "no_token", refresh: "r"},
		`{"access_token":true}`:                                           {code: "no_token"},
		`{"access_token":"a\u0000"}`:                                      {code: "malformed_token"},
		deep:                                                              {code: "no_token"},
		strings.Repeat(`{"a":`, 30_000):                                   {code: "truncated"},
		`{"access_token":"z","access_token":"a"}`:                         {access: "a"},
		`{"access_token":"a","access_token":"","expires_in":{}}`:          {access: "a"},
		`{"access_token":"a","refresh_token":"r","pad":` + deep:           {code: "", access: "a", refresh: "r"},
		`{"access_token":"a","refresh_token":"r"}{"error":"no"}`:          {access: "a", refresh: "r"},
		`{"access_token":"a","token_type":7,"scope":{"a":"b"}}`:           {access: "a"},
		"\ufeff" + `{"access_token":"a","refresh_token":"r"}`:             {access: "a", refresh: "r"},
		"{\"access_token\":\"a\",\"x\":\"\xff\",\"refresh_token\":\"r\"}": {access: "a", refresh: "r"},
	} {
		server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, body) })
		a := refreshAt(t.Context(), w, server.URL)
		if ok := want.access != ""; (a.Verdict == VerdictOK) != ok || a.OutcomeUnknown == ok || a.Verdict != VerdictOK && a.Verdict != VerdictPassing ||
			a.Code != want.code || a.Tokens.Access.Reveal() != want.access || a.Tokens.Refresh.Reveal() != want.refresh {
			t.Errorf("%.60q: %s %s, outcome unknown %t, tokens %q and %q; want %+v", body, a.Verdict, a.Code, a.OutcomeUnknown,
				a.Tokens.Access.Reveal(), a.Tokens.Refresh.Reveal(), want)
		}
	}
}

// An answer that never ends is left as soon as it is too large.
func TestF20EndlessAnswer(t *testing.T) {
	const offered = 100 << 20
	var written atomic.Int64
	done := make(chan struct{})
	server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		defer close(done)
		block := bytes.Repeat([]byte("x"), 1<<20)
		io.WriteString(rw, `{"pad":"`)
		for written.Load() < offered {
			n, err := rw.Write(block)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	a := refreshAt(t.Context(), w, server.URL)
	if a.Verdict != VerdictPassing || a.Code != "response_too_large" || !a.OutcomeUnknown {
		t.Errorf("%s %s outcome unknown %t", a.Verdict, a.Code, a.OutcomeUnknown)
	}
	<-done
	if written.Load() >= offered {
		t.Errorf("all %d bytes were taken", written.Load())
	}
}
