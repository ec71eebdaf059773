package session

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode"

	"sessionkeeper/session/provider"
)

// secrets are what a client proves itself with.
type secrets struct {
	newest Secret
	before Secret // as long as the newest has not worked once; empty: none is needed
	whose  string // the client that before worked for: see clientMark
	// generation is that of the record that they are from; 0: there is none.
	generation uint64
}

// secretRecord is how secrets lie in the store where they are more than one plain text.
type secretRecord struct {
	Format int    `json:"format"`
	Newest string `json:"newest"`
	Before string `json:"before,omitempty"`
	Whose  string `json:"whose,omitempty"`
}

// clientMark tells clients and their servers apart: a secret of one is shown to no other.
func clientMark(def definition) string {
	sum := sha256.Sum256([]byte(boundKey(def)))
	return hex.EncodeToString(sum[:])
}

// secretMark begins a secretRecord. No client secret has it: they are printable (RFC 6749 appendix A.2).
const secretMark = '\x01'

// encode is the only place where client secrets become bytes, for the store alone.
func (s secrets) encode() ([]byte, error) {
	text := s.newest.Reveal()
	if s.before.Empty() && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl) {
		return []byte(text), nil
	}
	data, err := json.Marshal(secretRecord{Format: recordFormat, Newest: text, Before: s.before.Reveal(), Whose: s.whose})
	if err != nil {
		return nil, fmt.Errorf("encoding a client secret: %w", err)
	}
	return append([]byte{secretMark}, data...), nil
}

// decodeSecrets reads what encode made.
func decodeSecrets(data []byte, generation uint64) (secrets, error) {
	text, marked := bytes.CutPrefix(data, []byte{secretMark})
	if !marked {
		return secrets{newest: newSecret(string(bytes.TrimSpace(data))), generation: generation}, nil
	}
	var r secretRecord
	if json.Unmarshal(text, &r) != nil || r.Format != recordFormat {
		return secrets{}, errFormat // the cause could quote the record
	}
	return secrets{newest: newSecret(r.Newest), before: newSecret(r.Before), whose: r.Whose, generation: generation}, nil
}

func secretKey(id string) string { return id + "/client" }

// loadSecrets gives what the store holds; nothing is no error.
func (k *Keeper) loadSecrets(ctx context.Context, id string) (secrets, error) {
	data, generation, err := k.o.Store.Load(ctx, secretKey(id))
	if errors.Is(err, fs.ErrNotExist) {
		return secrets{}, nil
	}
	if err != nil {
		return secrets{}, err
	}
	return decodeSecrets(data, generation)
}

// storeSecrets makes secrets durable in place of what the store holds, and gives them with their generation.
func (k *Keeper) storeSecrets(ctx context.Context, id string, change func(held secrets) secrets) (secrets, error) {
	held, err := k.loadSecrets(ctx, id)
	if err != nil {
		return held, err
	}
	s := change(held)
	s.generation = held.generation + 1
	return s, k.putSecrets(ctx, id, s)
}

func (k *Keeper) putSecrets(ctx context.Context, id string, s secrets) error {
	data, err := s.encode()
	if err == nil {
		_, err = k.o.Store.Save(ctx, secretKey(id), data, s.generation)
		clear(data)
	}
	return err
}

// saveSecret makes the secret of a session durable that is being added. There is none before it to be read first, which a
// keychain that is locked would refuse; what it is to keep waits for it. Of an empty one nothing is to be done.
func (k *Keeper) saveSecret(ctx context.Context, e *entry, s Secret) error {
	if s.Empty() {
		return nil
	}
	return k.putSecrets(ctx, e.id, secrets{newest: s, generation: 1})
}

// secretError tells a caller why a client secret could not be stored.
func secretError(name string, err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if errors.Is(err, errFormat) {
		return &Error{Code: CodeKeychain, Session: name, Detail: stop(capital(err.Error()))}
	}
	reason := Reason(storeReason(err))
	return &Error{Code: CodeKeychain, Reason: reason, Session: name, Detail: cmp.Or(words().keychain[reason], err.Error())}
}

// takeSecrets takes over what the store said, unless newer ones are known.
func (e *entry) takeSecrets(s secrets) {
	if s.generation < e.secretGeneration {
		return
	}
	e.client.Secret, e.before, e.beforeOf, e.secretGeneration = s.newest, s.before, s.whose, s.generation
}

// former is the client secret from before, where the session is still of the client that it worked for.
func (e *entry) former() Secret {
	if e.before.Empty() || e.beforeOf != clientMark(e.def) {
		return Secret{}
	}
	return e.before
}

// SetSecret replaces the client secret. The one before is kept until the new one has worked once, and used for as long
// as the provider refuses the new one. A session that was refused is tried again at once.
func (k *Keeper) SetSecret(ctx context.Context, name string, s Secret) (Session, error) {
	if strings.TrimSpace(s.Reveal()) == "" {
		return Session{}, &Error{Code: CodeInvalid, Session: name, Field: "client_secret", Detail: "The client secret is empty."}
	}
	var e *entry
	if _, err := k.on(ctx, name, func(found *entry) error { e = found; return nil }); err != nil {
		return Session{}, err
	}
	if err := k.changeSecret(ctx, e, s); err != nil {
		return Session{}, secretError(name, err)
	}
	return k.Session(name)
}

