package session

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"sync"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// restore reads the definitions and the states of the last run.
func (k *Keeper) restore() error {
	var defs map[string]definition
	var faults []config.Fault
	var reading sync.WaitGroup
	reading.Go(func() { defs, faults = k.definitions() })
	states, err := k.journal.load()
	if reading.Wait(); err != nil {
		return err
	}
	byName := k.parked
	for _, d := range states {
		if k.o.Copied && d.hold() { // before anything of it can be sent
			d.Seq++
			if err := k.journal.write(d); err != nil {
				return err
			}
		}
		if d.Intent != nil { // the run before ended between sending and knowing
			d.Intent.Unknown = true
		}
		if was, ok := byName[d.Name]; !ok || d.Seq > was.Seq {
			byName[d.Name] = d
		}
	}
	k.unread = faults
	k.showFaults()
	var opened []string
	add := func(def config.Session, fault error) {
		d, ok := byName[def.Name]
		if delete(byName, def.Name); !ok {
			d = durable{ID: newID(), Name: def.Name, SignedOut: true}
		}
		k.insertFaulty(def, d, fault)
		if d.AutoOpened {
			opened = append(opened, def.Name)
		}
	}
	for _, def := range defs {
		add(def, nil)
	}
	for _, f := range faults {
		if f.Name != "" {
			add(config.Session{Name: f.Name}, f.Err)
		}
	}
	k.queue = signin.NewQueue(opened...) // those who wait for the user join it once their grants are read
	return nil
}

// insertFaulty adds a session whose file cannot be used where fault is not nil: then it goes by what the file said before.
func (k *Keeper) insertFaulty(def config.Session, d durable, fault error) *entry {
	last := d.Definition
	d.Definition = nil
	stoodIn := fault != nil && last != nil && last.Name == def.Name
	if stoodIn {
		def = *last
		k.o.Config.Presume(def)
	}
	e := k.insert(def, d)
	if fault != nil {
		e.fault, e.stoodIn = fault, stoodIn
		k.publish(e)
	}
	return e
}

// insert adds a session to the loop's.
func (k *Keeper) insert(def config.Session, d durable) *entry {
	e := &entry{id: d.ID, def: def, d: d, index: -1, client: provider.Client{ID: def.ClientID}}
	e.unwind(k.now())
	if d.Provider != nil && (d.Target == targetKey(def) || e.moved(def)) {
		e.prov = k.completed(d.Provider)
		e.d.Provider = e.prov
	}
	if e.astray = e.moved(def); e.astray {
		e.d.Refused = movedRefusal(d.Generation, k.now())
	}
	k.share(e)
	k.entries[def.Name] = e
	heap.Push(&k.heap, e)
	k.publish(e)
	k.show(e)
	return e
}

// show gives readers a session that is the keeper's now.
func (k *Keeper) show(e *entry) { k.view.Store(e.def.Name, e) }

// shown is a session as readers see it; nil where there is none.
func (k *Keeper) shown(name string) *entry {
	v, _ := k.view.Load(name)
	e, _ := v.(*entry)
	return e
}

// save makes what the session must remember durable, beside the loop.
func (k *Keeper) save(e *entry) {
	if e.provisional || e.removed {
		return
	}
	d := e.checkpoint()
	k.spawn("state of "+d.Name, func() { k.writeDurable(d) })
}

func (k *Keeper) writeDurable(d durable) {
	if err := k.journal.write(d); err != nil {
		k.post(func() { k.notWritten(d, err) })
	}
}

// checkpoint is a copy of the durable part that is newer than any before.
func (e *entry) checkpoint() durable {
	e.d.Seq++
	d := e.d
	d.Warned = slices.Clone(d.Warned)
	if d.Intent != nil {
		d.Intent = new(*d.Intent)
	}
	if d.Refused != nil {
		d.Refused = new(*d.Refused)
	}
	if e.defined() {
		d.Definition = new(e.def)
	}
	return d
}

// find gives the loop's session of that name.
func (k *Keeper) find(name string) (*entry, error) {
	e := k.entries[name]
	if e == nil || e.provisional {
		return nil, notFound(name)
	}
	return e, nil
}

func notFound(name string) *Error {
	return &Error{
		Code: CodeNotFound, Session: name,
		Detail: fmt.Sprintf("There is no session %q: `sessionkeeper list` shows those that there are.", name),
	}
}

// on runs f on the loop for a session that exists, and gives the snapshot after it.
func (k *Keeper) on(ctx context.Context, name string, f func(e *entry) error) (Session, error) {
	var s Session
	var err error
	if cerr := k.call(ctx, func() {
		var e *entry
		if e, err = k.find(name); err != nil {
			return
		}
		if err = f(e); err == nil && !e.removed {
			k.changed(e)
			s = e.pub.Load().session
		}
	}); cerr != nil {
		return s, cerr
	}
	return s, err
}

// Sessions gives all sessions, by name.
func (k *Keeper) Sessions() []Session {
	var all []*published
	for _, v := range k.view.Range {
		if e, ok := v.(*entry); ok {
			all = append(all, e.pub.Load())
		}
	}
	slices.SortFunc(all, func(a, b *published) int { return cmp.Compare(a.session.Name, b.session.Name) })
	sessions := make([]Session, len(all))
	for n, p := range all {
		sessions[n] = p.session
	}
	return sessions
}

// States counts the sessions by their states.
func (k *Keeper) States() map[State]int {
	n := map[State]int{}
	for _, v := range k.view.Range {
		if e, ok := v.(*entry); ok {
			n[e.pub.Load().session.State]++
		}
	}
	return n
}

// Session gives one; *Error with CodeNotFound where there is none.
func (k *Keeper) Session(name string) (Session, error) {
	e := k.shown(name)
	if e == nil {
		return Session{}, notFound(name)
	}
	return e.pub.Load().session, nil
}
