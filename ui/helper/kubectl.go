package helper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The credential plugin of kubectl and of every other program that is built on client-go
// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
// client-go uses a token up to the second that it is told, so it is told an earlier one.

const (
	kubeGroup   = "client.authentication.k8s.io/"
	kubeDefault = kubeGroup + "v1"
)

// kubeCredential is an ExecCredential as far as we have something to say in it.
type kubeCredential struct {
	Kind       string      `json:"kind"`
	APIVersion string      `json:"apiVersion"`
	Status     *kubeStatus `json:"status,omitempty"`
}

// kubeStatus is an answer; its token is text, since this is the wire.
type kubeStatus struct {
	ExpirationTimestamp time.Time `json:"expirationTimestamp,omitzero"`
	Token               string    `json:"token"`
}

// kubeVersion reads KUBERNETES_EXEC_INFO, which client-go sets and a person who tries the plugin does not. The answer
// must have the version that was asked for. The cluster that it may tell of changes nothing.
func kubeVersion(info string) (string, error) {
	if info == "" {
		return kubeDefault, nil
	}
	var asked kubeCredential
	if len(info) > maxRequest || json.Unmarshal([]byte(info), &asked) != nil || asked.Kind != "ExecCredential" {
		return "", errors.New("KUBERNETES_EXEC_INFO holds no ExecCredential; call this from kubectl, or without it")
	}
	switch asked.APIVersion {
	case kubeGroup + "v1", kubeGroup + "v1beta1":
		return asked.APIVersion, nil
	}
	return "", fmt.Errorf("%.60q is no version of an ExecCredential that is known here; "+
		"write apiVersion: %s in the kubeconfig", asked.APIVersion, kubeDefault)
}

func runKubectl(ctx context.Context, c Call) int {
	if len(c.Args) > 0 {
		return c.misuse("")
	}
	answer, err := c.kubeAnswer(ctx)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(answer)
}

func (c Call) kubeAnswer(ctx context.Context) (string, error) {
	version, err := kubeVersion(c.Getenv("KUBERNETES_EXEC_INFO"))
	if err != nil {
		return "", err
	}
	b, err := c.BindingOf()
	if err != nil {
		return "", err
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return "", err
	}
	status := kubeStatus{Token: a.Token.Reveal()}
	if !a.ExpiresAt.IsZero() {
		status.ExpirationTimestamp = told(a.ExpiresAt, time.Now()).UTC()
	}
	return jsonLine(kubeCredential{Kind: "ExecCredential", APIVersion: version, Status: &status})
}
