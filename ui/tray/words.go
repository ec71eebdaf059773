package tray

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/words"
)

// What only the tray says. All else comes from the table that the faces share.
const (
	wordStartAgain = "Start again"
	wordNoProgram  = "The program sessionkeeper is missing: install it beside this one, or on PATH."
	wordStartSlow  = "The keeper takes too long to start. See its log, keeper.log in the state folder."
	wordSoon       = "Ends in less than a minute"
)

func wordEnds(span string) string             { return "Ends in " + span }
func wordStateEnds(state, span string) string { return state + ", ends in " + span }
func wordSignOut(name string) string          { return "Yes, sign out of " + string(words.Name(name)) }
func wordNeedYou(n int) string                { return plural(n, "needs you", "need you") }
func wordMore(first, last int) string {
	return "More (" + strconv.Itoa(first) + "–" + strconv.Itoa(last) + ")"
}
func wordRest(n int) string         { return strconv.Itoa(n) + " more on the page…" }
func wordFailed(what string) string { return what + " did not work" }

// sentence makes one of a half.
func sentence(half string) string {
	first, size := utf8.DecodeRuneInString(half)
	if size == 0 {
		return half
	}
	half = string(unicode.ToUpper(first)) + half[size:]
	if !strings.ContainsAny(half[len(half)-1:], ".!?") {
		half += "."
	}
	return half
}

// wordSome counts sessions by the word for their state: "1 ends soon", "2 end soon", "3 paused".
func wordSome(n int, state string) string {
	state = strings.ToLower(state)
	return plural(n, state, strings.Replace(state, "ends ", "end ", 1))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return strconv.Itoa(n) + " " + one
	}
	return strconv.Itoa(n) + " " + many
}
