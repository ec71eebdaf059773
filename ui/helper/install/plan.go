package install

import (
	"errors"
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sessionkeeper/ui/helper"
)

// Plan is a change that is not made yet.
type Plan struct {
	Notes  []string // what to know or to do besides, a sentence each
	ByHand bool     // the tool has no file yet that could be written to: Notes say what to put into one

	home     Home
	what     string
	recipe   recipe
	undoing  bool
	then     record // what was installed before
	now      record
	thenBind []helper.Binding
	nowBind  []helper.Binding
	files    []*file
	touched  []edit   // what the installation wants
	steps    []step   // for people
	kept     []string // what stays although it was asked to go, and why
	saved    string   // the record as it is on the disk
}

func (h Home) plan(what string, r recipe) (*Plan, error) {
	rec, err := h.record()
	if err != nil {
		return nil, err
	}
	bindings, err := helper.LoadBindings(h.Places)
	if err != nil {
		return nil, err
	}
	saved, err := rec.text()
	if err != nil {
		return nil, err
	}
	return &Plan{
		home: h, what: what, recipe: r, saved: saved,
		then: rec, now: rec.clone(),
		thenBind: bindings, nowBind: slices.Clone(bindings),
	}, nil
}

// file gives a file as the plan has it so far.
func (p *Plan) file(e edit) (*file, error) {
	for _, f := range p.files {
		if f.path == e.Path {
			return f, nil
		}
	}
	f := &file{path: e.Path}
	if e.Kind == kindLink {
		f.target = e.Text
	}
	var err error
	if f.then, err = f.read(); err != nil {
		return nil, err
	}
	f.now = f.then
	p.files = append(p.files, f)
	return f, nil
}

// add puts an edit into its file, and into the record where it changes something there.
func (p *Plan) add(e edit, ref reference) error {
	p.touched = append(p.touched, e)
	i := slices.IndexFunc(p.now.Edits, e.samePlace)
	f, err := p.file(e)
	if err != nil {
		return p.wrap(e, err)
	}
	if i >= 0 {
		old := p.now.Edits[i]
		if old.Text != e.Text {
			if err := p.replaceable(old, ref); err != nil {
				return err
			}
			// The program moved, or the options are others: what stood there before us stays known.
			p.now.Edits = slices.Delete(p.now.Edits, i, i+1)
			if err := p.undo(old); err != nil {
				return err
			}
			e.For = old.For
		} else {
			e = old
		}
		i = slices.IndexFunc(p.now.Edits, e.samePlace)
	}
	if !slices.Contains(e.For, ref) {
		e.For = append(slices.Clone(e.For), ref)
	}
	changed, err := p.put(f, &e)
	switch {
	case err != nil:
		return p.wrap(e, err)
	case i >= 0:
		p.now.Edits[i] = e
	case changed:
		p.now.Edits = append(p.now.Edits, e)
	}
	return nil
}

// replaceable refuses to change what another session needs as it is.
func (p *Plan) replaceable(old edit, ref reference) error {
	for _, other := range old.For {
		if other.Session != ref.Session && old.Kind != kindLink {
			return fmt.Errorf("%s has this setting for session %q already; uninstall that first: "+
				"sessionkeeper helper uninstall %s %s", p.short(old.Path), other.Session, other.Tool, quoted(other.Session))
		}
	}
	return nil
}

// put makes an edit in its file. changed is false where the file has it already.
func (p *Plan) put(f *file, e *edit) (changed bool, err error) {
	before := f.now
	next := *e
	if f.target != "" {
		if before.there && before.text == e.Text {
			return false, nil
		}
		if before.there {
			return false, errors.New("there is something else of this name; move it away first")
		}
		f.now = content{e.Text, true}
	} else {
		text, form := plain(before.text)
		out, err := editorOf(e.Kind).set(text, &next)
		if err != nil {
			return false, err
		}
		if out == text && before.there {
			return false, nil
		}
		if last, ok := unended(text); ok && strings.HasSuffix(out, "\n") {
			next.Made.Newline = last
		}
		f.now = content{form.file(out), true}
	}
	if !before.there {
		next.Made.File = true
		next.Made.Folders = slices.Concat(f.folders, missingFolders(f.path))
		f.folders = nil
	}
	*e = next
	p.note(f, before)
	return true, nil
}

// unended gives the hash of a text's last line where that has no end.
func unended(text string) (hash string, ok bool) {
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if last == "" {
		return "", false
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(last))
	return strconv.FormatUint(h.Sum64(), 36), true
}

