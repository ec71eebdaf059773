package provider

// advise says in one sentence what to do about an answer. It reaches people as it is: plain words come first, and what a
// provider or a specification calls a thing stands in parentheses after them.
func advise(a *Answer) string {
	switch a.Verdict {
	case VerdictOK:
		return ""
	case VerdictSignIn:
		return signInAdvice(a.Reason)
	case VerdictInteraction:
		return "Sign in again: the provider wants you to confirm something, or an administrator must allow the app first."
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
		return "Sign in again: the session's time at the provider is over."
	case reasonReused:
		return "Sign in again: the stored sign-in was used twice, perhaps by another program or computer (its refresh token)."
	case reasonAccount:
		return "Ask the provider or your administrator: the account is disabled; sign in once it is back."
	}
	return "Sign in again: the provider no longer accepts this session."
}

func setupAdvice(a *Answer) string {
	if a.Code == "proxy_auth_required" {
		return "Log in to the network: its proxy asks who you are (or set HTTPS_PROXY with name and password)."
	}
	switch a.Reason {
	case reasonClient:
		return "Check the app ID and the app secret at the provider, and that the app may stay signed in (client ID, client " +
			"secret, grant type refresh_token)."
	case reasonRedirect:
		return "Add the return address that this session uses to the app at the provider (redirect URI)."
	case reasonScope:
		return "Check the permissions of this session: the provider does not give one of them to the app (scopes)."
	}
	return "Check the session's settings and the app at the provider against the provider's documentation."
}

func passingAdvice(a *Answer) string {
	switch a.Code {
	case "captive_portal":
		return "Open a web page to log in to this network; the session is kept and renewal goes on by itself."
	case "redirect_refused":
		return "Check the renewal address if this lasts: it points elsewhere, and nothing secret is sent after it (token_url)."
	case "tls_untrusted", "tls_failed":
		return "Check the network: something stands between you and the provider; nothing was sent, and renewal goes on by " +
			"itself (TLS)."
	case "insecure_url":
		return "Use an address that begins with https for the provider."
	case "proxy_auth_required":
		return "Log in to the network: its proxy asks who you are (or set HTTPS_PROXY with name and password)."
	case "unsupported":
		return "Use the provider's own pages: it offers no way to do this from here."
	case "authorization_pending", "slow_down":
		return "Finish signing in on the provider's page."
	}
	if !a.Known {
		return "Wait: the answer is not one that is known, so the session is kept and renewal is tried again."
	}
	return "Wait: the fault should pass, and renewal is tried again by itself."
}
