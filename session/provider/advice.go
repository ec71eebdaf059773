package provider

// advice is what a person is told of an answer: what happened, that nothing was lost, and the one thing to do. It is said
// in one sentence of plain words. What a provider or a specification calls a thing stands in parentheses at its end.
type advice struct{ happened, kept, do string }

func (s advice) String() string { return s.happened + ", " + s.kept + ": " + s.do + "." }

// What is said of what was not lost.
const (
	butKept = "but nothing here is lost"
	andKept = "and nothing here is lost"
	unsent  = "so nothing was sent or lost"
)

// byReason is what is said of answers that end a session or stop it, by their reason.
var byReason = map[string]advice{
	reasonRevoked: {"Access was taken back at the provider", butKept, "sign in again"},
	reasonExpired: {"The session's time at the provider is over", butKept, "sign in again"},
	reasonReused: {
		"The stored sign-in was used twice, perhaps by another program or computer", butKept, "sign in again (refresh token)",
	},
	reasonRefused: {"The provider no longer accepts this session", butKept, "sign in again"},
	reasonAccount: {
		"The account at the provider is disabled or gone", butKept, "ask the provider or your administrator about it",
	},
	reasonInteraction: {
		"The provider wants you or an administrator to confirm something", andKept, "sign in again and follow its page",
	},
	reasonClient: {
		"The provider does not accept the app", butKept,
		"check the app ID and the app secret there (client ID, client secret, grant type)",
	},
	reasonRedirect: {
		"The provider does not know this session's return address", butKept, "add it to the app there (redirect URI)",
	},
	reasonScope: {
		"The provider does not give the app all that this session asks for", butKept,
		"check the session's permissions (scopes)",
	},
	reasonConfig: {
		"The provider does not take the request as it is", butKept,
		"check the session's settings against the provider's documentation",
	},
}

// byCode is what is said of answers where the code says more than the reason or the verdict.
var byCode = map[string]advice{
	"proxy_auth_required": {
		"The network's proxy asks who you are", andKept, "log in to the network (or set HTTPS_PROXY with name and password)",
	},
	"captive_portal": {
		"The network shows a page of its own in place of the provider", butKept, "open a web page and log in to the network",
	},
	"redirect_refused": {
		"The address for renewals leads elsewhere, which is not followed", andKept, "check the address if this lasts (token_url)",
	},
	"tls_untrusted": {"Something stands between you and the provider", unsent, "check the network (TLS)"},
	"tls_failed":    {"Something stands between you and the provider", unsent, "check the network (TLS)"},
	"insecure_url":  {"The provider's address is not a safe one", unsent, "use an address that begins with https"},
	"unsupported":   {"The provider offers no way to do this from here", andKept, "use the provider's own pages"},

	"authorization_pending": {"The provider waits for you", andKept, "finish signing in on its page"},
	"slow_down":             {"The provider waits for you", andKept, "finish signing in on its page"},
}

// What is said of the rest, which passes.
var (
	itPasses = advice{"The provider cannot renew the session right now", butKept, "wait, it is tried again by itself"}
	notKnown = advice{"The provider gave an answer that is not known here", butKept, "wait, it is tried again by itself"}
	// lasting is for an answer that is not known and does not go away.
	lasting = advice{
		"The provider has given an answer that is not known here for an hour", butKept,
		"look at the app and the account at the provider",
	}
)

// advise says in one sentence what to do about an answer.
func advise(a *Answer) string {
	if a.Verdict == VerdictOK {
		return ""
	}
	if a.Verdict == VerdictPassing || a.Verdict == VerdictSetup {
		if said, ok := byCode[a.Code]; ok {
			return said.String()
		}
	}
	if a.Verdict != VerdictPassing {
		if said, ok := byReason[a.Reason]; ok {
			return said.String()
		}
	}
	if !a.Known {
		return notKnown.String()
	}
	return itPasses.String()
}
