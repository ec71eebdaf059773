package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/places"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/cloud"
)

const (
	attendPause = time.Second      // before a keeper that has gone is looked for again
	endWait     = 3 * time.Second  // for what runs beside a command, once that has ended
	beginWait   = 20 * time.Second // for it to begin: a token file waits for a renewal
)

// attendance is what runs beside a command while it does: its token files, its endpoints, and the word to the keeper that
// it uses its sessions.
type attendance struct {
	run   *plan
	link  *link
	label string // the command, as people know it

	folder    *runFolder
	endpoints *cloud.Endpoints
	vars      []variable

	stop    context.CancelFunc
	running sync.WaitGroup
}

// begin starts all of it and returns once everything is there. ctx is the command's whole life; hurry ends the wait.
func (a *attendance) begin(ctx, hurry context.Context) error {
	ctx, a.stop = context.WithCancel(ctx)
	if len(a.run.files) > 0 || a.run.hasCloud() {
		p, err := places.Find()
		if err != nil {
			return err
		}
		if a.folder, err = newRunFolder(p); err != nil {
			return err
		}
	}
	if a.run.hasCloud() {
		if err := a.serve(ctx); err != nil {
			return err
		}
	}
	begun := make(chan error)
	expected := len(a.run.files) + 1
	tell := func(err error) {
		select {
		case begun <- err:
		case <-ctx.Done():
		}
	}
	for _, b := range a.run.files {
		path := filepath.Join(a.folder.path, b.variable)
		a.vars = append(a.vars, variable{b.variable, path})
		a.running.Go(func() { a.keepFile(ctx, b, path, tell) })
	}
	a.running.Go(func() { a.keepUse(ctx, tell) })
	late := time.NewTimer(beginWait)
	defer late.Stop()
	for range expected {
		select {
		case err := <-begun:
			if err != nil {
				return err
			}
		case <-late.C:
			return errors.New("the keeper did not get done in time; try again")
		case <-hurry.Done():
			return hurry.Err()
		}
	}
	return nil
}

// end stops it all and leaves nothing behind.
func (a *attendance) end() {
	if a.stop != nil {
		a.stop()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.running.Wait()
	}()
	late := time.NewTimer(endWait)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C: // a connection that hangs must not hold up who waits for the command
	}
	if a.folder != nil {
		a.folder.remove()
	}
	a.link.close()
}

func (a *attendance) variables() []variable { return a.vars }

func (a *attendance) dropped() []string {
	if a.endpoints == nil {
		return nil
	}
	return a.endpoints.Drop()
}

// serve opens the endpoints for the clouds' libraries.
func (a *attendance) serve(ctx context.Context) error {
	o := a.run.cloud
	o.Source, o.Dir, o.Log = a.link, a.folder.path, slog.New(slog.DiscardHandler)
	endpoints, err := cloud.New(o)
	if err != nil {
		return err
	}
	a.endpoints = endpoints
	set := map[string]bool{}
	for _, line := range append(endpoints.Env(), a.run.regions...) {
		if name, value, _ := strings.Cut(line, "="); !set[name] {
			set[name] = true
			a.vars = append(a.vars, variable{name, value})
		}
	}
	a.running.Go(func() { _ = endpoints.Run(ctx) })
	return nil
}

// keepFile has the keeper keep a file, and the next keeper where that one goes. It tells once how it began.
func (a *attendance) keepFile(ctx context.Context, b binding, path string, tell func(error)) {
	body := client.FileBody{Session: b.session, Path: path, IDToken: b.idToken, Replace: true}
	begun := false
	for ctx.Err() == nil {
		c := a.link.client()
		err := c.HoldFile(ctx, body, func(client.File) {
			if !begun {
				begun = true
				tell(nil)
			}
		})
		if ctx.Err() != nil {
			return
		}
		_, refused := errors.AsType[*client.Problem](err)
		if !begun && !errors.Is(err, client.ErrNoKeeper) {
			tell(err)
			return
		}
		if refused { // by a keeper that did not write what lies there
			_ = os.Remove(path)
		}
		if !pause(ctx, attendPause) {
			return
		}
		if !refused {
			_, _ = a.link.renew(ctx, c) // where there is none yet the next round tries again
		}
	}
}

// keepUse tells the keeper for as long as the command runs that it uses its sessions.
func (a *attendance) keepUse(ctx context.Context, tell func(error)) {
	for first := true; ctx.Err() == nil; first = false {
		for _, err := range a.link.client().EventsFor(ctx, client.Listener{
			Face: "exec", Sessions: a.run.sessions(), Label: a.label,
		}) {
			if first {
				first = false
				tell(err)
			}
			if err != nil {
				break
			}
		}
		if !pause(ctx, attendPause) {
			return
		}
		// A keeper that was stopped is not started again for this alone.
		if c, err := running(ctx); err == nil {
			a.link.adopt(c)
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// runFolder is a folder for one run of a command. A lock in it says that the run is not over.
type runFolder struct {
	path string
	lock *os.File
}

const (
	runPrefix   = "exec-"
	runLock     = ".lock"
	runGrace    = time.Minute // for a run that has made its folder and not locked it yet
	runLockFlag = os.O_RDWR | os.O_CREATE
)

// newRunFolder makes a folder, and takes away those of runs that were killed.
func newRunFolder(p places.Places) (*runFolder, error) {
	if err := p.MakeRun(); err != nil {
		return nil, err
	}
	sweepRuns(p.Run)
	path, err := os.MkdirTemp(p.Run, runPrefix)
	if err != nil {
		return nil, fmt.Errorf("making a folder for the command: %w", err)
	}
	f := &runFolder{path: path}
	f.lock, err = os.OpenFile(filepath.Join(path, runLock), runLockFlag, 0o600) //nolint:gosec // in our new folder
	if err == nil {
		err = programs.Lock(f.lock, true)
	}
	if err != nil {
		f.remove()
		return nil, fmt.Errorf("making a folder for the command: %w", err)
	}
	return f, nil
}

func (f *runFolder) remove() {
	if f.lock != nil {
		_ = f.lock.Close()
	}
	_ = os.RemoveAll(f.path)
}

// sweepRuns removes what runs left behind that could not clean up: there may be tokens in it.
func sweepRuns(run string) {
	folders, err := filepath.Glob(filepath.Join(run, runPrefix+"*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < runGrace {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(folder, runLock), os.O_RDWR, 0) //nolint:gosec // in a folder of ours
		if err == nil {
			err = programs.Lock(lock, true)
		}
		if !errors.Is(err, programs.ErrLocked) {
			_ = os.RemoveAll(folder)
		}
		if lock != nil {
			_ = lock.Close()
		}
	}
}