// undo takes an edit out of its file. What is not as we left it stays, and the plan says so.
func (p *Plan) undo(e edit) error {
	f, err := p.file(e)
	if err != nil {
		return p.wrap(e, err)
	}
	before := f.now
	left := made{}
	if f.target != "" {
		if !before.there || before.text != e.Text {
			return nil // whoever changed it owns it now
		}
		f.now = content{}
	} else {
		text, form := plain(before.text)
		var out string
		out, left, err = editorOf(e.Kind).unset(text, e)
		switch {
		case errors.Is(err, errGone):
			out = text
		case err != nil:
			p.kept = append(p.kept, fmt.Sprintf("%s: %v; %s", p.short(e.Path), err, "what is there now stays"))
			p.now.inherit(e, e.Made)
			return nil
		}
		if shorter, ok := strings.CutSuffix(out, "\n"); ok && e.Made.Newline != "" {
			if last, _ := unended(shorter); last == e.Made.Newline {
				out, left.Newline = shorter, ""
			}
		}
		f.now = content{form.file(out), before.there}
		if e.Made.File && out == "" {
			f.now = content{}
			left.File = false
		}
	}
	if !f.now.there {
		f.folders = append(f.folders, e.Made.Folders...)
		left.Folders = nil
	}
	p.now.inherit(e, left)
	p.note(f, before)
	return nil
}

// dropUnused undoes what nobody needs any more, the last first.
func (p *Plan) dropUnused() error {
	for i, e := range slices.Backward(slices.Clone(p.now.Edits)) {
		if len(e.For) > 0 {
			continue
		}
		e = p.now.Edits[i] // it may have inherited since
		p.now.Edits = slices.Delete(p.now.Edits, i, i+1)
		if err := p.undo(e); err != nil {
			return err
		}
	}
	return nil
}

// dropStale undoes what an earlier installation of the same wrote and this one does not.
func (p *Plan) dropStale(tool, session string, hosts []string) error {
	for i := range p.now.Edits {
		e := &p.now.Edits[i]
		kept := slices.ContainsFunc(p.touched, func(t edit) bool { return e.samePlace(t) })
		if kept {
			continue
		}
		e.For = slices.DeleteFunc(slices.Clone(e.For), func(r reference) bool {
			return r.Tool == tool && r.Session == session && slices.Contains(hosts, r.Host)
		})
	}
	return p.dropUnused()
}

func (p *Plan) wrap(e edit, err error) error {
	return fmt.Errorf("%s: %w; nothing was changed", p.short(e.Path), err)
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool {
	text, err := p.now.text()
	return err == nil && text == p.saved && len(p.changed()) == 0 && reflect.DeepEqual(p.thenBind, p.nowBind)
}

func (p *Plan) changed() []*file {
	return slices.DeleteFunc(slices.Clone(p.files), func(f *file) bool { return f.then == f.now })
}

// Apply makes the change. What it takes to undo it is written down before anything else. A file that changed since the
// plan was made is left, with an error.
func (p *Plan) Apply() error {
	if p.Empty() {
		return nil
	}
	for _, f := range p.changed() {
		if err := f.unchanged(); err != nil {
			return fmt.Errorf("%s: %w", p.what, err)
		}
	}
	if err := p.saveRecord(p.union()); err != nil {
		return fmt.Errorf("%s: %w", p.what, err)
	}
	for _, f := range p.changed() {
		if err := f.apply(); err != nil {
			return fmt.Errorf("%s: %w", p.what, err)
		}
	}
	if err := p.saveBindings(); err != nil {
		return fmt.Errorf("%s: %w", p.what, err)
	}
	if err := p.saveRecord(p.now); err != nil {
		return fmt.Errorf("%s: %w", p.what, err)
	}
	return nil
}

func (p *Plan) saveBindings() error {
	if reflect.DeepEqual(p.thenBind, p.nowBind) {
		return nil
	}
	data, err := helper.EncodeBindings(p.nowBind)
	if err != nil {
		return err
	}
	return write(helper.BindingsPath(p.home.Places), string(data))
}

// union is what to undo if we stop halfway: all of before and all of after.
func (p *Plan) union() record {
	all := p.now.clone()
	for _, e := range p.then.Edits {
		if !slices.ContainsFunc(all.Edits, func(o edit) bool { return e.samePlace(o) && e.Text == o.Text }) {
			all.Edits = append(all.Edits, e)
		}
	}
	for _, ref := range p.then.Refs {
		all.refer(ref)
	}
	return all
}

func (p *Plan) saveRecord(rec record) error {
	if err := p.unmoved(); err != nil {
		return err
	}
	text, err := rec.text()
	if err != nil {
		return err
	}
	if err := write(p.home.recordPath(), text); err != nil {
		return err
	}
	p.saved = text
	return nil
}

var errMoved = errors.New("it was changed by somebody else at this moment; try again")

// unmoved refuses to replace a record that another run of ours wrote.
func (p *Plan) unmoved() error {
	rec, err := p.home.record()
	if err != nil {
		return err
	}
	text, err := rec.text()
	if err == nil && text != p.saved {
		err = fmt.Errorf("%s: %w", p.home.recordPath(), errMoved)
	}
	return err
}
