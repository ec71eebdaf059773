package api_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/history"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// withHistory is a house whose history is a real one.
func withHistory(tb testing.TB, sessions ...session.Session) *house {
	tb.Helper()
	k := apitest.New(sessions...)
	o := apitest.Options(tb, k, page())
	l, aside, err := history.Open(filepath.Join(tb.TempDir(), "history.db"))
	if err != nil || aside != "" {
		tb.Fatal(err, aside)
	}
	tb.Cleanup(func() { _ = l.Close() })
	o.History = l
	return openWith(tb, k, o)
}

// handedOut gives what the history says of the tokens that went out.
func (h *house) handedOut(tb testing.TB, name string) []client.Entry {
	tb.Helper()
	entries, err := h.client.History(tb.Context(), name, 0)
	if err != nil {
		tb.Fatal(err)
	}
	var found []client.Entry
	for _, e := range entries {
		if e.Type == session.EventHandedOut {
			found = append(found, e)
		}
	}
	return found
}

func TestHandOutsAreInTheHistory(t *testing.T) {
	h := withHistory(t, github(), session.Session{Name: "broken", State: session.SignedOut})
	h.keeper.Fail("broken", &session.Error{Code: session.CodeSignIn, Detail: "no"})
	for range 5 {
		if _, err := h.client.Token(t.Context(), "github", client.TokenRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.client.Token(t.Context(), "broken", client.TokenRequest{}); err == nil {
		t.Fatal("got a token that there is none of")
	}
	found := h.handedOut(t, "github")
	if len(found) == 2 { // an hour has begun meanwhile
		found = found[:1]
	} else if len(found) == 1 && found[0].Detail["count"] != "5" {
		t.Errorf("got %+v; want 5 hand-outs", found)
	}
	if len(found) != 1 {
		t.Fatalf("got %+v; want one entry", found)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := found[0].Detail
	if d["program"] != self || d["face"] != "socket" || d["pid"] != fmt.Sprint(os.Getpid()) || d["uid"] != fmt.Sprint(os.Getuid()) ||
		d["parent"] == "" || d["first"] == "" || d["last"] == "" || strings.Contains(fmt.Sprint(d), "token-of") {
		t.Errorf("got %v; want us, %s", d, self)
	}
	if found := h.handedOut(t, "broken"); len(found) != 0 {
		t.Errorf("a refusal is in the history as %+v", found)
	}
	// The counts go on in the same entry, read or not.
	for range 2 {
		if _, err := h.client.Token(t.Context(), "github", client.TokenRequest{Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for _, e := range h.handedOut(t, "github") {
		var n int
		fmt.Sscan(e.Detail["count"], &n)
		total += n
	}
	if total != 7 {
		t.Errorf("the history counts %d; want 7", total)
	}
}

// A clock that is put back within the hour turns no entry around, and opens none anew.
func TestHandOutsAndTheClock(t *testing.T) {
	noon := time.Now().Truncate(time.Hour)
	at := func(minutes ...int) (times []time.Time) {
		for _, m := range minutes {
			times = append(times, noon.Add(time.Duration(m)*time.Minute))
		}
		return times
	}
	got := api.Counted(at(50, 20, 30)...)
	if len(got) != 1 || got[0].Count != 3 || !got[0].First.Equal(at(20)[0]) || !got[0].Last.Equal(at(50)[0]) {
		t.Errorf("got %+v; want one entry from 12:20 to 12:50", got)
	}
	if got := api.Counted(at(70, 10, 71, 11)...); len(got) != 2 || got[0].Count != 2 || got[1].Count != 2 {
		t.Errorf("got %+v; want an entry an hour", got)
	}
}

// What a client says that a token is for is a label, where it is plain.
func TestFaceOfAHandOut(t *testing.T) {
	h := withHistory(t, github())
	for _, said := range []string{
		"exec", "helper git", "proxy", "-x", " ", "Exec", "<b>", "é", strings.Repeat("x", 33), "a\tb", "socket",
	} {
		h.overSocket(t, wireRequest{
			method: "POST", target: "/v1/sessions/github/token", header: [][2]string{{"Sessionkeeper-Face", said}},
		})
	}
	faces := map[string]string{}
	for _, e := range h.handedOut(t, "github") {
		faces[e.Detail["face"]] = e.Detail["count"]
	}
	if want := map[string]string{"exec": "1", "helper git": "1", "proxy": "1", "socket": "8"}; !maps.Equal(faces, want) {
		t.Errorf("got %v; want %v", faces, want)
	}
}

// A keeper that ends writes what it has counted.
func TestHandOutsAtTheEnd(t *testing.T) {
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	h := openWith(t, k, o)
	if _, err := h.client.Token(t.Context(), "github", client.TokenRequest{}); err != nil {
		t.Fatal(err)
	}
	h.stop()
	entries, err := k.List(t.Context(), "github", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 || entries[0].Type != session.EventHandedOut || entries[0].Detail["count"] != "1" {
		t.Errorf("the history got %+v; want the hand-out", entries)
	}
}

// Many programs are no reason to hold back much, and their names none to lose one.
func TestHandOutsOfManyPrograms(t *testing.T) {
	k := apitest.New(github())
	s, err := api.NewServer(apitest.Options(t, k, page()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		s.HandedOut("github", peer.Program{PID: i, UID: -1, Path: fmt.Sprint("/p/\xff\x00", i)}, "exec")
	}
	if n := s.HandOutsWaiting(); n > 1024 {
		t.Errorf("%d entries are held back", n)
	}
	entries, err := k.List(t.Context(), "github", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type == session.EventHandedOut && (e.Detail["count"] != "1" || !strings.HasPrefix(e.Detail["program"], "/p/�\x00")) {
			t.Fatalf("got %q", e.Detail)
		}
	}
}

// BenchmarkHandedOut counts as the socket does.
func BenchmarkHandedOut(b *testing.B) {
	s, err := api.NewServer(apitest.Options(b, apitest.New(github()), page()))
	if err != nil {
		b.Fatal(err)
	}
	programs := []peer.Program{
		{PID: 1, Path: "/usr/bin/curl", Parent: "/bin/bash", Dir: "/home/ada"},
		{PID: 2, Path: "/usr/bin/git", Parent: "/bin/bash", Via: "sessionkeeper"},
	}
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprint(n, " programs"), func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					s.HandedOut("github", programs[i%n], "")
				}
			})
		})
	}
}

// listening opens a stream and gives its lines; the stream ends with stop.
func (h *house) listening(tb testing.TB, query string) (lines *bufio.Reader, stop func()) {
	tb.Helper()
	var d net.Dialer
	c, err := d.DialContext(tb.Context(), "unix", h.socket)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "GET /v1/events"+query+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		tb.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		tb.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		tb.Fatalf("%s: %s %s", query, response.Status, body)
	}
	lines = bufio.NewReader(response.Body)
	return lines, func() { c.Close() }
}
