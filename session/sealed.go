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
	"os"
	"strings"
	"time"
)

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

// readSealedJSON reads the newest whole copy of path; open reads what is in it, and seq tells how new it is. Copies that
// are not whole are set aside under the name that it returns.
func readSealedJSON[T any](
	root *os.Root, path string, open func(body []byte) (T, bool), seq func(T) uint64,
) (best T, broken string, err error) {
	from, current := "none", false
	for _, suffix := range copies {
		if suffix == ".old" && current {
			break // it was replaced by that one
		}
		data, err := root.ReadFile(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return best, broken, err
		}
		v, ok := openSealed(data, open)
		current = current || ok && suffix == ""
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

func openSealed[T any](data []byte, open func(body []byte) (T, bool)) (v T, ok bool) {
	var s sealed
	if json.Unmarshal(data, &s) != nil {
		return v, false
	}
	if sum := sha256.Sum256(s.Body); s.Sum != hex.EncodeToString(sum[:]) {
		return v, false
	}
	return open(s.Body)
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
	open := func(body []byte) (n named, ok bool) {
		ok = json.Unmarshal(body, &n) == nil
		return n, ok
	}
	home, _, err := readSealedJSON(root, path, open, func(named) uint64 { return 1 })
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
