package provider

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// entry is a catalogue file, read.
type entry struct {
	id          string
	aliases     []string
	issuerMatch *regexp.Regexp
	file        entryFile
	text        string // of its file, as it was read
}

// unknown is what a file says where a fact was looked for and not found. It means the same as leaving the key out.
const unknown = "unknown"

// notApplicable is what a file says of refresh tokens, of a limit or of a console, where there is none.
const notApplicable = "none"

// entryFile is the form of a catalogue file. Its keys are what a user may write.
type entryFile struct {
	ID          string   `toml:"id"`
	Extends     string   `toml:"extends"`
	Aliases     []string `toml:"aliases"`
	Name        string   `toml:"name"`
	Issuer      string   `toml:"issuer"`
	IssuerMatch string   `toml:"issuer_match"`

	AuthorizeURL  string `toml:"authorize_url"`
	TokenURL      string `toml:"token_url"`
	RefreshURL    string `toml:"refresh_url"`
	DeviceURL     string `toml:"device_url"`
	RevokeURL     string `toml:"revoke_url"`
	IntrospectURL string `toml:"introspect_url"`
	UserinfoURL   string `toml:"userinfo_url"`
	JWKSURL       string `toml:"jwks_url"`
	PARURL        string `toml:"par_url"`

	RevokeStyle    string            `toml:"revoke_style"`
	AuthStyle      string            `toml:"auth_style"`
	NeedsSecret    string            `toml:"needs_secret"`
	PublicBasic    bool              `toml:"public_basic"`
	JSONBody       bool              `toml:"json_body"`
	TokenParams    map[string]any    `toml:"token_params"` // text, numbers, true or false
	Scopes         []string          `toml:"scopes"`
	ScopeSeparator string            `toml:"scope_separator"`
	ScopeOnRefresh bool              `toml:"scope_on_refresh"`
	ScopeParam     string            `toml:"scope_param"`
	OfflineNeeds   string            `toml:"offline_needs"`
	OfflineNote    string            `toml:"offline_note"`
	OfflineScope   string            `toml:"offline_scope"`
	OfflineParams  map[string]string `toml:"offline_params"`
	DeviceParams   map[string]string `toml:"device_params"`
	RefusesOffline bool              `toml:"refuses_access_type"`
	ConsentPrompt  string            `toml:"consent_prompt"`
	AccountPrompt  string            `toml:"account_prompt"`
	MoreParams     map[string]string `toml:"more_params"`

	RedirectRule string `toml:"redirect_rule"`
	RedirectFree bool   `toml:"redirect_free"`
	RedirectHost string `toml:"redirect_host"`
	RedirectPort int    `toml:"redirect_port"`
	RedirectPath string `toml:"redirect_path"`
	PasteOnly    bool   `toml:"paste_only"`
	RedirectURL  string `toml:"redirect_url"`

	Rotation          string `toml:"rotation"`
	Replay            string `toml:"replay"`
	ReplayGrace       span   `toml:"replay_grace"`
	RefreshEndsAccess bool   `toml:"refresh_ends_access"`
	RefreshAbsolute   limit  `toml:"refresh_absolute"`
	RefreshIdle       limit  `toml:"refresh_idle"`
	AccessLife        limit  `toml:"access_life"`
	LifetimesVary     bool   `toml:"lifetimes_vary"`

	PARRequired bool `toml:"par_required"`
	IssRequired bool `toml:"iss_required"`
	OIDC        bool `toml:"oidc"`

	Request    requestFile        `toml:"request"`
	Answer     answerFile         `toml:"answer"`
	Check      checkFile          `toml:"check"`
	Vars       map[string]varFile `toml:"vars"`
	Errors     []ruleFile         `toml:"errors"`
	ConsoleURL string             `toml:"console_url"`
	Note       string             `toml:"note"`
	EndsWhen   []string           `toml:"ends_when"`
	Sources    []string           `toml:"sources"`
}

type checkFile struct {
	Kind       string            `toml:"kind"`
	URL        string            `toml:"url"`
	Method     string            `toml:"method"`
	Scheme     string            `toml:"scheme"`
	Headers    map[string]string `toml:"headers"`
	DeadStatus []int             `toml:"dead_status"`
	DeadCodes  []string          `toml:"dead_codes"`
	DeadText   []string          `toml:"dead_text"`
}

type varFile struct {
	Default string `toml:"default"`
	Note    string `toml:"note"`
}

// ruleFile is an [[errors]] table: every condition that is given must hold.
type ruleFile struct {
	Code    []string `toml:"code"`
	Match   string   `toml:"match"`
	Status  int      `toml:"status"`
	Verdict string   `toml:"verdict"`
	Reason  string   `toml:"reason"`
}

