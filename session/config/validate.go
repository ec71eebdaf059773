package config

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/provider"
)

// MissingClient is what is wrong with a definition without a client_id, but for the providers that have no clients.
func MissingClient() error {
	return badf("client_id", "missing; it is the id that the provider gave to the registered client")
}

// Validate says what is wrong with a definition: no client_id (MissingClient is for whoever knows the catalogue, where it
// names an entry of that), neither provider nor issuer nor endpoints, an http URL that is not loopback, a scope with a
// space in it. The error names the key. The name is CheckName's business.
func (s Session) Validate() error {
	if s.ClientID == "" && s.Provider == "" {
		return MissingClient()
	}
	texts := []struct{ key, text string }{
		{"client_id", s.ClientID}, {"provider", s.Provider}, {"account", s.Account},
	}
	for _, t := range texts {
		if err := checkText(t.text); err != nil {
			return &fieldError{t.key, err}
		}
	}
	if err := s.checkTarget(); err != nil {
		return err
	}
	for _, scope := range s.Scopes {
		// RFC 6749 section 3.3: a scope is one word, and the list is joined by spaces.
		if scope == "" || strings.ContainsFunc(scope, unicode.IsSpace) || checkText(scope) != nil {
			return badf("scopes", "%q is not a scope; write one word for each", scope)
		}
	}
	for name, value := range s.Vars {
		if name == "" || checkText(name) != nil {
			return badf("vars", "%q is no name; use letters", name)
		}
		if err := checkText(value); err != nil {
			return &fieldError{"vars." + name, err}
		}
	}
	if s.MaxAge < 0 {
		return badf("max_age", "want a positive duration")
	}
	if s.WarnBefore != nil && *s.WarnBefore < 0 {
		return badf("warn_before", "want a positive duration or 0")
	}
	return nil
}

// checkTarget looks at what names the authorization server.
func (s Session) checkTarget() error {
	urls := []struct{ key, url string }{
		{"issuer", s.Issuer},
		{"authorize_url", s.AuthorizeURL},
		{"token_url", s.TokenURL},
		{"device_url", s.DeviceURL},
		{"check_url", s.CheckURL},
	}
	for _, u := range urls {
		if u.url == "" {
			continue
		}
		if err := checkURL(u.url); err != nil {
			return &fieldError{u.key, err}
		}
	}
	// OpenID Connect Discovery 1.0 section 3: the issuer has no query.
	if strings.Contains(s.Issuer, "?") {
		return badf("issuer", "want a URL without a query")
	}
	switch {
	case s.Provider != "" && s.Issuer != "":
		return badf("issuer", "give provider or issuer, not both")
	case s.Provider != "" || s.Issuer != "":
		return nil
	case s.TokenURL == "" && s.AuthorizeURL == "" && s.DeviceURL == "":
		return badf("", "no provider: give provider, or issuer, or authorize_url with token_url")
	case s.TokenURL == "":
		return badf("token_url", "missing; without provider or issuer it is needed")
	case s.AuthorizeURL == "" && s.DeviceURL == "":
		return badf("authorize_url", "missing; without provider or issuer it is needed, or device_url")
	}
	return nil
}

// checkURL accepts https, and http to the own machine only (RFC 6749 sections 3.1 and 3.2: TLS, and no fragment).
func checkURL(text string) error {
	if err := checkText(text); err != nil {
		return err
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("want an absolute https URL")
	case u.User != nil:
		return errors.New("want a URL without a user name or password")
	case strings.Contains(text, "#"):
		return errors.New("want a URL without a fragment (#)")
	case u.Scheme == "http" && !provider.Local(u.Hostname()):
		return errors.New("http is for the own machine (127.0.0.1, [::1], localhost) only; use https")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("want an https URL")
	}
	return nil
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("not valid UTF-8")
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return errors.New("control characters are not allowed")
	}
	return nil
}

func (s Settings) validate() error {
	if s.WarnBefore < 0 {
		return badf("warn_before", "want a positive duration or 0")
	}
	if s.CheckEvery < 0 {
		return badf("check_every", `want a positive duration, or "0" to turn it off`)
	}
	if err := checkListen(s.HTTP); err != nil {
		return &fieldError{"http", err}
	}
	if err := oneOf(s.Keychain, "os", "sealed", "file"); err != nil {
		return &fieldError{"keychain", err}
	}
	if err := oneOf(s.LogLevel, "debug", "info", "warn", "error"); err != nil {
		return &fieldError{"log_level", err}
	}
	return nil
}

// checkListen accepts a literal loopback address with a port. A name could be resolved to anything, and an IPv4 address
// in IPv6 clothes is one that no check downstream expects.
func checkListen(text string) error {
	addr, err := netip.ParseAddrPort(text)
	if err != nil || !addr.Addr().IsLoopback() || addr.Addr().Is4In6() || addr.Addr().Zone() != "" {
		return errors.New(`want a loopback address in numbers with a port, like "127.0.0.1:0" or "[::1]:8080"`)
	}
	return nil
}

func oneOf(value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return errors.New("want one of " + strings.Join(allowed, ", "))
}
