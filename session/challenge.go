package session

import (
	"context"
	"time"

	"sessionkeeper/session/provider"
)

// asked is what resources want the session's next token to hold (OIDC Core 5.5). It is never changed once made.
type asked struct {
	Claims string `json:"claims"`
	// User says that no refresh brings them: the next sign-in asks for them, and refreshes go on without.
	User bool `json:"user,omitempty"`
}

// claims are what the next sign-in asks for: what the provider wants, and what resources want.
func (e *entry) claims() string {
	wanted := ""
	if ref := e.refusedNow(); ref != nil {
		wanted = ref.Claims
	}
	if e.d.Asked != nil {
		wanted = provider.MergeClaims(wanted, e.d.Asked.Claims)
	}
	return wanted
}

// carries are the claims that the next refresh asks for.
func (e *entry) carries() string {
	if e.d.Asked == nil || e.d.Asked.User {
		return ""
	}
	return e.d.Asked.Claims
}

// Challenge is Reject for a resource whose challenge says insufficient_claims; text is the claims parameter of it. The
// refresh that follows asks for them. Where that cannot bring them the next sign-in does, the user is told, and the
// session goes on as before.
func (k *Keeper) Challenge(ctx context.Context, name string, generation uint64, text string) (Session, error) {
	claims, ok := provider.ReadClaims(text)
	if _, err := k.on(ctx, name, func(e *entry) error {
		switch {
		case !ok:
			k.claimsIgnored(e, "resource")
		case e.g != nil && e.g.generation == generation:
			k.challenged(e, claims)
		}
		return nil
	}); err != nil {
		return Session{}, err
	}
	return k.Reject(ctx, name, generation)
}

func (k *Keeper) challenged(e *entry, claims string) {
	want := asked{Claims: claims}
	if was := e.d.Asked; was != nil {
		want = asked{Claims: provider.MergeClaims(was.Claims, claims), User: was.User}
	}
	inVain := e.claimsIn == e.g.generation && provider.MergeClaims(e.claimsWere, claims) == e.claimsWere
	tell := !want.User && (inVain || !e.renewable())
	want.User = want.User || tell
	e.d.Asked = &want
	if tell { // else the refresh that asks for them makes them durable: programs may challenge as often as they like
		k.claimsNeedUser(e)
		k.save(e)
	}
}

// claimsNeedUser tells, once for all that resources want until the next sign-in, that it takes the user.
func (k *Keeper) claimsNeedUser(e *entry) {
	s := e.pub.Load().session
	s.Reason = ReasonInteraction
	k.notify(signInNotice(s, ""))
	k.log.Warn("a resource wants what only a sign-in can bring", "session", e.def.Name)
}

// claimsIgnored tells, once until the next sign-in, that somebody asked for claims in a form that no provider would take.
func (k *Keeper) claimsIgnored(e *entry, by string) {
	if e.claimsTold {
		return
	}
	e.claimsTold = true
	k.log.Warn("left out claims that cannot be passed on", "session", e.def.Name, "asked_by", by)
	k.notify(claimsNotice(e.def.Name))
}

// claimsBrought: the refresh that led to this generation asked for claims. Whether they are in its token its readers know.
func (k *Keeper) claimsBrought(e *entry, claims string, generation uint64) {
	if claims == "" {
		return
	}
	e.claimsIn, e.claimsWere = generation, claims
	if e.d.Asked != nil && e.d.Asked.Claims == claims && !e.d.Asked.User {
		e.d.Asked = nil
	}
}

// claimsTries is how often in a row a refresh may break that asks for claims, before they are held to be the cause.
const claimsTries = 3

// overClaims reports whether an answer may be due to the claims that the refresh asked for: servers are met that refuse a
// parameter which they do not know (invalid_request), or what stands before them does.
func (r *renewal) overClaims(a provider.Answer) bool {
	return r.claims != "" && (a.Verdict != provider.VerdictPassing || !ofIssuer(a) && a.RetryAfter == 0)
}

// claimsBroke: a refresh that asked for claims failed for a reason that passes. Where that goes on they are forgotten; who
// wants them will say so again.
func (k *Keeper) claimsBroke(e *entry, r *renewal, a provider.Answer) {
	if r.claims != "" && a.Status >= 500 && r.durable.Intent.Attempt >= claimsTries {
		e.d.Asked = nil
		k.log.Warn("gave up asking for the claims that a resource wants", "session", e.def.Name, "code", a.Code)
	}
}

// claimsRefused: the provider refused a refresh that asked for claims. Without them it may well work: the next one is sent
// without, and its verdict counts.
func (k *Keeper) claimsRefused(e *entry, r *renewal, a provider.Answer, now time.Time) {
	switch {
	case a.OutcomeUnknown:
		e.d.Intent.Unknown = true
	case !r.hadDoubt:
		e.d.Intent = nil
	}
	e.d.Asked = &asked{Claims: provider.MergeClaims(r.claims, a.Claims), User: true}
	if a.Verdict == provider.VerdictInteraction {
		k.claimsNeedUser(e)
	}
	k.answered(e, r.issuer, now)
	e.demanded = true
	k.log.Info("the provider refuses the claims that a resource wants", "session", e.def.Name, "code", a.Code)
}