// span is a duration in the catalogue: Go's form, or days ("90d").
type span time.Duration

// UnmarshalText reads a positive duration.
func (s *span) UnmarshalText(text []byte) error {
	v := string(text)
	if days, ok := strings.CutSuffix(v, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n <= 0 || n > 36500 {
			return fmt.Errorf("%q is no number of days", v)
		}
		*s = span(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no duration; write it like 90s, 8h or 90d", v)
	}
	*s = span(d)
	return nil
}

// limit is a span that may be known not to be there, which is another thing than not being known.
type limit struct {
	span span
	none bool
	said bool // also where it says that it is not known
}

// UnmarshalText reads a positive duration, "none" or "unknown".
func (l *limit) UnmarshalText(text []byte) error {
	*l = limit{none: string(text) == notApplicable, said: true}
	if l.none || string(text) == unknown {
		return nil
	}
	return l.span.UnmarshalText(text)
}

// head is what of a file is looked at before the rest.
type head struct {
	ID      string `toml:"id"`
	Extends string `toml:"extends"`
}

// headOf reads a file's head. A file with faults has what could be read of it.
func headOf(name string, text []byte) head {
	var h head
	_ = toml.Unmarshal(text, &h) // parseEntry says what is wrong
	if h.ID == "" {
		h.ID = strings.TrimSuffix(path.Base(name), ".toml")
	}
	return h
}

// parseEntry reads one file. An entry that extends another starts from it and replaces the keys it names.
func parseEntry(name string, text []byte, known map[string]*entry) (*entry, error) {
	head := headOf(name, text)
	var file entryFile
	if head.Extends != "" {
		base, ok := known[head.Extends]
		if !ok {
			return nil, located(name, text, fmt.Errorf("extends %q: not in the catalogue; see: sessionkeeper providers",
				head.Extends))
		}
		file = base.file.clone()
	}
	if err := checkSpans(text); err != nil {
		return nil, located(name, text, err)
	}
	decoder := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, tomlError(name, text, err)
	}
	file.ID = head.ID
	e := &entry{id: file.ID, aliases: file.Aliases, file: file}
	if err := e.check(); err != nil {
		return nil, located(name, text, err)
	}
	return e, nil
}

// clone copies what decoding on top would write through.
func (f *entryFile) clone() entryFile {
	c := *f
	c.ID, c.Aliases, c.IssuerMatch = "", nil, ""
	c.TokenParams, c.OfflineParams = maps.Clone(f.TokenParams), maps.Clone(f.OfflineParams)
	c.DeviceParams = maps.Clone(f.DeviceParams)
	c.Check.Headers, c.Vars = maps.Clone(f.Check.Headers), maps.Clone(f.Vars)
	c.Scopes, c.Sources, c.Errors = slices.Clone(f.Scopes), slices.Clone(f.Sources), slices.Clone(f.Errors)
	c.Request, c.EndsWhen = f.Request.clone(), slices.Clone(f.EndsWhen)
	c.Check.DeadStatus = slices.Clone(f.Check.DeadStatus)
	c.Check.DeadCodes, c.Check.DeadText = slices.Clone(f.Check.DeadCodes), slices.Clone(f.Check.DeadText)
	return c
}

// tomlError says where in the file the fault is, and which keys would have been right.
func tomlError(name string, text []byte, err error) error {
	if e, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(e.Errors) > 0 {
		first := &e.Errors[0]
		row, col := first.Position()
		key := first.Key()
		return fmt.Errorf("%s:%d:%d: unknown key %q; known keys here: %s", name, row, col, strings.Join(key, "."),
			strings.Join(knownKeys(key), ", "))
	}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, col := e.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, row, col, strings.TrimPrefix(e.Error(), "toml: "))
	}
	return located(name, text, err)
}

// knownKeys lists the keys beside a misspelt one.
func knownKeys(key []string) []string {
	t := reflect.TypeFor[entryFile]()
	if len(key) > 1 {
		switch key[0] {
		case "request":
			t = reflect.TypeFor[requestFile]()
		case "answer":
			t = reflect.TypeFor[answerFile]()
		case "check":
			t = reflect.TypeFor[checkFile]()
		case "vars":
			t = reflect.TypeFor[varFile]()
		case "errors":
			t = reflect.TypeFor[ruleFile]()
		}
	}
	var names []string
	for field := range t.Fields() {
		names = append(names, field.Tag.Get("toml"))
	}
	slices.Sort(names)
	return names
}

