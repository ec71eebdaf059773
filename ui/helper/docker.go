package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"sessionkeeper/session/secret"
)

// The helper of docker, and of those that read its configuration: podman, helm, oras and others
// (github.com/docker/docker-credential-helpers). Errors go to stdout, and docker compares some of them word for word.

// dockerError is an error whose words docker knows.
type dockerError string

func (e dockerError) Error() string { return string(e) }

const (
	errDockerNotFound = dockerError("credentials not found in native keychain")
	errDockerServer   = dockerError("no credentials server URL")
	errDockerUsername = dockerError("no credentials username")
)

// dockerRefreshToken as a user name makes docker send the secret to the registry's token server as a refresh token.
const dockerRefreshToken = "<token>"

// dockerCredential is docker's credential; its secret is text, since this is the wire.
type dockerCredential struct {
	ServerURL string
	Username  string
	Secret    string
}

func runDocker(ctx context.Context, c Call) int {
	if len(c.Args) != 1 {
		return c.misuse("get|store|erase|list|version")
	}
	var answer string
	var err error
	switch c.Args[0] {
	case "get":
		answer, err = c.getForDocker(ctx)
	case "store":
		err = c.storeForDocker(ctx)
	case "erase":
		err = c.eraseForDocker(ctx)
	case "list":
		answer, err = c.listForDocker()
	case "version", "--version", "-v":
		answer = dockerVersion()
	default:
		err = fmt.Errorf("%s: unknown action: %s", c.Tool.Program, c.Args[0])
	}
	if err == nil {
		return c.Answer(answer)
	}
	if known, ok := errors.AsType[dockerError](err); ok {
		_ = c.Answer(string(known) + "\n")
	} else {
		_ = c.Answer("sessionkeeper: " + oneLine(err) + "\n")
	}
	return ExitFailed
}

// dockerHost gives the host of a server as docker names it: "registry.example.org:5000", or an address with a path.
func dockerHost(server string) string {
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	return hostOf(server, "https")
}

// dockerServer reads the server's name, which is all that docker sends.
func (c Call) dockerServer(ctx context.Context) (string, error) {
	data, err := c.Request(ctx)
	if err != nil {
		return "", err
	}
	server := strings.TrimSpace(string(data))
	if server == "" {
		return "", errDockerServer
	}
	return server, nil
}

func (c Call) getForDocker(ctx context.Context) (string, error) {
	server, err := c.dockerServer(ctx)
	if err != nil {
		return "", err
	}
	b, ok, err := c.BindingFor(dockerHost(server), "")
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", errDockerNotFound
	}
	user := dockerUser(b, dockerHost(server))
	if user == dockerRefreshToken {
		return "", errors.New("the user name <token> would make docker use the token as a refresh token; " +
			"choose another in helpers.toml")
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return "", err
	}
	return jsonLine(dockerCredential{ServerURL: server, Username: user, Secret: a.Token.Reveal()})
}

// storeForDocker takes what docker login stores only where it is the token that the keeper gave; docker would say that
// the login succeeded for anything else that is taken.
func (c Call) storeForDocker(ctx context.Context) error {
	data, err := c.Request(ctx)
	if err != nil {
		return err
	}
	var given dockerCredential
	if json.Unmarshal(data, &given) != nil {
		return errors.New("this is no credential of docker's; nothing was stored")
	}
	switch {
	case given.ServerURL == "":
		return errDockerServer
	case given.Username == "":
		return errDockerUsername
	}
	b, ok, err := c.BindingFor(dockerHost(given.ServerURL), "")
	switch {
	case err != nil:
		return err
	case !ok:
		return errors.New("only tokens of sessions are kept here, and no session is bound to this registry; " +
			"take another credsStore for it in docker's config.json")
	}
	if a, err := c.inHand(ctx, b); err == nil && same(a.Token, secret.New(given.Secret)) {
		return nil
	}
	return fmt.Errorf("this registry gets the tokens of session %q, and nothing else is stored for it; %s", b.Session, signIn(b))
}

// eraseForDocker never signs out: docker logout on one registry must not end a session.
func (c Call) eraseForDocker(ctx context.Context) error {
	_, err := c.dockerServer(ctx)
	return err
}

func (c Call) listForDocker() (string, error) {
	if c.fault != nil {
		return "", c.fault
	}
	users := map[string]string{}
	for _, b := range c.Bindings {
		for _, h := range b.Hosts {
			users[dockerKey(h)] = dockerUser(b, h)
		}
	}
	return jsonLine(users)
}

// dockerKey is the name under which docker looks for a host.
func dockerKey(host string) string {
	if host == "index.docker.io" {
		return "https://index.docker.io/v1/"
	}
	return host
}

// dockerUser is the user name beside the token. Registries take any, or the one that their documentation names:
// Google's want oauth2accesstoken.
func dockerUser(b Binding, host string) string {
	switch {
	case b.Options.Username != "":
		return b.Options.Username
	case host == "gcr.io", strings.HasSuffix(host, ".gcr.io"), strings.HasSuffix(host, "-docker.pkg.dev"):
		return "oauth2accesstoken"
	}
	return "oauth2"
}

func dockerVersion() string {
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	return "docker-credential-sessionkeeper (sessionkeeper) " + version + "\n"
}
