// Package file keeps token files: files on disk that hold a session's token, for programs that read one from a file. The
// keeper writes each anew as soon as the token changes and takes it away when the session has none to give. It must
// never leave a spent token behind where it can help it, write over a file that it did not make, or write where another
// user could put a file in its place.
package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

// Keeper is what gives tokens; a *session.Keeper is one.
type Keeper interface {
	Subscribe(ctx context.Context) ([]session.Session, <-chan session.Event)
	Token(ctx context.Context, name string, r session.TokenRequest) (session.Token, error)
}

// Options is what a Registry works with.
type Options struct {
	Keeper Keeper
	// Path is the file that has the token files over restarts; no secret is in it.
	Path string
	// Closed are folders in which no token file may lie: the keeper's own.
	Closed []string
	// Runs are folders, in a closed one or not, in whose own folders token files may lie: those of single runs of exec.
	Runs []string
	Log  *slog.Logger
}

// maxFiles bounds the files: each has a goroutine that looks at its disk now and then.
const maxFiles = 256

// Registry has all token files. Its methods are safe for concurrent use.
type Registry struct {
	o   Options
	log *slog.Logger

	fresh   chan *entry   // for Run to tend
	stopped chan struct{} // closed when Run ends

	saving sync.Mutex // one writer of Path at a time

	mu  sync.Mutex // guards all, and what the entries say that it does
	all map[string]*entry
}

// Open reads the token files that were kept before. A registry that cannot be read is set aside, under the name that it
// tells, and the Registry is empty; it is never an error that keeps the keeper from starting.
func Open(o Options) (r *Registry, aside string) {
	r = &Registry{
		o: o, log: o.Log, all: map[string]*entry{}, fresh: make(chan *entry), stopped: make(chan struct{}),
	}
	records, aside := load(o.Path)
	for _, one := range records {
		if r.closed(one.Path) {
			o.Log.Warn("a token file in a folder of the keeper's own is not kept", "session", one.Session, "path", one.Path)
			continue
		}
		r.all[one.Path] = one.entry()
	}
	return r, aside
}

// Run keeps the files until ctx ends. Their tokens stay valid, so the files stay as they are.
func (r *Registry) Run(ctx context.Context) error {
	var tending sync.WaitGroup
	defer tending.Wait()
	defer close(r.stopped)
	_, happened := r.o.Keeper.Subscribe(ctx)
	for _, e := range r.entries() {
		if e.again { // one that was just asked for comes by itself
			tending.Go(func() { r.tend(ctx, e) })
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-r.fresh:
			tending.Go(func() { r.tend(ctx, e) })
		case ev, open := <-happened:
			if !open {
				if ctx.Err() != nil {
					return nil
				}
				// It was too slow, or the keeper is gone and we are about to be stopped.
				select {
				case <-ctx.Done():
				case <-time.After(minPause):
				}
				_, happened = r.o.Keeper.Subscribe(ctx)
				ev = session.Event{Type: session.EventWake}
			}
			r.tell(ev)
		}
	}
}

// tell has those files looked at that an event may concern.
func (r *Registry) tell(ev session.Event) {
	everyone := ev.Type == session.EventWake || ev.Type == session.EventKeychain
	for _, e := range r.entries() {
		switch {
		case ev.Type == session.EventRemoved && e.session == ev.Session:
			// A session that is added again under the name is another one: nobody asked for files of that.
			r.drop(e)
		case everyone || e.session == ev.Session:
			e.nudge()
		}
	}
}

func (r *Registry) entries() []*entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.all))
}

// List gives the files, by path.
func (r *Registry) List() []client.File {
	r.mu.Lock()
	defer r.mu.Unlock()
	files := make([]client.File, 0, len(r.all))
	for _, e := range r.all {
		files = append(files, e.wire())
	}
	slices.SortFunc(files, func(a, b client.File) int { return cmp.Compare(a.Path, b.Path) })
	return files
}

// Uses are the files of a session, as programs that use it.
func (r *Registry) Uses(name string) []client.Use {
	r.mu.Lock()
	defer r.mu.Unlock()
	var uses []client.Use
	for _, e := range r.all {
		if e.session == name && !e.held { // who holds one is a use by itself
			uses = append(uses, client.Use{Face: "file", Label: e.path, Since: e.since})
		}
	}
	return uses
}

