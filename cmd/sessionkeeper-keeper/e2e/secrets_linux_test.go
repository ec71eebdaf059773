package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
)

// No secret that ever passed is found in a log, a file, an answer, an event, a crash, a command line or an environment,
// through every fault of the provider.
func TestTLOG1NoSecretLeaks(t *testing.T) {
	t.Parallel()
	const clientSecret = "cs_CANARY_5b1f60c2a9"
	secrets := &vault{secrets: []string{clientSecret}}
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: 3 * time.Second, SessionTTL: -1, AutoApprove: true, Rotation: authserver.RotationGrace,
		Grace: time.Minute, Issued: secrets.add,
		Clients: []authserver.Client{{ID: "desk", Secret: clientSecret}},
	})
	h := newHome(t, append(keychaintest.Start(t).Env(), "GOTRACEBACK=crash")...)
	h.configure("log_level = \"debug\"\n")
	watch := h.watch()
	h.serve()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "desk", "--client-secret-file", file, "--scope", "openid")
	events := h.listen()
	h.beside("events", "--json")
	h.beside("proxy", "one", "--target", "https://api.example")
	h.beside("add", "two", "--no-browser", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	for _, process := range []string{"serve", "keychain-child", "events", "proxy", "add"} {
		watch.sees(t, " "+process+" ")
	}
	var said strings.Builder
	for _, name := range []string{"ok", "500-after", "html-200", "truncate", "429", "hang", "cut-after", "invalid_client", "ok"} {
		f, err := authserver.ParseFault(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Count, f.RetryAfter = 1, "1"
		p.SetFault(f)
		<-time.After(2500 * time.Millisecond)
		for _, args := range [][]string{{"status", "one", "--json"}, {"refresh", "one"}, {"add", "no", "--issuer", p.Issuer() + "/x", "--client-id", "desk"}} {
			out, errs, _ := h.run(args...)
			said.WriteString(out + errs)
		}
	}
	for _, args := range [][]string{
		{"list", "--json"},
		{"status"},
		{"history", "one", "--json"},
		{"history"},
		{"doctor"},
		{"doctor", "--json"},
		{"providers", "--json"},
		{"set-secret", "one", "--client-secret-file", file},
		{"approvals"},
		{"version"},
	} {
		out, errs, _ := h.run(args...)
		said.WriteString(out + errs)
	}
	for _, path := range []string{
		"/v1/sessions", "/v1/sessions/one", "/v1/sessions/one/history", "/v1/sessions/one/uses", "/v1/sessions/one/related",
		"/v1/history", "/v1/health", "/v1/files", "/v1/approvals", "/v1/providers", "/v1/autostart", "/v1/openapi.json", "/v1/none",
	} {
		said.WriteString(h.overSocket(http.MethodGet, path))
	}
	texts := map[string]string{"what the commands and the API said": said.String(), "the events": events()}
	h.signal(syscall.SIGABRT)
	h.kill(syscall.SIGCONT)
	texts["the crash"] = h.stderr.String()
	if !strings.Contains(texts["the crash"], "SIGABRT") {
		t.Error("the crash says nothing; this test would not see what one tells")
	}
	processes := watch.stop()
	maps.Copy(texts, processes)
	h.collect(texts)
	all := secrets.all()
	if len(all) < 12 || len(processes) < 10 || !strings.Contains(texts["the events"], "token.renewed") {
		t.Fatalf("%d secrets, %d processes, events %q; this test would prove nothing", len(all), len(processes), texts["the events"])
	}
	for where, text := range texts {
		if strings.HasPrefix(filepath.Base(where), "core") {
			t.Errorf("a core is at %s", where)
		}
		for _, secret := range all {
			if form := leaked(text, secret); form != "" {
				t.Errorf("a secret is in %q, %s", where, form)
			}
		}
	}
	t.Attr("real", "gnome-keyring")
	t.Logf("%d secrets looked for in %d places", len(all), len(texts))
}

// No face gives a refresh token away, or any secret but the token that was asked for: neither the commands, nor the API, nor a
// token file, a helper, a run's environment or the proxy's target.
func TestTLOG1RefreshTokensStay(t *testing.T) {
	t.Parallel()
	secrets := &vault{}
	d := openDoors(t, authserver.Options{AccessTTL: time.Hour, Issued: secrets.add, Rotation: authserver.RotationStrict})
	var mu sync.Mutex
	var sent strings.Builder
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = r.Write(&sent)
	}))
	defer target.Close()
	line, _ := d.beside("proxy", "one", "--target", target.URL)
	through := parsed(t, line)
	proxy := door{name: "proxy", network: "tcp", address: through.Host}
	proxy.ask(t, "GET "+through.Path+"/ HTTP/1.1\r\nHost: "+through.Host+"\r\nConnection: close\r\n\r\n")
	kept := d.dir + "/token.json"
	d.must("file", "one", kept, "--format", "json")
	d.must("helper", "install", "git", "one", "--host", "git.example", "--yes")
	faces := map[string]string{
		"token": d.must("token", "one"), "id token": d.must("token", "one", "--id-token"), "token --json": d.must("token", "one", "--json"),
		"header": d.must("header", "one"), "exec": d.must("exec", "one", "--", "env"),
		"helper": d.must("helper", "kubectl", "one"), "API": d.overSocket(http.MethodPost, "/v1/sessions/one/token"),
		"list": d.must("list", "--json"), "status": d.must("status", "one", "--json"), "history": d.must("history", "one", "--json"),
	}
	file, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	faces["file"], faces["proxy's target"] = string(file), sent.String()
	mu.Unlock()
	given := []string{strings.TrimSpace(faces["token"]), strings.TrimSpace(faces["id token"])}
	others := slices.DeleteFunc(secrets.all(), func(s string) bool { return slices.Contains(given, s) })
	if len(others) == 0 || len(given[0]) < 12 {
		t.Fatalf("%d other secrets; this test would prove nothing", len(others))
	}
	for face, text := range faces {
		asked := strings.Contains(text, given[0]) || strings.Contains(text, given[1])
		if !asked && !slices.Contains([]string{"list", "status", "history"}, face) {
			t.Errorf("%s did not give the token: %.200q", face, text)
		}
		for _, secret := range others {
			if form := leaked(text, secret); form != "" {
				t.Errorf("%s gives away a secret, %s", face, form)
			}
		}
	}
	d.unharmed()
}

