package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// sessionFile is what a definition's file holds: the name only where the file's own name had to be cut.
type sessionFile struct {
	Name string `toml:"name,omitempty"`
	Session
}

var sessionFields = fieldsOf(reflect.TypeFor[sessionFile]())

// Sessions reads every definition. Broken ones are in faults and never in the map. Where the folder itself cannot be
// read the map is nil and the fault has no name: that says nothing about which sessions there are.
func (d *Dir) Sessions() (map[string]Session, []Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sessions, faults := d.sessions()
	d.noteAll(sessions, faults)
	return sessions, faults
}

func (d *Dir) sessions() (map[string]Session, []Fault) {
	folder := filepath.Join(d.path, sessionsDir)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		// A folder that is gone with everything around it is no empty folder.
		if _, err := os.Stat(d.path); err != nil {
			return nil, []Fault{{Err: fmt.Errorf("reading sessions: %w", err)}}
		}
		return map[string]Session{}, nil
	}
	if err != nil {
		return nil, []Fault{{Err: fmt.Errorf("reading sessions: %w", err)}}
	}
	links := map[string]bool{}
	var files []string
	for _, e := range entries {
		if isDefinition(e.Name()) {
			files = append(files, e.Name())
			links[e.Name()] = e.Type()&fs.ModeSymlink != 0
		}
	}
	sessions, faults := make(map[string]Session, len(files)), []Fault(nil)
	for i, r := range d.readAll(folder, files) {
		switch {
		case errors.Is(r.err, fs.ErrNotExist) && !links[files[i]]: // removed since the folder was listed
		case r.err != nil:
			faults = append(faults, Fault{Name: r.session.Name, Err: r.err})
		default:
			sessions[r.session.Name] = r.session
		}
	}
	return sessions, faults
}

// isDefinition passes over what editors and Save put beside a file.
func isDefinition(file string) bool {
	return strings.HasSuffix(file, fileSuffix) && !strings.HasPrefix(file, ".") && file != fileSuffix
}

// readSession returns the session with at least its name also when there is an error.
func readSession(path string) (Session, error) {
	file := filepath.Base(path)
	name, hashed, err := sessionName(file)
	if err != nil {
		return Session{Name: name}, fmt.Errorf("%s: %w", path, err)
	}
	data, err := readFile(path)
	if err != nil {
		return Session{Name: name}, err
	}
	return decodeSession(path, data, name, hashed)
}

func decodeSession(path string, data []byte, name string, hashed bool) (Session, error) {
	var f sessionFile
	err := decode(path, data, &f, sessionFields)
	if err != nil {
		return Session{Name: name}, err
	}
	switch {
	case hashed && (CheckName(f.Name) != nil || fileName(f.Name) != filepath.Base(path)):
		err = badf("name", "this file's name ends in a hash; name must be the whole name that it was made from")
	case !hashed && f.Name != "" && f.Name != name:
		err = badf("name", "the session is called %q after its file; rename the file instead", name)
	case hashed:
		name = f.Name
	}
	if err == nil {
		err = f.Validate()
	}
	if err != nil {
		return Session{Name: name}, locate(path, data, err)
	}
	f.Session.Name = name
	return f.Session, nil
}

func encodeSession(s Session) ([]byte, error) {
	f := sessionFile{Session: s}
	file := fileName(s.Name)
	_, hashed, err := sessionName(file)
	if err != nil {
		return nil, err
	}
	if hashed {
		f.Name = s.Name
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(f); err != nil {
		return nil, err
	}
	// What would not come back the same must not replace what does.
	back, err := decodeSession(file, b.Bytes(), s.Name, hashed)
	if err != nil {
		return nil, err
	}
	if !same(back, s) {
		return nil, errors.New("the definition does not survive writing and reading")
	}
	return b.Bytes(), nil
}

// same takes empty and absent lists for the same.
func same(a, b Session) bool {
	for _, s := range []*Session{&a, &b} {
		if len(s.Scopes) == 0 {
			s.Scopes = nil
		}
		if len(s.Vars) == 0 {
			s.Vars = nil
		}
	}
	return reflect.DeepEqual(a, b)
}

// Save writes a definition atomically (0600). It refuses to replace a file that cannot be read, and one whose name
// differs only in case. A file that says the same already is left as it is, with its comments; else they are lost.
// A symbolic link is followed, and the file it leads to replaced.
func (d *Dir) Save(s Session) error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("saving session %q: %w", s.Name, err)
	}
	data, err := encodeSession(s)
	if err != nil {
		return fmt.Errorf("saving session %q: %w", s.Name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.save(s, data); err != nil {
		return fmt.Errorf("saving session %q: %w", s.Name, err)
	}
	d.note(s)
	return nil
}

func (d *Dir) save(s Session, data []byte) error {
	folder := filepath.Join(d.path, sessionsDir)
	if err := makePrivate(folder); err != nil {
		return err
	}
	path := filepath.Join(folder, fileName(s.Name))
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && d.free(path) {
		if err := writeFile(path, data); err != nil {
			return err
		}
		d.added(path)
		return nil
	}
	there, err := exactly(path)
	if err != nil {
		return err
	}
	if there {
		old, err := readSession(path)
		if err != nil {
			return fmt.Errorf("the file there is not replaced, because it cannot be read: %w", err)
		}
		if same(old, s) {
			return nil
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	return writeFile(path, data)
}

// Remove deletes a definition's file, also a broken one; a missing one is no error.
func (d *Dir) Remove(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	folder := filepath.Join(d.path, sessionsDir)
	path := filepath.Join(folder, fileName(name))
	there, err := exactly(path)
	if err != nil || !there {
		// A file system that ignores case must not delete Work for work.
		if _, other := errors.AsType[*caseError](err); other || err == nil {
			return nil
		}
		return fmt.Errorf("removing session %q: %w", name, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing session %q: %w", name, err)
	}
	d.note(Session{Name: name})
	if err := syncDir(folder); err != nil {
		return fmt.Errorf("removing session %q: %w", name, err)
	}
	return nil
}

// caseError is a file whose name differs from the wanted one only in what some file system ignores.
type caseError struct{ other string }

func (e *caseError) Error() string {
	return fmt.Sprintf("there is %s already, and some file systems take both names for one: choose another name", e.other)
}

// exactly reports whether the file is there under exactly this name.
func exactly(path string) (bool, error) {
	names, err := fileNames(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	file, folded := filepath.Base(path), ""
	for _, name := range names {
		if name == file {
			return true, nil
		}
		if strings.EqualFold(name, file) {
			folded = name
		}
	}
	if folded != "" {
		return false, &caseError{other: folded}
	}
	// The file system may fold what EqualFold does not: composed and decomposed accents.
	if _, err := os.Lstat(path); err == nil {
		return false, &caseError{other: "a file of an equal name"}
	}
	return false, nil
}
