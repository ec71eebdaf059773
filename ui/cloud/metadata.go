package cloud

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
)

// The metadata server of a Google Compute Engine machine, as far as Google's libraries need it for an access token
// (https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys).

const flavor = "Metadata-Flavor"

// pointMetadata leads Google's libraries to the metadata server. They look at a login of gcloud's first, wherever they
// run, and no variable keeps all of them from it.
func (e *Endpoints) pointMetadata() error {
	if e.o.Metadata == nil {
		return nil
	}
	if path := e.gcloudLogin(); path != "" {
		return fmt.Errorf("programs would take the login of gcloud in %s first; move it away, or give them an audience "+
			"of a workforce pool instead", path)
	}
	for _, name := range []string{"GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"} {
		e.set(name, e.host)
	}
	if project := e.o.Metadata.Project; project != "" {
		e.set("GOOGLE_CLOUD_PROJECT", project)
	}
	e.drop = append(e.drop, "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CREDENTIALS", "NO_GCE_CHECK")
	return nil
}

// gcloudLogin is the file with the application-default login of gcloud; empty where there is none.
func (e *Endpoints) gcloudLogin() string {
	dirs := []string{e.o.Getenv("CLOUDSDK_CONFIG")}
	if home := e.o.Getenv("HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, ".config", "gcloud"))
	}
	if roaming := e.o.Getenv("APPDATA"); roaming != "" {
		dirs = append(dirs, filepath.Join(roaming, "gcloud"))
	}
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		path := filepath.Join(dir, "application_default_credentials.json")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

func (e *Endpoints) metadata(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(flavor, "Google")
	if !asks(w, r, http.MethodGet) {
		return
	}
	if got := r.Header.Values(flavor); len(got) != 1 || got[0] != "Google" || len(r.Header.Values("X-Forwarded-For")) > 0 {
		http.Error(w, "send the header Metadata-Flavor: Google", http.StatusForbidden)
		return
	}
	path, _ := strings.CutPrefix(r.URL.Path, "/computeMetadata/v1")
	account, inAccount := strings.CutPrefix(path, "/instance/service-accounts/")
	switch {
	case r.URL.Path == "/" || path == "" || path == "/" || path == "/instance" || path == "/instance/":
		text(w, "instance/\nproject/\n")
	case inAccount:
		who, what, _ := strings.Cut(account, "/")
		if who != "default" {
			http.NotFound(w, r)
			return
		}
		e.serviceAccount(w, r, what)
	case path == "/project/project-id" && e.o.Metadata.Project != "":
		text(w, e.o.Metadata.Project)
	case path == "/universe/universe-domain" || path == "/universe/universe_domain":
		text(w, "googleapis.com")
	default:
		http.NotFound(w, r)
	}
}

func (e *Endpoints) serviceAccount(w http.ResponseWriter, r *http.Request, what string) {
	switch what {
	case "email":
		text(w, "default")
		return
	case "", "scopes", "token":
	default:
		http.NotFound(w, r)
		return
	}
	t, err := e.token(r.Context(), e.o.Metadata.Session, client.TokenRequest{
		MinTTL: client.Duration(handOutTTL), Wait: client.Duration(metadataWait),
	})
	if err != nil {
		f := refusalOf(err)
		e.refuse(w, "metadata", f)
		http.Error(w, f.message, f.status)
		return
	}
	switch what {
	case "token":
		send(w, http.StatusOK, map[string]any{
			"access_token": t.Access.Reveal(), "expires_in": lifetime(t.ExpiresAt, time.Now()), "token_type": "Bearer",
		})
	case "scopes":
		text(w, strings.Join(t.Scopes, "\n")+"\n")
	default:
		send(w, http.StatusOK, map[string]any{
			"aliases": []string{"default"}, "email": "default", "scopes": append([]string{}, t.Scopes...),
		})
	}
}

func text(w http.ResponseWriter, s string) {
	w.Header().Set("Content-Type", "application/text")
	_, _ = w.Write([]byte(s))
}
