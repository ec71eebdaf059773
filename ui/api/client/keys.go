package client

import (
	"context"

	"sessionkeeper/session/secret"
)

// RotationBody is the body of POST /v1/keychain/rotate, in clear.
type RotationBody struct {
	Passphrase string `json:"passphrase,omitempty"` // of the store file
}

// PassphraseBody is the body of POST /v1/keychain/passphrase, in clear.
type PassphraseBody struct {
	Passphrase    string `json:"passphrase"`
	NewPassphrase string `json:"new_passphrase"`
}

// RelocationBody is the body of POST /v1/keychain/move, its secret in clear.
type RelocationBody struct {
	To         string `json:"to"`                   // os, sealed or file
	Passphrase string `json:"passphrase,omitempty"` // of the store file
}

// RotateKeys makes a new key for what is sealed on disk; the store file needs its passphrase.
func (c *Client) RotateKeys(ctx context.Context, passphrase secret.Text) (Keychain, error) {
	return c.keys(ctx, "rotate", RotationBody{Passphrase: passphrase.Reveal()})
}

// ChangePassphrase changes the passphrase of the store file, and its key.
func (c *Client) ChangePassphrase(ctx context.Context, old, changed secret.Text) (Keychain, error) {
	return c.keys(ctx, "passphrase", PassphraseBody{Passphrase: old.Reveal(), NewPassphrase: changed.Reveal()})
}

// MoveSecrets takes all secrets to another store, os, sealed or file; the last needs a passphrase.
func (c *Client) MoveSecrets(ctx context.Context, to string, passphrase secret.Text) (Keychain, error) {
	return c.keys(ctx, "move", RelocationBody{To: to, Passphrase: passphrase.Reveal()})
}

func (c *Client) keys(ctx context.Context, what string, b any) (Keychain, error) {
	var k Keychain
	err := c.post(ctx, "/v1/keychain/"+what, b, &k)
	return k, err
}
