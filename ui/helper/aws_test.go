package helper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
)

// cloudKeeper answers what helpers of clouds ask.
type cloudKeeper struct {
	path   string
	body   map[string]any
	status int
	answer string
	err    error
	token  fast.Answer
	asked  fast.Request
}

func (k *cloudKeeper) Token(_ context.Context, _ string, r fast.Request) (fast.Answer, error) {
	k.asked = r
	return k.token, k.err
}

func (k *cloudKeeper) Reject(context.Context, string, uint64) error { return nil }

func (k *cloudKeeper) Post(_ context.Context, path string, body []byte) (int, []byte, error) {
	k.path, k.body = path, nil
	if err := json.Unmarshal(body, &k.body); err != nil {
		return 0, nil, err
	}
	return k.status, []byte(k.answer), k.err
}

// callOf runs a tool for the session "my work" and gives what it printed.
func callOf(t *testing.T, k Keeper, id string, b *Binding, env map[string]string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	tool, ok := Find(id)
	if !ok {
		t.Fatalf("there is no tool %q", id)
	}
	var out, errs bytes.Buffer
	c := Call{
		Tool: tool, Session: "my work", Args: args, Keeper: k, Stdin: strings.NewReader("never read"),
		Stdout: &out, Stderr: &errs, Getenv: func(name string) string { return env[name] },
	}
	if b != nil {
		b.Tool, b.Session = id, "my work"
		c.Bindings = []Binding{*b}
	}
	exit = tool.Run(t.Context(), c)
	return out.String(), errs.String(), exit
}

const (
	devRole  = "arn:aws:iam::123456789012:role/Dev"
	awsGiven = `{"access_key_id":"ASIA0000000000000000","secret_access_key":"s3cret/+<&>","session_token":"tok==",` +
		`"expiration":"2126-11-21T10:00:00Z","account_id":"123456789012"}`
)

func TestAWSHelper(t *testing.T) {
	k := &cloudKeeper{status: 200, answer: awsGiven}
	binding := Binding{Options: Options{Role: devRole, Region: "eu-central-1"}}
	out, errs, exit := callOf(t, k, "aws", &binding, nil)
	want := `{"Version":1,"AccessKeyId":"ASIA0000000000000000","SecretAccessKey":"s3cret/+<&>","SessionToken":"tok==",` +
		`"Expiration":"2126-11-21T09:59:00Z","AccountId":"123456789012"}` + "\n"
	if out != want || errs != "" || exit != ExitDone {
		t.Errorf("got %q, %q, exit %d; want %q", out, errs, exit, want)
	}
	if k.path != "/v1/sessions/my%20work/aws" {
		t.Errorf("the path is %q", k.path)
	}
	for name, value := range map[string]any{"role_arn": devRole, "region": "eu-central-1", "wait": "4s"} {
		if k.body[name] != value {
			t.Errorf("%s is %v; want %v", name, k.body[name], value)
		}
	}
}