func (r *ruleFile) rule() rule {
	out := rule{match: bare(r.Match), status: r.Status}
	out.verdict, out.reason = Verdict(r.Verdict), r.Reason
	if out.verdict == VerdictInteraction && out.reason == "" {
		out.reason = reasonInteraction
	}
	for _, c := range r.Code {
		out.codes = append(out.codes, strings.ToLower(c))
	}
	return out
}

// provider makes a Provider that shares nothing with the entry.
func (e *entry) provider() Provider {
	f := e.file.clone()
	p := Provider{
		ID: e.id, Name: f.Name, Issuer: f.Issuer,
		AuthorizeURL: f.AuthorizeURL, TokenURL: f.TokenURL, RefreshURL: f.RefreshURL, DeviceURL: f.DeviceURL,
		RevokeURL: f.RevokeURL, IntrospectURL: f.IntrospectURL, UserinfoURL: f.UserinfoURL,
		JWKSURL: f.JWKSURL, PARURL: f.PARURL,
		RevokeStyle: RevokeStyle(f.RevokeStyle), AuthStyle: AuthStyle(stated(f.AuthStyle)),
		NeedsSecret: stated(f.NeedsSecret),
		Scopes:      f.Scopes, ScopeSeparator: f.ScopeSeparator, ScopeParam: f.ScopeParam, OfflineScope: f.OfflineScope,
		OfflineNeeds: OfflineNeeds(stated(f.OfflineNeeds)), OfflineNote: f.OfflineNote,
		OfflineParams: f.OfflineParams, DeviceParams: f.DeviceParams, ConsentPrompt: ConsentPrompt(f.ConsentPrompt),
		AccountPrompt: f.AccountPrompt, MoreParams: maps.Clone(f.MoreParams),
		RedirectFree: f.RedirectFree, RedirectRule: RedirectRule(stated(f.RedirectRule)),
		RedirectHost: f.RedirectHost, RedirectPort: f.RedirectPort, RedirectPath: f.RedirectPath,
		PasteOnly: f.PasteOnly, RedirectURL: f.RedirectURL,
		Rotation: Rotation(applicable(f.Rotation)), Replay: Replay(applicable(f.Replay)), ReplayGrace: time.Duration(f.ReplayGrace),
		RefreshEndsAccess: f.RefreshEndsAccess,
		RefreshAbsolute:   time.Duration(f.RefreshAbsolute.span), EndlessAbsolute: f.RefreshAbsolute.none,
		RefreshIdle: time.Duration(f.RefreshIdle.span), EndlessIdle: f.RefreshIdle.none,
		AccessLife: time.Duration(f.AccessLife.span), EndlessAccess: f.AccessLife.none, LifetimesVary: f.LifetimesVary,
		Check: Check{
			Kind: CheckKind(f.Check.Kind), URL: f.Check.URL, Method: f.Check.Method, Scheme: f.Check.Scheme,
			Headers: f.Check.Headers, DeadStatus: f.Check.DeadStatus,
			DeadCodes: lower(f.Check.DeadCodes), DeadText: lower(f.Check.DeadText),
		},
		PARRequired: f.PARRequired, IssRequired: f.IssRequired, OIDC: f.OIDC,
		ScopeOnRefresh: f.ScopeOnRefresh, JSONBody: f.JSONBody, PublicBasic: f.PublicBasic,
		Request: f.Request.request(), Members: f.Answer.members(),
		ConsoleURL: applicable(f.ConsoleURL), Note: f.Note, EndsWhen: f.EndsWhen, Sources: f.Sources,
	}
	p.setTokenParams(f.TokenParams)
	if p.TokenURL == "" && p.Issuer == "" { // nothing but renewal is described
		p.TokenURL = p.RefreshURL
	}
	if p.AuthStyle == AuthNone {
		p.NeedsSecret = "none"
	}
	if !f.RefusesOffline {
		if p.OfflineParams == nil {
			p.OfflineParams = map[string]string{}
		}
		p.OfflineParams["access_type"] = "offline"
	}
	for _, name := range slices.Sorted(maps.Keys(f.Vars)) {
		p.Vars = append(p.Vars, Var{Name: name, Default: f.Vars[name].Default, Note: f.Vars[name].Note})
	}
	for i := range f.Errors {
		p.rules = append(p.rules, f.Errors[i].rule())
	}
	return p
}

// stated leaves out what a file says is not known.
func stated(value string) string {
	if value == unknown {
		return ""
	}
	return value
}

// applicable leaves out what is not known, or not there.
func applicable(value string) string {
	if value == notApplicable {
		return ""
	}
	return stated(value)
}

func lower(list []string) []string {
	for i := range list {
		list[i] = strings.ToLower(list[i])
	}
	return list
}
