package install

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/ui/helper"
)

func TestGit(t *testing.T) {
	t.Attr("real", "git")
	d := newDesk(t)
	put(t, filepath.Join(d.Dir, ".gitconfig"), "[credential]\n\thelper = \"!echo password=stale; echo username=x; :\"\n")
	before := tree(t, d.Home)
	mustInstall(t, d.Home, Request{Tool: "git", Session: "work", Hosts: []string{"git.example.org", "git.example.org:8443"}})
	fill := func(protocol, host string) string {
		out, _, _ := d.run(t, "protocol="+protocol+"\nhost="+host+"\n\n", "git", "credential", "fill")
		return out
	}
	for _, host := range []string{"git.example.org", "git.example.org:8443"} {
		if out := fill("https", host); !strings.Contains(out, "password="+token+"work") {
			t.Errorf("git got for %s:\n%s", host, out)
		}
	}
	for _, to := range [][2]string{{"http", "git.example.org"}, {"https", "evil.example.org"}, {"https", "git.example.org:444"}} {
		if out := fill(to[0], to[1]); strings.Contains(out, "token") {
			t.Errorf("git got for %s://%s:\n%s", to[0], to[1], out)
		}
	}
	// git itself writes into our section.
	d.must(t, "", "git", "config", "--global", "credential.https://git.example.org.username", "me")
	mustUninstall(t, d.Home, Request{Tool: "git", Session: "work"})
	want := "[credential]\n\thelper = \"!echo password=stale; echo username=x; :\"\n\n[credential \"https://git.example.org\"]\n\tusername = me\n"
	if got := get(t, filepath.Join(d.Dir, ".gitconfig")); got != want {
		t.Errorf("uninstalling left\n%s", got)
	}
	d.must(t, "", "git", "config", "--global", "--remove-section", "credential.https://git.example.org")
	put(t, filepath.Join(d.Dir, ".gitconfig"), strings.TrimSuffix(get(t, filepath.Join(d.Dir, ".gitconfig")), "\n"))
	if after := tree(t, d.Home); after["/.gitconfig"] != before["/.gitconfig"] {
		t.Errorf("left %q", after["/.gitconfig"])
	}
	if out := fill("https", "git.example.org"); !strings.Contains(out, "password=stale") {
		t.Errorf("without us git got\n%s", out)
	}
}

func TestKubectl(t *testing.T) {
	t.Attr("real", "client-go")
	d := newDesk(t)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../../../.tools/clients", "-o", kubeconfig, "./kubeconfig")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, said)
	}
	file := filepath.Join(d.Dir, ".kube", "config")
	put(t, file, "# mine\napiVersion: v1\nkind: Config\ncontexts:\n- name: c\n  context: {cluster: x, user: old}\nusers:\n- name: old\n  user:\n    token: secret\n")
	q := Request{Tool: "kubectl", Session: hostile, Profile: "corp"}
	mustInstall(t, d.Home, q)
	var users map[string]struct {
		Command string
		Args    []string
	}
	look := func() string {
		users = nil
		if err := json.Unmarshal([]byte(d.must(t, "", kubeconfig, "view", file)), &users); err != nil {
			t.Fatal(err)
		}
		return strings.Join(slices.Sorted(maps.Keys(users)), " ")
	}
	if names := look(); names != "corp old" {
		t.Fatalf("the users are %s", names)
	}
	if corp := users["corp"]; corp.Command != program || len(corp.Args) != 3 || corp.Args[2] != hostile {
		t.Errorf("kubectl reads %+v", corp)
	}
	// kubectl writes the whole file in its own way.
	d.must(t, "", kubeconfig, "edit", file, "c", "corp")
	if p, empty := mustInstall(t, d.Home, q); !empty {
		t.Errorf("kubectl's own writing made us change:\n%s", preview(t, p))
	}
	mustUninstall(t, d.Home, q)
	if names := look(); names != "old third" {
		t.Errorf("after uninstalling the users are %s in\n%s", names, get(t, file))
	}
}

func TestAWS(t *testing.T) {
	t.Attr("real", "aws")
	d := newDesk(t)
	q := Request{Tool: "aws", Session: hostile, Profile: "corp", Options: helper.Options{Role: role, Region: "eu-central-1"}}
	mustInstall(t, d.Home, q)
	if got := d.must(t, "", "aws", "configure", "get", "credential_process", "--profile", "corp"); !strings.Contains(got, "helper aws") {
		t.Errorf("aws reads %q", got)
	}
	if got := strings.TrimSpace(d.must(t, "", "aws", "configure", "get", "region", "--profile", "corp")); got != "eu-central-1" {
		t.Errorf("aws reads the region %q", got)
	}
	d.must(t, "", "aws", "configure", "set", "output", "json", "--profile", "corp")
	mustUninstall(t, d.Home, q)
	if got := get(t, filepath.Join(d.Dir, ".aws", "config")); got != "[profile corp]\noutput = json\n" {
		t.Errorf("uninstalling left %q", got)
	}
}

