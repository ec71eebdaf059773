package tray

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/words"
)

// say is a text that only the tray says.
func say(id string, v words.Values) string { return words.Say(words.Tray, id, v) }

func number(n int) words.Safe { return words.Safe(strconv.Itoa(n)) }

func wordSpan(left time.Duration) words.Safe { return words.Safe(words.About(left)) }

func wordEnds(left time.Duration) string { return say("ends", words.Values{"span": wordSpan(left)}) }

func wordStateEnds(state string, left time.Duration) string {
	return say("state_ends", words.Values{"state": words.Safe(state), "span": wordSpan(left)})
}

func wordSignOut(name string) string { return say("sign_out", words.Values{"name": words.Name(name)}) }

func wordNeedYou(n int) string {
	if n == 1 {
		return say("needs_you", words.Values{"n": number(n)})
	}
	return say("need_you", words.Values{"n": number(n)})
}

func wordMore(first, last int) string {
	return say("more", words.Values{"first": number(first), "last": number(last)})
}

func wordRest(n int) string { return say("rest", words.Values{"n": number(n)}) }

func wordFailed(what string) string { return say("failed", words.Values{"what": words.Safe(what)}) }

// wordSome counts sessions by the word for their state: "1 ends soon", "2 end soon", "3 paused".
func wordSome(n int, state string) string {
	if state = strings.ToLower(state); n != 1 {
		state = strings.Replace(state, "ends ", "end ", 1)
	}
	return say("some", words.Values{"n": number(n), "state": words.Safe(state)})
}

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
