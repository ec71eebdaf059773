package tokens

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Origin reads an origin, "https://host" with a port where it is not the scheme's own, as text and nothing else of an
// address. Over http it may only be this machine: a token must not cross a network in clear.
func Origin(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is no address; give an origin like https://api.example.com", text)
	case u.User != nil: // said without the address, which holds a password
		return nil, fmt.Errorf("an origin has no user and no password; give it as %s://%s", u.Scheme, u.Host)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%q is no https origin; give one like https://api.example.com", text)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return nil, fmt.Errorf("%q is more than an origin; give it without a path, a query and a fragment: %s",
			text, u.Scheme+"://"+u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%q would send the token in clear; use https, or http on this machine alone", text)
	case !validPort(u):
		return nil, fmt.Errorf("%q has no valid port; give one from 1 to 65535, or none", text)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

func validPort(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// loopback reports whether a host is this machine whatever a resolver says, or the name that stands for it
// (RFC 6761 section 6.3).
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// same reports whether u has the origin o.
func same(o, u *url.URL) bool {
	if u.Scheme == o.Scheme && u.Host == o.Host {
		return true
	}
	return strings.EqualFold(u.Scheme, o.Scheme) && strings.EqualFold(u.Hostname(), o.Hostname()) && portOf(u) == portOf(o)
}

func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	default:
		return "80"
	}
}
