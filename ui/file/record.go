package file

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	recordVersion = 1
	maxRegistry   = 4 << 20 // 256 files with the longest paths are some 2 MiB
)

// record is a token file as the registry has it.
type record struct {
	Session   string    `json:"session"`
	Path      string    `json:"path"`
	Format    string    `json:"format"`
	IDToken   bool      `json:"id_token,omitempty"`
	Since     time.Time `json:"since"`
	Marks     []mark    `json:"marks,omitempty"`
	WrittenAt time.Time `json:"written_at,omitzero"`
}

type recordFile struct {
	Version int      `json:"version"`
	Files   []record `json:"files"`
}

func (r record) entry() *entry {
	e := newEntry(r.Session, r.Path, form{format: r.Format, idToken: r.IDToken})
	e.since, e.marks, e.writtenAt, e.again = r.Since, r.Marks, r.WrittenAt, true
	return e
}

// load reads the registry at path. What cannot be used is set aside under the name that it tells: a registry of a newer
// version, or one that is none. One that cannot even be read or set aside is told by its own name.
func load(path string) (records []record, aside string) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ""
	}
	if err == nil {
		if records, err = parse(data); err == nil {
			return records, ""
		}
	}
	aside = path + ".broken-" + time.Now().UTC().Format("20060102T150405.000")
	if os.Rename(path, aside) != nil {
		return nil, path
	}
	return nil, aside
}

func read(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0) //nolint:gosec // of the state folder, which is the keeper's own
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxRegistry+1))
}

var errRegistry = errors.New("not a list of token files")

// parse reads a registry, whole or not at all.
func parse(data []byte) ([]record, error) {
	var f recordFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || len(data) > maxRegistry || f.Version != recordVersion || len(f.Files) > maxFiles {
		return nil, errRegistry
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errRegistry
	}
	known := map[string]bool{}
	for _, one := range f.Files {
		if one.Session == "" || !filepath.IsAbs(one.Path) || filepath.Clean(one.Path) != one.Path || known[one.Path] || !shown(one.Path) ||
			one.Format != Raw && one.Format != JSON || len(one.Marks) > 2 || find(one.Marks, "") >= 0 {
			return nil, errRegistry
		}
		known[one.Path] = true
	}
	return f.Files, nil
}

// save writes the registry. Files that a program holds are not in it: they end with the program.
func (r *Registry) save() error {
	r.saving.Lock()
	defer r.saving.Unlock()
	data, err := json.MarshalIndent(recordFile{Version: recordVersion, Files: r.records()}, "", "\t")
	if err != nil {
		return fmt.Errorf("saving the list of token files: %w", err)
	}
	if err := replaceFile(r.o.Path, append(data, '\n')); err != nil {
		return fmt.Errorf("saving the list of token files: %w", err)
	}
	return nil
}

func (r *Registry) records() []record {
	r.mu.Lock()
	defer r.mu.Unlock()
	records := make([]record, 0, len(r.all))
	for _, e := range r.all {
		if !e.held {
			records = append(records, record{
				Session: e.session, Path: e.path, Format: e.format, IDToken: e.idToken, Since: e.since, Marks: e.marks,
				WrittenAt: e.writtenAt.UTC(),
			})
		}
	}
	slices.SortFunc(records, func(a, b record) int { return cmp.Compare(a.Path, b.Path) })
	return records
}
