package signin

import (
	"net/http"

	table "sessionkeeper/session/words"
)

// pageKind picks a page. Its words stand in the table that every face shares.
type pageKind string

// The pages. Those of a failed sign-in have the name of its Kind.
const (
	pageDone      pageKind = "done"
	pageUsed      pageKind = "used"
	pageUnknown   pageKind = "unknown_state"
	pageIssuer    pageKind = "other_issuer"
	pageMalformed pageKind = "malformed"
	pageNotFound  pageKind = "not_found"
	pageHost      pageKind = "wrong_host"
)

// status is that of a page's answer: the browser was sent to all of them but those of strangers.
func (k pageKind) status() int {
	switch k {
	case pageUsed:
		return http.StatusConflict
	case pageUnknown, pageIssuer, pageMalformed:
		return http.StatusBadRequest
	case pageNotFound:
		return http.StatusNotFound
	case pageHost:
		return http.StatusMisdirectedRequest
	case pageDone:
	}
	return http.StatusOK
}

// back reports whether the user was sent here by Sessionkeeper and begins anew there.
func (k pageKind) back() bool {
	switch Kind(k) {
	case KindDenied, KindWrongAccount, KindExchange, KindTimeout, KindSetup:
		return true
	case KindNoRefresh, KindStore, KindCancelled:
	}
	return false
}

// say is a sentence about a sign-in. What a provider said stands in the error's Answer.
func say(id string) string { return sayWith(id, nil) }

func sayWith(id string, v table.Values) string { return table.Say(table.SignIn, id, v) }

// setupProblem is what the table says about a setup that a provider refuses. It knows "config" of files alone; here it
// is any setting.
func setupProblem(reason, session string) table.Problem {
	if reason == "config" {
		reason = ""
	}
	p, _ := table.Of("setup_needed", reason, session)
	return p
}

// saySetup says what the provider dislikes about the setup, and what to do.
func saySetup(reason, session string) string { return setupProblem(reason, session).Detail }
