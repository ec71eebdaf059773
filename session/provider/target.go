package provider

import (
	"errors"
	"fmt"
)

// Target names a session's authorization server the way a session's definition does: by catalogue id (with what its
// URLs leave open), by issuer, or by hand-typed endpoints. Endpoints beside an id or an issuer override theirs.
type Target struct {
	ID           string
	Issuer       string
	AuthorizeURL string
	TokenURL     string
	DeviceURL    string
	CheckURL     string            // overrides the check of the entry
	Vars         map[string]string // fills {tenant}, {base} … in a catalogue entry's URLs
}

// TargetError says what of a Target is at fault.
type TargetError struct {
	Field  string // as a definition calls it: "provider", "issuer", "vars.tenant" …
	Advice string // what is wrong and what to do, as a clause; holds nothing raw of a server's answer
}

func (e *TargetError) Error() string { return e.Advice }

func badTarget(field, format string, args ...any) error {
	return &TargetError{Field: field, Advice: fmt.Sprintf(format, args...)}
}

// inField gives a Target's error to another of its fields: an entry's issuer is made of its variables.
func inField(field string, err error) error {
	if e, ok := errors.AsType[*TargetError](err); ok {
		return badTarget(field, "%s", e.Advice)
	}
	return err
}

// Check says, without the network, what of a Target cannot be used. The error is a *TargetError.
func (c *Catalogue) Check(t Target) error {
	if t.ID == "" {
		return nil // the definition's own checks say the rest
	}
	_, err := c.filled(t)
	return err
}