func TestAWSQuestion(t *testing.T) {
	bound := Binding{Options: Options{Role: devRole, Region: "eu-central-1", IDToken: new(false)}}
	gov := "arn:aws-us-gov:iam::123456789012:role/Dev"
	for name, c := range map[string]struct {
		binding *Binding
		env     map[string]string
		args    []string
		want    map[string]any
	}{
		"arguments": {
			&bound, nil,
			[]string{"--role", gov, "--region=us-gov-east-1", "--session-name", "ada", "--duration", "15m"},
			map[string]any{"role_arn": gov, "region": "us-gov-east-1", "session_name": "ada", "duration": "15m", "access_token": true},
		},
		"region of the environment": {
			nil,
			map[string]string{"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-east-2"},
			[]string{"--role", devRole},
			map[string]any{"role_arn": devRole, "region": "us-west-2"},
		},
		"default region": {
			nil, map[string]string{"AWS_DEFAULT_REGION": "us-east-2"}, []string{"--role", devRole}, map[string]any{"region": "us-east-2"},
		},
		"region elsewhere": {
			nil, map[string]string{"AWS_REGION": "us-east-2"}, []string{"--role", gov}, map[string]any{"region": nil},
		},
		"endpoint": {
			&bound,
			map[string]string{"AWS_ENDPOINT_URL_STS": "https://sts.example"},
			nil,
			map[string]any{"endpoint": "https://sts.example"},
		},
		"endpoints ignored": {
			&bound,
			map[string]string{"AWS_ENDPOINT_URL_STS": "https://sts.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
			nil,
			map[string]any{"endpoint": nil},
		},
	} {
		k := &cloudKeeper{status: 200, answer: awsGiven}
		if _, errs, exit := callOf(t, k, "aws", c.binding, c.env, c.args...); exit != ExitDone {
			t.Errorf("%s: exit %d: %s", name, exit, errs)
			continue
		}
		for member, value := range c.want {
			if k.body[member] != value {
				t.Errorf("%s: %s is %v; want %v", name, member, k.body[member], value)
			}
		}
	}
}

func TestAWSHelperFails(t *testing.T) {
	bound := Binding{Options: Options{Role: devRole}}
	for name, c := range map[string]struct {
		keeper  cloudKeeper
		binding *Binding
		args    []string
		exit    int
		says    string
	}{
		"no role":         {cloudKeeper{}, nil, nil, ExitFailed, "--role"},
		"an unknown flag": {cloudKeeper{}, &bound, []string{"--rule", "x"}, ExitUsage, "usage:"},
		"half a flag":     {cloudKeeper{}, &bound, []string{"--role"}, ExitUsage, "usage:"},
		"sign-in": {
			cloudKeeper{status: 401, answer: `{"code":"sign_in_needed","status":401,"title":"x","detail":"Sign in again."}`},
			&bound, nil, ExitSignIn, "Sign in again.",
		},
		"setup": {
			cloudKeeper{status: 409, answer: `{"code":"setup_needed","status":409,"title":"x","detail":"AWS does not let it."}`},
			&bound, nil, ExitSetup, "AWS does not let it.",
		},
		"an unknown refusal": {cloudKeeper{status: 500, answer: "<html>"}, &bound, nil, ExitFailed, "status 500"},
		"an empty answer":    {cloudKeeper{status: 200, answer: `{}`}, &bound, nil, ExitFailed, "restart the keeper"},
		"half an answer":     {cloudKeeper{status: 200, answer: awsGiven[:80]}, &bound, nil, ExitFailed, "restart the keeper"},
		"no keeper":          {cloudKeeper{err: fast.ErrNoKeeper}, &bound, nil, ExitFailed, "no keeper is running"},
	} {
		out, errs, exit := callOf(t, &c.keeper, "aws", c.binding, nil, c.args...)
		if out != "" || exit != c.exit || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: %q, %q, exit %d; want exit %d and one line with %q", name, out, errs, exit, c.exit, c.says)
		}
		if strings.Contains(errs, "s3cret") {
			t.Errorf("%s: stderr has the secret", name)
		}
	}
}

func TestGoogleHelper(t *testing.T) {
	ends := time.Now().Add(time.Hour).Truncate(time.Second)
	good := fast.Answer{Token: secret.New("e30.e30.sig"), ExpiresAt: ends}
	const pool = "//iam.googleapis.com/locations/global/workforcePools/p/providers/x"
	bound := Binding{Options: Options{Audience: pool}}
	for name, c := range map[string]struct {
		token   fast.Answer
		err     error
		env     map[string]string
		code    string // "" for success
		message string
	}{
		"plain":    {good, nil, nil, "", ""},
		"id token": {good, nil, map[string]string{"GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE": googleIDToken, "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": pool}, "", ""},
		"jwt":      {good, nil, map[string]string{"GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE": googleJWT}, "", ""},
		"saml": {
			good, nil, map[string]string{"GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE": "urn:ietf:params:oauth:token-type:saml2"}, "500", "cannot be given",
		},
		"another pool": {good, nil, map[string]string{"GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": "//other"}, "500", "for"},
		"revoke":       {good, nil, map[string]string{"GOOGLE_EXTERNAL_ACCOUNT_REVOKE": "1"}, "500", "sessionkeeper logout"},
		"sign-in":      {fast.Answer{}, &fast.Problem{Status: 401, Code: "sign_in_needed", Detail: "Sign in again."}, nil, "401", "Sign in again."},
		"no keeper":    {fast.Answer{}, fast.ErrNoKeeper, nil, "500", "no keeper"},
		"no answer":    {fast.Answer{}, errors.Join(context.DeadlineExceeded), nil, "500", "doctor"},
	} {
		k := &cloudKeeper{token: c.token, err: c.err}
		out, errs, exit := callOf(t, k, "google", &bound, c.env)
		var a googleAnswer
		if err := json.Unmarshal([]byte(out), &a); err != nil || exit != ExitDone || errs != "" || a.Version != 1 {
			t.Errorf("%s: %q, %q, exit %d; want version 1, exit 0 and a silent stderr", name, out, errs, exit)
			continue
		}
		switch {
		case c.code == "" && (!a.Success || a.IDToken != "e30.e30.sig" || a.ExpirationTime != ends.Add(-time.Minute).Unix() || !k.asked.IDToken):
			t.Errorf("%s: %s", name, out)
		case c.code != "" && (a.Success || a.Code != c.code || !strings.Contains(a.Message, c.message) || a.IDToken != ""):
			t.Errorf("%s: %s; want code %s and %q", name, out, c.code, c.message)
		}
	}
}

