package helper

import (
	"context"
	"errors"
	"fmt"
)

// The credentials helper of Terraform and OpenTofu
// (https://developer.hashicorp.com/terraform/internals/credentials-helpers). What is no answer goes to stderr.

func runTerraform(ctx context.Context, c Call) int {
	if len(c.Args) < 2 {
		return c.misuse("get|store|forget HOST")
	}
	// The arguments that the configuration gives come first.
	verb, name := c.Args[len(c.Args)-2], c.Args[len(c.Args)-1]
	answer, err := c.terraformAnswer(ctx, verb, name)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(answer)
}

func (c Call) terraformAnswer(ctx context.Context, verb, name string) (string, error) {
	if verb == "store" {
		if _, err := c.Request(ctx); err != nil {
			return "", err
		}
	}
	host, _ := NormalHost(name) // what is no host is bound by nobody
	b, ok, err := c.BindingFor(host, "")
	if err != nil {
		return "", err
	}
	switch {
	case verb == "get" && !ok:
		return "{}\n", nil
	case verb == "get":
		a, err := c.Hand(ctx, b)
		if err != nil {
			return "", err
		}
		return jsonLine(map[string]string{"token": a.Token.Reveal()})
	case verb == "forget" && !ok:
		return "", nil
	case verb == "store" && !ok:
		return "", errors.New("only tokens of sessions are kept here, and no session is bound to this host")
	case verb == "store":
		return "", fmt.Errorf("this host gets the tokens of session %q; %s", b.Session, signIn(b))
	case verb == "forget":
		return "", fmt.Errorf("this host gets the tokens of session %q; %s", b.Session, signOut(b))
	}
	return "", fmt.Errorf("%.40q is none of get, store and forget", verb)
}
