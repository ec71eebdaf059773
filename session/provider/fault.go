package provider

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/provider/challenge"
)

// fault is the error that an answer speaks of, taken out of whichever shape it came in.
type fault struct {
	main   string   // the leading code, lower case; "" where there is none
	codes  []string // everything that can stand for a code, the more specific first, lower case
	text   string   // what was said, bare
	said   string   // the same as sent
	claims string
	sent   []string // secrets of the request
}

func (f *fault) found() bool          { return len(f.codes) > 0 || f.text != "" }
func (f *fault) has(code string) bool { return slices.Contains(f.codes, code) }
func (f *fault) message() string      { return CleanLine(f.said) }

// fault reads an error in the shapes that are in use: RFC 6749 5.2 (string "error"), an object under "error" (OpenAI,
// Facebook, Firebase), "errors" (Fitbit, Strava), "__type" (AWS), and top-level codes (HubSpot, Okta, Zoom, Twitch).
func (d *document) fault(sent []string) fault {
	o := d.fields
	f := fault{sent: sent}
	if o == nil {
		return f
	}
	inner := o.errorObject()
	for _, in := range []object{o, inner} {
		f.specify(in)
	}
	f.addSub(o.scalar("error_subcode"))
	f.add(o.scalar("error"))
	if inner != nil {
		f.addInner(inner)
	}
	for _, name := range []string{
		"__type", "code", "error_code", "errorcode", "errcode", "errortype", "error_type", "reason_code", "status",
	} {
		f.add(o.scalar(name))
	}
	f.describe(o, inner)
	f.leadWithWord()
	if d.framework() {
		f.main, f.codes = "", nil
	}
	return f
}

// wrappers are general names of objects in which some services put the whole answer (FastAPI, Apigee, Douyin).
var wrappers = []string{"detail", "details", "fault", "data", "result", "response", "body", "error_response"}

// errorObject is the object that speaks of the error: one that is called so, or one of a general name that has a code.
// nil: there is none.
func (o object) errorObject() object {
	for _, name := range []string{"error", "errors"} {
		if in := o.objectOrFirst(name); in != nil {
			if deeper := in.object("error"); deeper != nil && in.value("code") == "" {
				return deeper
			}
			return in
		}
	}
	if o.value("error") != "" {
		return nil
	}
	for _, name := range wrappers {
		in := o.object(name)
		if deeper := in.object("error"); deeper != nil {
			return deeper
		}
		if in.value("error", "code", "error_code", "errorcode", "errcode", "error_type") != "" {
			return in
		}
	}
	return nil
}

// challenged takes the error that a challenge names (RFC 6750 section 3), where the body names none. A page is no answer
// of a token endpoint, whatever stands in its head.
func (f *fault) challenged(header http.Header, kind bodyKind) {
	if len(f.codes) > 0 || kind == kindHTML {
		return
	}
	for _, c := range challenge.Parse(header.Values("WWW-Authenticate")) {
		code, _ := c.Error()
		f.add(code)
		if f.said == "" && f.main != "" {
			f.said = without(c.Params["error_description"], f.sent)
			f.text = bare(f.said)
		}
	}
}

// specify takes what says more than the leading code: sub-codes, Microsoft's numbers, and the claims it asks for.
func (f *fault) specify(in object) {
	f.addSub(in.scalar("suberror"), in.scalar("error_subtype"))
	for _, number := range in.numbers("error_codes") {
		f.addSub("aadsts" + number)
	}
	for _, name := range []string{"error_description", "message"} {
		f.addSub(numberedError().FindString(strings.ToLower(in.text(name))))
	}
	if f.claims == "" {
		f.claims = in.claims()
	}
}

