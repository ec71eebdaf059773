package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// metadata is the part of an authorization server's metadata that is of use (RFC 8414 section 2, OIDC Discovery 3).
type metadata struct {
	Issuer           string   `json:"issuer"`
	AuthorizeURL     string   `json:"authorization_endpoint"`
	TokenURL         string   `json:"token_endpoint"`
	DeviceURL        string   `json:"device_authorization_endpoint"`
	RevokeURL        string   `json:"revocation_endpoint"`
	IntrospectURL    string   `json:"introspection_endpoint"`
	UserinfoURL      string   `json:"userinfo_endpoint"`
	JWKSURL          string   `json:"jwks_uri"`
	PARURL           string   `json:"pushed_authorization_request_endpoint"`
	AuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	Scopes           []string `json:"scopes_supported"`
	GrantTypes       []string `json:"grant_types_supported"`
	PARRequired      bool     `json:"require_pushed_authorization_requests"`
	IssRequired      bool     `json:"authorization_response_iss_parameter_supported"`
	ChallengeMethods []string `json:"code_challenge_methods_supported"`
	Prompts          []string `json:"prompt_values_supported"` // OpenID Connect Prompt Create 1.0, section 4.2
}

// discover reads an issuer's metadata (OIDC Discovery 4, RFC 8414 section 3). The document's issuer must equal issuer,
// and every endpoint must be https or on this machine. The answer is the behaviour of a server that the catalogue does
// not know: offline_access with prompt=consent (OIDC Core 11) where the server may offer it. The error wraps a
// *TargetError of the field "issuer".
func (w *Wire) discover(ctx context.Context, issuer string) (Provider, error) {
	u, err := parseIssuer(issuer)
	if err != nil {
		return Provider{}, err
	}
	m, r, err := w.fetchMetadata(ctx, u)
	if err == nil {
		err = m.verify(issuer)
	}
	if err != nil {
		return Provider{}, fmt.Errorf("discovering %s: %w", issuer, badTarget("issuer", "%v", err))
	}
	w.saw(&r.reply)
	return m.provider(u, r.oidc), nil
}

// parseIssuer says what keeps a text from being an issuer's address. It quotes none: there may be a password in it.
func parseIssuer(issuer string) (*url.URL, error) {
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		return nil, badTarget("issuer", "the issuer is not a whole address; write it like https://login.example.org")
	case u.User != nil:
		return nil, badTarget("issuer", "the issuer has a user name in it; leave out what stands before the @")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, badTarget("issuer", "the issuer must have no query; leave out the ? and what follows")
	case strings.Contains(issuer, "#"):
		return nil, badTarget("issuer", "the issuer must have no fragment; leave out the # and what follows")
	case !Secure(u):
		return nil, badTarget("issuer", "the issuer must be an https address (http only on this machine)")
	}
	return u, nil
}

// errNoMetadata says that a well-known address holds nothing.
var errNoMetadata = errors.New("this address is no issuer's: no metadata found there; check it in the provider's " +
	"documentation, or give the authorization URL and the token URL instead")

// elsewhereError says that an address has answered, and that what it holds is no document.
type elsewhereError struct{ say string }

func (e *elsewhereError) Error() string { return e.say }

// found is the answer that held a document.
type found struct {
	reply
	oidc bool
}

const (
	oidcName  = "/.well-known/openid-configuration"
	oauthName = "/.well-known/oauth-authorization-server"
)

// wellKnown are the addresses of an issuer's document: OIDC Discovery 4 puts the well-known part behind the issuer's path,
// RFC 8414 section 3.1 before it, and servers are met that mix the two.
func wellKnown(u *url.URL) []string {
	base, path := u.Scheme+"://"+u.Host, strings.TrimSuffix(u.EscapedPath(), "/")
	all := []string{base + path + oidcName, base + oauthName + path}
	if path != "" {
		all = append(all, base+path+oauthName, base+oidcName+path)
	}
	return all
}

// fetchMetadata tries the well-known addresses until one holds a document. A server that cannot be reached, or that is
// busy, is not asked for the next one.
func (w *Wire) fetchMetadata(ctx context.Context, u *url.URL) (m metadata, at found, err error) {
	var stray error
	for _, target := range wellKnown(u) {
		m, at.reply, err = w.getMetadata(ctx, target)
		if err == nil {
			at.oidc = strings.Contains(target, oidcName)
			return m, at, nil
		}
		if _, other := errors.AsType[*elsewhereError](err); other {
			stray = cmp.Or(stray, err)
		} else if !errors.Is(err, errNoMetadata) {
			return m, at, err
		}
	}
	return m, at, cmp.Or(stray, err)
}

func (w *Wire) getMetadata(ctx context.Context, target string) (m metadata, r reply, err error) {
	if r, err = w.getDocument(ctx, target); err != nil {
		return m, r, err
	}
	if err := json.Unmarshal(r.body, &m); err != nil {
		return m, r, &elsewhereError{fmt.Sprintf("the answer of %s is not a metadata document; "+
			"open it in a browser to see what stands there", target)}
	}
	return m, r, nil
}

// getDocument fetches a public JSON document.
func (w *Wire) getDocument(ctx context.Context, target string) (reply, error) {
	req, err := newRequest(ctx, http.MethodGet, target, nil)
	if err != nil {
		return reply{}, err
	}
	r := w.send(ctx, req, w.limits.document)
	switch {
	case r.err != nil:
		_, message := transportCode(r.err)
		return r, errors.New(message + "; check the address and the network")
	case r.status >= 400 && r.status <= 499 && !later(r.status, r.header):
		return r, errNoMetadata
	case r.status >= 300 && r.status <= 399:
		return r, &elsewhereError{redirectTo(target, r.header) + "; redirects are not followed, so give the final address"}
	case r.status != http.StatusOK:
		return r, fmt.Errorf("%s answers HTTP %d; try again later or check the address", target, r.status)
	}
	return r, nil
}

