package cloud

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sessionkeeper/ui/api/client"
)

// A token endpoint for programs that know nothing but OAuth's client credentials grant (RFC 6749 section 4.4). The client
// is the run; the scope names the session.

const oauthClient = "sessionkeeper"

func (e *Endpoints) pointOAuth() error {
	if e.o.OAuth == nil {
		return nil
	}
	e.set("SESSIONKEEPER_TOKEN_URL", e.address("/oauth/token"))
	e.set("SESSIONKEEPER_CLIENT_ID", oauthClient)
	e.set("SESSIONKEEPER_CLIENT_SECRET", e.proof.Reveal())
	return nil
}

func (e *Endpoints) tokenEndpoint(w http.ResponseWriter, r *http.Request) {
	if !asks(w, r, http.MethodPost) {
		return
	}
	w.Header().Set("Pragma", "no-cache") // RFC 6749 section 5.1
	form, f := readForm(w, r)
	if f.status == 0 {
		f = e.knows(r, form)
	}
	if f.status != 0 {
		e.refuseGrant(w, f)
		return
	}
	name, f := e.grant(form)
	if f.status != 0 {
		e.refuseGrant(w, f)
		return
	}
	t, err := e.token(r.Context(), name, client.TokenRequest{MinTTL: client.Duration(handOutTTL)})
	if err != nil {
		f := refusalOf(err)
		if f.status < http.StatusInternalServerError {
			f.status, f.code = http.StatusBadRequest, "invalid_grant"
		} else {
			f.code = "temporarily_unavailable"
		}
		e.refuseGrant(w, f)
		return
	}
	kind := t.Type
	if kind == "" {
		kind = "Bearer"
	}
	send(w, http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
	}{t.Access.Reveal(), kind, lifetime(t.ExpiresAt, time.Now()), name})
}

// refuseGrant is an error answer (RFC 6749 section 5.2).
func (e *Endpoints) refuseGrant(w http.ResponseWriter, f refusal) {
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="sessionkeeper"`)
	}
	e.refuse(w, "oauth", f)
	send(w, f.status, map[string]string{"error": f.code, "error_description": plain(f.message)})
}

// plain leaves out what may not stand in an error_description.
func plain(message string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"' || c == '\\':
			return '\''
		case c < ' ' || c > '~':
			return -1
		}
		return c
	}, message)
}

func readForm(w http.ResponseWriter, r *http.Request) (url.Values, refusal) {
	bad := refusal{
		status: http.StatusBadRequest, code: "invalid_request",
		message: "send one form, application/x-www-form-urlencoded, with each parameter once",
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") || r.URL.RawQuery != "" {
		return nil, bad
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil || http.NewResponseController(w).SetReadDeadline(time.Now().Add(2*doorHeaderWait)) != nil {
		return nil, bad
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, bad
	}
	for _, values := range form {
		if len(values) != 1 {
			return nil, bad
		}
	}
	return form, refusal{}
}

// knows checks the client's secret, in the header or in the body and not in both (RFC 6749 section 2.3).
func (e *Endpoints) knows(r *http.Request, form url.Values) refusal {
	unknown := refusal{
		status: http.StatusUnauthorized, code: "invalid_client",
		message: "send SESSIONKEEPER_CLIENT_ID and SESSIONKEEPER_CLIENT_SECRET",
	}
	id, shown := form.Get("client_id"), form.Get("client_secret")
	if len(r.Header.Values("Authorization")) > 0 {
		user, password, ok := r.BasicAuth()
		if !ok || len(r.Header.Values("Authorization")) > 1 || shown != "" || id != "" && id != user {
			return unknown
		}
		id, shown = user, password
	}
	if id != oauthClient || !same(e.proof, shown) {
		return unknown
	}
	return refusal{}
}

// grant finds the session that is asked for.
func (e *Endpoints) grant(form url.Values) (name string, f refusal) {
	if kind := form.Get("grant_type"); kind != "client_credentials" {
		return "", refusal{
			status: http.StatusBadRequest, code: "unsupported_grant_type", message: "use grant_type=client_credentials",
		}
	}
	name = form.Get("scope")
	if name == "" {
		return e.o.OAuth.Sessions[0], refusal{}
	}
	if !slices.Contains(e.o.OAuth.Sessions, name) {
		return "", refusal{
			status: http.StatusBadRequest, code: "invalid_scope", message: "the scope must be the name of one of the run's sessions",
		}
	}
	return name, refusal{}
}
