package session

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

type definition = config.Session

func target(d definition) provider.Target {
	return provider.Target{
		ID: d.Provider, Issuer: d.Issuer, AuthorizeURL: d.AuthorizeURL, TokenURL: d.TokenURL, DeviceURL: d.DeviceURL,
		CheckURL: d.CheckURL, Vars: d.Vars,
	}
}

// Reload reads the definitions again. A session whose file is gone is let go of, but its grant stays in the keychain
// and comes back with the file; one whose file is broken goes on by what it said before.
func (k *Keeper) Reload(ctx context.Context) {
	select {
	case k.reading <- struct{}{}: // one at a time: an older reading never replaces a newer one
		defer func() { <-k.reading }()
	case <-ctx.Done():
		return
	}
	if k.call(ctx, func() { k.touched = map[string]bool{} }) != nil {
		return
	}
	defs, faults := k.definitions()
	k.post(func() { k.takeOver(defs, faults) })
}

// touch keeps a session that came, went or was edited by us from being measured by what its file said before.
func (k *Keeper) touch(e *entry) {
	if k.touched != nil {
		k.touched[e.def.Name] = true
	}
}

// definitions reads the definitions. One without a client is broken where the catalogue says that its provider has some;
// a provider whose own file is broken now says nothing.
func (k *Keeper) definitions() (map[string]definition, []config.Fault) {
	defs, faults := k.o.Config.Sessions()
	catalogue := k.catalogue.Load()
	for name, def := range defs {
		if def.ClientID == "" && catalogue.NeedsClient(def.Provider) {
			delete(defs, name)
			faults = append(faults, config.Fault{Name: name, Err: fmt.Errorf("session %s: %w", name, config.MissingClient())})
		}
	}
	return defs, faults
}

// takeOver makes the sessions what the files say.
func (k *Keeper) takeOver(defs map[string]definition, faults []config.Fault) {
	touched := k.touched
	k.touched = nil
	k.unread = faults
	k.showFaults()
	if defs == nil { // the folder itself cannot be read: nothing is known to be gone
		return
	}
	broken := map[string]error{}
	for _, f := range faults {
		broken[f.Name] = f.Err
	}
	k.forEach("definition", func(e *entry) {
		def, ok := defs[e.def.Name]
		switch {
		case e.provisional, e.unkept && !ok, touched[e.def.Name]:
		case ok && e.stands(def): // most of them, each time
		case ok:
			k.edited(e, def)
		default:
			k.undefined(e, broken[e.def.Name])
		}
	})
	for name := range broken {
		if name != "" && k.entries[name] == nil {
			defs[name] = config.Session{Name: name} // shown with what is wrong with it
		}
	}
	for name, def := range defs {
		if k.entries[name] == nil && !touched[name] {
			k.appear(def, broken[name])
		}
	}
}

// edited: a session's file says something else, or says it again.
func (k *Keeper) edited(e *entry, def definition) {
	e.gone = false
	if e.busy {
		e.newDef = &def
		k.changed(e)
		return
	}
	edited := k.redefine(e, def)
	if k.changed(e); edited {
		k.retell(e)
	}
}

// undefined: a session's file is broken, or gone where fault is nil.
func (k *Keeper) undefined(e *entry, fault error) {
	e.newDef = nil
	e.gone = fault == nil
	switch {
	case fault != nil:
		e.stoodIn = e.defined()
		e.fault = fault
	case !e.busy && e.unsaved == nil: // not in the middle of a transaction
		k.letGo(e)
		return
	}
	k.changed(e)
}

// appear adds a session whose file has come.
func (k *Keeper) appear(def definition, fault error) {
	d, ok := k.parked[def.Name]
	if !ok {
		d = durable{ID: newID(), Name: def.Name, SignedOut: true}
	}
	delete(k.parked, def.Name)
	e := k.insertFaulty(def, d, fault)
	k.load(e)
	k.save(e)
	k.publish(e)
	k.emit(Event{Type: EventAdded, Session: def.Name})
}