func redirectTo(target string, header http.Header) string {
	if host := locationHost(header); host != "" {
		return target + " redirects to " + host
	}
	return target + " redirects elsewhere"
}

// verify checks what a document says of itself.
func (m *metadata) verify(issuer string) error {
	if !m.names(issuer) {
		if strings.TrimSuffix(m.Issuer, "/") == strings.TrimSuffix(issuer, "/") {
			return fmt.Errorf("the document names the issuer %q, which differs in the slash at the end; use exactly that",
				m.Issuer)
		}
		return fmt.Errorf("the document names another issuer, %q; use that one if it is the right one",
			CleanLine(m.Issuer))
	}
	if m.AuthorizeURL == "" && m.DeviceURL == "" || m.TokenURL == "" {
		return errors.New("the document lacks the authorization or the token endpoint; give them by hand")
	}
	for _, e := range []struct{ what, url string }{
		{"authorization_endpoint", m.AuthorizeURL},
		{"token_endpoint", m.TokenURL},
		{"device_authorization_endpoint", m.DeviceURL},
		{"revocation_endpoint", m.RevokeURL},
		{"introspection_endpoint", m.IntrospectURL},
		{"userinfo_endpoint", m.UserinfoURL},
		{"jwks_uri", m.JWKSURL},
		{"pushed_authorization_request_endpoint", m.PARURL},
	} {
		if e.url == "" {
			continue
		}
		if err := checkURL(e.what, e.url); err != nil { // which quotes it
			return fmt.Errorf("the document's %s is no https address, so nothing can be sent there; ask who runs the server",
				e.what)
		}
	}
	return nil
}

// tenantMark stands in the issuer of Microsoft's documents for more than one tenant.
const tenantMark = "{tenantid}"

// names reports whether the document is issuer's: byte for byte, or with Microsoft's mark for the tenant.
func (m *metadata) names(issuer string) bool {
	if m.Issuer == issuer {
		return true
	}
	before, after, ok := strings.Cut(m.Issuer, tenantMark)
	if !ok || !strings.HasPrefix(issuer, before) || !strings.HasSuffix(issuer, after) {
		return false
	}
	tenant := strings.TrimSuffix(strings.TrimPrefix(issuer, before), after)
	return slices.Contains([]string{"common", "organizations", "consumers"}, tenant)
}

// provider turns a document into a Provider.
func (m *metadata) provider(u *url.URL, oidc bool) Provider {
	p := Provider{
		Name: u.Host, Issuer: m.Issuer,
		AuthorizeURL: m.AuthorizeURL, TokenURL: m.TokenURL, DeviceURL: m.DeviceURL,
		RevokeURL: m.RevokeURL, IntrospectURL: m.IntrospectURL, UserinfoURL: m.UserinfoURL,
		JWKSURL: m.JWKSURL, PARURL: m.PARURL,
		AuthMethods: m.AuthMethods, PARRequired: m.PARRequired, IssRequired: m.IssRequired, OIDC: oidc,
		OfflineParams: offlineParams(),
	}
	if oidc {
		p.Scopes = slices.DeleteFunc([]string{"openid", "profile", "email"}, func(s string) bool {
			return s != "openid" && len(m.Scopes) > 0 && !slices.Contains(m.Scopes, s)
		})
	}
	if slices.Contains(m.Scopes, "offline_access") || oidc && len(m.Scopes) == 0 {
		p.OfflineScope, p.ConsentPrompt = "offline_access", ConsentAlways
	}
	p.Offline = slices.Contains(m.Scopes, "offline_access") || slices.Contains(m.GrantTypes, "refresh_token")
	switch {
	case slices.Contains(m.Prompts, PromptAccount):
		p.AccountPrompt = PromptAccount
	case oidc && (len(m.Prompts) == 0 || slices.Contains(m.Prompts, PromptLogin)):
		p.AccountPrompt = PromptLogin
	}
	switch {
	case oidc && m.UserinfoURL != "":
		p.Check = Check{Kind: CheckUserinfo, URL: m.UserinfoURL}
	case m.IntrospectURL != "":
		p.Check = Check{Kind: CheckIntrospect, URL: m.IntrospectURL}
	}
	return p
}

func offlineParams() map[string]string { return map[string]string{"access_type": "offline"} }

const (
	metadataLife = 24 * time.Hour
	maxIssuers   = 256
)

// metadataCache remembers documents that were needed for one more endpoint.
type metadataCache struct {
	mu   sync.Mutex
	docs map[string]cachedMetadata
}

type cachedMetadata struct {
	provider Provider
	readAt   time.Time
}

// discovered returns the metadata of p's issuer, from memory where it was read before. Without an issuer it is empty.
func (w *Wire) discovered(ctx context.Context, p *Provider) (Provider, error) {
	if p.Issuer == "" || !p.OIDC {
		return Provider{}, nil
	}
	w.known.mu.Lock()
	c, ok := w.known.docs[p.Issuer]
	w.known.mu.Unlock()
	if ok && w.wall().Sub(c.readAt).Abs() < metadataLife {
		return c.provider, nil
	}
	found, err := w.discover(ctx, strings.ReplaceAll(p.Issuer, tenantMark, "common"))
	if err != nil {
		return Provider{}, err
	}
	w.known.mu.Lock()
	defer w.known.mu.Unlock()
	if w.known.docs == nil || len(w.known.docs) >= maxIssuers {
		w.known.docs = map[string]cachedMetadata{}
	}
	w.known.docs[p.Issuer] = cachedMetadata{provider: found, readAt: w.wall()}
	return found, nil
}
