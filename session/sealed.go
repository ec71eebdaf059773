package session

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// copies are the names under which a file may lie after a crash at any moment of a write.
var copies = []string{"", ".new", ".old"}

// stateFormat is the number of the form in which state is written. It is the first thing in a body; what has none is from
// before there was one, and of the same form. A file with a higher number is a newer program's: nothing of it, and of what
// lies beside it, is changed. All forms are sealed alike.
const stateFormat = 1

// What a file that proves to be whole has around its body: it is JSON, and holds the body's SHA-256.
const (
	sealedHead   = `{"sha256":"`
	sealedMiddle = `","body":`
	sealedTail   = "}"
)

// seal gives the file that holds a body.
func seal(body []byte) []byte {
	return slices.Concat([]byte(sealedHead), sumOf(body), []byte(sealedMiddle), body, []byte(sealedTail))
}

// unseal gives the body of a file as seal made it, without a copy and without a look at the JSON, for a start reads
// thousands. It is not ok where the file is not whole.
func unseal(file []byte) (body []byte, ok bool) {
	rest, begins := bytes.CutPrefix(bytes.TrimSpace(file), []byte(sealedHead))
	sum, rest, parted := bytes.Cut(rest, []byte(sealedMiddle))
	body, ends := bytes.CutSuffix(rest, []byte(sealedTail))
	return body, begins && parted && ends && bytes.Equal(sum, sumOf(body))
}

func sumOf(body []byte) []byte {
	sum := sha256.Sum256(body)
	return hex.AppendEncode(nil, sum[:])
}

// writeSealedJSON replaces path in one step and keeps the copy before.
func writeSealedJSON(root *os.Root, path string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := root.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(seal(body))
	if err == nil {
		err = f.Sync()
	}
	if err = cmp.Or(err, f.Close()); err != nil {
		return err
	}
	failpoint("state_drafted")
	if err := root.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	failpoint("state_kept")
	if err := root.Rename(path+".new", path); err != nil {
		return err
	}
	failpoint("state_named")
	if dir, err := root.Open("."); err == nil {
		_ = dir.Sync() // some file systems and Windows cannot; the rename is done all the same
		_ = dir.Close()
	}
	return nil
}

// maxState is more than any state of ours takes, in bytes.
const maxState = 16 << 20

// readState reads a copy; nothing where that is no file, or larger than ours are. A pipe is not waited for.
func readState(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxState {
		return nil, err
	}
	data := make([]byte, info.Size())
	_, err = io.ReadFull(f, data)
	return data, err
}

// found is what the copies of a file hold, and what is to become of them.
type found[T any] struct {
	best    T
	from    string   // the suffix of the copy that best is in
	whole   bool     // there is one
	unended bool     // ".new" is a write that a crash cut short: what it was to replace is there
	broken  []string // suffixes of the copies that are not whole otherwise
}

// lookForSealed finds the newest whole copy of path and changes nothing; open reads what is in one, and seq tells how new
// it is. The error is a newerError where a newer program wrote one of them.
func lookForSealed[T any](
	root *os.Root, path string, open func(body []byte) (T, bool), seq func(T) uint64,
) (f found[T], err error) {
	for _, suffix := range copies {
		if suffix == ".old" && f.whole && f.from == "" {
			break // it was replaced by that one
		}
		data, err := readState(root, path+suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			if info, serr := root.Lstat(path + suffix); serr != nil || info.Mode().IsRegular() {
				return f, fmt.Errorf("%w: make it readable for yourself, or move it away", err)
			}
		}
		v, ok, err := openSealed(data, open)
		switch {
		case err != nil:
			return f, fmt.Errorf("%s %w", filepath.Join(root.Name(), path+suffix), err)
		case !ok && suffix == ".new":
			f.unended = true
		case !ok:
			f.broken = append(f.broken, suffix)
		case !f.whole || seq(v) > seq(f.best):
			f.best, f.from, f.whole = v, suffix, true
		}
	}
	return f, nil
}

// settle sets the copies of path aside that are not whole, under the names that it returns, and finishes what a crash
// interrupted, so that the next write cannot lose the copy that counts.
func (f found[T]) settle(root *os.Root, path string) (aside []string, err error) {
	if f.unended {
		_ = root.RemoveAll(path + ".new")
	}
	for _, suffix := range f.broken {
		to := fmt.Sprintf("%s%s.corrupt-%d", path, suffix, time.Now().Unix())
		if root.Rename(path+suffix, to) == nil {
			aside = append(aside, to)
		}
	}
	if f.from != "" {
		err = root.Rename(path+f.from, path)
	}
	return aside, err
}

// openSealed opens a copy. It is not ok where that is not whole; the error says that it is a newer program's.
func openSealed[T any](data []byte, open func(body []byte) (T, bool)) (v T, ok bool, err error) {
	body, ok := unseal(data)
	if !ok {
		return v, false, nil
	}
	if n := formatOf(body); n > stateFormat {
		return v, false, newerError(n)
	}
	v, ok = open(body)
	return v, ok, nil
}

// formatOf is the number that a body begins with; 0 where it has none.
func formatOf(body []byte) int {
	if bytes.HasPrefix(body, fmt.Appendf(nil, `{"format":%d,`, stateFormat)) { // all but those of other versions
		return stateFormat
	}
	d := json.NewDecoder(bytes.NewReader(body))
	for _, want := range []json.Token{json.Delim('{'), "format"} {
		if t, err := d.Token(); err != nil || t != want {
			return 0
		}
	}
	n := 0
	if d.Decode(&n) != nil {
		return 0
	}
	return n
}

// newerError is a file of a format that this program does not know.
type newerError int

func (e newerError) Error() string {
	return fmt.Sprintf("was written by a newer version of this program (format %d; this one knows %d) and is left as it "+
		"is: start that version again", int(e), stateFormat)
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
		Format int    `json:"format"`
		ID     string `json:"id"`
	}
	open := func(body []byte) (n named, ok bool) {
		ok = json.Unmarshal(body, &n) == nil
		return n, ok
	}
	f, err := lookForSealed(root, path, open, func(named) uint64 { return 1 })
	if err == nil {
		_, err = f.settle(root, path)
	}
	if err != nil {
		return "", fmt.Errorf("reading the name of this home: %w", err)
	}
	home := f.best
	if home.ID == "" {
		home = named{Format: stateFormat, ID: newID()}
		if err := writeSealedJSON(root, path, home); err != nil {
			return "", fmt.Errorf("saving the name of this home: %w", err)
		}
	}
	// It is written but once: without a second copy what the keychain holds could not be found again if this one breaks.
	if _, err := root.Lstat(path + ".old"); errors.Is(err, fs.ErrNotExist) {
		_ = writeSealedJSON(root, path, home) // on a disk that takes nothing the one copy does
	}
	return home.ID, nil
}

func newID() string { return strings.ToLower(rand.Text()) }
