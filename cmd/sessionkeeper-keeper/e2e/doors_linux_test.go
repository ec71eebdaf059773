package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
)

// doors are all that listens on a machine: the keeper's socket and page, a proxy, the addresses that a run's libraries ask,
// and the listener of a sign-in that waits for its answer.
type doors struct {
	*home

	provider *authserver.Server
	page     string // HOST:PORT
	proxy    *url.URL
	proxyPID int
	cloud    string // HOST:PORT
	cloudPID int
	callback *url.URL // where the provider would send the browser, without the code
	reached  atomic.Int64
}

func openDoors(t *testing.T, o authserver.Options) *doors {
	t.Helper()
	o.AutoApprove, o.SessionTTL = true, -1
	d := &doors{provider: authservertest.Start(t, o), home: newHome(t, keychaintest.Start(t).Env()...)}
	t.Attr("real", "gnome-keyring")
	d.serve()
	for word := range strings.FieldsSeq(d.ready) {
		if address, ok := strings.CutPrefix(word, "http=http://"); ok {
			d.page = address
		}
	}
	if d.page == "" {
		t.Fatalf("the keeper has no page: %q", d.ready)
	}
	d.must("add", "one", "--issuer", d.provider.Issuer(), "--client-id", "demo", "--scope", "openid")
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		d.reached.Add(1)
		_, _ = io.WriteString(w, "the target")
	}))
	t.Cleanup(target.Close)
	line, pid := d.beside("proxy", "one", "--target", target.URL, "--json")
	var told struct{ URL string }
	if err := json.Unmarshal([]byte(line), &told); err != nil {
		t.Fatalf("the proxy said %q", line)
	}
	d.proxy, d.proxyPID = parsed(t, told.URL), pid
	line, d.cloudPID = d.beside("exec", "--google", "one", "--", "sh", "-c",
		"echo $GCE_METADATA_HOST; while kill -0 $PPID; do sleep 0.2; done")
	if d.cloud = strings.TrimSpace(line); d.cloud == "" {
		t.Fatal("a run has no metadata server")
	}
	line, _ = d.beside("add", "two", "--no-browser", "--issuer", d.provider.Issuer(), "--client-id", "demo", "--scope", "openid")
	asked := parsed(t, line).Query()
	d.callback = parsed(t, asked.Get("redirect_uri"))
	d.callback.RawQuery = url.Values{"state": {asked.Get("state")}}.Encode()
	return d
}

func parsed(tb testing.TB, address string) *url.URL {
	tb.Helper()
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		tb.Fatalf("%q is no address: %v", address, err)
	}
	return u
}

// beside runs a command until the test ends and gives its first line.
func (h *home) beside(args ...string) (line string, pid int) {
	h.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = h.env
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		h.t.Fatalf("sessionkeeper %s: %q, %v", strings.Join(args, " "), line, err)
	}
	return line, cmd.Process.Pid
}

// door is one way in.
type door struct {
	name, network, address string
	pid                    int
	// request is one that is answered, and answered how its answer begins.
	request, answered string
}

// each are the five doors.
func (d *doors) each() []door {
	get := func(path, host string) string {
		return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	}
	return []door{
		{"socket", "unix", d.socket(), d.keeper.Process.Pid, get("/v1/sessions", "x"), "HTTP/1.1 200 "},
		{"page", "tcp", d.page, d.keeper.Process.Pid, get("/", d.page), "HTTP/1.1 200 "},
		{"proxy", "tcp", d.proxy.Host, d.proxyPID, get(d.proxy.Path+"/", d.proxy.Host), "HTTP/1.1 200 "},
		{
			"cloud", "tcp", d.cloud, d.cloudPID,
			"GET / HTTP/1.1\r\nHost: " + d.cloud + "\r\nMetadata-Flavor: Google\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
		},
		{"callback", "tcp", d.callback.Host, d.keeper.Process.Pid, get("/favicon.ico", d.callback.Host), "HTTP/1.1 404 "},
	}
}

// ask sends bytes over a connection of its own and gives what comes back until the other end closes.
func (d *door) ask(tb testing.TB, request string) string {
	tb.Helper()
	c, err := d.dial()
	if err != nil {
		tb.Errorf("%s: %v", d.name, err)
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(c, request) // the other end may have had enough before it is all written
	answer, _ := io.ReadAll(c)
	return string(answer)
}

// dial connects, also where the queue is full at this moment: a unix socket says so at once.
func (d *door) dial() (net.Conn, error) {
	for {
		c, err := net.DialTimeout(d.network, d.address, patience)
		if err == nil || !os.IsTimeout(err) && !isFull(err) {
			return c, err
		}
	}
}

// serves fails where the door does not answer.
func (d *door) serves(tb testing.TB) {
	tb.Helper()
	if answer := d.ask(tb, d.request); !strings.HasPrefix(answer, d.answered) {
		tb.Errorf("%s: %.200q; want %s…", d.name, answer, d.answered)
	}
}

// unharmed fails where something has changed that no stranger may change.
func (d *doors) unharmed() {
	d.t.Helper()
	for _, one := range d.each() {
		one.serves(d.t)
	}
	s := d.session("one")
	if s.State != session.Active {
		d.t.Errorf("the session is %s", s.State)
	}
	if n := len(d.tabs()); n != 1 {
		d.t.Errorf("%d pages were opened; want the one of the sign-in", n)
	}
	if err := syscall.Kill(d.keeper.Process.Pid, 0); err != nil {
		d.t.Errorf("the keeper is gone: %v\n%s", err, d.stderr)
	}
}

// descriptors counts what a process has open.
func descriptors(tb testing.TB, pid int) int {
	tb.Helper()
	open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	if err != nil {
		tb.Fatal(err)
	}
	return len(open)
}

// children are the processes that a process has started.
func children(tb testing.TB, pid int) []int {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		more, _ := os.ReadFile(task) // a thread may be gone
		text = append(append(text, ' '), more...)
	}
	if err != nil {
		tb.Fatal(err)
	}
	known := map[int]bool{}
	var all []int
	for word := range strings.FieldsSeq(string(text)) {
		if child, err := strconv.Atoi(word); err == nil && !known[child] {
			known[child] = true
			all = append(all, child)
		}
	}
	return all
}
