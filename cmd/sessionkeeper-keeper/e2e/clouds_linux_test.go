package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/ui/cloud/cloudtest"
)

const (
	cloudRole    = "arn:aws:iam::123456789012:role/Dev"
	cloudCaller  = "arn:aws:sts::123456789012:assumed-role/Dev/"
	cloudRegion  = "eu-central-1"
	cloudPool    = "//iam.googleapis.com/locations/global/workforcePools/desks/providers/demo"
	cloudProject = "lab-123"
	cloudRobot   = "robot@lab-123.iam.gserviceaccount.com"
	cloudGraph   = "https://graph.microsoft.com"
)

// clouds are a home with the session "work", signed in at a provider that a role at AWS and a pool at Google trust.
type clouds struct {
	*home
	provider *authserver.Server
	aws      *cloudtest.AWS
	google   *cloudtest.Google
	clients  string // folder with the programs that are built on the clouds' libraries
}

func newClouds(t *testing.T, accessTTL time.Duration) *clouds {
	t.Helper()
	p := authservertest.Start(t, authserver.Options{AccessTTL: accessTTL, SessionTTL: -1, AutoApprove: true})
	c := &clouds{
		provider: p,
		aws: cloudtest.NewAWS(map[string]cloudtest.Role{
			cloudRole: {Issuer: p.Issuer(), Audience: "demo", Subject: "ada"},
		}),
		google: cloudtest.NewGoogle(cloudtest.GoogleOptions{
			Issuer: p.Issuer(), ClientID: "demo", Audience: cloudPool, UserProject: cloudProject, ServiceAccount: cloudRobot,
		}),
		clients: t.TempDir(),
	}
	network := cloudtest.StartNetwork(t, map[string]http.Handler{
		"sts." + cloudRegion + ".amazonaws.com": c.aws,
		"sts.googleapis.com":                    c.google,
		"iamcredentials.googleapis.com":         c.google,
	})
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../../../.tools/clients", "-o", c.clients+"/",
		"./aws", "./google", "./azure")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the programs of the clouds' libraries: %v\n%s", err, out)
	}
	c.home = newHome(t, slices.Concat(keychaintest.Start(t).Env(), network.Env())...)
	c.serve()
	c.must("add", "work", "--issuer", p.Issuer(), "--client-id", "demo", "--account", "ada@example.org",
		"--scope", "openid", "--scope", "read", "--scope", "offline_access")
	return c
}

// tool runs a program of the home's user; env is set beside the home's own.
func (c *clouds) tool(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stderr, cmd.Dir = slices.Concat(c.env, env), &errs, c.dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", filepath.Base(name), strings.Join(args, " "), err, out, errs.String())
	}
	return string(out)
}

// exec gives the command line of a program that exec runs.
func (c *clouds) exec(flags []string, command ...string) []string {
	return slices.Concat([]string{"exec"}, flags, []string{"--"}, command)
}

// debianProgram is a program of Debian's, and not one that some version manager put before it on PATH.
func debianProgram(t *testing.T, name, pkg string) string {
	t.Helper()
	path := filepath.Join("/usr/bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the test needs %s, Debian package %s: %v", path, pkg, err)
	}
	return path
}

// googleNode is the program that is built on Google's library for Node.
func googleNode(t *testing.T) []string {
	t.Helper()
	script, err := filepath.Abs("../../../.tools/clients/node/google.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules", "google-auth-library")); err != nil {
		t.Fatalf(".tools/clients/node has no node_modules: run make test, which installs them: %v", err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("the test needs node, Debian package nodejs: %v", err)
	}
	return []string{node, script}
}

func (c *clouds) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// lines reads the JSON lines that a client printed.
func lines[T any](t *testing.T, out string) []T {
	t.Helper()
	var all []T
	for line := range strings.Lines(out) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, v)
	}
	return all
}

type awsCaller struct{ ARN, Account, Key string }

type cloudToken struct{ Token string }

