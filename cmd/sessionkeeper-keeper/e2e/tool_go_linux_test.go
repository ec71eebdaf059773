package e2e

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// startProxy serves one module to those who have a token (go help goproxy).
func (h *toolHome) startProxy() *resource {
	h.t.Helper()
	var module bytes.Buffer
	z := zip.NewWriter(&module)
	for name, text := range map[string]string{"go.mod": "module corp.example/one\n", "one.go": "package one\n"} {
		w, err := z.Create("corp.example/one@v1.0.0/" + name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		h.t.Fatal(err)
	}
	mux := http.NewServeMux()
	for name, data := range map[string]string{
		"list": "v1.0.0\n", "v1.0.0.info": `{"Version":"v1.0.0"}`, "v1.0.0.mod": "module corp.example/one\n", "v1.0.0.zip": module.String(),
	} {
		mux.HandleFunc("GET /corp.example/one/@v/"+name, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(data)) })
	}
	return h.startResource("Bearer", mux)
}

// Go downloads a module with the keeper's token, which it has before its first request; and with a new one where the
// server finds the first one invalid, within the same command.
func TestGoAuth(t *testing.T) {
	t.Parallel()
	h := newToolHome(t)
	r := h.startProxy()
	h.bind([]string{r.host(), "other.example"}, "goauth")
	h.write("module/go.mod", "module local.example/two\n\ngo 1.24\n")
	download := func(cache string) (string, int) {
		cmd := h.tool([]string{
			"GOPROXY=https://" + r.host(), "GOAUTH=" + program + " helper goauth work", "SSL_CERT_FILE=" + r.caFile,
			"GONOSUMDB=*", "GOFLAGS=-modcacherw", "GOMODCACHE=" + h.dir + "/" + cache, "GOTOOLCHAIN=local", "GOENV=off",
		}, "go", "mod", "download", "-x", "corp.example/one@v1.0.0")
		cmd.Dir = h.dir + "/module"
		return outcome(cmd)
	}

	first := h.token()
	if out, code := download("one"); code != 0 {
		t.Fatalf("go mod download: exit %d, %s", code, out)
	}
	for _, request := range r.requests() {
		if !strings.HasPrefix(request, "ok ") || !strings.HasSuffix(request, " Bearer  "+first) {
			t.Errorf("the proxy saw %q; want the session's token at once", request)
		}
	}

	r.refuse(first)
	if out, code := download("two"); code != 0 {
		t.Errorf("go mod download with a token that is refused: exit %d, %s", code, out)
	}
	if second := h.token(); second == first {
		t.Error("the token that the proxy refused is still handed out")
	}
	t.Attr("real", "go")

	h.must("logout", "work", "--yes")
	if out, code := download("three"); code == 0 || !strings.Contains(out, "sessionkeeper login work") {
		t.Errorf("a session without a token: exit %d, %s", code, out)
	}
}
