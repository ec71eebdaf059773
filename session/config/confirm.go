package config

import "maps"

// confirmed is a session whose programs are asked about.
type confirmed struct {
	session Session
	edition uint64
}

// Confirm reports whether the definition of a session, as it was last read or saved, has the user asked before a program
// gets a token. The edition is another one after each edit of such a definition. A definition that cannot be read
// is as it was before. It takes one atomic read.
func (d *Dir) Confirm(name string) (edition uint64, on bool) {
	all := d.confirms.Load()
	if all == nil {
		return 0, false
	}
	c, on := (*all)[name]
	return c.edition, on
}

// Presume has Confirm answer for a definition that could not be read yet as if that were s.
func (d *Dir) Presume(s Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note(s)
}

// noteAll takes over what all definitions say. It needs mu.
func (d *Dir) noteAll(sessions map[string]Session, faults []Fault) {
	if sessions == nil { // nothing is known of any
		return
	}
	noted := map[string]confirmed{}
	for name, s := range sessions {
		if s.Confirm {
			noted[name] = d.edition(s)
		}
	}
	before := d.noted()
	for _, f := range faults {
		if c, ok := before[f.Name]; ok {
			noted[f.Name] = c
		}
	}
	d.confirms.Store(&noted)
}

// note takes over what one definition says. It needs mu.
func (d *Dir) note(s Session) {
	noted := maps.Clone(d.noted())
	if s.Confirm {
		noted[s.Name] = d.edition(s)
	} else {
		delete(noted, s.Name)
	}
	d.confirms.Store(&noted)
}

func (d *Dir) noted() map[string]confirmed {
	if all := d.confirms.Load(); all != nil {
		return *all
	}
	return map[string]confirmed{}
}

// edition counts up where the definition is another one than before. It needs mu.
func (d *Dir) edition(s Session) confirmed {
	if c, ok := d.noted()[s.Name]; ok && same(c.session, s) {
		return c
	}
	d.editions++
	return confirmed{session: s, edition: d.editions}
}
