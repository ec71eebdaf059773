package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// crate is a package of cargo's without any code in it but an empty library.
func crate(tb testing.TB) []byte {
	tb.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{
		"Cargo.toml": "[package]\nname = \"one\"\nversion = \"1.0.0\"\nedition = \"2021\"\n", "src/lib.rs": "",
	} {
		err := w.WriteHeader(&tar.Header{Name: "one-1.0.0/" + name, Mode: 0o644, Size: int64(len(text))})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.Bytes()
}

// startRegistryOfCrates serves a sparse registry with one crate to those who have a token (The Cargo Book, Registry
// Index).
func (h *toolHome) startRegistryOfCrates() *resource {
	h.t.Helper()
	packed := crate(h.t)
	var base string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /config.json", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"dl":"%s/dl","api":"%s","auth-required":true}`, base, base)
	})
	mux.HandleFunc("GET /3/o/one", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"name":"one","vers":"1.0.0","deps":[],"cksum":"%x","features":{},"yanked":false}`+"\n", sha256.Sum256(packed))
	})
	mux.HandleFunc("GET /dl/one/1.0.0/download", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed) })
	r := h.startResource("Cargo", mux)
	base = "https://" + r.host()
	return r
}

// rustup is what a cargo that rustup installed needs of our own environment.
func rustup() []string {
	home := os.Getenv("RUSTUP_HOME")
	if home == "" {
		home = filepath.Join(os.Getenv("HOME"), ".rustup")
	}
	return []string{"RUSTUP_HOME=" + home}
}

// Cargo fetches a crate with the keeper's token.
func TestCargo(t *testing.T) {
	t.Parallel()
	h := newToolHome(t)
	r := h.startRegistryOfCrates()
	h.bind([]string{r.host()}, "cargo")
	h.write("crate/Cargo.toml", "[package]\nname = \"two\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n"+
		"[dependencies]\none = { version = \"1\", registry = \"corp\" }\n")
	h.write("crate/src/lib.rs", "")
	h.write("crate/.cargo/config.toml", "[registries.corp]\nindex = \"sparse+https://"+r.host()+"/\"\n"+
		"credential-provider = [\"cargo-credential-sessionkeeper\"]\n")
	fetch := func(home string) (string, int) {
		cmd := h.tool(append(rustup(), "CARGO_HOME="+h.dir+"/"+home, "CARGO_HTTP_CAINFO="+r.caFile), "cargo", "fetch")
		cmd.Dir = h.dir + "/crate"
		return outcome(cmd)
	}

	if out, code := fetch("one"); code != 0 {
		t.Fatalf("cargo fetch: exit %d, %s", code, out)
	}
	got := r.requests()
	if len(got) == 0 || !strings.HasSuffix(got[len(got)-1], " Bearer  "+h.token()) {
		t.Errorf("the registry saw %q; want the session's token", got)
	}
	h.must("logout", "work", "--yes")
	if out, code := fetch("two"); code == 0 || !strings.Contains(out, "sessionkeeper login work") {
		t.Errorf("a session without a token: exit %d, %s", code, out)
	}
	h.bind([]string{"other.example"}, "cargo")
	if out, code := fetch("two"); code == 0 || strings.Contains(out, "sessionkeeper login") {
		t.Errorf("a registry that no binding names: exit %d, %s", code, out)
	}
	t.Attr("real", "cargo")
}
