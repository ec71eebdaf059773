package api

import (
	"context"
	"net/http"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

// Keys is what can be done to the stores of secrets and their keys. Errors are *session.Error, or say why the keychain
// cannot be used.
type Keys interface {
	// Rotate makes a new key; an empty passphrase is none.
	Rotate(ctx context.Context, passphrase secret.Text) error
	ChangePassphrase(ctx context.Context, old, changed secret.Text) error
	// Move takes the secrets to another store: os, sealed or file.
	Move(ctx context.Context, to string, passphrase secret.Text) error
}

// keys does something to the keys and answers how the keychain stands afterwards. It is done to its end also when the
// caller goes away.
func (s *Server) keys(w http.ResponseWriter, r *request, do func(ctx context.Context, k Keys) error) error {
	if s.o.Keys == nil {
		return &session.Error{Code: session.CodeConflict, Detail: "This keeper does not change keys."}
	}
	if err := do(context.WithoutCancel(r.Context()), s.o.Keys); err != nil {
		return err
	}
	return answer(w, s.o.Keychain())
}

func (s *Server) rotateKeys(w http.ResponseWriter, r *request) error {
	var b client.RotationBody
	if err := decode(w, r.Request, &b); err != nil {
		return err
	}
	return s.keys(w, r, func(ctx context.Context, k Keys) error { return k.Rotate(ctx, secret.New(b.Passphrase)) })
}

func (s *Server) changePassphrase(w http.ResponseWriter, r *request) error {
	var b client.PassphraseBody
	if err := decode(w, r.Request, &b); err != nil {
		return err
	}
	if b.NewPassphrase == "" {
		return invalidField("new_passphrase", `the body needs "new_passphrase"`)
	}
	return s.keys(w, r, func(ctx context.Context, k Keys) error {
		return k.ChangePassphrase(ctx, secret.New(b.Passphrase), secret.New(b.NewPassphrase))
	})
}

func (s *Server) moveSecrets(w http.ResponseWriter, r *request) error {
	var b client.RelocationBody
	if err := decode(w, r.Request, &b); err != nil {
		return err
	}
	if b.To != "os" && b.To != "sealed" && b.To != "file" {
		return invalidField("to", `the body needs "to": os, sealed or file`)
	}
	return s.keys(w, r, func(ctx context.Context, k Keys) error { return k.Move(ctx, b.To, secret.New(b.Passphrase)) })
}