// No process of ours, nor one that ours start, has a secret in its command line, and none in its environment but the command
// of exec, which is given the token that it was started for.
func TestTARGV1NoSecretInProcesses(t *testing.T) {
	t.Parallel()
	const clientSecret = "cs_CANARY_90ab17e3f2"
	secrets := &vault{secrets: []string{clientSecret}}
	p := authservertest.Start(t, authserver.Options{
		AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true, Issued: secrets.add,
		Clients: []authserver.Client{{ID: "desk", Secret: clientSecret}},
	})
	h := newHome(t, keychaintest.Start(t).Env()...)
	watch := h.watch()
	h.serve()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must("add", "one", "--issuer", p.Issuer(), "--client-id", "desk", "--client-secret-file", file, "--scope", "openid")
	h.beside("proxy", "one", "--target", "https://api.example")
	h.must("set-secret", "one", "--client-secret-file", file)
	h.must("file", "one", h.dir+"/token")
	for _, args := range [][]string{{"token", "one"}, {"header", "one"}, {"helper", "kubectl", "one"}, {"refresh", "one"}, {"login", "one"}} {
		h.must(args...)
	}
	given := strings.TrimSpace(h.must("token", "one"))
	if line, _ := h.beside("exec", "one=GIVEN", "--", "sh", "-c", "echo $GIVEN; exec sleep 600"); strings.TrimSpace(line) != given {
		t.Error("exec gave another token; this test does not see what it should")
	}
	for _, process := range []string{"serve", "keychain-child", "proxy", "exec", "600"} {
		watch.sees(t, " "+process+" ")
	}
	processes, seen := watch.stop(), false
	for where, text := range processes {
		allowed := strings.HasPrefix(where, "the environment of sleep") || strings.HasPrefix(where, "the environment of sh ")
		seen = seen || allowed && strings.Contains(text, given)
		for _, secret := range secrets.all() {
			if form := leaked(text, secret); form != "" && (!allowed || secret != given) {
				t.Errorf("a secret is in %q, %s", where, form)
			}
		}
	}
	if !seen || len(processes) < 10 {
		t.Errorf("%d processes were seen, exec's among them: %v; this test would prove nothing", len(processes), seen)
	}
	t.Attr("real", "gnome-keyring")
}

// The tokens of one issuer reach neither another issuer nor anybody beyond this machine.
func TestTEGRESS1TokensGoHome(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	beyond := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("something was asked for beyond this machine: %s %s", r.Method, r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer beyond.Close()
	heard := map[string]*strings.Builder{}
	issued := map[string]*vault{}
	h := newHome(t, append(keychaintest.Start(t).Env(), "HTTP_PROXY="+beyond.URL, "HTTPS_PROXY="+beyond.URL, "ALL_PROXY="+beyond.URL)...)
	h.serve()
	for _, name := range []string{"one", "two"} {
		heard[name], issued[name] = new(strings.Builder), new(vault)
		front := httptest.NewUnstartedServer(nil)
		p, err := authserver.New(authserver.Options{
			Issuer: "http://" + front.Listener.Addr().String(), AccessTTL: 3 * time.Second, SessionTTL: -1, AutoApprove: true,
			Rotation: authserver.RotationStrict, Issued: issued[name].add,
		})
		if err != nil {
			t.Fatal(err)
		}
		front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			mu.Lock()
			fmt.Fprintf(heard[name], "%s %s\n%v\n%s\n", r.Method, r.URL, r.Header, body)
			mu.Unlock()
			p.ServeHTTP(w, r)
		})
		front.Start()
		t.Cleanup(func() {
			p.Close()
			front.Close()
		})
		h.must("add", name, "--issuer", front.URL, "--client-id", "demo", "--scope", "openid")
	}
	for _, name := range []string{"one", "two"} {
		began := h.session(name).Generation
		h.until("renewals of "+name, patience, func() bool { return h.session(name).Generation >= began+2 })
		h.must("refresh", name)
	}
	h.must("logout", "two", "--yes")
	mu.Lock()
	defer mu.Unlock()
	for name, other := range map[string]string{"one": "two", "two": "one"} {
		all := issued[other].all()
		if len(all) < 6 || !strings.Contains(heard[name].String(), "refresh_token") {
			t.Fatalf("%d secrets; this test would prove nothing", len(all))
		}
		for _, secret := range all {
			if form := leaked(heard[name].String(), secret); form != "" {
				t.Errorf("the issuer of %s was sent a secret of %s, %s", name, other, form)
			}
		}
	}
	t.Attr("real", "gnome-keyring")
}
