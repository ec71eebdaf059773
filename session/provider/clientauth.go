package provider

import (
	"net/http"
	"net/url"
	"slices"
)

// authStyle decides how the client proves itself, before anything is sent (RFC 6749 section 2.3).
func authStyle(p *Provider, c Client) AuthStyle {
	if c.AuthStyle != AuthAuto {
		return c.AuthStyle
	}
	if c.Secret.Empty() {
		if p.PublicBasic {
			return AuthBasic
		}
		return AuthNone
	}
	if p.AuthStyle == AuthBasic || p.AuthStyle == AuthPost {
		return p.AuthStyle
	}
	if p.Request.carries("client_secret") { // which is the proof
		return AuthNone
	}
	basic := slices.Contains(p.AuthMethods, "client_secret_basic")
	post := slices.Contains(p.AuthMethods, "client_secret_post")
	if post && !basic {
		return AuthPost
	}
	return AuthBasic
}

// authenticate puts the client's proof where style wants it. Basic form-encodes both halves first (RFC 6749 2.3.1).
func authenticate(style AuthStyle, c Client, form url.Values, header http.Header) {
	switch style {
	case AuthBasic:
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret.Reveal()))
	case AuthPost:
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret.Reveal())
	case AuthAuto, AuthNone:
		if c.ID != "" { // else there are no clients
			form.Set("client_id", c.ID)
		}
	}
}
