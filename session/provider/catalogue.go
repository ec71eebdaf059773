package provider

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed catalogue/*.toml
var builtIn embed.FS

// Catalogue is the built-in providers with the user's own on top.
type Catalogue struct {
	entries map[string]*entry
	aliases map[string]string
}

// LoadCatalogue reads the built-in entries and then dir/*.toml, which win. A broken file is reported in errs, with its
// name and line, and leaves the others alone. A missing dir is no error.
func LoadCatalogue(dir string) (c *Catalogue, errs []error) {
	c = &Catalogue{entries: map[string]*entry{}, aliases: map[string]string{}}
	sub, err := fs.Sub(builtIn, "catalogue")
	if err != nil {
		errs = append(errs, fmt.Errorf("reading the built-in catalogue: %w", err))
	} else {
		errs = append(errs, c.read(sub)...)
	}
	if dir != "" {
		for _, err := range c.read(os.DirFS(dir)) {
			errs = append(errs, fmt.Errorf("%s%w", dir+string(filepath.Separator), err))
		}
	}
	return c, errs
}

// read adds every *.toml of a folder, in the order of their names, but none before the one that it extends.
func (c *Catalogue) read(dir fs.FS) (errs []error) {
	files, err := fs.ReadDir(dir, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return []error{fmt.Errorf("reading the catalogue: %w", err)}
	}
	texts, byID := map[string][]byte{}, map[string]string{}
	for _, f := range files {
		if f.IsDir() || path.Ext(f.Name()) != ".toml" || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		text, err := fs.ReadFile(dir, f.Name())
		if err != nil {
			errs = append(errs, fmt.Errorf("reading the catalogue: %w", err))
			continue
		}
		texts[f.Name()] = text
		byID[headOf(f.Name(), text).ID] = f.Name()
	}
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if done[name] {
			return
		}
		done[name] = true // before the one it extends: a circle ends at what is there
		if base, here := byID[headOf(name, texts[name]).Extends]; here {
			add(base)
		}
		if err := c.add(name, texts[name]); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		add(name)
	}
	return errs
}

// add takes a file in.
func (c *Catalogue) add(name string, text []byte) error {
	e, err := parseEntry(name, text, c.entries)
	if err != nil {
		return err
	}
	e.text = string(text)
	c.entries[e.id] = e
	delete(c.aliases, e.id)
	for _, alias := range e.aliases {
		if _, taken := c.entries[alias]; !taken {
			c.aliases[alias] = e.id
		}
	}
	return nil
}

// Lookup finds an entry by its id or one of its other names. Its URLs still hold their variables.
func (c *Catalogue) Lookup(id string) (Provider, bool) {
	e := c.find(id)
	if e == nil {
		return Provider{}, false
	}
	return e.provider(), true
}

// File gives the text of an entry's file, built-in or the user's own, by its id or one of its other names: what a file of
// one's own may look like.
func (c *Catalogue) File(id string) (text string, ok bool) {
	e := c.find(id)
	if e == nil {
		return "", false
	}
	return e.text, true
}

func (c *Catalogue) find(id string) *entry {
	id = strings.ToLower(strings.TrimSpace(id))
	if e, ok := c.entries[id]; ok {
		return e
	}
	return c.entries[c.aliases[id]]
}

// All returns the entries in the order of their ids.
func (c *Catalogue) All() []Provider {
	all := make([]Provider, 0, len(c.entries))
	for _, id := range slices.Sorted(maps.Keys(c.entries)) {
		all = append(all, c.entries[id].provider())
	}
	return all
}

// NeedsClient reports whether there is an entry of that id, and it needs a client's id (takesNoClient).
func (c *Catalogue) NeedsClient(id string) bool {
	p, ok := c.Lookup(id)
	return ok && !p.takesNoClient()
}

// Resolve turns a Target into a Provider: the catalogue entry with its variables filled in, completed by discovery
// where it names an issuer and lacks an endpoint; the discovered issuer, with the habits of the catalogue entry that
// knows it; or the hand-typed endpoints. Only discovery waits for the network. The error wraps a *TargetError.
func (c *Catalogue) Resolve(ctx context.Context, w *Wire, t Target) (Provider, error) {
	p, err := c.base(ctx, w, t)
	if err != nil {
		return Provider{}, err
	}
	p.AuthorizeURL = cmp.Or(t.AuthorizeURL, p.AuthorizeURL)
	p.TokenURL = cmp.Or(t.TokenURL, p.TokenURL)
	p.DeviceURL = cmp.Or(t.DeviceURL, p.DeviceURL)
	if t.CheckURL != "" {
		p.Check = Check{Kind: CheckGet, URL: t.CheckURL}
	}
	// An entry may describe renewal alone: then a refresh token is brought along.
	if p.TokenURL == "" || p.AuthorizeURL == "" && p.DeviceURL == "" && p.ID == "" {
		return Provider{}, badTarget("token_url", "the provider's address is missing: give a provider id, an issuer, or "+
			"both the authorization URL and the token URL")
	}
	return p, p.checkURLs()
}

func (c *Catalogue) base(ctx context.Context, w *Wire, t Target) (Provider, error) {
	if t.ID != "" {
		return c.byID(ctx, w, t)
	}
	if t.Issuer != "" {
		return c.byIssuer(ctx, w, t)
	}
	host := hostOf(t.TokenURL)
	return Provider{Name: host, OfflineParams: offlineParams(), rules: c.rulesAt(host)}, nil
}

// rulesAt finds what errors mean at a host that the catalogue knows, for endpoints that were typed by hand.
func (c *Catalogue) rulesAt(host string) []rule {
	for _, id := range slices.Sorted(maps.Keys(c.entries)) {
		if e := c.entries[id]; host != "" && hostOf(e.file.TokenURL) == host {
			p := e.provider()
			return p.rules
		}
	}
	return nil
}

// byID fills in a catalogue entry and asks its issuer for what it lacks.
func (c *Catalogue) byID(ctx context.Context, w *Wire, t Target) (Provider, error) {
	p, err := c.filled(t)
	if err != nil {
		return Provider{}, err
	}
	complete := p.TokenURL != "" && (p.AuthorizeURL != "" || p.DeviceURL != "")
	typed := t.TokenURL != "" && (t.AuthorizeURL != "" || t.DeviceURL != "")
	if complete || typed || p.Issuer == "" {
		return p, nil
	}
	found, err := w.discover(ctx, p.Issuer)
	if err != nil {
		return Provider{}, inField(c.issuerField(t), err)
	}
	p.complete(&found)
	return p, nil
}

// filled is a catalogue entry with its variables filled in.
func (c *Catalogue) filled(t Target) (Provider, error) {
	e := c.find(t.ID)
	if e == nil {
		return Provider{}, badTarget("provider", "no provider %.60q in the catalogue%s", t.ID, c.nearest(t.ID))
	}
	vars := maps.Clone(t.Vars)
	if t.Issuer != "" {
		if vars == nil {
			vars = map[string]string{}
		}
		vars["issuer"] = t.Issuer
	}
	p := e.provider()
	if err := p.fill(vars); err != nil {
		return p, err
	}
	// Some servers of a kind have habits of their own, and are told by their issuer.
	if own := c.knowing(p.Issuer); own != nil && own.file.Extends == e.id {
		p = own.provider()
		return p, p.fill(vars)
	}
	return p, nil
}

// issuerField is the field that an entry's issuer was made of.
func (c *Catalogue) issuerField(t Target) string {
	if t.Issuer != "" {
		return "issuer"
	}
	if vars := c.find(t.ID).provider().Vars; len(vars) == 1 {
		return "vars." + vars[0].Name
	}
	return "provider"
}

// byIssuer discovers an issuer. Where the catalogue knows it, its habits come from there.
func (c *Catalogue) byIssuer(ctx context.Context, w *Wire, t Target) (Provider, error) {
	found, err := w.discover(ctx, t.Issuer)
	if err != nil {
		return Provider{}, err
	}
	e := c.knowing(t.Issuer)
	if e == nil {
		return found, nil
	}
	p := e.provider()
	p.Vars = nil
	p.forgetEndpoints()
	p.complete(&found)
	return p, nil
}

// Restore completes a provider that was resolved before and kept as JSON with what its entry says of its habits now. Its
// addresses stay as they are: a token goes where it went before.
func (c *Catalogue) Restore(p *Provider) {
	e := c.find(p.ID)
	if e == nil {
		return
	}
	now := e.provider()
	p.rules, p.EndsWhen = now.rules, now.EndsWhen
	p.AuthStyle, p.PublicBasic, p.NeedsSecret = now.AuthStyle, now.PublicBasic, now.NeedsSecret
	p.JSONBody, p.TokenParams, p.Request, p.Members = now.JSONBody, now.TokenParams, now.Request, now.Members
	p.ScopeOnRefresh, p.ScopeSeparator = now.ScopeOnRefresh, now.ScopeSeparator
	p.Rotation, p.Replay, p.ReplayGrace = now.Rotation, now.Replay, now.ReplayGrace
	p.RefreshEndsAccess, p.LifetimesVary = now.RefreshEndsAccess, now.LifetimesVary
	p.RefreshAbsolute, p.RefreshIdle, p.AccessLife = now.RefreshAbsolute, now.RefreshIdle, now.AccessLife
	p.EndlessAbsolute, p.EndlessIdle, p.EndlessAccess = now.EndlessAbsolute, now.EndlessIdle, now.EndlessAccess
}

// knowing finds the entry whose issuer pattern fits.
func (c *Catalogue) knowing(issuer string) *entry {
	for _, id := range slices.Sorted(maps.Keys(c.entries)) {
		if e := c.entries[id]; e.issuerMatch != nil && e.issuerMatch.MatchString(issuer) {
			return e
		}
	}
	return nil
}

// forgetEndpoints leaves the habits of an entry and takes its addresses away.
func (p *Provider) forgetEndpoints() {
	p.Issuer, p.AuthorizeURL, p.TokenURL, p.RefreshURL, p.DeviceURL = "", "", "", "", ""
	p.RevokeURL, p.IntrospectURL, p.UserinfoURL, p.JWKSURL, p.PARURL = "", "", "", "", ""
	if strings.Contains(p.Check.URL, "{") || p.Check.Kind == CheckUserinfo {
		p.Check = Check{}
	}
	if strings.Contains(p.ConsoleURL, "{") {
		p.ConsoleURL = ""
	}
}

// complete takes from discovery what p does not say itself.
func (p *Provider) complete(found *Provider) {
	p.Issuer = cmp.Or(found.Issuer, p.Issuer)
	for _, f := range []struct{ to, from *string }{
		{&p.AuthorizeURL, &found.AuthorizeURL},
		{&p.TokenURL, &found.TokenURL},
		{&p.DeviceURL, &found.DeviceURL},
		{&p.RevokeURL, &found.RevokeURL},
		{&p.IntrospectURL, &found.IntrospectURL},
		{&p.UserinfoURL, &found.UserinfoURL},
		{&p.JWKSURL, &found.JWKSURL},
		{&p.PARURL, &found.PARURL},
	} {
		*f.to = cmp.Or(*f.to, *f.from)
	}
	p.PARRequired = p.PARRequired || found.PARRequired
	p.IssRequired = p.IssRequired || found.IssRequired
	p.OIDC = p.OIDC || found.OIDC
	p.Offline = p.Offline || found.Offline
	if len(p.AuthMethods) == 0 {
		p.AuthMethods = found.AuthMethods
	}
	if len(p.Scopes) == 0 {
		p.Scopes = found.Scopes
	}
	if p.Check.Kind == CheckNone {
		p.Check = found.Check
	}
	p.AccountPrompt = cmp.Or(p.AccountPrompt, found.AccountPrompt)
}
