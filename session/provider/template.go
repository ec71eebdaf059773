package provider

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// variable is a place to fill in, in a catalogue entry's URL.
var variable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{([a-z_]+)\}`)
})

// reservedVariable reports whether a name is filled in by others: the client's id when a token is revoked, the tenant
// when an ID token is checked.
func reservedVariable(name string) bool { return name == "client_id" || "{"+name+"}" == tenantMark }

// template is a URL of a provider and its key in the catalogue.
type template struct {
	key string
	url *string
}

func (p *Provider) templates() []template {
	return []template{
		{"issuer", &p.Issuer},
		{"authorize_url", &p.AuthorizeURL},
		{"token_url", &p.TokenURL},
		{"refresh_url", &p.RefreshURL},
		{"device_url", &p.DeviceURL},
		{"revoke_url", &p.RevokeURL},
		{"introspect_url", &p.IntrospectURL},
		{"userinfo_url", &p.UserinfoURL},
		{"jwks_url", &p.JWKSURL},
		{"par_url", &p.PARURL},
		{"check.url", &p.Check.URL},
		{"console_url", &p.ConsoleURL},
		{"redirect_url", &p.RedirectURL},
	}
}

// fill puts the values of variables into the URLs. A variable that begins a URL takes an address, any other a plain
// word, so that a value cannot move a token to another host by a slash or an @.
func (p *Provider) fill(vars map[string]string) error {
	for name := range vars {
		if !slices.ContainsFunc(p.Vars, func(v Var) bool { return v.Name == name }) {
			return badTarget("vars."+name, "provider %s has no variable %.60q%s", p.ID, name, p.wants())
		}
	}
	for _, v := range p.Vars {
		value := cmp.Or(strings.TrimSpace(vars[v.Name]), v.Default)
		if value == "" {
			return badTarget("vars."+v.Name, "provider %s needs %q: %s", p.ID, v.Name, v.Note)
		}
		mark := "{" + v.Name + "}"
		for _, t := range p.templates() {
			if !strings.Contains(*t.url, mark) {
				continue
			}
			filled := value
			if strings.HasPrefix(*t.url, mark) {
				if *t.url != "{issuer}" { // which must stay as it is, to the last slash
					filled = strings.TrimRight(value, "/")
				}
				if err := checkURL(v.Name, filled); err != nil {
					return badTarget("vars."+v.Name, "%v", err)
				}
			} else if !plainValue().MatchString(value) {
				return badTarget("vars."+v.Name, "provider %s: %s %.60q: want letters, digits, dots and dashes alone", p.ID, v.Name,
					value)
			}
			*t.url = strings.ReplaceAll(*t.url, mark, filled)
		}
	}
	p.Vars = nil
	return nil
}

var plainValue = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.\-]*(:[0-9]{1,5})?$`)
})

func (p *Provider) wants() string {
	names := make([]string, 0, len(p.Vars))
	for _, v := range p.Vars {
		names = append(names, v.Name)
	}
	if len(names) == 0 {
		return ", and takes none"
	}
	return "; it takes " + strings.Join(names, ", ")
}

// checkURLs makes sure that every address may be trusted with a secret.
func (p *Provider) checkURLs() error {
	for _, t := range p.templates() {
		if *t.url == "" {
			continue
		}
		plain := strings.NewReplacer("{client_id}", "x", tenantMark, "x").Replace(*t.url)
		if err := checkURL(t.key, plain); err != nil {
			return badTarget(t.key, "%v", err)
		}
	}
	return nil
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// nearest suggests ids for one that is not known.
func (c *Catalogue) nearest(id string) string {
	id = strings.ToLower(id)
	var near []string
	for _, known := range slices.Sorted(maps.Keys(c.entries)) {
		if distance(id, known) <= 2 || len(id) >= 3 && (strings.Contains(known, id) || strings.Contains(id, known)) {
			near = append(near, known)
		}
	}
	if len(near) == 0 {
		return "; \"sessionkeeper providers\" lists them, and an issuer or hand-typed addresses work for any other"
	}
	return "; did you mean " + strings.Join(near[:min(len(near), 3)], ", ") + "?"
}

// distance counts the letters to change between two short words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, utf8.RuneCountInString(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range []rune(a) {
		last := row[0]
		row[0] = i + 1
		for j, y := range []rune(b) {
			cost := last
			if x != y {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(row)-1]
}