func TestGo(t *testing.T) {
	t.Attr("real", "go")
	d := newDesk(t)
	d.env = append(d.env, "GOTOOLCHAIN=local")
	d.must(t, "", "go", "env", "-w", "GOFLAGS=-mod=mod")
	file := filepath.Join(d.Dir, ".config", "go", "env")
	before := get(t, file)
	q := Request{Tool: "goauth", Session: "work", Hosts: []string{host}}
	mustInstall(t, d.Home, q)
	if got, want := d.must(t, "", "go", "env", "GOAUTH"), program+" helper goauth -; netrc\n"; got != want {
		t.Errorf("go reads %q; want %q", got, want)
	}
	d.must(t, "", "go", "env", "-w", "GOBIN=/x")
	mustUninstall(t, d.Home, q)
	d.must(t, "", "go", "env", "-u", "GOBIN")
	if got := get(t, file); got != before {
		t.Errorf("uninstalling left %q; want %q", got, before)
	}
}

// site is an https server that wants authorization.
func (d *desk) site(t *testing.T, authorization string, pages http.Handler) (address, host string) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != authorization {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "who is it?", http.StatusUnauthorized)
			return
		}
		pages.ServeHTTP(w, r)
	}))
	s.TLS = d.tls
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL, strings.TrimPrefix(s.URL, "https://")
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })

func TestCurl(t *testing.T) {
	t.Attr("real", "curl")
	d := newDesk(t)
	address, _ := d.site(t, "Bearer "+token+"work-3", hello)
	line := `"$1" helper curl work | curl --silent --show-error --fail --cacert ca.pem --config - "$2"`
	if got := d.must(t, "", "sh", "-c", line, "sh", program, address); got != "hello" {
		t.Errorf("curl got %q", got)
	}
	plain := httptest.NewServer(hello)
	t.Cleanup(plain.Close)
	if out, _, err := d.run(t, "", "sh", "-c", line, "sh", program, plain.URL); err == nil {
		t.Errorf("curl took the token to %s, and got %q", plain.URL, out)
	}
}

func TestNetrc(t *testing.T) {
	t.Attr("real", "curl")
	d := newDesk(t)
	address, host := d.site(t, basic("me", token+"work-3"), hello)
	mustInstall(t, d.Home, Request{Tool: "netrc", Session: "work", Hosts: []string{host}, Options: helper.Options{Username: "me"}})
	line := `curl --silent --show-error --fail --cacert ca.pem --netrc-file <("$1" helper netrc work) "$2"`
	if got := d.must(t, "", "bash", "-c", line, "bash", program, address); got != "hello" {
		t.Errorf("curl got %q", got)
	}
}

// TestPip downloads a package from an index that wants a user name and a token.
func TestPip(t *testing.T) {
	t.Attr("real", "pip")
	d := newDesk(t)
	address, host := d.site(t, basic("__token__", token+"work-3"), index(t))
	with := strings.Replace(address, "https://", "https://__token__@", 1) + "/simple/"
	download := []string{
		"-m", "pip", "download", "--no-deps", "--no-cache-dir", "--retries", "0",
		"--cert", d.ca, "--index-url", with, "--dest", "got", "demo",
	}
	if _, stderr, err := d.run(t, "", "python3", download...); err == nil {
		t.Fatalf("pip needs no token here: %s", stderr)
	}
	file, before := filepath.Join(d.Dir, ".config", "pip", "pip.conf"), "[global]\n# slow here\ntimeout = 60\n"
	put(t, file, before)
	q := Request{Tool: "pip", Session: "work", Hosts: []string{host}}
	p, _ := mustInstall(t, d.Home, q)
	if notes := strings.Join(p.Notes, "\n"); !strings.Contains(notes, "https://__token__@"+host) || strings.Contains(notes, "PATH") {
		t.Errorf("the notes are\n%s", notes)
	}
	d.must(t, "", "python3", download...)
	if _, err := os.Stat(filepath.Join(d.Dir, "got", "demo-1.0-py3-none-any.whl")); err != nil {
		t.Error(err)
	}
	mustUninstall(t, d.Home, q)
	if after := get(t, file); after != before {
		t.Errorf("uninstalling left %q", after)
	}
	if _, err := os.Lstat(filepath.Join(d.keyringFolder(), "keyring")); err == nil {
		t.Error("the program keyring is left")
	}
}

// index is a package index with one package.
func index(t *testing.T) http.Handler {
	t.Helper()
	var wheel bytes.Buffer
	z := zip.NewWriter(&wheel)
	for name, text := range map[string]string{
		"demo.py":                     "",
		"demo-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
		"demo-1.0.dist-info/WHEEL":    "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"demo-1.0.dist-info/RECORD":   "demo.py,,\n",
	} {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	const name = "demo-1.0-py3-none-any.whl"
	mux.HandleFunc("/simple/demo/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><a href="/files/%s">%s</a>`, name, name)
	})
	mux.HandleFunc("/files/"+name, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(wheel.Bytes()) })
	return mux
}
