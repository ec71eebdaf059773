package signin

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"sessionkeeper/session/secret"
	table "sessionkeeper/session/words"
)

// Paste finishes a code flow with the address that the browser ended on: whole, its query alone, or the "code#state"
// that some providers show. It waits for the end, at most until ctx ends, and returns what Err does. A wrong address
// is an error that says what is wrong with it and is no *Error; the flow goes on.
func (f *Flow) Paste(ctx context.Context, address secret.Text) error {
	if f.code == nil {
		return errors.New(say("paste_device"))
	}
	a, err := f.readPaste(address.Reveal())
	if err != nil {
		return err
	}
	if !f.take(a) && !f.shares(a) {
		return errors.New(say("paste_over"))
	}
	select {
	case <-f.done:
		return f.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readPaste finds the answer in what was pasted, which terminals and mail programs have wrapped and quoted.
func (f *Flow) readPaste(text string) (answer, error) {
	if len(text) > maxForm {
		return answer{}, errors.New(say("paste_long"))
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	text = strings.Trim(text, `"'<>`+"`")
	query, err := f.pastedQuery(text)
	if err != nil {
		return answer{}, err
	}
	a, m := parseAnswer(query)
	if m != nil {
		return answer{}, m
	}
	if !a.state.Equal(f.code.state) {
		return answer{}, errors.New(say("paste_other"))
	}
	if m := f.fits(a); m != nil {
		return answer{}, m
	}
	return a, nil
}

// pastedQuery gives the part of the text that holds the parameters.
func (f *Flow) pastedQuery(text string) (string, error) {
	want := f.code.redirectURL
	switch {
	case text == "":
		return "", errors.New(say("paste_nothing"))
	case strings.HasPrefix(text, "?"):
		return text[1:], nil
	case isQuery(text):
		return text, nil
	case want.Host != "" && strings.HasPrefix(strings.ToLower(text), strings.ToLower(want.Host)):
		text = want.Scheme + "://" + text // browsers leave the scheme out of what they show
	case !strings.Contains(text, "://") && !strings.HasPrefix(text, want.Scheme+":"):
		return codeAndState(text)
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New(say("paste_unreadable"))
	}
	if !sameRedirect(want, u) {
		return "", f.elsewhere(u)
	}
	fragment := u.EscapedFragment()
	switch {
	case strings.Contains(u.RawQuery, "state="):
		return u.RawQuery, nil
	case strings.Contains(fragment, "state="): // response_mode=fragment
		return fragment, nil
	}
	return "", errors.New(say("paste_unanswered"))
}

// isQuery tells "code=…&state=…" from an address.
func isQuery(text string) bool {
	key, _, ok := strings.Cut(text, "=")
	return ok && key != "" && !strings.ContainsAny(key, ":/?#.")
}

// codeAndState reads the "code#state" that pages for copying show.
func codeAndState(text string) (string, error) {
	code, state, ok := strings.Cut(text, "#")
	if !ok || code == "" || state == "" {
		return "", errors.New(say("paste_unfinished"))
	}
	return url.Values{"code": {code}, "state": {state}}.Encode(), nil
}

// sameRedirect compares what an answer cannot change.
func sameRedirect(want, got *url.URL) bool {
	return strings.EqualFold(want.Scheme, got.Scheme) &&
		strings.EqualFold(want.Host, got.Host) &&
		want.Opaque == got.Opaque &&
		strings.TrimSuffix(want.EscapedPath(), "/") == strings.TrimSuffix(got.EscapedPath(), "/")
}

// elsewhere says which address was pasted instead of the right one.
func (f *Flow) elsewhere(u *url.URL) error {
	want := *f.code.redirectURL
	want.RawQuery, want.Fragment = "", ""
	page, err := url.Parse(f.url)
	if err == nil && strings.EqualFold(page.Host, u.Host) && u.Host != want.Host {
		return errors.New(sayWith("paste_provider", table.Values{"address": table.Address(want.String())}))
	}
	return errors.New(sayWith("paste_elsewhere", table.Values{
		"given": table.Message(u.Scheme + "://" + u.Host), "address": table.Address(want.String()),
	}))
}
