package e2e

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// startRegistry serves an image without layers to those who have a token (OCI Distribution Specification 1.1).
func (h *toolHome) startRegistry() *resource {
	const (
		kind   = "application/vnd.docker.distribution.manifest.v2+json"
		config = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`
	)
	digest := func(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"size":%d,"digest":%q},"layers":[]}`,
		kind, "application/vnd.docker.container.image.v1+json", len(config), digest(config))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/{$}", func(http.ResponseWriter, *http.Request) {})
	for _, reference := range []string{"1", digest(manifest)} {
		mux.HandleFunc("GET /v2/image/manifests/"+reference, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Docker-Content-Digest", digest(manifest))
			_, _ = w.Write([]byte(manifest))
		})
	}
	mux.HandleFunc("GET /v2/image/blobs/"+digest(config), func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(config))
	})
	return h.startResource("Basic", mux, "Docker-Distribution-Api-Version", "registry/2.0")
}

// Docker's command line reads from a registry with the keeper's tokens, with a helper for that registry and with one for
// all, and logging out of the registry leaves the session signed in.
func TestDocker(t *testing.T) {
	t.Parallel()
	h := newToolHome(t)
	r := h.startRegistry()
	h.bind([]string{r.host()}, "docker")
	env := []string{"DOCKER_CONFIG=" + h.dir + "/.docker", "DOCKER_HOST=unix://" + h.dir + "/none", "SSL_CERT_FILE=" + r.caFile}
	docker := func(args ...string) (string, int) { return outcome(h.tool(env, "docker", args...)) }
	inspect := func() (string, int) { return docker("manifest", "inspect", r.host()+"/image:1") }

	for _, config := range []string{
		`{"credHelpers":{"` + r.host() + `":"sessionkeeper"}}`, `{"credsStore":"sessionkeeper"}`,
	} {
		path := h.write(".docker/config.json", config)
		if out, code := inspect(); code != 0 || !strings.Contains(out, `"schemaVersion": 2`) {
			t.Errorf("%s: docker manifest inspect: exit %d, %s", config, code, out)
		}
		if got := r.requests(); len(got) == 0 || !strings.HasSuffix(got[len(got)-1], " Basic oauth2 "+h.token()) {
			t.Errorf("%s: the registry saw %q; want the session's token", config, got)
		}
		if out, code := docker("logout", r.host()); code != 0 {
			t.Errorf("%s: docker logout: exit %d, %s", config, code, out)
		}
		if s := h.session("work"); s.State != "active" {
			t.Errorf("%s: docker logout left the session %s", config, s.State)
		}
		if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), `"auth"`) {
			t.Errorf("%s: docker's configuration became %s, %v", config, data, err)
		}
	}

	token := h.token()
	h.bind([]string{"other.example"}, "docker")
	if out, code := inspect(); code == 0 {
		t.Errorf("a registry that no binding names: %s", out)
	}
	for _, request := range r.requests() {
		if strings.Contains(request, token) {
			t.Errorf("it got the token: %q", request)
		}
	}
	t.Attr("real", "docker")
}