func (k *Keeper) changeSecret(ctx context.Context, e *entry, s Secret) error {
	if err := k.acquire(ctx, e); err != nil { // a renewal under way may be about to drop the one before
		return err
	}
	whose, looked := "", false
	k.post(func() {
		if looked = true; !e.astray && !e.d.SignedOut { // else none has worked
			whose = clientMark(e.def)
		}
	})
	if !looked {
		return &Error{Code: CodeUnavailable, Session: e.def.Name, Detail: words().stopping}
	}
	stored, err := k.storeSecrets(context.WithoutCancel(ctx), e.id, func(held secrets) secrets { return held.replaced(s, whose) })
	k.post(func() {
		if err == nil {
			e.takeSecrets(stored)
			k.secretChanged(e)
		}
		if k.release(e, nil); err == nil {
			k.retell(e)
		}
	})
	return err
}

// replaced is s with another newest one. Of one that never worked for this client nothing is kept.
func (s secrets) replaced(newest Secret, whose string) secrets {
	if s.newest.Equal(newest) {
		return s
	}
	before := s.before
	if before.Empty() {
		before = s.newest
	}
	others := whose == "" || !s.before.Empty() && s.whose != whose
	if others || before.Equal(newest) { // the latter: back to the one that works
		return secrets{newest: newest}
	}
	return secrets{newest: newest, before: before, whose: whose}
}

// secretChanged goes on with a session whose client secret is another one.
func (k *Keeper) secretChanged(e *entry) {
	e.declinedAt = time.Time{}
	ref := e.refusedNow()
	if ref == nil || ref.Code == codeMoved || ref.Code == codeEndpoint {
		return
	}
	if ref.Verdict == provider.VerdictSetup {
		e.d.Refused = nil
		k.withdraw(keySession + e.def.Name)
	}
	e.demanded = true // some providers call a wrong secret an invalid grant
	k.save(e)
}

// declinedFor is how long the newest client secret is left alone that the provider refused while the one before worked:
// one who guesses is locked out at some.
const declinedFor = time.Hour

// proofs are the client's proofs of itself for a refresh at now, in the order in which they are tried.
func (e *entry) proofs(now time.Time) []provider.Client {
	newest, before := e.client, e.client
	before.Secret = e.former()
	switch {
	case before.Secret.Empty():
		return []provider.Client{newest}
	case !e.declinedAt.IsZero() && now.Sub(e.declinedAt).Abs() < declinedFor:
		return []provider.Client{before, newest}
	default:
		return []provider.Client{newest, before}
	}
}

// proof is the one that works, as far as is known.
func (e *entry) proof() provider.Client {
	c := e.client
	if former := e.former(); !e.declinedAt.IsZero() && !former.Empty() {
		c.Secret = former
	}
	return c
}

// declined reports whether an answer refuses the client before anything was done with what it brought: a client that is
// not authenticated gets invalid_client or a 401 (RFC 6749 section 5.2).
func declined(a provider.Answer) bool {
	if a.OutcomeUnknown || a.Unsent || a.RetryAfter > 0 || a.Status < 400 || a.Status > 499 {
		return false
	}
	return refusesClient(a) || a.Status == http.StatusUnauthorized
}

func refusesClient(a provider.Answer) bool {
	return a.Verdict == provider.VerdictSetup && Reason(a.Reason) == ReasonSetupClient
}

// present sends the refresh token with the newest client secret, and again with the one before where the provider
// refuses that: one request after the other, and none after an answer that may have spent the token. Who says of one
// secret that it is wrong, and of the other something else, has meant the token by that.
func (k *Keeper) present(ctx context.Context, r *renewal) (a provider.Answer, by provider.Client) {
	for n, proof := range r.proofs {
		said := k.o.Wire.Refresh(ctx, r.prov, proof, r.grant.refresh, r.scopes())
		if n == 0 || refusesClient(a) || !refusesClient(said) {
			a, by = said, proof
		}
		if !declined(said) {
			break
		}
	}
	return a, by
}

// proves reports whether the proof that brought tokens is a client secret that had not worked before.
func (r *renewal) proves(by provider.Client) bool {
	return len(r.proofs) > 1 && !by.Secret.Equal(r.before)
}

// weighSecrets notes which client secret the provider took.
func (k *Keeper) weighSecrets(e *entry, r *renewal, o outcome) {
	newest := o.by.Secret.Equal(e.client.Secret)
	switch {
	case len(r.proofs) < 2 || o.fault != nil || o.broke || declined(o.answer) || o.answer.Verdict == provider.VerdictPassing:
	case newest && !e.declinedAt.IsZero():
		e.declinedAt = time.Time{}
	case !newest && !r.proofs[0].Secret.Equal(o.by.Secret):
		if e.declinedAt.IsZero() {
			k.log.Warn("the provider refuses the new client secret; the one before is used", "session", e.def.Name)
		}
		e.declinedAt = k.now()
	}
}

// dropBefore forgets the client secret before the one that has just worked.
func (k *Keeper) dropBefore(r *renewal) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.work), storeTime)
	defer cancel()
	stored, err := k.storeSecrets(ctx, r.durable.ID, func(held secrets) secrets { return secrets{newest: held.newest} })
	if err != nil { // it is tried again after the next renewal
		k.log.Warn("could not forget a client secret that is not needed any more", "session", r.durable.Name, "error", err)
		return
	}
	k.log.Info("the new client secret works; the one before is forgotten", "session", r.durable.Name)
	k.post(func() {
		r.e.takeSecrets(stored)
		k.publish(r.e)
		k.retell(r.e)
	})
}