// letGo parks a session whose definition is gone; its grant stays where it is.
func (k *Keeper) letGo(e *entry) {
	k.parked[e.def.Name] = e.checkpoint()
	k.endOutage(e)
	k.withdraw(keySession + e.def.Name)
	k.discard(e)
	k.emit(Event{Type: EventRemoved, Session: e.def.Name})
}

// stands reports whether a definition is what the session goes by already.
func (e *entry) stands(def definition) bool {
	return e.fault == nil && e.newDef == nil && !e.gone && reflect.DeepEqual(e.def, def)
}

// redefine takes over a definition, and reports whether it was edited.
func (k *Keeper) redefine(e *entry, def definition) (edited bool) {
	if e.fault == nil && reflect.DeepEqual(e.def, def) {
		return false
	}
	e.fault, e.stoodIn = nil, false
	was := e.def
	e.def = def
	if e.astray = e.moved(def); e.astray { // the grant stays bound to whom it came from
		e.d.Refused = movedRefusal(e.d.Generation, k.now())
		k.save(e)
		return true
	}
	if ref := e.d.Refused; ref != nil && ref.Code == codeMoved { // put back as it was
		e.d.Refused = nil
	}
	e.client.ID = def.ClientID
	if targetKey(was) != targetKey(def) || was.ClientID != def.ClientID || !slices.Equal(was.Scopes, def.Scopes) {
		if targetKey(was) != targetKey(def) {
			e.prov = nil
		}
		if ref := e.d.Refused; ref != nil && ref.Verdict == provider.VerdictSetup {
			e.d.Refused = nil
		}
		e.d.CheckOff = false
	}
	if e.g != nil {
		e.plan(roll())
	}
	k.requeue(e)
	k.save(e)
	return true
}

// codeDiscovery marks a provider that could not be looked up.
const codeDiscovery = "discovery"

// resolve looks up the provider of a session that has a grant and none yet.
func (k *Keeper) resolve(e *entry, now time.Time) {
	if e.prov != nil || e.resolving || e.g == nil || e.astray || !e.defined() || e.d.Paused || now.Before(e.nextTry) {
		return
	}
	e.resolving = true
	def := e.def
	k.spawn("provider of "+def.Name, func() {
		var p provider.Provider
		err := errBroke
		k.guard("provider", func() { p, err = k.catalogue.Load().Resolve(k.work, k.o.Wire, target(def)) })
		if !k.post(func() { k.resolved(e, def, p, err) }) {
			k.post(func() { e.nextTry = k.now().Add(maxNap) })
		}
	})
}

func (k *Keeper) resolved(e *entry, def definition, p provider.Provider, err error) {
	e.resolving = false
	if e.removed || targetKey(def) != targetKey(e.def) {
		return
	}
	now := k.now()
	if err != nil {
		e.failures++
		e.nextTry = now.Add(backoff(e.failures, roll()))
		if e.d.FailingSince.IsZero() {
			e.d.FailingSince = now
		}
		level := k.log.Warn
		if e.d.LastError != nil && e.d.LastError.Code == codeDiscovery {
			level = k.log.Debug
		}
		e.d.LastError = &LastError{Verdict: provider.VerdictPassing, Code: codeDiscovery, At: now, Message: err.Error()}
		level("could not look a provider up", "session", e.def.Name, "error", err)
	} else if host := p.MovedFrom(e.d.Provider); host != "" {
		k.endpointMoved(e, host, now)
	} else {
		e.failures, e.nextTry = 0, time.Time{}
		if ref := e.d.Refused; ref != nil && ref.Code == codeEndpoint { // moved back
			e.d.Refused = nil
		}
		if e.d.LastError != nil && e.d.LastError.Code == codeDiscovery {
			e.d.LastError = nil
			k.cured(e, false)
		}
		e.prov = k.common(&p)
		e.d.Provider, e.d.Target = e.prov, targetKey(def)
		k.share(e)
		e.plan(roll())
		k.save(e)
	}
	k.changed(e)
	k.retell(e)
}
