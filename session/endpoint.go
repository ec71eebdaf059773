package session

import (
	"fmt"
	"time"

	"sessionkeeper/session/provider"
)

const codeEndpoint = "endpoint_moved"

// endpointMoved stops a session's renewals where its provider, looked up again, names a host for them that the grant did
// not come from: whoever serves the metadata could have refresh tokens sent anywhere. The addresses from before stay, the
// token in hand may be used, and signing in is the user's yes.
func (k *Keeper) endpointMoved(e *entry, host string, now time.Time) {
	before := *e.d.Provider
	k.catalogue.Load().Restore(&before)
	e.prov = &before
	e.failures, e.nextTry = 0, time.Time{}
	e.d.Refused = &refusal{
		Verdict: provider.VerdictSetup, Reason: ReasonSetupConfig, Code: codeEndpoint, Generation: e.d.Generation, At: now,
		Advice: fmt.Sprintf(words().endpoint, host),
	}
	e.plan(roll())
	k.save(e)
	k.log.Error("the provider moved its token endpoint", "session", e.def.Name, "host", host)
}

// tokenElsewhere says that a refresh token which the user brings would go to a host that only the issuer's metadata name.
func (k *Keeper) tokenElsewhere(def definition, p *provider.Provider) error {
	if def.Provider != "" || def.TokenURL != "" { // named by the user, or by the catalogue
		return nil
	}
	host := k.catalogue.Load().Elsewhere(p)
	if host == "" {
		return nil
	}
	return &Error{
		Code: CodeInvalid, Session: def.Name, Field: "token_url", Detail: fmt.Sprintf(words().tokenHost, host, p.TokenURL),
	}
}
