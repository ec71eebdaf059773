package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// intent says that a refresh token was about to be sent. It is durable before anything is sent, and gone only when the
// outcome is durable too.
type intent struct {
	Generation uint64    `json:"generation"`
	Mark       string    `json:"mark"` // first bytes of the token's SHA-256: tells tokens apart, gives none away
	StartedAt  time.Time `json:"started_at"`
	Attempt    int       `json:"attempt"`
	// Unknown says that the outcome of an earlier attempt with this token was never learned.
	Unknown bool `json:"unknown"`
	// Late says that its answer brought an access token alone, at a provider where a replay costs that as well.
	Late bool `json:"late,omitempty"`
}

// refusal is a provider's word that this generation's refresh token will not do. The token is kept.
type refusal struct {
	Verdict    provider.Verdict `json:"verdict"`
	Reason     Reason           `json:"reason"`
	Code       string           `json:"code,omitempty"`
	Advice     string           `json:"advice,omitempty"`
	Claims     string           `json:"claims,omitempty"`
	Generation uint64           `json:"generation"`
	At         time.Time        `json:"at"`
	Since      time.Time        `json:"since,omitzero"`        // of those without another between, when the first was
	DeadAccess bool             `json:"dead_access,omitempty"` // the access token is known to be revoked too
	OtherUser  bool             `json:"other_user,omitempty"`  // the last sign-in since was another account's
}

