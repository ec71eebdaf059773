package provider

import (
	"net/url"
	"slices"
	"strings"
)

// quietScopes are those that an answer may leave out although they were granted: those of OpenID, and what stands for
// "whatever was agreed on" at Microsoft.
var quietScopes = []string{"openid", "profile", "email", "address", "phone", "offline_access", "offline", "refresh_token", ".default"}

// quiet reports whether a scope may be missing from an answer although it was granted.
func quiet(scope string) bool { return slices.Contains(quietScopes, shortScope(scope)) }

// MissingScopes are those of asked that granted does not cover, as they were asked for. Where granted is empty none are
// missing (RFC 6749 section 5.1), nor where it has nothing to do with asked: then the provider calls them by other names.
func MissingScopes(asked, granted []string) []string {
	var missing []string
	alike := !slices.ContainsFunc(granted, func(g string) bool { return !quiet(g) })
	for _, scope := range asked {
		switch {
		case quiet(scope):
		case slices.ContainsFunc(granted, func(g string) bool { return covers(g, scope) }):
			alike = true
		default:
			missing = append(missing, scope)
		}
	}
	if len(granted) == 0 || !alike {
		return nil
	}
	return missing
}

// MoreScopes is have with those of more that it lacks.
func MoreScopes(have, more []string) []string {
	all := slices.Clone(have)
	for _, scope := range more {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}

// covers reports whether the scope granted holds the scope asked for: the same in another spelling ("User.Read" for
// "https://graph.microsoft.com/User.Read"), the whole of which it is a part ("user" for "user:email", as GitHub answers),
// or the right to write for the right to read.
func covers(granted, asked string) bool {
	granted, asked = strings.ToLower(strings.TrimSuffix(granted, "/")), strings.ToLower(strings.TrimSuffix(asked, "/"))
	if granted == asked || strings.HasPrefix(asked, granted+":") {
		return true
	}
	if strings.Contains(granted, "://") != strings.Contains(asked, "://") && shortScope(granted) == shortScope(asked) {
		return true
	}
	level, of, ok := strings.Cut(asked, ":")
	wider, same, is := strings.Cut(granted, ":")
	return ok && is && of == same && slices.Index(scopeLevels, wider) > slices.Index(scopeLevels, level) &&
		slices.Contains(scopeLevels, level)
}

// scopeLevels are what GitHub and others begin scopes with, the widest last.
var scopeLevels = []string{"read", "write", "admin"}

// shortScope is a scope without the address of the resource that it belongs to.
func shortScope(scope string) string {
	scope = strings.ToLower(scope)
	u, err := url.Parse(scope)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return scope
	}
	path := strings.TrimSuffix(u.Path, "/")
	if name := path[strings.LastIndexByte(path, '/')+1:]; name != "" {
		return name
	}
	return scope
}
