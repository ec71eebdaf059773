package helper

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The credential provider of cargo, version 1 of its protocol
// (https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html): one JSON a line, both ways, and we
// speak first. Errors are answers too; the exit code tells of none.

// cargoRequest is what cargo asks.
type cargoRequest struct {
	V        int    `json:"v"`
	Kind     string `json:"kind"`
	Registry struct {
		IndexURL string   `json:"index-url"`
		Headers  []string `json:"headers"`
	} `json:"registry"`
	Args []string `json:"args"` // of the configuration: nothing, or a session's name
}

// cargoToken is the answer to get; its token is text, since this is the wire.
type cargoToken struct {
	Kind                 string `json:"kind"`
	Token                string `json:"token"`
	Cache                string `json:"cache"`
	Expiration           int64  `json:"expiration,omitempty"`
	OperationIndependent bool   `json:"operation_independent"`
}

// cargoError is an error in the words of the protocol.
type cargoError struct {
	Kind    string `json:"kind"`
	Message string `json:"message,omitempty"`
}

func (e *cargoError) Error() string { return e.Kind }

func runCargo(ctx context.Context, c Call) int {
	if len(c.Args) > 1 || len(c.Args) == 1 && c.Args[0] != "--cargo-plugin" {
		return c.misuse("--cargo-plugin")
	}
	if exit := c.Answer(`{"v":[1]}` + "\n"); exit != ExitDone {
		return exit
	}
	lines := c.cargoLines(ctx)
	for answered := false; ; answered = true {
		var line []byte
		select {
		case next, more := <-lines:
			if !more {
				return ExitDone
			}
			line = next
		case <-ctx.Done():
			if answered {
				return ExitDone // a cargo that leaves us running wants nothing more
			}
			return c.Report(errSlow)
		}
		if exit := c.Answer(c.cargoAnswer(ctx, line)); exit != ExitDone {
			return exit
		}
	}
}

// cargoLines gives the requests as they come; nil stands for one that is too long, after which there are no more.
func (c Call) cargoLines(ctx context.Context) <-chan []byte {
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(io.LimitReader(c.Stdin, 8*maxRequest))
		scanner.Buffer(nil, maxRequest)
		for more := true; more; {
			var line []byte
			if more = scanner.Scan(); more {
				line = bytes.Clone(scanner.Bytes())
			} else if scanner.Err() == nil {
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

func (c Call) cargoAnswer(ctx context.Context, line []byte) string {
	answer, err := c.cargoResult(ctx, line)
	var text string
	if err == nil {
		text, err = jsonLine(map[string]any{"Ok": answer})
	}
	if err == nil {
		return text
	}
	known, ok := errors.AsType[*cargoError](err)
	if !ok {
		known = &cargoError{Kind: "other", Message: "sessionkeeper: " + oneLine(err)}
	}
	text, _ = jsonLine(map[string]any{"Err": known}) // two strings always become JSON
	return text
}

func (c Call) cargoResult(ctx context.Context, line []byte) (*cargoToken, error) {
	var r cargoRequest
	if line == nil || json.Unmarshal(line, &r) != nil || r.Kind == "" {
		return nil, errors.New("this is no request of cargo's; nothing was answered")
	}
	if r.V != 1 {
		return nil, fmt.Errorf("cargo speaks version %d of the protocol, and only 1 is known here", r.V)
	}
	c, err := c.ofSession(r.Args)
	if err != nil {
		return nil, err
	}
	b, ok, err := c.BindingFor(cargoHost(r.Registry.IndexURL), "")
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, &cargoError{Kind: "url-not-supported"}
	}
	switch r.Kind {
	case "get":
		return c.getForCargo(ctx, b, r)
	case "login":
		return nil, fmt.Errorf("this registry gets the tokens of session %q; %s", b.Session, signIn(b))
	case "logout":
		return nil, fmt.Errorf("this registry gets the tokens of session %q; %s", b.Session, signOut(b))
	}
	return nil, &cargoError{Kind: "operation-not-supported"}
}

// ofSession takes the session that cargo's configuration names.
func (c Call) ofSession(args []string) (Call, error) {
	if len(args) > 1 {
		return c, errors.New("cargo's configuration gives more than a session's name; correct credential-provider there")
	}
	for _, name := range args {
		c.Bindings = slices.DeleteFunc(slices.Clone(c.Bindings), func(b Binding) bool { return b.Session != name })
	}
	return c, nil
}

// cargoHost gives the host of a registry's index, which is a sparse one or a git repository.
func cargoHost(index string) string {
	return hostOf(strings.TrimPrefix(index, "sparse+"), "https")
}

func (c Call) getForCargo(ctx context.Context, b Binding, r cargoRequest) (*cargoToken, error) {
	get := c.Hand
	for _, header := range r.Registry.Headers {
		name, value, _ := strings.Cut(header, ":")
		if strings.EqualFold(name, "WWW-Authenticate") && invalidToken(value) {
			get = c.renewedNow
		}
	}
	a, err := get(ctx, b)
	if err != nil {
		return nil, err
	}
	token := &cargoToken{
		Kind: "get", Token: authorization(b, a.Token), Cache: "session", OperationIndependent: true,
	}
	if !a.ExpiresAt.IsZero() {
		token.Cache, token.Expiration = "expires", told(a.ExpiresAt, time.Now()).Unix()
	}
	return token, nil
}
