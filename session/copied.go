package session

import (
	"slices"

	table "sessionkeeper/session/words"
)

// keyCopied is the key of the notice that sessions wait because what the keeper knows of them is a copy.
const keyCopied = "copied"

// hold pauses a session whose refresh token may have been spent by another keeper: at a provider that takes each one
// only once, sending it would end the grant of whoever has the newest (RFC 9700 section 4.14.2). It reports whether
// there is something to hold.
func (d *durable) hold() bool {
	if d.SignedOut || d.Generation == 0 || d.Copied {
		return false
	}
	d.Paused, d.Copied = true, true
	return true
}

// tellCopied says which sessions wait for the user's word.
func (k *Keeper) tellCopied() {
	var names []string
	for _, e := range k.entries {
		if e.d.Copied && !e.removed {
			names = append(names, e.def.Name)
		}
	}
	if len(names) == 0 {
		k.withdraw(keyCopied)
		return
	}
	slices.Sort(names)
	k.notify(copiedNotice(names))
}

func copiedNotice(names []string) Notice {
	n := Notice{Key: keyCopied, Urgent: true}
	n.Title, n.Body = table.Notice("copied", table.Values{"names": table.Names(names)})
	return n
}
