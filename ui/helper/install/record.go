package install

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
)

// record is what was installed and how to undo it, in the order in which it was done.
type record struct {
	Version int         `json:"version"`
	Refs    []reference `json:"installed"`
	Edits   []edit      `json:"edits"`
}

const (
	recordFile    = "helpers.json"
	recordVersion = 1
)

func (h Home) recordPath() string { return filepath.Join(h.Places.State, recordFile) }

// record reads the record. One that cannot be read is never replaced: what it holds could not be undone.
func (h Home) record() (record, error) {
	path := h.recordPath()
	c, err := read(path)
	if err != nil {
		return record{}, fmt.Errorf("reading what is installed: %w", err)
	}
	rec := record{Version: recordVersion}
	if !c.there {
		return rec, nil
	}
	if err := json.Unmarshal([]byte(c.text), &rec); err != nil {
		return record{}, fmt.Errorf("reading what is installed: %s: %w", path, err)
	}
	if rec.Version != recordVersion {
		return record{}, fmt.Errorf("reading what is installed: %s was written by another version (%d)", path, rec.Version)
	}
	return rec, nil
}

func (r *record) text() (string, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	return string(data) + "\n", err
}

func (r *record) clone() record {
	c := record{Version: r.Version, Refs: slices.Clone(r.Refs), Edits: slices.Clone(r.Edits)}
	for i := range c.Edits {
		c.Edits[i].For = slices.Clone(c.Edits[i].For)
	}
	return c
}

func (r *record) refer(ref reference) {
	if !slices.Contains(r.Refs, ref) {
		r.Refs = append(r.Refs, ref)
	}
}

// inherit gives what an edit made, and others still need, to one of those.
func (r *record) inherit(from edit, left made) {
	for i := range r.Edits {
		e := &r.Edits[i]
		if e.Path != from.Path {
			continue
		}
		// What belongs to the file goes to the first, and what belongs to a part of it to the first there.
		e.Made.File = e.Made.File || left.File
		e.Made.Folders = append(e.Made.Folders, left.Folders...)
		if left.Root != nil {
			e.Made.Root = left.Root
		}
		if left.Newline != "" {
			e.Made.Newline = left.Newline
		}
		left.File, left.Folders, left.Root, left.Newline = false, nil, nil, ""
		if !from.neighbour(*e) {
			continue
		}
		e.Made.Section = e.Made.Section || left.Section
		e.Made.Blank = e.Made.Blank || left.Blank
		if left.Inner != nil {
			e.Made.Inner = left.Inner
		}
		return
	}
}
