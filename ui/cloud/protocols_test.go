package cloud_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/cloud"
)

func TestAWSEnvironment(t *testing.T) {
	p := start(t, all(t))
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if p.env[name] != "eu-central-1" {
			t.Errorf("%s is %q", name, p.env[name])
		}
	}
	config, err := os.ReadFile(p.env["AWS_CONFIG_FILE"])
	if err != nil || string(config) != "[default]\nregion = eu-central-1\n" {
		t.Errorf("the configuration is %q, %v", config, err)
	}
	none, err := os.ReadFile(p.env["AWS_SHARED_CREDENTIALS_FILE"])
	if err != nil || len(none) != 0 {
		t.Errorf("the credentials file has %q, %v; want nothing", none, err)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		if !slices.Contains(p.ends.Drop(), name) {
			t.Errorf("%s is inherited", name)
		}
	}
}

func TestGoogleConfiguration(t *testing.T) {
	p := start(t, all(t))
	a := p.account()
	if a.Type != "external_account" || a.Audience != "//iam.googleapis.com/x" || a.UserProject != "123" ||
		a.SubjectTokenType != "urn:ietf:params:oauth:token-type:id_token" || a.TokenURL != "https://sts.googleapis.com/v1/token" ||
		a.Impersonation != "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@x:generateAccessToken" ||
		a.Source.Format["type"] != "json" || a.Source.Format["subject_token_field_name"] != "id_token" {
		t.Errorf("the configuration is %+v", a)
	}
}

func TestAzureResources(t *testing.T) {
	p := start(t, all(t))
	for resource, want := range map[string]string{
		"https://graph.microsoft.com":           "token-of-graph",
		"https://graph.microsoft.com/":          "token-of-graph",
		"https://graph.microsoft.com/.default":  "token-of-graph",
		"https://vault.azure.net":               "token-of-vault",
		"HTTPS://VAULT.azure.net/.default":      "token-of-vault",
		"https://management.azure.com":          "",
		"https://graph.microsoft.com.evil.test": "",
		"graph":                                 "",
		"":                                      "",
	} {
		a := p.ask("GET", p.env["IDENTITY_ENDPOINT"]+"?api-version=2019-08-01&resource="+url.QueryEscape(resource),
			http.Header{"X-Identity-Header": {p.env["IDENTITY_HEADER"]}}, nil)
		if got, _ := a.fields["access_token"].(string); got != want || want == "" && a.status != 400 {
			t.Errorf("%q: %d %s; want %q", resource, a.status, a.body, want)
		}
	}
	for _, query := range []string{
		"", "?resource=https://vault.azure.net", "?api-version=2017-09-01&resource=https://vault.azure.net",
		"?api-version=2019-08-01&resource=https://vault.azure.net&client_id=x",
		"?api-version=2019-08-01&resource=https://vault.azure.net&resource=https://graph.microsoft.com",
	} {
		a := p.ask("GET", p.env["IDENTITY_ENDPOINT"]+query, http.Header{"X-Identity-Header": {p.env["IDENTITY_HEADER"]}}, nil)
		if a.status != 400 || a.fields["statusCode"] != 400.0 {
			t.Errorf("%q: %d %s", query, a.status, a.body)
		}
	}
}

func TestTokenEndpoint(t *testing.T) {
	p := start(t, all(t))
	id, word := p.env["SESSIONKEEPER_CLIENT_ID"], p.env["SESSIONKEEPER_CLIENT_SECRET"]
	basic := func(user, password string) http.Header {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header
	}
	grant := url.Values{"grant_type": {"client_credentials"}}
	for name, c := range map[string]struct {
		header http.Header
		form   url.Values
		status int
		error  string
	}{
		"basic":         {basic(id, word), grant, 200, ""},
		"wrong basic":   {basic(id, word+"x"), grant, 401, "invalid_client"},
		"wrong client":  {basic("other", word), grant, 401, "invalid_client"},
		"nobody":        {nil, grant, 401, "invalid_client"},
		"both ways":     {basic(id, word), url.Values{"grant_type": {"client_credentials"}, "client_secret": {word}}, 401, "invalid_client"},
		"another grant": {basic(id, word), url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
		"another scope": {basic(id, word), url.Values{"grant_type": {"client_credentials"}, "scope": {"vault"}}, 400, "invalid_scope"},
		"twice":         {basic(id, word), url.Values{"grant_type": {"client_credentials", "client_credentials"}}, 400, "invalid_request"},
		"large":         {basic(id, word), url.Values{"grant_type": {strings.Repeat("x", 20<<10)}}, 400, "invalid_request"},
	} {
		a := p.ask("POST", p.env["SESSIONKEEPER_TOKEN_URL"], c.header, c.form)
		got, _ := a.fields["error"].(string)
		if a.status != c.status || got != c.error || c.status == 401 && a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if c.status == 200 && (a.fields["access_token"] != "token-of-work" || a.fields["token_type"] != "Bearer") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	p.source.fail(&client.Problem{Status: 401, Code: "sign_in_needed", Detail: `say "yes" \ Ünï`})
	a := p.ask("POST", p.env["SESSIONKEEPER_TOKEN_URL"], basic(id, word), grant)
	if a.status != 400 || a.fields["error"] != "invalid_grant" || a.fields["error_description"] != "say 'yes' ' n" {
		t.Errorf("where sign-in is needed: %d %s", a.status, a.body)
	}
}

func TestMetadata(t *testing.T) {
	p := start(t, metadata(t))
	root := "http://" + p.env["GCE_METADATA_HOST"]
	for path, want := range map[string]string{
		"/": "instance/",
		"/computeMetadata/v1/instance/service-accounts/default/email":           "default",
		"/computeMetadata/v1/instance/service-accounts/default/?recursive=true": `"aliases":["default"]`,
		"/computeMetadata/v1/project/project-id":                                "lab-1",
		"/computeMetadata/v1/universe/universe-domain":                          "googleapis.com",
		"/computeMetadata/v1/instance/service-accounts/default/identity":        "",
		"/computeMetadata/v1/instance/service-accounts/other/token":             "",
		"/computeMetadata/v1/instance/attributes/ssh-keys":                      "",
	} {
		a := p.ask("GET", root+path, http.Header{"Metadata-Flavor": {"Google"}}, nil)
		if a.header.Get("Metadata-Flavor") != "Google" || want == "" && a.status != 404 || want != "" && (a.status != 200 || !strings.Contains(a.body, want)) {
			t.Errorf("%s: %d %s; want %q", path, a.status, a.body, want)
		}
	}
	a := p.ask("GET", root+"/computeMetadata/v1/instance/service-accounts/default/token",
		http.Header{"Metadata-Flavor": {"Google"}, "X-Forwarded-For": {"10.0.0.1"}}, nil)
	if a.status != http.StatusForbidden {
		t.Errorf("what was forwarded is answered: %d", a.status)
	}
}

// With a login of gcloud's lying about, programs would take that.
func TestMetadataBesideGcloud(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".config", "gcloud")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "application_default_credentials.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := metadata(t)
	o.Source, o.Log = new(source), slog.New(slog.DiscardHandler)
	o.Getenv = func(name string) string { return map[string]string{"HOME": home}[name] }
	if _, err := cloud.New(o); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v; want the file's name", err)
	}
}