// durable is what a session must remember over a restart beside its grant. It holds no secret.
type durable struct {
	Format int    `json:"format"` // see stateFormat; it comes first
	Seq    uint64 `json:"seq"`
	ID     string `json:"id"`
	Name   string `json:"name"`

	Paused    bool     `json:"paused,omitempty"`
	Copied    bool     `json:"copied,omitempty"` // paused by us: see hold
	SignedOut bool     `json:"signed_out,omitempty"`
	Intent    *intent  `json:"intent,omitempty"`
	Refused   *refusal `json:"refused,omitempty"`

	// What the grant says, without its secrets: shown while the keychain is locked.
	Generation    uint64    `json:"generation"`
	Taken         uint64    `json:"taken,omitempty"` // higher: of a grant that may still land in the store
	Account       Account   `json:"account"`
	Scopes        []string  `json:"scopes,omitempty"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	EndsAt        time.Time `json:"ends_at,omitzero"`
	EndsMoves     bool      `json:"ends_moves,omitempty"` // each renewal moves EndsAt ahead
	ConsentAt     time.Time `json:"consent_at,omitzero"`
	LastRefreshAt time.Time `json:"last_refresh_at,omitzero"`
	NoRefresh     bool      `json:"no_refresh,omitempty"`  // the last sign-in brought nothing to renew with
	ScopesLost    []string  `json:"scopes_lost,omitempty"` // that the grant held before, or was to hold, and does not
	Asked         *asked    `json:"asked,omitempty"`       // what a resource wants the next token to hold

	WarnedFor    time.Time   `json:"warned_for,omitzero"` // the deadline that Warned belongs to
	Warned       []time.Time `json:"warned,omitempty"`
	FailingSince time.Time   `json:"failing_since,omitzero"`
	OutageWarned bool        `json:"outage_warned,omitempty"`
	AutoOpened   bool        `json:"auto_opened,omitempty"`

	CheckOff bool  `json:"check_off,omitempty"`
	Extends  *bool `json:"extends,omitempty"`  // learned: a refresh moves the announced end ahead
	EndsOld  *bool `json:"ends_old,omitempty"` // learned: a refresh kills the access token before it

	EndsOldAt time.Time `json:"ends_old_at,omitzero"` // when that was learned, or found to be so still

	Unknowns   provider.Unknowns  `json:"unknowns,omitzero"` // answers that no table names
	LastError  *LastError         `json:"last_error,omitempty"`
	Definition *definition        `json:"definition,omitempty"` // as its file last said; see insertFaulty
	Provider   *provider.Provider `json:"provider,omitempty"`   // as resolved; Target tells for what
	Target     string             `json:"target,omitempty"`
	Bound      string             `json:"bound,omitempty"` // whose the grant is: it is sent to nobody else
}

// taken is the highest generation that was ever given to this session.
func (d *durable) taken() uint64 { return max(d.Generation, d.Taken) }

// journal writes durables, one file a session. Its methods are safe for concurrent use.
type journal struct {
	root *os.Root
	log  *slog.Logger

	mu   sync.Mutex // guards last
	last map[string]*written
}

type written struct {
	mu  sync.Mutex
	seq uint64
}

func openJournal(stateDir string, log *slog.Logger) (*journal, error) {
	dir := filepath.Join(stateDir, "sessions")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of session states: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of session states: %w", err)
	}
	return &journal{root: root, log: log, last: map[string]*written{}}, nil
}

func (j *journal) of(id string) *written {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := j.last[id]
	if w == nil {
		w = &written{}
		j.last[id] = w
	}
	return w
}

// write makes d durable. A newer state of the same session holds all that an older one does, so an older one that
// comes late is left out.
func (j *journal) write(d durable) error {
	w := j.of(d.ID)
	w.mu.Lock()
	defer w.mu.Unlock()
	if d.Seq <= w.seq {
		return nil
	}
	d.Format = stateFormat
	if err := writeSealedJSON(j.root, d.ID+".json", d); err != nil {
		return fmt.Errorf("saving the state of session %q: %w", d.Name, err)
	}
	w.seq = d.Seq
	return nil
}

// remove forgets a session for good; nothing that is still on its way can bring it back.
func (j *journal) remove(id string) error {
	w := j.of(id)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seq = ^uint64(0)
	var errs []error
	for _, suffix := range copies {
		if err := j.root.Remove(id + ".json" + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// load reads all states. One that cannot be read is set aside, never deleted, and the last good copy is used. Where one is
// a newer program's, or the system does not let us read one, nothing is changed and nothing loaded: a session whose state
// is left out would count as signed out.
func (j *journal) load() ([]durable, error) {
	names, err := j.names()
	if err != nil {
		return nil, fmt.Errorf("reading the session states: %w", err)
	}
	ids := map[string]bool{}
	for _, n := range names {
		if id, _, ok := strings.Cut(n, ".json"); ok && id != "" && !strings.Contains(n, ".corrupt-") {
			ids[id] = true
		}
	}
	all := make([]found[durable], len(ids))
	errs := make([]error, len(ids))
	sorted := slices.Sorted(maps.Keys(ids))
	shared := providers{known: map[string]*provider.Provider{}}
	each(sorted, func(n int, id string) {
		all[n], errs[n] = lookForSealed(j.root, id+".json", shared.open, func(d durable) uint64 { return d.Seq })
	})
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("reading the session states: %w", err)
		}
	}
	whole := make([]durable, 0, len(sorted))
	for n, id := range sorted {
		if d, ok := j.take(id, all[n]); ok {
			j.of(d.ID).seq = d.Seq
			whole = append(whole, d)
		}
	}
	return whole, nil
}

// names are those of the files. To look at each of them as well, as ReadDir does, takes longer than to read them.
func (j *journal) names() ([]string, error) {
	dir, err := j.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

// take gives what was found of one state; not ok where that is nothing that can be used.
func (j *journal) take(id string, f found[durable]) (durable, bool) {
	aside, err := f.settle(j.root, id+".json")
	for _, file := range aside {
		j.log.Error("set a broken session state aside", "file", file)
	}
	switch {
	case !f.whole:
		return durable{}, false
	case f.best.ID != id:
		j.log.Error("left a session state alone that names another session", "file", id)
		return durable{}, false
	case err != nil: // the next write finishes it
		j.log.Warn("could not finish an interrupted write", "file", id, "error", err)
	}
	return f.best, true
}

// providers are those that states name: those of one issuer's sessions are the same, and read and held once.
type providers struct {
	mu    sync.Mutex // guards known
	known map[string]*provider.Provider
}

// open reads a state.
func (p *providers) open(data []byte) (durable, bool) {
	d := struct {
		durable
		Provider named `json:"provider"`
	}{Provider: named{among: p}}
	if json.Unmarshal(data, &d) != nil {
		return durable{}, false
	}
	d.durable.Provider = d.Provider.is
	return d.durable, true
}

// named is the provider that a state names.
type named struct {
	among *providers
	is    *provider.Provider
}

// UnmarshalJSON takes the provider that was read already, where the text is the same.
func (n *named) UnmarshalJSON(data []byte) error {
	n.among.mu.Lock()
	defer n.among.mu.Unlock()
	if n.is = n.among.known[string(data)]; n.is != nil {
		return nil
	}
	if err := json.Unmarshal(data, &n.is); err != nil {
		return err
	}
	n.among.known[string(data)] = n.is
	return nil
}

// each calls f with every one of all, several at a time.
func each[T any](all []T, f func(n int, one T)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(all); n = int(next.Add(1)) - 1 {
				f(n, all[n])
			}
		})
	}
	wg.Wait()
}

// tokenMark tells refresh tokens apart without giving any of them away.
func tokenMark(s Secret) string {
	sum := sha256.Sum256([]byte(s.Reveal()))
	return hex.EncodeToString(sum[:4])
}

// boundKey says whose a grant is. A definition that names another server or client must not bring a refresh token there.
func boundKey(d config.Session) string {
	b, err := json.Marshal([]any{d.Provider, d.Issuer, d.TokenURL, d.Vars, d.ClientID})
	if err != nil {
		return ""
	}
	return string(b)
}

// targetKey says for what a provider was resolved: a definition that names another one is resolved anew.
func targetKey(d config.Session) string {
	b, err := json.Marshal([]any{d.Provider, d.Issuer, d.AuthorizeURL, d.TokenURL, d.DeviceURL, d.CheckURL, d.Vars})
	if err != nil {
		return ""
	}
	return string(b)
}
