package signin

import (
	table "sessionkeeper/session/words"
)

// pageKind picks a page.
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

// Sentences that errors carry. What a provider said stands in the error's Answer.
const (
	sayDenied    = "The provider's page ended with a no."
	sayFault     = "The provider's page reported a fault."
	sayExchange  = "The provider did not complete the sign-in."
	sayIdentity  = "What the provider says about who signed in does not hold (its ID token cannot be verified)."
	sayTimeout   = "Nobody finished the sign-in in time."
	sayGivenUp   = "The sign-in was given up."
	sayReplaced  = "A newer sign-in took its place."
	sayStopped   = "The sign-in was given up: the session was signed out or changed meanwhile, or the keeper stopped."
	sayPushed    = "The provider did not take the sign-in request."
	sayClientID  = "The app ID is missing: enter it in the session's settings (client_id)."
	sayTokenURL  = "The renewal address is missing: enter it, or the provider's own (token_url, issuer)."
	sayAuthorize = "The sign-in address is missing or not secure: enter one that begins with https, or the provider's " +
		"own (authorize_url, issuer)."
	sayNoPage = "No sign-in page of this provider is known: remove the session and add it again with a refresh token from " +
		"there (--refresh-token-file), or enter the page's address (authorize_url)."
	sayRedirect = "The return address is not an address: correct it in the provider's settings (redirect_uri)."
	sayHost     = "The return address does not lead to this computer: use 127.0.0.1, [::1] or localhost, or paste the " +
		"final address."
	sayNoLoopback = "No address of this computer can be listened on: check its loopback interface, or paste the final " +
		"address."
	sayDeviceURL = "This provider has no sign-in on another device: sign in with a browser on any device and paste the " +
		"final address instead."
	sayDeviceStart   = "The provider gave no code to type."
	sayDeviceRefused = "The provider did not complete the sign-in with the code."
	sayCodeExpired   = "The code ran out before anybody typed it."

	sayBack = "Go back to Sessionkeeper: all you typed is still there."
)

// sayPortTaken and sayPortReserved tell why a fixed port cannot be had; who is the command that shows who has it.
func sayPortTaken(port, who string) string {
	return "Port " + port + " is taken by another program, and this provider answers only there: end that program (" +
		who + " names it), register another port, or paste the final address."
}

func sayPortReserved(port string) string {
	return "Port " + port + " may not be used by this program: register one above 1023, or paste the final address."
}

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

// words are what a page says: a title, what it means, and what to do now. A failed sign-in's Detail stands between.
type words struct {
	status      int
	tone        table.Tone
	title, lead string
	action      string
	back        bool // the user was sent here by Sessionkeeper and goes on there
}

// pages holds every word of the pages.
var pages = map[pageKind]words{
	pageDone: {
		status: 200, tone: table.Good,
		title: "You are signed in",
		lead:  "Sessionkeeper keeps you signed in from now on.",
	},
	pageKind(KindDenied): {
		status: 200, tone: table.Bad, back: true,
		title:  "The sign-in was refused",
		lead:   "Nothing has changed.",
		action: "If that was not meant, start the sign-in again.",
	},
	pageKind(KindWrongAccount): {
		status: 200, tone: table.Bad, back: true,
		title:  "Another account signed in",
		lead:   "Nothing has changed.",
		action: "Start the sign-in again, and choose the right account on the provider's page.",
	},
	pageKind(KindExchange): {
		status: 200, tone: table.Bad, back: true,
		title:  "The sign-in did not finish",
		lead:   "Nothing has changed.",
		action: "Start the sign-in again: this one cannot be used twice.",
	},
	pageKind(KindNoRefresh): {
		status: 200, tone: table.Bad,
		title:  "The session cannot be renewed",
		lead:   "You are signed in for now.",
		action: "The provider's pages for developers say how.",
	},
	pageKind(KindStore): {
		status: 200, tone: table.Bad, back: true,
		title:  "The sign-in could not be kept",
		lead:   "Nothing has changed here.",
		action: "Start the sign-in again when that is mended.",
	},
	pageKind(KindTimeout): {
		status: 200, tone: table.Wait, back: true,
		title:  "This sign-in has run out",
		lead:   "Nothing has changed.",
		action: "Start the sign-in again.",
	},
	pageKind(KindCancelled): {
		status: 200, tone: table.Wait,
		title:  "This sign-in no longer waits",
		lead:   "Nothing has changed.",
		action: "Use the newer sign-in if there is one, or start again.",
	},
	pageKind(KindSetup): {
		status: 200, tone: table.Bad, back: true,
		title:  "The setup needs a correction",
		lead:   "Nothing has changed.",
		action: "Signing in again does not help before that.",
	},
	pageUsed: {
		status: 409, tone: table.Wait,
		title: "This answer was already used",
		lead:  "The sign-in that it belongs to has ended. Nothing has changed.",
	},
	pageUnknown: {
		status: 400, tone: table.Wait,
		title:  "Nobody waits for this answer",
		lead:   "It does not belong to a sign-in that is waiting, so it was ignored.",
		action: "If you were signing in, go back to Sessionkeeper and start again.",
	},
	pageIssuer: {
		status: 400, tone: table.Bad,
		title:  "This answer comes from elsewhere",
		lead:   "It does not come from the provider that was asked, so it was ignored.",
		action: "If you were signing in, go back to Sessionkeeper and check the address of the provider.",
	},
	pageMalformed: {
		status: 400, tone: table.Wait,
		title:  "This answer cannot be read",
		lead:   "It is not what a provider sends after a sign-in, so it was ignored.",
		action: "Go back to the provider's page and try again, or start the sign-in again.",
	},
	pageNotFound: {
		status: 404, tone: table.Wait,
		title: "There is nothing here",
		lead:  "This address only takes the answer of a sign-in.",
	},
	pageHost: {
		status: 421, tone: table.Wait,
		title: "This is not the place",
		lead:  "The address that was asked for is not served here.",
	},
}
