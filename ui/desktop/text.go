package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"slices"
	"strings"
	"unicode"

	"github.com/godbus/dbus/v5"
)

// explain words the usual error for a person.
func explain(err error) error {
	bad, ok := errors.AsType[dbus.Error](err)
	if ok && (bad.Name == busName+".Error.ServiceUnknown" || bad.Name == busName+".Error.NameHasNoOwner") {
		return errors.New("no notification service runs or can be started; install one, like dunst or xfce4-notifyd")
	}
	if err != nil {
		return fmt.Errorf("asking the notification service: %w", err)
	}
	return nil
}

func notifyArgs(m Notice, replaces uint32, features map[string]bool, icon *pixels) []any {
	urgency, expire := urgencyNormal, expireDefault
	if m.Urgent {
		urgency, expire = urgencyCritical, expireNever
	}
	actions := []string{}
	if features["actions"] && len(m.Actions) > 0 {
		if !slices.ContainsFunc(m.Actions, func(a Action) bool { return a.ID == actionClick }) {
			// A click on the notice itself is all that some services know.
			actions = append(actions, actionClick, "") // a label would make it a button at some
		}
		for _, a := range m.Actions {
			actions = append(actions, plain(a.ID), plain(a.Label))
		}
	}
	body := m.Body
	if features["body-markup"] {
		body = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(body)
	}
	hints := map[string]dbus.Variant{
		"urgency":       dbus.MakeVariant(urgency),
		"desktop-entry": dbus.MakeVariant(appID),
	}
	if icon != nil {
		hints["image-data"] = dbus.MakeVariant(*icon)
	}
	return []any{appName, replaces, "", m.Title, body, actions, hints, expire}
}

// pixels is a picture as the service takes it: (iiibiiay), unmultiplied RGBA.
type pixels struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32
	Data                  []byte
}

func newPixels(data []byte) (*pixels, error) {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the notices' icon: %w", err)
	}
	size := picture.Bounds().Size()
	flat := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(flat, flat.Bounds(), picture, picture.Bounds().Min, draw.Src)
	return &pixels{int32(size.X), int32(size.Y), int32(flat.Stride), true, 8, 4, flat.Pix}, nil //nolint:gosec // an icon's
}

// plain drops what D-Bus refuses in a string (it ends the connection) and what has no place on a screen: control
// characters, and those that turn around or hide the text after them (Unicode Standard Annex 9, explicit directional
// formatting). Joiners stay, which Arabic and emoji need.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// clip cuts a text that is longer than so many characters.
func clip(s string, limit int) string {
	count := 0
	for i := range s {
		if count++; count > limit {
			return s[:i] + "…"
		}
	}
	return s
}