// AWS's command line and library get credentials for the role in each way that there is, and use them.
func TestAWS(t *testing.T) {
	t.Parallel()
	c := newClouds(t, time.Minute)
	aws, sdk := debianProgram(t, "aws", "awscli"), filepath.Join(c.clients, "aws")
	t.Attr("real", "awscli")
	t.Attr("real", "aws-sdk-go-v2")
	flags := []string{"--aws", "work", "--role", cloudRole, "--region", cloudRegion}
	whoami := []string{aws, "sts", "get-caller-identity", "--output", "text", "--query", "Arn"}
	config := c.write(t, ".aws/config", fmt.Sprintf(
		"[profile work]\nregion = %[1]s\ncredential_process = %[2]q helper aws work --role %[3]s --region %[1]s\n",
		cloudRegion, program, cloudRole))
	profile := []string{"AWS_CONFIG_FILE=" + config, "AWS_PROFILE=work", "AWS_STS_REGIONAL_ENDPOINTS=regional", "AWS_EC2_METADATA_DISABLED=true"}
	is := func(t *testing.T, arn string) {
		t.Helper()
		if !strings.HasPrefix(arn, cloudCaller) {
			t.Errorf("AWS knows the caller as %q; want one of %s", arn, cloudCaller)
		}
	}
	t.Run("process", func(t *testing.T) {
		for range 3 {
			is(t, c.tool(t, profile, whoami[0], whoami[1:]...))
		}
		if n := len(c.aws.Asked()); n != 1 {
			t.Errorf("AWS was asked for credentials %d times; want once for three runs", n)
		}
		exported := c.tool(t, profile, aws, "configure", "export-credentials")
		var got struct {
			Version     int
			AccessKeyID string `json:"AccessKeyId"`
		}
		if err := json.Unmarshal([]byte(exported), &got); err != nil || got.Version != 1 || !strings.HasPrefix(got.AccessKeyID, "ASIA") {
			t.Errorf("exported are version %d, key %q, %v", got.Version, got.AccessKeyID, err)
		}
		for _, who := range lines[awsCaller](t, c.tool(t, profile, sdk, "2", "0s")) {
			is(t, who.ARN)
		}
	})
	t.Run("container", func(t *testing.T) {
		// A profile of the user's with an identity of its own stays out of it.
		mine := c.write(t, ".aws/credentials", "[default]\naws_access_key_id = AKIA0000000000000000\naws_secret_access_key = mine\n")
		stray := []string{
			"AWS_SHARED_CREDENTIALS_FILE=" + mine, "AWS_CONFIG_FILE=" + config, "AWS_PROFILE=work",
			"AWS_ACCESS_KEY_ID=AKIA0000000000000001", "AWS_SECRET_ACCESS_KEY=stray", "AWS_STS_REGIONAL_ENDPOINTS=regional",
		}
		is(t, c.tool(t, stray, program, c.exec(flags, whoami...)...))
		for _, who := range lines[awsCaller](t, c.tool(t, stray, program, c.exec(flags, sdk, "2", "0s")...)) {
			is(t, who.ARN)
		}
	})
	t.Run("file", func(t *testing.T) {
		path := filepath.Join(c.dir, "tokens", "aws")
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		c.must("file", "work", path, "--id-token")
		file := []string{
			"AWS_WEB_IDENTITY_TOKEN_FILE=" + path, "AWS_ROLE_ARN=" + cloudRole, "AWS_ROLE_SESSION_NAME=by-file",
			"AWS_REGION=" + cloudRegion, "AWS_DEFAULT_REGION=" + cloudRegion, "AWS_STS_REGIONAL_ENDPOINTS=regional",
			"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_CONFIG_FILE=/dev/null",
		}
		if arn := strings.TrimSpace(c.tool(t, file, whoami[0], whoami[1:]...)); arn != cloudCaller+"by-file" {
			t.Errorf("AWS knows the caller as %q", arn)
		}
		for _, who := range lines[awsCaller](t, c.tool(t, file, sdk, "1", "0s")) {
			is(t, who.ARN)
		}
	})
	t.Run("refused", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), program, "helper", "aws", "work", "--role", cloudRole+"/Other", "--region", cloudRegion)
		cmd.Env = c.env
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok || e.ExitCode() != 6 || len(out) > 0 || !strings.Contains(errs.String(), "trust policy") {
			t.Errorf("a role that does not trust: %v, %q, %q; want exit 6 and a word about the trust policy", err, out, errs.String())
		}
	})
	t.Run("signed out", func(t *testing.T) {
		c.must("logout", "work", "--yes")
		_, errs, code := c.run("helper", "aws", "work", "--role", cloudRole, "--region", cloudRegion)
		if code != 3 {
			t.Errorf("signed out: exit %d, %s; want 3", code, errs)
		}
	})
}

