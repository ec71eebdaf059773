package signin

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

// Sentences that errors carry.
const (
	sayDenied    = "The provider's page ended with a no."
	sayFault     = "The provider's page reported a fault: start the sign-in again."
	sayExchange  = "The provider did not turn the sign-in into tokens."
	sayIdentity  = "The provider's ID token does not hold, so nobody knows who signed in."
	sayTimeout   = "Nobody finished the sign-in in time."
	sayGivenUp   = "The sign-in was given up."
	sayReplaced  = "A newer sign-in took its place."
	sayStopped   = "The sign-in was given up because the keeper stopped."
	sayPushed    = "The provider did not take the sign-in request."
	sayClientID  = "The client id is missing: set it in the session's definition."
	sayTokenURL  = "This provider has no token endpoint: set token_url or issuer in its definition."
	sayAuthorize = "This provider has no authorization endpoint with an https address: set authorize_url or issuer in " +
		"its definition."
	sayRedirect = "The redirect address of this provider is not an address: check its definition."
	sayHost     = "The redirect host of this provider is not this machine: set 127.0.0.1, [::1] or localhost, or paste " +
		"the final address."
	sayNoLoopback = "No address of this machine can be listened on: check its loopback interface, or paste the final " +
		"address."
	sayDeviceURL = "This provider has no device endpoint: sign in with a browser on any machine and paste the final " +
		"address instead."
	sayDeviceStart   = "The provider gave no code to type."
	sayDeviceRefused = "The provider did not turn the code into tokens."
	sayCodeExpired   = "The code ran out before anybody typed it."
)

// sayPortTaken and sayPortReserved tell why a fixed port cannot be had; who is the command that shows who has it.
func sayPortTaken(port, who string) string {
	return "Port " + port + " is taken by another program, and this provider answers only there: end that program (" +
		who + " names it), register another port, or paste the final address."
}

func sayPortReserved(port string) string {
	return "Port " + port + " may not be used by this program: register one above 1023, or paste the final address."
}

// saySetup says what the provider dislikes about the client, and what to do.
func saySetup(reason string) string {
	switch reason {
	case "client":
		return "The provider does not accept this client: check its id and its registration."
	case "scope":
		return "The provider does not give this client the scopes that were asked for: change them."
	case "redirect":
		return "The provider does not know this redirect address: register it for the client."
	}
	return "The provider does not accept how this client asks: check the session's settings and the client's registration."
}

// words are what a page says: a title, what it means, and what to do now. A failed sign-in's Detail stands between.
type words struct {
	status      int
	good        bool
	title, lead string
	action      string
}

// pages holds every word of the pages.
var pages = map[pageKind]words{
	pageDone: {
		status: 200, good: true,
		title: "You are signed in",
		lead:  "The session is kept alive from now on.",
	},
	pageKind(KindDenied): {
		status: 200,
		title:  "The sign-in was refused",
		lead:   "Nothing has changed.",
		action: "If that was not meant, start the sign-in again.",
	},
	pageKind(KindWrongAccount): {
		status: 200,
		title:  "This is another account",
		lead:   "The session belongs to somebody else, so nothing has changed.",
		action: "Choose the right account on the provider's page and start the sign-in again, or sign in as another " +
			"account if that is what you want.",
	},
	pageKind(KindExchange): {
		status: 200,
		title:  "The sign-in did not finish",
		lead:   "Nothing has changed.",
		action: "Start the sign-in again: the answer of this one cannot be used twice.",
	},
	pageKind(KindNoRefresh): {
		status: 200,
		title:  "The session cannot be kept alive",
		lead:   "The provider gave a token for now, but none to renew it with.",
		action: "Check that the client and its scopes allow offline access, then start the sign-in again.",
	},
	pageKind(KindStore): {
		status: 200,
		title:  "The sign-in could not be kept",
		lead:   "You are signed in at the provider, but the result could not be stored here.",
		action: "Unlock the keychain, then start the sign-in again.",
	},
	pageKind(KindTimeout): {
		status: 200,
		title:  "This sign-in has run out",
		lead:   "Nothing has changed.",
		action: "Start the sign-in again.",
	},
	pageKind(KindCancelled): {
		status: 200,
		title:  "This sign-in no longer waits",
		lead:   "Nothing has changed.",
		action: "Use the newer sign-in if there is one, or start again.",
	},
	pageKind(KindSetup): {
		status: 200,
		title:  "The client is not set up right",
		lead:   "Signing in again does not help.",
		action: "Correct the client's registration or the session's settings first.",
	},
	pageUsed: {
		status: 409,
		title:  "This answer was already used",
		lead:   "The sign-in that it belongs to has ended. Nothing has changed.",
	},
	pageUnknown: {
		status: 400,
		title:  "Nobody waits for this answer",
		lead:   "This answer does not belong to a sign-in that is waiting, so it was ignored.",
		action: "If you were signing in, start again from where you started.",
	},
	pageIssuer: {
		status: 400,
		title:  "This answer comes from elsewhere",
		lead:   "It does not come from the provider that was asked, so it was ignored.",
		action: "If you were signing in, check the session's provider and its issuer.",
	},
	pageMalformed: {
		status: 400,
		title:  "This answer cannot be read",
		lead:   "It is not what a provider sends after a sign-in, so it was ignored.",
		action: "Go back to the provider's page and try again, or start the sign-in again.",
	},
	pageNotFound: {
		status: 404,
		title:  "There is nothing here",
		lead:   "This address only takes the answer of a sign-in.",
	},
	pageHost: {
		status: 421,
		title:  "This is not the place",
		lead:   "The address that was asked for is not served here.",
	},
}
