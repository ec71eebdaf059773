// Package signin brings a user's consent home: the code flow with PKCE on a loopback listener, the pasted address, the
// device flow, and the queue that decides which consent pages open by themselves. It never stores a token.
package signin

import (
	"context"
	"errors"
	"net/http"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// Request is what a sign-in is for.
type Request struct {
	Session  string // the user's name for it, shown on the pages
	Provider *provider.Provider
	Client   provider.Client
	Scopes   []string
	// Account is the known account: its e-mail or name becomes login_hint. Zero for a new session.
	Account provider.Account
	// Hint is a login_hint typed by the user, used where Account is zero.
	Hint string
	// Claims is passed on where the provider asked for it (OIDC Core 5.5; Microsoft).
	Claims string
	// Choose lets the user choose another account than the one that the browser is signed in to.
	Choose bool
	// More says that Scopes are more than the session has, which some providers want to know.
	More bool
	// ForceConsent sends prompt=consent although the provider does not always need it: the last sign-in brought no
	// refresh token.
	ForceConsent bool
	// Accept is called once with the tokens before the result page is shown. It checks the account, stores the grant
	// and returns nil, or an *Error whose Kind picks the page. ctx outlives the flow's timeout and Cancel: what the
	// provider gave is not thrown away half way. Accept must not wait for the flow to end.
	Accept func(ctx context.Context, r Result) error
	// Ports lets flows that need the same fixed port share it. nil: the flow binds its port for itself, and fails
	// while another one holds it.
	Ports *Ports
	// Stray, where it is set, is told of an answer that came to the flow's listener and belongs to no flow there. It must
	// not block.
	Stray func()
}

// Result is a finished consent.
type Result struct {
	Answer provider.Answer // VerdictOK, with the tokens
	// Account is who signed in, from the ID token or else from the provider's userinfo; zero where neither says.
	Account provider.Account
}

// Kind says how a sign-in failed.
type Kind string

// The kinds, each with its result page.
const (
	KindDenied       Kind = "denied"           // the user or the provider said no
	KindWrongAccount Kind = "wrong_account"    // someone else signed in
	KindExchange     Kind = "exchange"         // the code could not be turned into tokens
	KindNoRefresh    Kind = "no_refresh_token" // tokens came, but nothing to renew them with
	KindStore        Kind = "keychain"         // the grant could not be stored yet, and waits in hand
	KindTimeout      Kind = "timeout"          // nobody came back in time
	KindCancelled    Kind = "cancelled"        // replaced by a newer one, or given up
	KindSetup        Kind = "setup"            // client, redirect or scope is wrong, or the listener's port is taken
)

// Error is a sign-in that failed.
type Error struct {
	Kind   Kind
	Detail string          // what happened, for the user, without any secret; Action says what to do
	Answer provider.Answer // the provider's answer where there was one
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Detail }

// Action says what to do about it, in one sentence.
func (e *Error) Action() string { return table.OfPage(string(e.Kind)).Action }

// asError gives the *Error inside err. Anything else that Accept returned is a sign-in of which nothing is left.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Action() != "" {
		return e
	}
	return &Error{Kind: KindExchange, Detail: sayWith("not_kept", table.Values{"why": table.Message(err.Error())})}
}

// failure turns an answer that is not VerdictOK into an Error; said is the sentence for what is not known better, session
// the name of the one that signs in. The answer's own advice speaks of renewing, and is left out where it is not about
// the network.
func failure(a provider.Answer, said, session string) *Error {
	e := &Error{Kind: KindExchange, Detail: said, Answer: without(a)}
	switch a.Code {
	case "proxy_auth_required":
		e.Kind, e.Detail = KindSetup, a.Advice
		return e
	case "captive_portal", "tls_untrusted", "tls_failed", "insecure_url":
		e.Detail = a.Advice
		return e
	}
	switch {
	case a.Verdict == provider.VerdictSetup:
		e.Kind, e.Detail = KindSetup, saySetup(a.Reason, session)
	case a.Code == "network" || a.Code == "timeout":
		e.Detail = say("unreachable")
	case a.Verdict == provider.VerdictPassing && (a.Status == http.StatusTooManyRequests || a.Status >= http.StatusInternalServerError):
		e.Detail = say("busy")
	}
	return e
}
