package provider

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// refreshHosts are the hosts, with their ports, that a refresh token is sent to: for renewal first, then for revocation.
func (p *Provider) refreshHosts() []string {
	renewal := p.RefreshURL
	if renewal == "" {
		renewal = p.TokenURL
	}
	urls := []string{renewal}
	if p.RevokeStyle == RevokeStandard {
		urls = append(urls, p.RevokeURL)
	}
	var hosts []string
	for _, raw := range urls {
		if host := originOf(raw); host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// MovedFrom names a host that a refresh token would go to at p and not at was, where it came from; "" where there is none.
// Before anything secret goes there the user is asked: metadata can be changed by whoever serves them. A was of nil, or
// without addresses, has moved nowhere.
func (p *Provider) MovedFrom(was *Provider) (host string) {
	if was == nil {
		return ""
	}
	before := was.refreshHosts()
	if len(before) == 0 {
		return ""
	}
	for _, host := range p.refreshHosts() {
		if !slices.Contains(before, host) {
			return host
		}
	}
	return ""
}

// Elsewhere names a host that a refresh token would go to at p although neither the issuer, which may be all that the user
// named, nor the catalogue's entry for it lies there; "" where there is none.
func (c *Catalogue) Elsewhere(p *Provider) (host string) {
	if p.Issuer == "" {
		return ""
	}
	expected := []string{originOf(p.Issuer)}
	if e := c.find(p.ID); e != nil {
		entry := e.provider()
		expected = append(expected, entry.refreshHosts()...)
	}
	for _, host := range p.refreshHosts() {
		if !slices.Contains(expected, host) {
			return host
		}
	}
	return ""
}

// originOf is the host of an address as tokens see it: with its port, in one spelling.
func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if u.Scheme == "https" && port == "443" {
		return host
	}
	return net.JoinHostPort(host, port)
}
