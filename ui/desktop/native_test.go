//go:build unix

package desktop

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// hostileTexts are what a session's name or a provider's message may hold.
func hostileTexts() []string {
	return []string{
		"", "-e", "--", `" & (do shell script "touch /tmp/x") & "`, `'; Start-Process calc; '`, "$(id) `id` %PATH%",
		`</text><actions><action content="x" activationType="protocol" arguments="file:///"/></actions><text>`,
		"]]><!--", "&lt;&amp;", "line\nline\r\n", "\x00\x1b[31m\x07\x7f", "\xff\xfe", "\u202eevil\u2066", "👩‍👩‍👧 مرحبا",
		strings.Repeat("مرحبا ", 40), strings.Repeat("<", 10_000), strings.Repeat("\"", 10_000),
	}
}

func decodeScript(t *testing.T, c command) string {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(c.args[len(c.args)-1])
	if err != nil || len(data)%2 != 0 {
		t.Fatalf("script: %d bytes, %v", len(data), err)
	}
	units := make([]uint16, len(data)/2)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, units); err != nil {
		t.Fatal(err)
	}
	return string(utf16.Decode(units))
}

func TestShowOnMacOS(t *testing.T) {
	for _, text := range hostileTexts() {
		c := showCommand("darwin", Notice{Key: text, Title: text, Body: text + "!"})
		if c.path != "/usr/bin/osascript" || c.input != appleScript ||
			len(c.args) != 3 || c.args[0] != "-" || c.args[1] != text || c.args[2] != text+"!" {
			t.Errorf("%.40q: got %.200q", text, c)
		}
	}
	if _, ok := withdrawCommand("darwin", "a"); ok {
		t.Error("want no command to withdraw")
	}
}

func TestShowOnWindows(t *testing.T) {
	t.Setenv("SystemRoot", "/windows")
	for _, text := range hostileTexts() {
		n := Notice{Key: text, Title: text, Body: text, Urgent: true, Actions: []Action{{"x", text}}}
		c := showCommand("windows", n)
		if c.path != "/windows/System32/WindowsPowerShell/v1.0/powershell.exe" {
			t.Errorf("got program %q", c.path)
		}
		if script := decodeScript(t, c); script != showScript {
			t.Errorf("%.40q: the script depends on the text:\n%s", text, script)
		}
		lines := strings.Split(c.input, "\r\n")
		if len(lines) != 3 || lines[0] != toastTag(text) || len(lines[0]) != 16 {
			t.Fatalf("%.40q: got input %q; want a tag of 16 characters and the toast", text, c.input)
		}
		data, err := base64.StdEncoding.DecodeString(lines[1])
		if err != nil {
			t.Fatal(err)
		}
		checkToast(t, text, data)
	}
	c, ok := withdrawCommand("windows", "a")
	if !ok || decodeScript(t, c) != withdrawScript || c.input != toastTag("a")+"\r\n" {
		t.Errorf("withdraw: got %q, %t", c, ok)
	}
}

// checkToast reads the toast as Windows would: the text is all there is, up to its limit.
func checkToast(t *testing.T, text string, data []byte) {
	t.Helper()
	if len(data) > 5000 || !utf8.Valid(data) {
		t.Errorf("%.40q: a toast of %d bytes; want at most 5000, and valid", text, len(data))
	}
	var got toast
	if err := xml.Unmarshal(data, &got); err != nil {
		t.Fatalf("%.40q: %v in %s", text, err, data)
	}
	elements := 0
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
	texts := got.Visual.Binding.Text
	if elements != 5 || len(texts) != 2 || got.Duration != "long" {
		t.Fatalf("%.40q: got %d elements in %s; want a toast with two texts", text, elements, data)
	}
	for i, shown := range texts {
		whole, cut := strings.CutSuffix(shown, "…")
		want := asXML(text)
		if !strings.HasPrefix(want, whole) || !cut && whole != want {
			t.Errorf("%.40q: text %d is %.200q", text, i, shown)
		}
	}
}

// asXML is a text after XML: characters that it has no place for are replaced.
func asXML(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text))
	var back string
	_ = xml.Unmarshal([]byte("<a>"+b.String()+"</a>"), &back)
	return back
}

func FuzzToast(f *testing.F) {
	for _, text := range hostileTexts() {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		var got toast
		data := toastXML(Notice{Title: clip(plain(title), maxTitle), Body: clip(plain(body), maxBody)})
		if err := xml.Unmarshal(data, &got); err != nil || len(got.Visual.Binding.Text) != 2 || len(data) > 5000 {
			t.Errorf("%v in %s", err, data)
		}
	})
}

func TestNoticeIDs(t *testing.T) {
	seen := map[uint32]string{}
	tags := map[string]string{}
	for i := range 10_000 {
		key := "session:" + strconv.Itoa(i)
		id, tag := noticeID(key), toastTag(key)
		if id == 0 || seen[id] != "" || tags[tag] != "" {
			t.Fatalf("%s and %q have the id %d, or the tag %s", key, seen[id]+tags[tag], id, tag)
		}
		seen[id], tags[tag] = key, key
	}
}

// A helper that hangs, and one whose child keeps its output open, are ended and hold up nothing for long.
func TestHangingHelper(t *testing.T) {
	s := newNative("windows")
	told, late := fifo(t), errors.New("it took too long")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.run(ctx, command{path: "/bin/sh", args: []string{"-c", `echo $$ >"$1"; exec sleep 60`, "sh", told}})
	}()
	data, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	cancel(late)
	if err := <-ended; !errors.Is(err, late) {
		t.Fatalf("got %v; want why its context ended", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the helper lives on: %v", err)
	}

	// The turn is free again, and what comes in does arrive.
	read := command{path: "/bin/sh", args: []string{"-c", `test "$(cat)" = hello`}, input: "hello"}
	if err := s.run(t.Context(), read); err != nil {
		t.Error(err)
	}
	s.turn <- struct{}{}
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := s.run(over, read); !errors.Is(err, context.Canceled) {
		t.Errorf("while another runs: got %v; want the context's end", err)
	}
}

func TestNativeScreen(t *testing.T) {
	s := newNative("darwin")
	s.adopt("a")
	if id := s.screen()["a"]; id != noticeID("a") {
		t.Errorf("a is shown under %d; want %d", id, noticeID("a"))
	}
	if err := s.withdraw(t.Context(), "a"); err != nil || len(s.screen()) > 0 {
		t.Errorf("got %v, and %v is shown", err, s.screen())
	}
	if err := s.notify(t.Context(), Notice{Key: "b"}); err == nil || len(s.screen()) > 0 {
		t.Errorf("without osascript: got %v, and %v is shown", err, s.screen())
	}
}

func TestPlainAndClip(t *testing.T) {
	for text, want := range map[string]string{
		"a\x00\x1b\tb\nc": "a   b\nc", "\u202eevil\u202c \u2066x\u2069": "evil x", "a\u2028b": "a b",
		"👩‍👩‍👧 \u200f": "👩‍👩‍👧 \u200f", "\xff": "\uFFFD",
	} {
		if got := plain(text); got != want {
			t.Errorf("plain(%q) is %q; want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"": "", "äöü": "äöü", "äöüx": "äöü…"} {
		if got := clip(text, 3); got != want {
			t.Errorf("clip(%q) is %q; want %q", text, got, want)
		}
	}
}