func TestAzureHelper(t *testing.T) {
	ends := time.Now().Add(time.Hour).Truncate(time.Second)
	k := &cloudKeeper{token: fast.Answer{
		Token: secret.New("eyJ"), ExpiresAt: ends,
		Scopes: []string{"https://management.azure.com/user_impersonation", "offline_access"},
	}}
	out, errs, exit := callOf(t, k, "azure", nil, nil,
		"account", "get-access-token", "-o", "json", "--resource", "https://management.azure.com/", "--tenant", "x")
	var a azureAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil || errs != "" || exit != ExitDone {
		t.Fatalf("got %q, %q, exit %d", out, errs, exit)
	}
	end := ends.Add(-time.Minute)
	if a.AccessToken != "eyJ" || a.Expires != end.Unix() || a.ExpiresOn != end.Format("2006-01-02 15:04:05.000000") || a.TokenType != "Bearer" {
		t.Errorf("got %s", out)
	}
	for _, args := range [][]string{
		{},
		{"login"},
		{"account", "show"},
		{"account", "get-access-token", "--resource"},
		{"account", "get-access-token", "-o", "tsv"},
		{"account", "get-access-token", "--query", "accessToken"},
	} {
		if out, errs, exit := callOf(t, k, "azure", nil, nil, args...); out != "" || exit != ExitUsage || !strings.HasPrefix(errs, "usage:") {
			t.Errorf("%q: %q, %q, exit %d; want the usage", args, out, errs, exit)
		}
	}
	out, errs, exit = callOf(t, k, "azure", nil, nil, "account", "get-access-token", "--resource", "https://vault.azure.net")
	if out != "" || exit != ExitFailed || !strings.Contains(errs, "https://vault.azure.net") {
		t.Errorf("another resource: %q, %q, exit %d", out, errs, exit)
	}
}

func TestAzureResource(t *testing.T) {
	for _, c := range []struct {
		scopes, resource string
		want             bool
	}{
		{"openid User.Read", "https://graph.microsoft.com", true},
		{"https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/.default", true},
		{"https://vault.azure.net/.default", "https://vault.azure.net/", true},
		{"https://management.azure.com//.default", "https://management.azure.com/", true},
		{"api://1234/read", "api://1234", true},
		{"https://contoso.com/app/read", "https://contoso.com/app", true},
		{"https://contoso.com/app/read", "https://contoso.com/other", false},
		{"https://contoso.com/app/read", "https://contoso.com", false},
		{"https://vault.azure.net/.default", "https://vault.azure.net.evil.example", false},
		{"openid profile email offline_access", "https://graph.microsoft.com", false},
		{"", "https://graph.microsoft.com", false},
		{"User.Read", "", false},
	} {
		if got := AzureResource(strings.Fields(c.scopes), c.resource); got != c.want {
			t.Errorf("%q for %q: %t; want %t", c.scopes, c.resource, got, c.want)
		}
	}
}

func FuzzAWSAnswer(f *testing.F) {
	f.Add(200, []byte(awsGiven))
	f.Add(409, []byte(`{"code":"paused"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		k := &cloudKeeper{status: status, answer: string(body)}
		binding := Binding{Options: Options{Role: devRole}}
		out, _, exit := callOf(t, k, "aws", &binding, nil)
		if (out == "") == (exit == ExitDone) || out != "" && !json.Valid([]byte(out)) {
			t.Errorf("%q, exit %d", out, exit)
		}
	})
}
