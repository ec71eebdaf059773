package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName = 200 // characters

	// maxFileName is in bytes. Most file systems hold 255, eCryptfs (encrypted home folders) holds 143.
	maxFileName = 140

	// hashMark stands before the hash in the file name of a long session name. It is no escape, so no short name has it.
	hashMark   = "%~"
	hashDigits = 16
)

// CheckName says whether a session may be called name: 1 to 200 characters, no slash, no control or bidi characters,
// not "." or "..", no leading dot, not ending in ".toml" (a file's name is not the session's), something visible in it;
// any script is welcome.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("a session needs a name")
	case !utf8.ValidString(name):
		return errors.New("session name: not valid UTF-8")
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("session name: longer than %d characters", maxName)
	case strings.HasPrefix(name, "."):
		return fmt.Errorf("session name %q: a leading dot is not allowed", name)
	case strings.HasSuffix(strings.ToLower(name), fileSuffix):
		return fmt.Errorf("session name %q: leave out .toml", name)
	case !strings.ContainsFunc(name, visible):
		return fmt.Errorf("session name %q: nothing visible in it", name)
	}
	for _, r := range name {
		if r == '/' || unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return fmt.Errorf("session name %q: the character %U is not allowed", name, r)
		}
	}
	return nil
}

func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
}

// fileName is the file's name for a session. A character that some file system cannot hold is percent-escaped, on every
// system alike, so that a home can move between them: control characters, < > : " / \ | ? * and %, a dot or space at
// the end, the first letter of a Windows device name. A name that gets too long is cut and ends in a hash of the whole;
// the file then has the name inside.
func fileName(name string) string {
	stem := escape(name)
	if len(stem)+len(fileSuffix) <= maxFileName {
		return stem + fileSuffix
	}
	sum := sha256.Sum256([]byte(name))
	tail := hashMark + hex.EncodeToString(sum[:])[:hashDigits] + fileSuffix
	return cut(stem, maxFileName-len(tail)) + tail
}

func escape(name string) string {
	var b strings.Builder
	device := deviceName(name)
	for i, r := range name {
		last := i+utf8.RuneLen(r) == len(name)
		switch {
		case r < ' ', r == 0x7f, strings.ContainsRune(`<>:"/\|?*%`, r), last && (r == '.' || r == ' '), i == 0 && device:
			fmt.Fprintf(&b, "%%%02X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// deviceName reports whether Windows takes a file of that name for a device, whatever comes after the first dot
// (Microsoft, "Naming Files, Paths, and Namespaces").
func deviceName(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	digit, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		digit, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(digit) == 1 && strings.Contains("0123456789¹²³", digit)
}

// cut shortens stem to at most size bytes without halving a character or an escape.
func cut(stem string, size int) string {
	for !utf8.RuneStart(stem[size]) {
		size--
	}
	for back := 1; back <= 2; back++ {
		if stem[size-back] == '%' {
			size -= back
			break
		}
	}
	return stem[:size]
}

// sessionName is the session that a file's name stands for; hashed says that the name is cut and the whole one is
// inside the file.
func sessionName(file string) (name string, hashed bool, err error) {
	stem := strings.TrimSuffix(file, fileSuffix)
	if strings.Contains(stem, hashMark) {
		return stem, true, nil
	}
	name, err = unescape(stem)
	if err != nil {
		return stem, false, err
	}
	if err := CheckName(name); err != nil {
		return stem, false, err
	}
	if canonical := fileName(name); canonical != file {
		return name, false, fmt.Errorf("the file of session %q must be called %s", name, canonical)
	}
	return name, false, nil
}

func unescape(stem string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(stem, "%")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if len(after) < 2 {
			return "", errors.New("a percent sign in a file name is written %25")
		}
		n, err := strconv.ParseUint(after[:2], 16, 7)
		if err != nil {
			return "", errors.New("a percent sign in a file name is written %25")
		}
		b.WriteByte(byte(n))
		stem = after[2:]
	}
}
