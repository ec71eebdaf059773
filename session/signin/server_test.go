package signin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/secret"
)

// server is a small OpenID provider that speaks HTTP: it checks PKCE, redirect and client as a strict one does, and
// signs its ID tokens.
type server struct {
	http *httptest.Server
	key  *rsa.PrivateKey
	set  behaviour

	mu         sync.Mutex
	codes      map[string]grantedCode
	pushed     map[string]url.Values
	asked      []url.Values // authorization requests
	tokenCalls []url.Values
	polls      int
}

// behaviour is how the server differs from a plain one. Set it before the first request.
type behaviour struct {
	refuse      url.Values // sent back instead of a code
	iss         string     // sent back as iss
	formPost    bool       // the answer comes as a form
	user        string     // who signs in; "" is "jane"
	nonce       string     // put into the ID token in place of the one that was asked for
	noIDToken   bool
	noUserinfo  bool
	tokenStatus int    // the token endpoint fails with this status
	tokenError  string // and this code
	hold        chan struct{}
	holding     chan struct{}
	requirePAR  bool
	device      []string // the errors that polling answers with, one after the other; "" is success
	deviceReply map[string]any
}

type grantedCode struct{ challenge, redirect, nonce, client string }

const (
	testClient = "desktop-client"
	testSecret = "client-secret-5d1e8a"
)

func newServer(t *testing.T, b behaviour) *server {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{key: key, set: b, codes: map[string]grantedCode{}, pushed: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /keys", s.keys)
	mux.HandleFunc("GET /userinfo", s.userinfo)
	mux.HandleFunc("POST /par", s.par)
	mux.HandleFunc("POST /device", s.device)
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.http.Close)
	return s
}

func (s *server) provider() *provider.Provider {
	u := s.http.URL
	return &provider.Provider{
		ID: "test", Name: "Test & Söhne", Issuer: u,
		AuthorizeURL: u + "/authorize", TokenURL: u + "/token", DeviceURL: u + "/device",
		UserinfoURL: u + "/userinfo", JWKSURL: u + "/keys", PARURL: u + "/par",
		AuthStyle: provider.AuthPost, Scopes: []string{"openid", "email"}, OfflineScope: "offline_access",
		OfflineParams: map[string]string{"access_type": "offline"},
		Check:         provider.Check{Kind: provider.CheckUserinfo},
		OIDC:          true,
	}
}

func client() provider.Client {
	return provider.Client{ID: testClient, Secret: secret.New(testSecret)}
}

func (s *server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	if uri := q.Get("request_uri"); uri != "" {
		q = s.pushed[uri]
	} else if s.set.requirePAR {
		http.Error(w, "pushed requests only", http.StatusBadRequest)
		return
	}
	s.asked = append(s.asked, q)
	if q.Get("client_id") != testClient || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 22 {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.set.refuse != nil {
		maps.Copy(back, s.set.refuse)
	} else {
		code := "code_" + rand.Text()
		s.codes[code] = grantedCode{q.Get("code_challenge"), q.Get("redirect_uri"), q.Get("nonce"), testClient}
		back.Set("code", code)
	}
	if s.set.iss != "" {
		back.Set("iss", s.set.iss)
	}
	if s.set.formPost {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"action": q.Get("redirect_uri"), "form": back.Encode()})
		return
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (s *server) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	s.tokenCalls = append(s.tokenCalls, r.PostForm)
	s.mu.Unlock()
	if s.set.hold != nil {
		s.set.holding <- struct{}{}
		<-s.set.hold
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set.tokenStatus != 0 {
		reply(w, s.set.tokenStatus, map[string]any{"error": s.set.tokenError, "error_description": "as told"})
		return
	}
	if r.PostForm.Get("client_id") != testClient || r.PostForm.Get("client_secret") != testSecret {
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	nonce := ""
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		code := r.PostForm.Get("code")
		g, ok := s.codes[code]
		delete(s.codes, code)
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if !ok || g.redirect != r.PostForm.Get("redirect_uri") ||
			g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
		nonce = g.nonce
	case "urn:ietf:params:oauth:grant-type:device_code":
		s.polls++
		if len(s.set.device) >= s.polls && s.set.device[s.polls-1] != "" {
			s.pollError(w, s.set.device[s.polls-1])
			return
		}
	}
	reply(w, http.StatusOK, s.tokens(nonce))
}

// pollError answers a device poll; "cut" drops the connection and "500" is a fault.
func (s *server) pollError(w http.ResponseWriter, code string) {
	switch code {
	case "cut":
		panic(http.ErrAbortHandler)
	case "500":
		http.Error(w, "oops", http.StatusInternalServerError)
	default:
		reply(w, http.StatusBadRequest, map[string]any{"error": code})
	}
}

func (s *server) tokens(nonce string) map[string]any {
	t := map[string]any{
		"access_token": "at_" + rand.Text(), "refresh_token": "rt_" + rand.Text(),
		"token_type": "Bearer", "expires_in": 3600,
	}
	if !s.set.noIDToken {
		t["id_token"] = s.idToken(nonce)
	}
	return t
}

func (s *server) user() string {
	if s.set.user == "" {
		return "jane"
	}
	return s.set.user
}

func (s *server) idToken(nonce string) string {
	if s.set.nonce != "" {
		nonce = s.set.nonce
	}
	now := time.Now()
	claims := map[string]any{
		"iss": s.http.URL, "aud": testClient, "sub": s.user(), "email": s.user() + "@example.org",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	body, _ := json.Marshal(claims)
	opts := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "k1")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: s.key}, opts)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		panic(err)
	}
	compact, _ := signed.CompactSerialize()
	return compact
}

func (s *server) keys(w http.ResponseWriter, _ *http.Request) {
	k := jose.JSONWebKey{Key: s.key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}
	reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k}})
}

func (s *server) userinfo(w http.ResponseWriter, _ *http.Request) {
	if s.set.noUserinfo {
		reply(w, http.StatusForbidden, map[string]any{"error": "insufficient_scope"})
		return
	}
	reply(w, http.StatusOK, map[string]any{"sub": s.user(), "name": "Jane Doe", "email": s.user() + "@example.org"})
}

func (s *server) par(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	if r.PostForm.Get("client_id") != testClient || r.PostForm.Get("client_secret") != testSecret {
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	uri := "urn:ietf:params:oauth:request_uri:" + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushed[uri] = r.PostForm
	reply(w, http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": 60})
}

func (s *server) device(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	s.asked = append(s.asked, r.PostForm)
	s.mu.Unlock()
	d := map[string]any{
		"device_code": "dc_" + rand.Text(), "user_code": "WDJB-MJHT", "expires_in": 600, "interval": 5,
		"verification_uri":          "https://example.org/device",
		"verification_uri_complete": "https://example.org/device?user_code=WDJB-MJHT",
	}
	for k, v := range s.set.deviceReply {
		d[k] = v
		if v == nil {
			delete(d, k)
		}
	}
	reply(w, http.StatusOK, d)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// exchanges counts the token requests that brought a code.
func (s *server) exchanges() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.tokenCalls {
		if c.Get("grant_type") == "authorization_code" {
			n++
		}
	}
	return n
}

func (s *server) lastAsked(t *testing.T) url.Values {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == 0 {
		t.Fatal("the server was asked nothing")
	}
	return s.asked[len(s.asked)-1]
}
