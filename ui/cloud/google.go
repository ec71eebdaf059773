package cloud

import (
	"encoding/json"
	"net/http"
	"net/url"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

// An external account of Google's libraries with a URL for its source (https://google.aip.dev/auth/4117).

const (
	googleSTS     = "https://sts.googleapis.com/v1/token"
	googleIDToken = "urn:ietf:params:oauth:token-type:id_token" //nolint:gosec // the name of a type
	googleIAM     = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
)

// externalAccount is the configuration file that GOOGLE_APPLICATION_CREDENTIALS names.
type externalAccount struct {
	Type             string           `json:"type"`
	Audience         string           `json:"audience"`
	SubjectTokenType string           `json:"subject_token_type"`
	TokenURL         string           `json:"token_url"`
	UserProject      string           `json:"workforce_pool_user_project,omitempty"`
	Impersonation    string           `json:"service_account_impersonation_url,omitempty"`
	Source           credentialSource `json:"credential_source"`
}

type credentialSource struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Format  sourceFormat      `json:"format"`
}

type sourceFormat struct {
	Type  string `json:"type"`
	Field string `json:"subject_token_field_name"`
}

func (e *Endpoints) pointGoogle() error {
	g := e.o.Google
	if g == nil {
		return nil
	}
	account := externalAccount{
		Type: "external_account", Audience: g.Audience, SubjectTokenType: googleIDToken,
		TokenURL: googleSTS, UserProject: g.UserProject,
		Source: credentialSource{
			URL: e.address("/google"), Headers: map[string]string{"Authorization": e.bearer().Reveal()},
			Format: sourceFormat{Type: "json", Field: "id_token"},
		},
	}
	if g.ServiceAccount != "" {
		account.Impersonation = googleIAM + url.PathEscape(g.ServiceAccount) + ":generateAccessToken"
	}
	text, err := json.MarshalIndent(account, "", "  ")
	if err != nil {
		return err
	}
	path, err := e.write("google.json", string(text)+"\n")
	if err != nil {
		return err
	}
	e.set("GOOGLE_APPLICATION_CREDENTIALS", path)
	e.drop = append(e.drop, "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CREDENTIALS")
	return nil
}

// bearer is the header's value that shows the run's secret.
func (e *Endpoints) bearer() secret.Text { return secret.New("Bearer " + e.proof.Reveal()) }

func (e *Endpoints) subjectToken(w http.ResponseWriter, r *http.Request) {
	if !asks(w, r, http.MethodGet) {
		return
	}
	fail := func(f refusal) {
		e.refuse(w, "google", f)
		send(w, f.status, map[string]string{"error": f.code, "error_description": f.message})
	}
	if !shows(r, "Authorization", e.bearer()) {
		fail(refusal{status: http.StatusUnauthorized, code: "unauthorized", message: "send the headers of the credential source"})
		return
	}
	t, err := e.token(r.Context(), e.o.Google.Session, client.TokenRequest{MinTTL: client.Duration(handOutTTL), IDToken: true})
	if err != nil {
		fail(refusalOf(err))
		return
	}
	send(w, http.StatusOK, map[string]string{"id_token": t.Access.Reveal()})
}