// numberedError is a code of Microsoft's that stands in the text where error_codes is missing.
var numberedError = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^aadsts\d{4,9}|^aadb2c\d{4,9}`)
})

// maxClaims bounds what is passed on in the address of a sign-in page, in bytes.
const maxClaims = 2 << 10

// claims is what the next authorization request must ask for (OIDC Core 5.5), as a string or as it is; "" where it is
// no JSON object, which no server would take back.
func (o object) claims() string {
	raw := o["claims"]
	if s := o.text("claims"); s != "" {
		raw = json.RawMessage(s)
	}
	var ask object
	if len(raw) > maxClaims || json.Unmarshal(raw, &ask) != nil || len(ask) == 0 {
		return ""
	}
	return string(raw)
}

// framework reports whether an answer is the error page of a web framework in JSON (Spring, Micronaut): it repeats the
// status and the path and says nothing of OAuth.
func (d *document) framework() bool {
	if d.fields.text("path") == "" || d.fields["timestamp"] == nil {
		return false
	}
	status, err := strconv.Atoi(d.fields.scalar("status"))
	return err == nil && d.fields.text("error") == http.StatusText(status)
}

// addInner takes the codes of an error object.
func (f *fault) addInner(o object) {
	code, sub, kind := o.scalar("code"), o.scalar("error_subcode"), o.scalar("type")
	if code != "" && sub != "" {
		f.add(code + "/" + sub)
	}
	if resource := o.text("resource"); resource != "" && code != "" {
		f.add(resource + "/" + code)
	}
	f.add(code)
	f.add(o.scalar("error"))
	worded := strings.ContainsFunc(f.main, unicode.IsLetter)
	for _, name := range []string{"error_code", "errorcode", "errcode", "error_type", "errortype", "status"} {
		f.add(o.scalar(name))
	}
	if !worded { // else these are about it, and what gateways quote there is another server's
		f.add(codeInProse().FindString(o.text("message")))
		f.add(o.scalar("reason"))
	}
	f.add(kind)
	f.leadWithWord()
}

// codeInProse is a code that stands where others have a sentence, or in front of one (Firebase).
var codeInProse = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b|[a-z][a-z0-9]*(_[a-z0-9]+)+$)`)
})

// leadWithWord prefers a code in letters to a number or a sentence as the leading one.
func (f *fault) leadWithWord() {
	if f.main == "" || strings.ContainsFunc(f.main, unicode.IsLetter) && !strings.Contains(f.main, " ") {
		return
	}
	for _, c := range f.codes {
		if strings.ContainsFunc(c, unicode.IsLetter) && !strings.ContainsAny(c, "/ ") && strings.Contains(c, "_") {
			f.main = c
			return
		}
	}
}

// add takes a candidate for the leading code. Where it spells one that is known in another way both count.
func (f *fault) add(said string) {
	said = without(said, f.sent)
	code, plain := cleanCode(said), registered(said)
	if plain != "" && plain != code {
		f.main = cmp.Or(f.main, plain)
		f.codes = append(f.codes, plain)
	}
	if code != "" {
		f.main = cmp.Or(f.main, code)
		f.codes = append(f.codes, code)
	}
}

// addSub takes codes that say more than the leading one but do not stand for it.
func (f *fault) addSub(codes ...string) {
	for _, code := range codes {
		if code = cleanCode(code); code != "" {
			f.codes = append(f.codes, code)
		}
	}
}

// descriptions are the names of members that say in words what is wrong.
var descriptions = []string{
	"error_description", "message", "reason", "errorsummary", "error_msg", "errmsg", "errors", "error_message",
	"errormessage", "developermessage", "description", "msg", "faultstring",
}

// describe collects what was said in words.
func (f *fault) describe(o, inner object) {
	var said []string
	for _, in := range []object{o, inner} {
		if s := in.text("error"); strings.Contains(s, " ") {
			said = append(said, s)
		}
		for _, name := range descriptions {
			if s := in.text(name); s != "" && !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
	}
	f.said = without(strings.Join(said, "; "), f.sent)
	f.text = bare(f.said)
}

// bare makes prose comparable: lower case, without quotes, with one space where there are several or underscores.
func bare(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '_', '-':
			return ' '
		case '\'', '"', '`', '’':
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// without cuts secrets out of a text. Very short ones stay: they would take words apart.
func without(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "…")
		}
	}
	return text
}

const maxCode = 64

// cleanCode makes a code comparable. What is too long or holds control characters is no code.
func cleanCode(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > maxCode || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}

// numbers returns the elements of an array of numbers as text.
func (o object) numbers(name string) []string {
	var list []json.Number
	if !o.begins(name, '[') || json.Unmarshal(o[name], &list) != nil {
		return nil
	}
	out := make([]string, 0, min(len(list), 16))
	for _, n := range list[:min(len(list), 16)] {
		out = append(out, n.String())
	}
	return out
}

// maxMessage bounds a line of a stranger's, in characters: what matters comes first.
const maxMessage = 200

// secretLike is a run of characters that could be a token: long and without a space.
var secretLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[A-Za-z0-9_\-./+=~]{32,}`)
})

// CleanLine makes one printable line of what a stranger sent, of 200 characters at most. Control and invisible
// characters go, and so does anything that could be a token.
func CleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
			return -1
		}
		if unicode.IsControl(r) || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = secretLike().ReplaceAllString(strings.Join(strings.Fields(s), " "), "…")
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage-1]) + "…"
	}
	return s
}

const maxName = 200

// cleanName makes a name or an id printable. Unlike CleanLine it keeps long words: an id may be one.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName])
	}
	return s
}
