package signin

import (
	"context"

	"sessionkeeper/session/provider"
)

// work turns the answer that was taken into the flow's end.
func (f *Flow) work(ctx context.Context, a answer) {
	if a.fault != "" {
		f.end(a.refused(f.req.Session), taken)
		return
	}
	ctx, cancel := drained(ctx)
	defer cancel()
	got := f.wire.Exchange(ctx, f.req.Provider, f.req.Client, provider.Code{
		Code: a.code, Verifier: f.code.verifier, RedirectURI: f.code.redirect,
	})
	if got.Verdict != provider.VerdictOK {
		f.end(failure(got, say("exchange"), f.req.Session), taken)
		return
	}
	f.settle(ctx, got, f.code.nonce.Reveal())
}

// settle finds out who signed in and lets Accept decide. nonce is "" where none was sent.
func (f *Flow) settle(ctx context.Context, got provider.Answer, nonce string) {
	who, err := f.identify(ctx, got.Tokens, nonce)
	if err != nil {
		f.end(&Error{Kind: KindExchange, Detail: say("identity"), Answer: without(got)}, taken)
		return
	}
	f.mu.Lock()
	f.account = who
	f.mu.Unlock()
	err = f.req.Accept(ctx, Result{Answer: got, Account: who})
	f.end(asError(err), taken)
}

// identify says who the tokens belong to. Only an ID token that does not verify is an error: many providers have
// nothing to say about the account.
func (f *Flow) identify(ctx context.Context, t provider.Tokens, nonce string) (provider.Account, error) {
	p := f.req.Provider
	var who provider.Account
	if p.OIDC && !t.ID.Empty() {
		var err error
		who, err = f.wire.Verify(ctx, p, f.req.Client, t.ID, nonce)
		if err != nil {
			return provider.Account{}, err
		}
		if who.Email != "" || who.Name != "" {
			return who, nil
		}
	}
	asks := p.Check.Kind == provider.CheckUserinfo || p.Check.Kind == provider.CheckGet
	if !asks && p.UserinfoURL == "" {
		return who, nil
	}
	said, a := f.wire.Userinfo(ctx, p, t.Access)
	if a.Verdict == provider.VerdictPassing && a.Code != "unsupported" && who.Sub == "" {
		said, a = f.wire.Userinfo(ctx, p, t.Access) // whether it is the right account hangs on it
	}
	if a.Verdict != provider.VerdictOK || who.Sub != "" && said.Sub != who.Sub { // OIDC Core 5.3.2
		return who, nil
	}
	return said, nil
}

// without leaves the tokens out of an answer that goes into an error.
func without(a provider.Answer) provider.Answer {
	a.Tokens = provider.Tokens{}
	return a
}
