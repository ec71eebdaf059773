package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// vault collects every secret that there is.
type vault struct {
	mu      sync.Mutex
	secrets []string
}

func (v *vault) add(secret string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if secret != "" && !slices.Contains(v.secrets, secret) {
		v.secrets = append(v.secrets, secret)
	}
}

func (v *vault) all() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.secrets)
}

// leaked names the form in which a text has a secret in it: as it is, cut short, or encoded, also in the middle of
// something larger; "" where it has none.
func leaked(text, secret string) string {
	quoted, _ := json.Marshal(secret)
	forms := map[string]string{
		"as it is": secret, "for a query": url.QueryEscape(secret), "for a path": url.PathEscape(secret),
		"in JSON": strings.Trim(string(quoted), `"`), "in hex": hex.EncodeToString([]byte(secret)),
		"in upper hex": strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	const shortest = 12
	start := secret
	if parts := strings.Split(secret, "."); len(parts) == 3 {
		start = parts[2] // of a JWT: all begin alike
	}
	if len(start) >= shortest {
		forms["cut short"] = start[:shortest]
	}
	var wide strings.Builder
	for _, b := range []byte(secret) {
		wide.WriteByte(b)
		wide.WriteByte(0)
	}
	forms["in UTF-16"] = wide.String()
	for before := range 3 { // what stands before it shifts it by so many bytes
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("x", before) + secret))
			forms[fmt.Sprint("in ", name, before)] = encoded[(before*8+5)/6 : len(encoded)-2]
		}
	}
	for name, form := range forms {
		if strings.Contains(text, form) {
			return name
		}
	}
	return ""
}

// A search that finds nothing proves something only where it can find.
func TestTLOG1SearchFinds(t *testing.T) {
	t.Parallel()
	const secret = `rt_CANARY/5b1f+60c2"a9=end`
	quoted, _ := json.Marshal(map[string]string{"k": secret})
	for _, text := range []string{
		secret, string(quoted), "?t=" + url.QueryEscape(secret), url.PathEscape(secret), fmt.Sprintf("%x", secret),
		fmt.Sprintf("%X", secret), secret[:12] + "…",
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("a" + secret + "b")),
		base64.URLEncoding.EncodeToString([]byte("user:" + secret)), base64.RawStdEncoding.EncodeToString([]byte("ab" + secret + "cd")),
	} {
		if leaked("before "+text+" after", secret) == "" {
			t.Errorf("%q was not found", text)
		}
	}
	if form := leaked("rt_CANARY/5 [redacted]", secret); form != "" {
		t.Errorf("found %s where there is nothing", form)
	}
}

// watcher notes the command lines and environments of all processes of a home. What lives shorter than it takes to look
// at all processes of the machine may escape it.
type watcher struct {
	dir      string
	end      chan struct{}
	watching sync.WaitGroup

	mu   sync.Mutex // guards seen
	seen map[string]string
}

// watch begins to look.
func (h *home) watch() *watcher {
	w := &watcher{dir: h.dir, end: make(chan struct{}), seen: map[string]string{}}
	w.watching.Go(func() {
		again := time.NewTicker(5 * time.Millisecond)
		defer again.Stop()
		for {
			w.look()
			select {
			case <-again.C:
			case <-w.end:
				return
			}
		}
	})
	return w
}

func (w *watcher) look() {
	processes, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range processes {
		environment, _ := os.ReadFile(file) // it may be gone
		if !strings.Contains(string(environment), "SESSIONKEEPER_HOME="+w.dir+"/") {
			continue
		}
		line, _ := os.ReadFile(filepath.Dir(file) + "/cmdline")
		w.mu.Lock()
		w.seen["the environment of "+strings.ReplaceAll(string(line), "\x00", " ")] = string(environment)
		w.seen["a command line, "+string(line)] = string(line)
		w.mu.Unlock()
	}
}

// sees waits until a process with this text in its command line was noted.
func (w *watcher) sees(t *testing.T, text string) {
	t.Helper()
	until(t, "the process of "+text+" to be seen", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for where := range w.seen {
			if strings.HasPrefix(where, "the environment of ") && strings.Contains(where, text) {
				return true
			}
		}
		return false
	})
}

// stop ends the looking and gives what was seen.
func (w *watcher) stop() map[string]string {
	close(w.end)
	w.watching.Wait()
	return w.seen
}

// collect reads every file of a home, but not the browser's own list of addresses.
func (h *home) collect(texts map[string]string) {
	h.t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || path == h.opened {
			return err
		}
		data, err := os.ReadFile(path)
		texts[path] = string(data)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// listen takes down the keeper's events until the function that it returns is called.
func (h *home) listen() (heard func() string) {
	h.t.Helper()
	one := door{network: "unix", address: h.socket()}
	c, err := one.dial()
	if err != nil {
		h.t.Fatal(err)
	}
	var text strings.Builder
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = io.Copy(&text, c) })
	_, _ = io.WriteString(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
	return func() string {
		_ = c.Close()
		reading.Wait()
		return text.String()
	}
}

// overSocket gives the answer of the local API to a request without a body.
func (h *home) overSocket(method, path string) string {
	h.t.Helper()
	one := door{name: "socket", network: "unix", address: h.socket()}
	return one.ask(h.t, method+" "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}
