package session

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
	"sessionkeeper/session/signin"
)

// restore reads the definitions and the states of the last run.
func (k *Keeper) restore() error {
	states, err := k.journal.load()
	if err != nil {
		return err
	}
	byName := k.parked
	for _, d := range states {
		if d.Intent != nil { // the run before ended between sending and knowing
			d.Intent.Unknown = true
		}
		if was, ok := byName[d.Name]; !ok || d.Seq > was.Seq {
			byName[d.Name] = d
		}
	}
	defs, faults := k.o.Config.Sessions()
	k.unread = faults
	k.showFaults()
	var opened []string
	add := func(def config.Session, fault error) {
		d, ok := byName[def.Name]
		if delete(byName, def.Name); !ok {
			d = durable{ID: newID(), Name: def.Name, SignedOut: true}
		}
		e := k.insert(def, d)
		e.fault = fault
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
	k.showAll()
	return nil
}

// insert adds a session to the loop's.
func (k *Keeper) insert(def config.Session, d durable) *entry {
	e := &entry{id: d.ID, def: def, d: d, index: -1, client: provider.Client{ID: def.ClientID}}
	if d.Provider != nil && (d.Target == targetKey(def) || e.moved(def)) {
		e.prov = d.Provider
		k.catalogue.Load().Restore(e.prov)
	}
	if e.astray = e.moved(def); e.astray {
		e.d.Refused = movedRefusal(d.Generation, k.now())
	}
	k.entries[def.Name] = e
	heap.Push(&k.heap, e)
	k.publish(e)
	k.showAll()
	return e
}

// showAll gives readers the sessions that there are.
func (k *Keeper) showAll() {
	m := make(map[string]*entry, len(k.entries))
	for name, e := range k.entries {
		if !e.provisional {
			m[name] = e
		}
	}
	k.view.Store(&m)
}

// save makes what the session must remember durable, beside the loop.
func (k *Keeper) save(e *entry) {
	if e.provisional || e.removed {
		return
	}
	d := e.checkpoint()
	k.wg.Go(func() { k.writeDurable(d) })
}

func (k *Keeper) writeDurable(d durable) {
	if err := k.journal.write(d); err != nil {
		k.log.Error("could not save a session's state", "session", d.Name, "error", err)
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
	view := *k.view.Load()
	all := make([]Session, 0, len(view))
	for _, e := range view {
		all = append(all, e.pub.Load().session)
	}
	slices.SortFunc(all, func(a, b Session) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Session gives one; *Error with CodeNotFound where there is none.
func (k *Keeper) Session(name string) (Session, error) {
	e := (*k.view.Load())[name]
	if e == nil {
		return Session{}, notFound(name)
	}
	return e.pub.Load().session, nil
}
