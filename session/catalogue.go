package session

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// Provider is one of the catalogue, as people who register a client need to see it. Addresses still hold their
// variables, {name}.
type Provider struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Issuer       string   `json:"issuer,omitempty"`
	AuthorizeURL string   `json:"authorize_url,omitempty"`
	TokenURL     string   `json:"token_url,omitempty"`
	RefreshURL   string   `json:"refresh_url,omitempty"` // where it is another than TokenURL
	DeviceURL    string   `json:"device_url,omitempty"`
	RevokeURL    string   `json:"revoke_url,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Vars         []Var    `json:"vars,omitempty"`
	PasteOnly    bool     `json:"paste_only,omitempty"`
	RedirectURI  string   `json:"redirect_uri,omitempty"`  // what to register
	RedirectRule string   `json:"redirect_rule,omitempty"` // "any_port", "exact" or "unknown"; "" where nothing is registered
	Secret       string   `json:"secret,omitempty"`        // of the client: "required", "optional" or "none"; "" unknown
	AuthStyle    string   `json:"auth_style"`              // "basic", "post", "none" or "unknown"

	// What is known of its sessions, "unknown" where nothing is.
	OfflineNeeds string          `json:"offline_needs"` // "nothing", "request", "setting", "never"
	OfflineScope string          `json:"offline_scope,omitempty"`
	Rotation     string          `json:"rotation"` // "never", "sometimes", "always"
	Replay       string          `json:"replay"`   // "safe", "grace", "until_first_use", "conditional", "unsafe"
	ReplayGrace  config.Duration `json:"replay_grace,omitzero"`
	AccessLife   config.Duration `json:"access_life,omitzero"`
	EndsAfter    config.Duration `json:"ends_after,omitzero"` // counted from the sign-in
	IdleAfter    config.Duration `json:"idle_after,omitzero"` // counted from the last renewal
	Defaults     bool            `json:"defaults,omitempty"`  // these durations are defaults that a server may change
	EndsWhen     []string        `json:"ends_when,omitempty"` // what ends a session beside that; each goes after "when"
	Facts        []Fact          `json:"facts,omitempty"`     // the same as lines for people

	ConsoleURL string   `json:"console_url,omitempty"`
	Note       string   `json:"note,omitempty"`
	Sources    []string `json:"sources,omitempty"`
}

// Var is a part of a provider's addresses that the user fills in.
type Var struct {
	Name    string `json:"name"`
	Default string `json:"default,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// DescribeProvider says of an entry of the catalogue what its users need.
func DescribeProvider(p provider.Provider) Provider {
	d := Provider{
		ID: p.ID, Name: p.Name, Issuer: p.Issuer, AuthorizeURL: p.AuthorizeURL, TokenURL: p.TokenURL,
		RefreshURL: p.RefreshURL, DeviceURL: p.DeviceURL, RevokeURL: p.RevokeURL, Scopes: p.Scopes, PasteOnly: p.PasteOnly,
		RedirectURI: signin.RedirectURI(&p), Secret: p.NeedsSecret, AuthStyle: orUnknown(string(p.AuthStyle)),
		OfflineNeeds: orUnknown(string(p.OfflineNeeds)), OfflineScope: p.OfflineScope,
		Rotation: orUnknown(string(p.Rotation)), Replay: orUnknown(string(p.Replay)),
		ReplayGrace: config.Duration(p.ReplayGrace), AccessLife: config.Duration(p.AccessLife),
		EndsAfter: config.Duration(p.RefreshAbsolute), IdleAfter: config.Duration(p.RefreshIdle), Defaults: p.LifetimesVary,
		EndsWhen: p.EndsWhen, Facts: providerFacts(&p),
		ConsoleURL: p.ConsoleURL, Note: p.Note, Sources: p.Sources,
	}
	if d.RefreshURL == d.TokenURL {
		d.RefreshURL = ""
	}
	if noReturn(&p) {
		d.RedirectURI = ""
	}
	if d.RedirectURI != "" && !p.PasteOnly {
		d.RedirectRule = orUnknown(string(p.RedirectRule))
	}
	for _, v := range p.Vars {
		d.Vars = append(d.Vars, Var{Name: v.Name, Default: v.Default, Hint: v.Note})
	}
	return d
}

