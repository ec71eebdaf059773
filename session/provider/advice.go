package provider

import "sessionkeeper/session/words"

// ownAdvice are the codes that say more than the reason or the verdict, and what is said of them.
var ownAdvice = map[string]string{
	"proxy_auth_required": "proxy_auth_required",
	"captive_portal":      "captive_portal",
	"redirect_refused":    "redirect_refused",
	"tls_untrusted":       "tls_untrusted",
	"tls_failed":          "tls_untrusted",
	"insecure_url":        "insecure_url",
	"unsupported":         "unsupported",

	"authorization_pending": "pending",
	"slow_down":             "pending",
}

// The advice on an answer that no table names, at first and when it lasts, and on the rest of what passes.
const (
	adviceUnknown = "unknown"
	adviceLasting = "lasting"
	advicePassing = "passing"
)

// adviceOn is the id of what a person is told of an answer.
func adviceOn(a *Answer) string {
	if id, ok := ownAdvice[a.Code]; ok && (a.Verdict == VerdictPassing || a.Verdict == VerdictSetup) {
		return id
	}
	switch {
	case a.Verdict != VerdictPassing && a.Reason != "":
		return a.Reason
	case !a.Known:
		return adviceUnknown
	}
	return advicePassing
}

// Advise says in one sentence what happened, that nothing was lost, and the one thing to do: by an answer's verdict,
// reason, code, and whether that is known.
func Advise(a *Answer) string {
	if a.Verdict == VerdictOK {
		return ""
	}
	return words.Say(words.Advice, adviceOn(a), nil)
}