// Credentials that live for 20 seconds: a program that runs on is never without.
func TestAWSGoesOn(t *testing.T) {
	t.Parallel()
	c := newClouds(t, 3*time.Second)
	t.Attr("real", "aws-sdk-go-v2")
	c.aws.SetLife(20 * time.Second)
	flags := []string{"--aws", "work", "--role", cloudRole, "--region", cloudRegion}
	out := c.tool(t, nil, program, c.exec(flags, filepath.Join(c.clients, "aws"), "15", "1s")...)
	keys := map[string]bool{}
	callers := lines[awsCaller](t, out)
	for _, who := range callers {
		keys[who.Key] = true
	}
	if len(callers) != 15 || len(keys) < 2 {
		t.Errorf("%d calls with %d credentials; want 15 with some", len(callers), len(keys))
	}
}

// Google's libraries get tokens of the pool, and of the session itself, in each way that there is.
func TestGoogle(t *testing.T) {
	t.Parallel()
	c := newClouds(t, time.Minute)
	node := append(googleNode(t), "2", "0")
	golang := []string{filepath.Join(c.clients, "google"), "2", "0s"}
	python := []string{debianProgram(t, "python3", "python3"), "-c", `
import json, google.auth, google.auth.transport.requests
credentials, _ = google.auth.default()
for _ in range(2):
    credentials.refresh(google.auth.transport.requests.Request())
    print(json.dumps({"Token": credentials.token}))
`}
	t.Attr("real", "google-auth-library")
	t.Attr("real", "golang.org/x/oauth2")
	t.Attr("real", "python3-google-auth")
	federated := func(t *testing.T, out string) {
		t.Helper()
		tokens := lines[cloudToken](t, out)
		for _, got := range tokens {
			if !c.google.Knows(got.Token) {
				t.Error("Google does not know the token")
			}
		}
		if len(tokens) != 2 {
			t.Errorf("%d tokens; want 2", len(tokens))
		}
	}
	account := func(source string) string {
		return fmt.Sprintf(`{"type":"external_account","audience":%q,"token_url":"https://sts.googleapis.com/v1/token",
"subject_token_type":"urn:ietf:params:oauth:token-type:id_token","workforce_pool_user_project":%q,"credential_source":%s}`,
			cloudPool, cloudProject, source)
	}
	for name, client := range map[string][]string{"go": golang, "node": node} {
		t.Run("url, "+name, func(t *testing.T) {
			flags := []string{"--google", "work", "--audience", cloudPool, "--project", cloudProject}
			federated(t, c.tool(t, nil, program, c.exec(flags, client...)...))
			flags = append(flags, "--service-account", cloudRobot)
			federated(t, c.tool(t, nil, program, c.exec(flags, client...)...))
		})
		t.Run("executable, "+name, func(t *testing.T) {
			path := c.write(t, "google-executable.json", account(fmt.Sprintf(
				`{"executable":{"command":%q,"timeout_millis":10000}}`, program+" helper google work")))
			env := []string{"GOOGLE_APPLICATION_CREDENTIALS=" + path, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"}
			federated(t, c.tool(t, env, client[0], client[1:]...))
		})
		t.Run("file, "+name, func(t *testing.T) {
			token := filepath.Join(c.dir, "tokens-"+name, "google")
			if err := os.Mkdir(filepath.Dir(token), 0o700); err != nil {
				t.Fatal(err)
			}
			c.must("file", "work", token, "--id-token")
			path := c.write(t, "google-file.json", account(fmt.Sprintf(`{"file":%q,"format":{"type":"text"}}`, token)))
			federated(t, c.tool(t, []string{"GOOGLE_APPLICATION_CREDENTIALS=" + path}, client[0], client[1:]...))
		})
	}
	for name, client := range map[string][]string{"go": golang, "node": node, "python": python} {
		t.Run("machine, "+name, func(t *testing.T) {
			out := c.tool(t, nil, program, c.exec([]string{"--google", "work"}, client...)...)
			for _, got := range lines[cloudToken](t, out) {
				if !works(t, c.provider.Issuer()+"/userinfo", got.Token) {
					t.Error("the token does not work")
				}
			}
		})
	}
}

// Azure's library gets tokens as an App Service and as a developer's machine do, for the session's resource alone.
func TestAzure(t *testing.T) {
	t.Parallel()
	c := newClouds(t, time.Minute)
	sdk := filepath.Join(c.clients, "azure")
	t.Attr("real", "azidentity")
	shim := c.write(t, "shims/az", "#!/bin/sh\nexec "+program+" helper azure work \"$@\"\n")
	if err := os.Chmod(shim, 0o700); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + filepath.Dir(shim) + ":/usr/bin:/bin"
	for name, out := range map[string]string{
		"App Service": c.tool(t, nil, program, c.exec([]string{"--azure", "work"}, sdk, "default", cloudGraph, "2", "0s")...),
		"az":          c.tool(t, []string{path}, sdk, "cli", cloudGraph, "2", "0s"),
	} {
		tokens := lines[cloudToken](t, out)
		for _, got := range tokens {
			if !works(t, c.provider.Issuer()+"/userinfo", got.Token) {
				t.Errorf("%s: the token does not work", name)
			}
		}
		if len(tokens) != 2 {
			t.Errorf("%s: %d tokens; want 2", name, len(tokens))
		}
	}
	out, errs, code := c.run(c.exec([]string{"--azure", "work"}, sdk, "default", "https://vault.azure.net", "1", "0s")...)
	if code == 0 || !strings.Contains(errs, "https://vault.azure.net") {
		t.Errorf("another resource: exit %d, %s%s; want a refusal", code, out, errs)
	}
}

// Tokens that live for three seconds, and programs that outlive five of them: each token works when it is handed out.
func TestCloudsWithShortTokens(t *testing.T) {
	t.Parallel()
	c := newClouds(t, 3*time.Second)
	t.Attr("real", "azidentity")
	t.Attr("real", "google-auth-library")
	t.Attr("real", "golang.org/x/oauth2")
	for name, args := range map[string][]string{
		"azure":         c.exec([]string{"--azure", "work"}, filepath.Join(c.clients, "azure"), "default", cloudGraph, "30", "500ms"),
		"google":        c.exec([]string{"--google", "work"}, filepath.Join(c.clients, "google"), "30", "500ms"),
		"google (node)": c.exec([]string{"--google", "work"}, append(googleNode(t), "30", "500")...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs bytes.Buffer
			cmd := exec.CommandContext(t.Context(), program, args...)
			cmd.Env, cmd.Stderr = c.env, &errs
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			n := 0
			for scan := bufio.NewScanner(out); scan.Scan(); n++ {
				got := lines[cloudToken](t, scan.Text())[0]
				if !works(t, c.provider.Issuer()+"/userinfo", got.Token) {
					t.Errorf("token %d does not work at the moment it was handed out", n)
				}
				seen[got.Token] = true
			}
			if err := cmd.Wait(); err != nil || n != 30 || len(seen) < 4 {
				t.Errorf("%d tokens, %d of them different, %v; want 30, and 4 at least\n%s", n, len(seen), err, errs.String())
			}
		})
	}
}
