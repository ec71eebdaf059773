// Package keychain keeps secrets: in the OS keychain, sealed on disk under a key that lies there, or sealed under a
// passphrase. Opaque bytes in, opaque bytes out. It never falls back from one to another by itself, never overwrites a
// format that it does not know, and no call outlasts its deadline.
package keychain

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// Reason says why the keychain cannot be used now.
type Reason string

// The reasons, which are also the session's reasons in state keychain_locked.
const (
	ReasonLocked Reason = "locked" // waits for the user's password
	ReasonDenied Reason = "denied" // the user refused the prompt
	ReasonAbsent Reason = "absent" // there is none, or it is gone
	ReasonSlow   Reason = "slow"   // it does not answer
	ReasonFull   Reason = "full"   // no room, or the item is too big
)

// Error is a keychain that cannot be used now. Detail is one sentence for the user with what to do.
type Error struct {
	Reason Reason
	Detail string
	Err    error
}

func (e *Error) Error() string { return e.Detail }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KeychainReason lets a caller that does not import this package ask for the reason.
func (e *Error) KeychainReason() string { return string(e.Reason) }

// ErrStale says that a record of a higher generation is there already.
var ErrStale = errors.New("keychain: a newer record is stored")

// ErrForeign says that what is stored has a format that this version does not know; it is left alone.
var ErrForeign error = &recordError{
	"keychain: stored by another version or another program",
	"Where this sign-in belongs, the keychain holds an entry of another program or of a newer version, and it is left " +
		"alone: use that version, or delete the entry in the keychain's own window (service sessionkeeper).",
}

// ErrDamaged says that a record of this version is stored but cannot be read whole: parts are missing or its check
// fails. A new Save replaces it.
var ErrDamaged error = &recordError{
	"keychain: the stored record is damaged",
	"What is stored of this sign-in is not whole: put it back from a backup, or sign in again.",
}

// recordError is a record that is there and of no use.
type recordError struct{ text, detail string }

func (e *recordError) Error() string { return e.text }

// KeychainReason is that of a record that is not there, see Error.
func (e *recordError) KeychainReason() string { return string(ReasonAbsent) }

// KeychainDetail says what to do about it, in one sentence.
func (e *recordError) KeychainDetail() string { return e.detail }

// errKey says that a key is not one: see Store.
var errKey = errors.New("keychain: keys are 1 to 128 of [A-Za-z0-9_/-]")

// Record is a secret with the generation that orders its versions.
type Record struct {
	Generation uint64
	Data       []byte
}

// Store keeps records under keys. A missing record is fs.ErrNotExist; a keychain that cannot be used now is an *Error.
// Keys are "SESSION-ID" or "SESSION-ID/WHAT": 1 to 128 of [A-Za-z0-9_/-]. All methods may be called at once.
type Store interface {
	// Load returns ErrForeign where something else lies under key, and ErrDamaged where the record is not whole.
	Load(ctx context.Context, key string) (Record, error)
	// Save stores r and reads it back. It returns ErrStale where a higher generation is there, or the same one with
	// other data; nil where the same generation with the same data is. It leaves alone what is ErrForeign.
	Save(ctx context.Context, key string, r Record) error
	// Delete removes a record; nil where there is none. It leaves alone what is ErrForeign.
	Delete(ctx context.Context, key string) error
	Close() error
}

// Options says where and how to keep secrets.
type Options struct {
	Backend    string                                    // "os", "sealed" or "file"
	StateDir   string                                    // sealed records and the spill lie under it
	Home       string                                    // HOME-ID, the first part of every item's user name
	Passphrase func(ctx context.Context) ([]byte, error) // for "file"; asked again when the user unlocks
	// Child starts the child process that talks to the OS keychain: argv, the program first. It runs ServeChild.
	Child []string
	// Env is set over the child's inherited environment; "" removes a variable. See Vault.SetEnv.
	Env map[string]string
	Log *slog.Logger // nil: none

	joined bool          // another vault of this process uses the state folder
	settle time.Duration // 0: settleTime
	work   int           // of deriving a key from a passphrase, see age.ScryptRecipient.SetWorkFactor; 0: its default
}

// Health is the keychain as it stands.
type Health struct {
	Backend string `json:"backend"`
	State   string `json:"state"` // "ok" or a Reason
	Detail  string `json:"detail,omitempty"`
	Spilled int    `json:"spilled,omitempty"` // records that wait on disk for the keychain
}

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// made reports whether s has 1 to most characters, all of them of set.
func made(s, set string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, set) == ""
}

func validKey(key string) bool { return made(key, letters+digits+"_/-", 128) }

// validItemKey also takes our own records, whose keys start with a point.
func validItemKey(key string) bool { return validKey(strings.TrimPrefix(key, ".")) }

func validHome(home string) bool { return made(home, letters+digits+"_-", 64) }
