package cloudtest

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Google is the Security Token Service with a pool that trusts one issuer, and the service that gives tokens of service
// accounts. It is an http.Handler and safe for concurrent use.
type Google struct {
	o GoogleOptions

	mu    sync.Mutex // guards what follows
	given map[string]time.Time
	asked int
}

// GoogleOptions say what the pool trusts.
type GoogleOptions struct {
	Issuer         string
	ClientID       string // the audience of the ID tokens
	Audience       string // the pool's provider
	UserProject    string // that must be named; empty: none
	ServiceAccount string // that may be impersonated; empty: none
	Life           time.Duration
}

// NewGoogle returns a service that has seen nothing yet.
func NewGoogle(o GoogleOptions) *Google { return &Google{o: o, given: map[string]time.Time{}} }

// Knows reports whether an access token was given by this service and is good now.
func (g *Google) Knows(token string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.given[token])
}

// Asked is how many exchanges there were.
func (g *Google) Asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

func (g *Google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/token":
		g.exchange(w, r)
	case r.Method == http.MethodPost && g.o.ServiceAccount != "" &&
		r.URL.Path == "/v1/projects/-/serviceAccounts/"+g.o.ServiceAccount+":generateAccessToken":
		g.impersonate(w, r)
	default:
		http.NotFound(w, r)
	}
}

// exchange is RFC 8693 as Google's STS has it.
func (g *Google) exchange(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	want := map[string]string{ //nolint:gosec // names of what is asked for
		"grant_type":           "urn:ietf:params:oauth:grant-type:token-exchange",
		"audience":             g.o.Audience,
		"requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
	}
	for name, value := range want {
		if got := r.PostForm[name]; len(got) != 1 || got[0] != value {
			sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": name})
			return
		}
	}
	kinds := []string{"urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"}
	if !slices.Contains(kinds, r.PostForm.Get("subject_token_type")) || r.PostForm.Get("scope") == "" ||
		g.o.UserProject != "" && !strings.Contains(r.PostForm.Get("options"), g.o.UserProject) {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	claims, err := verify(r.Context(), g.o.Issuer, r.PostForm.Get("subject_token"), time.Now())
	if err != nil || !slices.Contains(claims.Audience, g.o.ClientID) {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "the subject token is not good"})
		return
	}
	sendJSON(w, http.StatusOK, map[string]any{
		"access_token": g.give(), "issued_token_type": want["requested_token_type"], "token_type": "Bearer",
		"expires_in": int(g.life() / time.Second),
	})
}

func (g *Google) impersonate(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !g.Knows(token) {
		sendJSON(w, http.StatusUnauthorized, map[string]any{"error": map[string]any{"code": 401, "status": "UNAUTHENTICATED"}})
		return
	}
	sendJSON(w, http.StatusOK, map[string]string{
		"accessToken": g.give(), "expireTime": time.Now().Add(g.life()).UTC().Format(time.RFC3339),
	})
}

func (g *Google) life() time.Duration {
	if g.o.Life == 0 {
		return time.Hour
	}
	return g.o.Life
}

func (g *Google) give() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	token := "ya29." + rand.Text()
	g.given[token] = time.Now().Add(g.life())
	g.asked++
	return token
}

func sendJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
