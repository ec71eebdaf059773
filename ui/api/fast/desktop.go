package fast

import (
	"iter"
	"strings"
)

// desktopHeaders are the headers that tell the keeper of the caller's desktop, with the variable behind each.
var desktopHeaders = [...][2]string{
	{"Sessionkeeper-Display", "DISPLAY"},
	{"Sessionkeeper-Wayland-Display", "WAYLAND_DISPLAY"},
	{"Sessionkeeper-Xauthority", "XAUTHORITY"},
	{"Sessionkeeper-Dbus", "DBUS_SESSION_BUS_ADDRESS"},
}

// maxVariable bounds a variable that is passed on; the longest honest one is a path.
const maxVariable = 2048

// Desktop gives header and value for each variable of the desktop that is set and can travel in a header.
func Desktop(getenv func(string) string) iter.Seq2[string, string] {
	return func(yield func(header, value string) bool) {
		for _, h := range desktopHeaders {
			value := getenv(h[1])
			if value == "" || len(value) > maxVariable || strings.ContainsFunc(value, notInHeader) {
				continue
			}
			if !yield(h[0], value) {
				return
			}
		}
	}
}

// Variables turns headers back into variables.
func Variables(header func(name string) string) map[string]string {
	var env map[string]string
	for _, h := range desktopHeaders {
		value := header(h[0])
		if value == "" || len(value) > maxVariable {
			continue
		}
		if env == nil {
			env = make(map[string]string, len(desktopHeaders))
		}
		env[h[1]] = value
	}
	return env
}

// notInHeader reports whether r cannot be part of a field's value (RFC 9110 section 5.5).
func notInHeader(r rune) bool { return r < ' ' || r == 0x7f }
