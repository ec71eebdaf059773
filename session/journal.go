package session

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	DeadAccess bool             `json:"dead_access,omitempty"` // the access token is known to be revoked too
	OtherUser  bool             `json:"other_user,omitempty"`  // the last sign-in since was another account's
}

// durable is what a session must remember over a restart beside its grant. It holds no secret.
type durable struct {
	Seq  uint64 `json:"seq"`
	ID   string `json:"id"`
	Name string `json:"name"`

	Paused    bool     `json:"paused,omitempty"`
	SignedOut bool     `json:"signed_out,omitempty"`
	Intent    *intent  `json:"intent,omitempty"`
	Refused   *refusal `json:"refused,omitempty"`

	// What the grant says, without its secrets: shown while the keychain is locked.
	Generation    uint64    `json:"generation"`
	Account       Account   `json:"account"`
	Scopes        []string  `json:"scopes,omitempty"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	EndsAt        time.Time `json:"ends_at,omitzero"`
	EndsMoves     bool      `json:"ends_moves,omitempty"` // each renewal moves EndsAt ahead
	ConsentAt     time.Time `json:"consent_at,omitzero"`
	LastRefreshAt time.Time `json:"last_refresh_at,omitzero"`
	NoRefresh     bool      `json:"no_refresh,omitempty"` // the last sign-in brought nothing to renew with

	WarnedFor    time.Time   `json:"warned_for,omitzero"` // the deadline that Warned belongs to
	Warned       []time.Time `json:"warned,omitempty"`
	FailingSince time.Time   `json:"failing_since,omitzero"`
	OutageWarned bool        `json:"outage_warned,omitempty"`
	AutoOpened   bool        `json:"auto_opened,omitempty"`

	CheckOff bool  `json:"check_off,omitempty"`
	Extends  *bool `json:"extends,omitempty"`  // learned: a refresh moves the announced end ahead
	EndsOld  *bool `json:"ends_old,omitempty"` // learned: a refresh kills the access token before it

	Unknowns  provider.Unknowns  `json:"unknowns,omitzero"` // answers that no table names
	LastError *LastError         `json:"last_error,omitempty"`
	Provider  *provider.Provider `json:"provider,omitempty"` // as resolved; Target tells for what
	Target    string             `json:"target,omitempty"`
	Bound     string             `json:"bound,omitempty"` // whose the grant is: it is sent to nobody else
}

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

// load reads all states. One that cannot be read is set aside, never deleted, and the last good copy is used.
func (j *journal) load() ([]durable, error) {
	names, err := fs.ReadDir(j.root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("reading the session states: %w", err)
	}
	ids := map[string]bool{}
	for _, n := range names {
		if id, _, ok := strings.Cut(n.Name(), ".json"); ok && id != "" && !strings.Contains(n.Name(), ".corrupt-") {
			ids[id] = true
		}
	}
	var all []durable
	for id := range ids {
		d, broken, err := readSealedJSON(j.root, id+".json", func(d durable) uint64 { return d.Seq })
		if broken != "" {
			j.log.Error("set a broken session state aside", "file", broken)
		}
		if err != nil {
			continue
		}
		if d.ID != id {
			j.log.Error("left a session state alone that names another session", "file", id)
			continue
		}
		j.of(id).seq = d.Seq
		all = append(all, d)
	}
	return all, nil
}

// copies are the names under which a file may lie after a crash at any moment of a write.
var copies = []string{"", ".new", ".old"}

// sealed is a JSON file that proves to be whole.
type sealed struct {
	Sum  string          `json:"sha256"`
	Body json.RawMessage `json:"body"`
}

// writeSealedJSON replaces path in one step and keeps the copy before.
func writeSealedJSON(root *os.Root, path string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	data, err := json.Marshal(sealed{Sum: hex.EncodeToString(sum[:]), Body: body})
	if err != nil {
		return err
	}
	f, err := root.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = cmp.Or(err, f.Close()); err != nil {
		return err
	}
	if err := root.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := root.Rename(path+".new", path); err != nil {
		return err
	}
	if dir, err := root.Open("."); err == nil {
		_ = dir.Sync() // some file systems and Windows cannot; the rename is done all the same
		_ = dir.Close()
	}
	return nil
}

// readSealedJSON reads the newest whole copy of path; seq tells how new one is. Copies that are not whole are set aside
// under the name that it returns.
func readSealedJSON[T any](root *os.Root, path string, seq func(T) uint64) (best T, broken string, err error) {
	from := "none"
	for _, suffix := range copies {
		data, err := root.ReadFile(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return best, broken, err
		}
		v, ok := openSealed[T](data)
		switch {
		case !ok && suffix == ".new": // a write that a crash cut short: what it was to replace is there
			_ = root.Remove(path + suffix)
		case !ok:
			aside := fmt.Sprintf("%s%s.corrupt-%d", path, suffix, time.Now().Unix())
			if root.Rename(path+suffix, aside) == nil {
				broken = aside
			}
		case from == "none" || seq(v) > seq(best):
			best, from = v, suffix
		}
	}
	switch from {
	case "none":
		return best, broken, fs.ErrNotExist
	case "":
		return best, broken, nil
	default: // finish what the crash interrupted, so that the next write cannot lose this copy
		return best, broken, root.Rename(path+from, path)
	}
}

func openSealed[T any](data []byte) (v T, ok bool) {
	var s sealed
	if json.Unmarshal(data, &s) != nil {
		return v, false
	}
	if sum := sha256.Sum256(s.Body); s.Sum != hex.EncodeToString(sum[:]) {
		return v, false
	}
	return v, json.Unmarshal(s.Body, &v) == nil
}

// HomeID gives the random name of this state folder, made at the first call. It is the first part of every keychain
// item's name, so that two homes never meet.
func HomeID(stateDir string) (string, error) {
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return "", fmt.Errorf("making the state folder: %w", err)
	}
	root, err := os.OpenRoot(stateDir)
	if err != nil {
		return "", fmt.Errorf("opening the state folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	const path = "home.json"
	type named struct {
		ID string `json:"id"`
	}
	home, _, err := readSealedJSON(root, path, func(named) uint64 { return 1 })
	if err == nil && home.ID != "" {
		return home.ID, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the name of this home: %w", err)
	}
	home.ID = newID()
	if err := writeSealedJSON(root, path, home); err != nil {
		return "", fmt.Errorf("saving the name of this home: %w", err)
	}
	return home.ID, nil
}

func newID() string { return strings.ToLower(rand.Text()) }

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
