package provider

// advise says in one sentence what to do about an answer.
func advise(a *Answer) string {
	switch a.Verdict {
	case VerdictOK:
		return ""
	case VerdictSignIn:
		return signInAdvice(a.Reason)
	case VerdictInteraction:
		return "Sign in again: the provider wants you to confirm something, or an administrator must allow this client."
	case VerdictSetup:
		return setupAdvice(a)
	case VerdictPassing:
		return passingAdvice(a)
	}
	return ""
}

func signInAdvice(reason string) string {
	switch reason {
	case reasonRevoked:
		return "Sign in again: access was revoked."
	case reasonExpired:
		return "Sign in again: the session has expired at the provider."
	case reasonReused:
		return "Sign in again: the refresh token had been used before, perhaps by another program or computer."
	case reasonAccount:
		return "Ask the provider or your administrator: the account is disabled; sign in once it is back."
	}
	return "Sign in again: the provider no longer accepts this session."
}

func setupAdvice(a *Answer) string {
	if a.Code == "proxy_auth_required" {
		return "Log in to the network's proxy, or set HTTPS_PROXY with its credentials."
	}
	switch a.Reason {
	case reasonClient:
		return "Check the client id and secret in the provider's console, and that this kind of client may refresh."
	case reasonRedirect:
		return "Register the redirect address that this session uses in the provider's console."
	case reasonScope:
		return "Check the scopes of this session: the provider does not grant one of them to this client."
	}
	return "Check the session's settings and the client's registration against the provider's documentation."
}

func passingAdvice(a *Answer) string {
	switch a.Code {
	case "captive_portal":
		return "Open a web page to log in to this network; the session is kept and renewal goes on by itself."
	case "redirect_refused":
		return "Check the token endpoint's address if this lasts; redirects are not followed, for they could leak tokens."
	case "tls_untrusted", "tls_failed":
		return "Check the network for something that intercepts TLS; nothing was sent, and renewal goes on by itself."
	case "insecure_url":
		return "Use an https address for the provider."
	case "proxy_auth_required":
		return "Log in to the network's proxy, or set HTTPS_PROXY with its credentials."
	case "unsupported":
		return "Use the provider's own pages: it offers no such endpoint."
	case "authorization_pending", "slow_down":
		return "Finish signing in on the provider's page."
	}
	if !a.Known {
		return "Wait: the answer is not one that is known, so the session is kept and renewal is tried again."
	}
	return "Wait: the fault should pass, and renewal is tried again by itself."
}