// Put keeps a token file until Remove, and returns when it is written. The same again changes its format. Errors are
// *session.Error; nothing is kept then that was not before.
func (r *Registry) Put(ctx context.Context, b client.FileBody) (client.File, error) {
	e, err := r.keep(ctx, b, false)
	if err != nil {
		return client.File{}, err
	}
	return r.show(e), nil
}

// Hold keeps a token file until release is called, and returns when it is written. It is not kept over restarts.
func (r *Registry) Hold(ctx context.Context, b client.FileBody) (f client.File, release func(), err error) {
	e, err := r.keep(ctx, b, true)
	if err != nil {
		return client.File{}, nil, err
	}
	return r.show(e), func() {
		r.drop(e)
		select {
		case <-e.ended:
		case <-r.stopped:
		}
	}, nil
}

// Remove ends what Put began and takes the file away, where it is still as the keeper left it.
func (r *Registry) Remove(ctx context.Context, path string) error {
	r.mu.Lock()
	e := r.all[resolved(path)]
	r.mu.Unlock()
	switch {
	case e == nil:
		return refuse(session.CodeNotFound, "there is no token file at %s; see: sessionkeeper file --list", path)
	case e.held:
		return refuse(session.CodeConflict, "a program holds the token file at %s; it goes when that ends", path)
	}
	r.drop(e)
	select {
	case <-e.ended:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.stopped:
		return stopping()
	}
	if e.leftover != nil {
		why := e.leftover.Error()
		if errors.Is(e.leftover, errStranger) {
			why = "another program has written to it since"
		}
		return refuse(session.CodeConflict, "%s is no longer kept, but it is still there: %s; look at it and delete it yourself",
			path, why)
	}
	return nil
}

// drop lets go of a file; its ended is closed once it is gone from the disk.
func (r *Registry) drop(e *entry) {
	r.mu.Lock()
	if r.all[e.path] == e {
		delete(r.all, e.path)
	}
	r.mu.Unlock()
	r.quit(e)
}

func (r *Registry) show(e *entry) client.File {
	r.mu.Lock()
	defer r.mu.Unlock()
	return e.wire()
}

// keep checks what is asked for, registers it, and waits for the first writing.
func (r *Registry) keep(ctx context.Context, b client.FileBody, held bool) (*entry, error) {
	path, err := r.check(b)
	if err != nil {
		return nil, err
	}
	e, was, err := r.register(b, path, held)
	if err != nil {
		return nil, err
	}
	fresh := was == nil
	if fresh {
		select {
		case r.fresh <- e:
		case <-r.stopped:
			r.forget(e)
			return nil, stopping()
		case <-ctx.Done():
			r.forget(e)
			return nil, ctx.Err()
		}
	}
	err = e.ask(ctx, r.stopped)
	if err == nil && !held {
		err = r.save()
	}
	switch {
	case err != nil && fresh:
		r.drop(e)
		<-e.ended
	case err != nil:
		r.mu.Lock()
		e.form, e.replace = *was, false
		r.mu.Unlock()
		e.nudge()
	}
	if err != nil {
		return nil, asError(err)
	}
	return e, nil
}

// register makes the entry, or changes the form of the one that is there; was is its form before.
func (r *Registry) register(b client.FileBody, path string, held bool) (e *entry, was *form, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := form{format: cmp.Or(b.Format, Raw), idToken: b.IDToken}
	e = r.all[path]
	switch {
	case e == nil && len(r.all) >= maxFiles:
		return nil, nil, refuse(session.CodeConflict, "there are %d token files already; remove one first", maxFiles)
	case e == nil:
		e = newEntry(b.Session, path, f)
		e.held, e.replace = held, b.Replace
		r.all[path] = e
		return e, nil, nil
	case held || e.held:
		return nil, nil, refuse(session.CodeConflict, "%s is in use as a token file already; choose another path", path)
	case e.session != b.Session:
		return nil, nil, refuse(session.CodeConflict,
			"%s holds the token of session %q; remove that first: sessionkeeper file --remove %s", path, e.session, words.Shell(path))
	}
	was = new(e.form)
	e.form, e.replace = f, b.Replace
	return e, was, nil
}

// forget takes back an entry that nobody tends.
func (r *Registry) forget(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, e.path)
}

func refuse(code session.Code, format string, args ...any) error {
	return &session.Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

func stopping() error {
	return refuse(session.CodeUnavailable, "the keeper is stopping; try again in a moment")
}
