package keychain

import (
	"errors"
	"io/fs"
)

// fault is the child's word for why a call was not carried out. It crosses the pipe, so the values are fixed.
type fault string

const (
	faultNone    fault = ""
	faultMissing fault = "missing" // no such item
	faultNoBus   fault = "no_bus"
	faultNoPeer  fault = "no_service"
	faultNoRing  fault = "no_default"
	faultLocked  fault = "locked"
	faultItem    fault = "item_locked"
	faultDenied  fault = "denied"
	faultSlow    fault = "slow"
	faultTooBig  fault = "too_big"
	faultNoSpace fault = "no_space"
	faultFailed  fault = "failed" // the keychain refused for a cause that we do not know
	faultVersion fault = "version"

	// The parent's own findings.
	faultDied    fault = "died"
	faultNoChild fault = "no_child"
	faultBusy    fault = "busy"
	faultWaits   fault = "records_wait"
	faultUnkept  fault = "unkept"
	faultPrompt  fault = "prompt"
	faultFresh   fault = "fresh"
	faultClosed  fault = "closed"
	faultKeyGone fault = "key_gone"
	faultForeign fault = "foreign_key"

	// The state folder's and the passphrase's.
	faultDisk     fault = "disk"
	faultDiskFull fault = "disk_full"
	faultNoPass   fault = "no_passphrase"
	faultBadPass  fault = "wrong_passphrase"
)

// folderMark stands for the state folder in a sentence.
const folderMark = "{folder}"

const elsewhere = "or start the keeper with --keychain file --passphrase-file F."

// sentences is what a fault means to the user, and what to do about it.
var sentences = map[fault]Error{
	faultNoBus: {Reason: ReasonAbsent, Detail: "No desktop session bus can be reached, so there is no keychain: " +
		"log in to the desktop, " + elsewhere},
	faultNoPeer: {Reason: ReasonAbsent, Detail: "No keychain runs in this desktop session: " +
		"start GNOME Keyring, KWallet or KeePassXC with its Secret Service, " + elsewhere},
	faultNoRing: {Reason: ReasonLocked, Detail: "The keychain has no default keyring yet: " +
		"unlock it here and choose a password for the new one."},
	faultLocked: {Reason: ReasonLocked, Detail: "The keychain is locked: unlock it with its password."},
	faultItem: {Reason: ReasonLocked, Detail: "The keychain asks before it gives out our entries: " +
		"unlock it here and allow all of them."},
	faultDenied: {Reason: ReasonDenied, Detail: "The keychain's prompt was cancelled or could not be shown: " +
		"unlock the keychain to go on."},
	faultSlow: {Reason: ReasonSlow, Detail: "The keychain did not answer within 3 s and is tried again every 30 s: " +
		"if it stays so, restart the keychain or log in anew."},
	faultTooBig: {Reason: ReasonFull, Detail: "The keychain takes no entry of this size: " +
		"start the keeper with --keychain sealed, which keeps only a key in it."},
	faultNoSpace: {Reason: ReasonFull, Detail: "The keychain cannot write its data: " +
		"free some room on the disk of your home folder."},
	faultFailed: {Reason: ReasonAbsent, Detail: "The keychain refused for a cause of its own: " +
		"restart the keychain, " + elsewhere},
	faultVersion: {Reason: ReasonAbsent, Detail: "The program was replaced while the keeper ran: restart the keeper."},
	faultDied: {Reason: ReasonAbsent, Detail: "The process that talks to the keychain ended in the middle of a call: " +
		"it is started again; see the log if this repeats."},
	faultNoChild: {Reason: ReasonAbsent, Detail: "The process that talks to the keychain cannot be started: " +
		"see the log, and install the program again if it was moved."},
	faultBusy: {Reason: ReasonSlow, Detail: "The keychain has too much to do to answer in time: it is tried again."},
	faultWaits: {Reason: ReasonSlow, Detail: "Some records still wait for the keychain to take them: " +
		"see sessionkeeper doctor, and give the command again once none waits."},
	faultUnkept: {Reason: ReasonAbsent, Detail: "The keychain took a record and did not keep it: " +
		"restart the keychain, " + elsewhere},
	faultPrompt: {Reason: ReasonLocked, Detail: "The keychain waits for its password: answer its prompt."},
	faultFresh:  {Reason: ReasonLocked, Detail: "The keychain is being opened."},
	faultClosed: {Reason: ReasonAbsent, Detail: "The keeper is ending."},
	faultKeyGone: {Reason: ReasonAbsent, Detail: "The records on disk are sealed under a key that is not in this " +
		"keychain: bring that keychain back, or move the records away and sign in again."},
	faultForeign: {Reason: ReasonAbsent, Detail: "The key of the records on disk was stored by another version: " +
		"use that version of the program, or a newer one."},
	faultDisk: {Reason: ReasonAbsent, Detail: "The keeper's folder " + folderMark + " cannot be read or written: " +
		"check its owner and rights, and the disk."},
	faultDiskFull: {Reason: ReasonFull, Detail: "The disk that holds the keeper's folder " + folderMark +
		" is full: free some room there."},
	faultNoPass: {Reason: ReasonLocked, Detail: "The passphrase of the stored records is missing: " +
		"start the keeper with --passphrase-file F, and check that F can be read and is not empty."},
	faultBadPass: {Reason: ReasonDenied, Detail: "The passphrase does not open the stored records: " +
		"correct the passphrase file."},
}

// trouble makes the error for a fault; fs.ErrNotExist for a missing item, nil for none. cause may be nil.
func trouble(f fault, cause error) error {
	switch f {
	case faultNone:
		return nil
	case faultMissing:
		return fs.ErrNotExist
	default:
		return unusable(f, cause)
	}
}

// unusable is trouble where f is neither none nor a missing item.
func unusable(f fault, cause error) *Error {
	e, known := sentences[f]
	if !known {
		e = sentences[faultFailed]
		cause = errors.Join(errors.New("unknown fault "+string(f)), cause)
	}
	e.Err = plain(cause)
	return &e
}

// plain keeps a cause's words where it would make "cannot be used now" look like one of the answers of a Store.
func plain(cause error) error {
	for _, answer := range []error{fs.ErrNotExist, ErrStale, ErrForeign, ErrDamaged} {
		if errors.Is(cause, answer) {
			return errors.New(cause.Error())
		}
	}
	return cause
}

// asUnusable gives the *Error in err, or one for a cause that has no sentence of its own.
func asUnusable(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return unusable(faultFailed, err)
}