// Providers gives the catalogue, by id, the user's own files on top of the built-in ones.
func (k *Keeper) Providers() []Provider {
	all := k.catalogue.Load().All()
	views := make([]Provider, len(all))
	for i := range all {
		views[i] = DescribeProvider(all[i])
	}
	return views
}

// SetCatalogue takes over a catalogue that was read again; faults are what of its files cannot be used. Sessions that are
// signed in stay with the addresses that they have, and take over what it says of habits.
func (k *Keeper) SetCatalogue(ctx context.Context, c *provider.Catalogue, faults []error) {
	_ = k.call(ctx, func() {
		k.catalogue.Store(c)
		k.noteFaults(faults)
		k.completions = map[*provider.Provider]*provider.Provider{}
		k.forEach("catalogue", func(e *entry) {
			if e.prov == nil {
				return
			}
			p := k.completed(e.prov)
			if p == e.prov {
				return
			}
			e.prov, e.d.Provider = p, p
			if e.g != nil && !e.busy { // what is known of lifetimes may be other than before
				e.plan(roll())
				k.changed(e)
			}
		})
	})
}

// completed is a provider with what the catalogue says of it now. Sessions that shared one go on sharing one.
func (k *Keeper) completed(p *provider.Provider) *provider.Provider {
	if whole, ok := k.completions[p]; ok {
		return whole
	}
	whole := *p // the one before may be in use
	if k.catalogue.Load().Restore(&whole); reflect.DeepEqual(whole, *p) {
		k.completions[p] = p
		return p
	}
	k.completions[p], k.completions[&whole] = &whole, &whole
	return &whole
}

// noteFaults takes over what of the catalogue cannot be used, and logs what is new of it.
func (k *Keeper) noteFaults(faults []error) {
	known := map[string]bool{}
	for _, f := range k.unknown {
		known[f.Err.Error()] = true
	}
	k.unknown = nil
	for _, err := range faults {
		if k.unknown = append(k.unknown, config.Fault{Err: err}); !known[err.Error()] {
			k.log.Error("configuration file cannot be used", "error", err)
		}
	}
	k.showFaults()
}

func (k *Keeper) showFaults() {
	all := slices.Concat(k.unread, k.unknown)
	k.faults.Store(&all)
}

// Discovery is what an issuer says of itself.
type Discovery struct {
	Issuer       string   `json:"issuer"`
	AuthorizeURL string   `json:"authorize_url,omitempty"`
	TokenURL     string   `json:"token_url"`
	DeviceURL    string   `json:"device_url,omitempty"`
	RevokeURL    string   `json:"revoke_url,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Offline      bool     `json:"offline"`  // it knows a way to give refresh tokens
	Provider     string   `json:"provider"` // the catalogue's id where its entry knows this issuer
	RedirectURI  string   `json:"redirect_uri"`
}

// Discover asks an issuer what it is, as a sign-in there would: at the same addresses, within the same limits. The error
// is an *Error with the field "issuer".
func (k *Keeper) Discover(ctx context.Context, issuer string) (Discovery, error) {
	issuer = cmp.Or(strings.TrimSpace(issuer), "-") // no address, but no target without an issuer either
	p, err := k.catalogue.Load().Resolve(ctx, k.o.Wire, provider.Target{Issuer: issuer})
	if err != nil {
		return Discovery{}, targetError("", err)
	}
	_ = k.call(ctx, k.lookAtClock) // the answer said what time it is
	return Discovery{
		Issuer: p.Issuer, AuthorizeURL: p.AuthorizeURL, TokenURL: p.TokenURL, DeviceURL: p.DeviceURL,
		RevokeURL: p.RevokeURL, Scopes: p.Scopes, Offline: p.Offline, Provider: p.ID, RedirectURI: signin.RedirectURI(&p),
	}, nil
}

// targetError says which part of a definition keeps its provider from being known.
func targetError(name string, err error) *Error {
	e := &Error{Code: CodeInvalid, Session: name, Detail: stop(capital(err.Error()))}
	if t, ok := errors.AsType[*provider.TargetError](err); ok {
		e.Field, e.Detail = t.Field, stop(capital(t.Advice))
	}
	return e
}

// capital makes a clause begin like a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
