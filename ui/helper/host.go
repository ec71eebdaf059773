package helper

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxHost is the length of a name in the DNS (RFC 1035 section 2.3.4) with a port.
const maxHost = 253 + len(":65535")

// errHost says what a host looks like.
var errHost = errors.New("no host; write it like example.org or example.org:8443")

// NormalHost gives the one form of a host with a port or without one: lower case, and without the port of https. Nothing
// else is made equal to anything else: a name with a dot at its end, or in another script, is another host.
func NormalHost(given string) (string, error) {
	name, port, hasPort := given, "", false
	if i := strings.LastIndexByte(given, ':'); i > strings.LastIndexByte(given, ']') {
		name, port, hasPort = given[:i], given[i+1:], true
	}
	if len(given) > maxHost || !plainName(name) {
		return "", fmt.Errorf("%.80q is %w", given, errHost)
	}
	name = strings.ToLower(name)
	if !hasPort {
		return name, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '+' || port[0] == '0' {
		return "", fmt.Errorf("%.80q is %w", given, errHost)
	}
	if n == 443 {
		return name, nil
	}
	return name + ":" + port, nil
}

// plainName reports whether name is a host of a URL: letters, digits, "-", "_" and single dots between them, or an IPv6
// address in brackets. Names in other scripts come in their ASCII form (RFC 5890).
func plainName(name string) bool {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		address, err := netip.ParseAddr(inner)
		return ok && err == nil && address.Is6() && address.Zone() == ""
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.ContainsFunc(label, notInLabel) {
			return false
		}
	}
	return true
}

func notInLabel(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}

// hostOf gives the host of an address whose scheme is one of schemes, in the form of NormalHost; "" for every other
// address, also one with a user name or characters that two readers may read in two ways.
func hostOf(address string, schemes ...string) string {
	if strings.ContainsFunc(address, isControl) || strings.ContainsAny(address, " \\") {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" {
		return ""
	}
	for _, s := range schemes {
		if u.Scheme != s {
			continue
		}
		if normal, err := NormalHost(u.Host); err == nil {
			return normal
		}
	}
	return ""
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
