package keychain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// tombSuffix ends the names of deletions that wait for the keychain.
const tombSuffix = ".deleted"

// spill holds on disk what the keychain could not take: sealed records, and deletions to be done. Of one key a deletion
// is always older than a record. The caller holds the key's lock.
type spill struct {
	dir  *folder
	keys *keyset
}

// tomb is a deletion that waits: of the record under Key where its generation is not above Generation.
type tomb struct {
	Format     int    `json:"format"` // 1
	Key        string `json:"key"`
	Generation uint64 `json:"generation"`
}

// waiting is what the spill holds for one key.
type waiting struct {
	record  *sealed
	damaged bool // a record waits that cannot be read
	tomb    *tomb
}

// look reads what waits for key, without opening it.
func (s *spill) look(key string) (waiting, error) {
	var w waiting
	file, err := s.dir.read(fileName(key, sealedSuffix))
	switch {
	case err == nil:
		box, err := parseSealed(file)
		switch {
		case err == nil:
			w.record = &box
		case errors.Is(err, ErrDamaged):
			w.damaged = true
		default:
			return w, fmt.Errorf("reading a spilled record: %w", err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return w, err
	}
	w.tomb, err = s.tomb(fileName(key, tombSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return w, err
}

func (s *spill) tomb(name string) (*tomb, error) {
	file, err := s.dir.read(name)
	if err != nil {
		return nil, err
	}
	var t tomb
	if err := json.Unmarshal(file, &t); err != nil || t.Format != 1 {
		return nil, fmt.Errorf("reading a deletion: %w", ErrForeign)
	}
	return &t, nil
}

// put seals a record to the disk.
func (s *spill) put(key string, r Record) error {
	file, err := s.keys.seal(key, r)
	if err != nil {
		return err
	}
	return s.dir.write(fileName(key, sealedSuffix), file)
}

// drop removes the record that waits for key.
func (s *spill) drop(key string) error { return s.dir.remove(fileName(key, sealedSuffix)) }

// bury notes a deletion.
func (s *spill) bury(key string, generation uint64) error {
	file, err := json.Marshal(tomb{Format: 1, Key: key, Generation: generation})
	if err != nil {
		return fmt.Errorf("encoding a deletion: %w", err)
	}
	return s.dir.write(fileName(key, tombSuffix), file)
}

// unbury removes the note.
func (s *spill) unbury(key string) error { return s.dir.remove(fileName(key, tombSuffix)) }

// list gives the keys for which something legible waits in a file that is due.
func (s *spill) list(due func(name string) bool) ([]string, error) {
	names, err := s.dir.names("", "")
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, name := range names {
		switch {
		case !due(name):
		case strings.HasSuffix(name, sealedSuffix):
			file, err := s.dir.read(name)
			if err != nil {
				continue
			}
			if box, err := parseSealed(file); err == nil && fileName(box.key, sealedSuffix) == name {
				keys[box.key] = true
			}
		case strings.HasSuffix(name, tombSuffix):
			if t, err := s.tomb(name); err == nil && fileName(t.Key, tombSuffix) == name {
				keys[t.Key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(keys)), nil
}
