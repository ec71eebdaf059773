package helper

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/places"
)

// Binding says which session a tool gets tokens of, and for which hosts. The file helpers.toml in the configuration
// folder has them all; people may edit it.
type Binding struct {
	Tool    string   `toml:"tool"`
	Session string   `toml:"session"`
	Hosts   []string `toml:"hosts,omitempty"` // "example.org" or "example.org:8443"; https only
	Options Options  `toml:"options,omitempty"`
}

// Options are what some tools want to know beyond the session.
type Options struct {
	IDToken  *bool  `toml:"id_token,omitempty"` // instead of the tool's own choice
	Username string `toml:"username,omitempty"` // where the tool wants a user name beside the token
	Scheme   string `toml:"scheme,omitempty"`   // how the host wants the token: "basic", "bearer" or "bare"; "": as the tool does
	Role     string `toml:"role,omitempty"`     // AWS: the ARN of the role
	Region   string `toml:"region,omitempty"`   // AWS
	Audience string `toml:"audience,omitempty"` // Google: of the workforce pool's provider
	Index    string `toml:"index,omitempty"`    // pip, uv, cargo: the address of the registry
}

const (
	bindingsFile = "helpers.toml"

	// maxBindings bounds the file; a binding takes some hundred bytes.
	maxBindings = 1 << 20
)

// The words of Options.Scheme.
const (
	schemeBasic  = "basic"
	schemeBearer = "bearer"
	schemeBare   = "bare"
)

// BindingsPath is where the bindings of a home are.
func BindingsPath(p places.Places) string { return filepath.Join(p.Config, bindingsFile) }

// LoadBindings reads the bindings of a home, in their order; a file that is missing has none. Hosts come in the form of
// NormalHost. An error names file and line.
func LoadBindings(p places.Places) ([]Binding, error) {
	path := BindingsPath(p)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the helpers: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxBindings:
		return nil, fmt.Errorf("reading the helpers: %s is no regular file of at most 1 MiB; correct that and try again", path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // our own file
	if err != nil {
		return nil, fmt.Errorf("reading the helpers: %w", err)
	}
	all, err := decodeBindings(data)
	if err != nil {
		return nil, fmt.Errorf("reading the helpers: %s: %w; correct the file and try again", path, err)
	}
	return all, nil
}

// EncodeBindings gives the file of these bindings. It takes none that LoadBindings would refuse.
func EncodeBindings(all []Binding) ([]byte, error) {
	data, err := toml.Marshal(document[Binding]{Helpers: all})
	if err == nil {
		_, err = decodeBindings(data)
	}
	if err != nil {
		return nil, fmt.Errorf("writing the helpers: %w", err)
	}
	return append([]byte(preamble), data...), nil
}

const preamble = "# Which programs get tokens of which sessions, and for which hosts.\n\n"

// document is the whole file.
type document[B any] struct {
	Helpers []B `toml:"helper"`
}

// written is a Binding as it stands in the file: its values say what is wrong with them, and the decoder says where. They
// are structs, since the decoder asks no string.
type written struct {
	Tool    toolID      `toml:"tool"`
	Session sessionName `toml:"session"`
	Hosts   []host      `toml:"hosts"`
	Options struct {
		Options
		Username userName   `toml:"username"`
		Scheme   authScheme `toml:"scheme"`
	} `toml:"options"`
}

func decodeBindings(data []byte) ([]Binding, error) {
	var d document[written]
	decoder := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return nil, whereInFile(err)
	}
	all := make([]Binding, len(d.Helpers))
	for i, w := range d.Helpers {
		if w.Tool.id == "" || w.Session.name == "" {
			return nil, fmt.Errorf("[[helper]] number %d needs a tool and a session", i+1)
		}
		b := Binding{Tool: w.Tool.id, Session: w.Session.name, Options: w.Options.Options}
		b.Options.Username, b.Options.Scheme = w.Options.Username.name, w.Options.Scheme.scheme
		for _, h := range w.Hosts {
			b.Hosts = append(b.Hosts, h.normal)
		}
		all[i] = b
	}
	return all, nil
}

// whereInFile says in which line a decoder's error is, and what is wrong there without quoting the file.
func whereInFile(err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		row, _ := strict.Errors[0].Position()
		return fmt.Errorf("line %d: %q is no setting of a helper", row, strings.Join(strict.Errors[0].Key(), "."))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := bad.Position()
		return fmt.Errorf("line %d: %s", row, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	return err
}

type toolID struct{ id string }

func (t *toolID) UnmarshalText(b []byte) error {
	if _, ok := Find(string(b)); !ok {
		return fmt.Errorf("there is no helper for %.40q", b)
	}
	t.id = string(b)
	return nil
}

type sessionName struct{ name string }

func (s *sessionName) UnmarshalText(b []byte) error {
	if len(b) == 0 || !secret.OneLine(string(b)) {
		return fmt.Errorf("%.40q is no name of a session", b)
	}
	s.name = string(b)
	return nil
}

type host struct{ normal string }

func (h *host) UnmarshalText(b []byte) (err error) {
	h.normal, err = NormalHost(string(b))
	return err
}

type userName struct{ name string }

func (u *userName) UnmarshalText(b []byte) error {
	if !secret.OneLine(string(b)) {
		return fmt.Errorf("%.40q is no user name", b)
	}
	u.name = string(b)
	return nil
}

type authScheme struct{ scheme string }

func (s *authScheme) UnmarshalText(b []byte) error {
	switch string(b) {
	case "", schemeBasic, schemeBearer, schemeBare:
		s.scheme = string(b)
		return nil
	}
	return fmt.Errorf("%.40q is no scheme: basic, bearer or bare", b)
}
