package install

import (
	"errors"
	"slices"
	"strings"
)

// edit is one thing that an installation puts into a tool's configuration, and what it takes to undo exactly that.
type edit struct {
	Kind  kind     `json:"kind"`
	Path  string   `json:"path"`            // of the file or link
	Place []string `json:"place,omitempty"` // where in the file, as the kind has it
	Text  string   `json:"text"`            // what stands there, in the file's own notation; a link's target

	Was  *string     `json:"was,omitempty"` // what stood there before
	Made made        `json:"made,omitzero"`
	For  []reference `json:"for"` // the installations that need it
}

// reference names an installation. Host is empty where the tool asks for none.
type reference struct {
	Tool    string `json:"tool"`
	Session string `json:"session"`
	Host    string `json:"host,omitempty"`
}

// made is what had to be made around an edit, and goes with the last of them.
type made struct {
	File    bool     `json:"file,omitempty"`
	Folders []string `json:"folders,omitempty"` // outermost first
	Section bool     `json:"section,omitempty"` // a header, or a list's or an object's name
	Blank   bool     `json:"blank,omitempty"`   // an empty line before it
	Inner   *string  `json:"inner,omitempty"`   // what stood where a list or an object without members was
	Newline string   `json:"newline,omitempty"` // the hash of what was the last line, and had no end of its own
	Root    *string  `json:"root,omitempty"`    // the blank text that stood where a JSON object was made
}

// kind is how an edit is put into its file.
type kind string

const (
	kindLink   kind = "link"   // Path is a link to Text
	kindFile   kind = "file"   // the whole file is ours
	kindGit    kind = "git"    // Place: header; lines that are added, and never replace another
	kindINI    kind = "ini"    // Place: header, key
	kindTOML   kind = "toml"   // Place: header or "", key
	kindJSON   kind = "json"   // Place: one key, or that of an object and one in it
	kindKube   kind = "kube"   // Place: the name of a user in a kubeconfig
	kindBlock  kind = "block"  // Place: title; lines between two marks, in a file where # starts a comment
	kindGoAuth kind = "goauth" // one of the commands of GOAUTH in go's file of settings
)

// editor changes the text of a file. Line ends are "\n", and there is no byte order mark.
type editor interface {
	// set puts e into the text and notes in e what stood there. It gives the text as it was where that is so already.
	set(text string, e *edit) (string, error)
	// unset takes e out again. It is errGone where nothing of e is there, and errChanged where somebody else changed it.
	// What e made and others still need is in left.
	unset(text string, e edit) (out string, left made, err error)
}

var (
	errGone    = errors.New("it is not there any more")
	errChanged = errors.New("it was changed by hand since")
)

func editorOf(k kind) editor {
	switch k {
	case kindGit:
		return sections{dialect: gitDialect}
	case kindINI:
		return sections{dialect: iniDialect}
	case kindTOML:
		return sections{dialect: tomlDialect}
	case kindJSON:
		return jsonEditor{}
	case kindKube:
		return kubeEditor{}
	case kindBlock:
		return blocks{}
	case kindGoAuth:
		return goAuth{}
	case kindFile:
		return wholeFile{}
	case kindLink:
		return nil
	}
	return nil
}

// samePlace reports whether two edits are about the same place.
func (e edit) samePlace(o edit) bool {
	return e.Kind == o.Kind && e.Path == o.Path && slices.Equal(e.Place, o.Place) &&
		(e.Kind != kindGoAuth && e.Kind != kindGit || e.Text == o.Text)
}

// neighbour reports whether o stands in what e stands in: its section or object.
func (e edit) neighbour(o edit) bool {
	if e.Kind != o.Kind || e.Path != o.Path {
		return false
	}
	if len(e.Place) < 2 || len(o.Place) != len(e.Place) {
		return e.Kind == kindKube || e.Kind == kindGoAuth
	}
	last := len(e.Place) - 1
	return slices.Equal(e.Place[:last], o.Place[:last])
}

// form is what a file's text looks like beyond its lines.
type form struct {
	bom, crlf bool
}

const byteOrderMark = "\ufeff"

// plain gives a file's content as editors want it, and the form that file gives back.
func plain(content string) (text string, f form) {
	text, f.bom = strings.CutPrefix(content, byteOrderMark)
	if n := strings.Count(text, "\n"); n > 0 && n == strings.Count(text, "\r\n") && n == strings.Count(text, "\r") {
		return strings.ReplaceAll(text, "\r\n", "\n"), form{f.bom, true}
	}
	return text, f
}

func (f form) file(text string) string {
	if f.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if f.bom {
		text = byteOrderMark + text
	}
	return text
}

// wholeFile is a file that nobody else writes to.
type wholeFile struct{}

func (wholeFile) set(text string, e *edit) (string, error) {
	if text != "" && text != e.Text {
		return "", errors.New("there is another file of this name; move it away first")
	}
	return e.Text, nil
}

func (wholeFile) unset(text string, e edit) (string, made, error) {
	switch text {
	case "":
		return "", made{}, errGone
	case e.Text:
		return "", made{}, nil
	}
	return "", e.Made, errChanged
}
