package tray

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"

	"sessionkeeper/ui/api/programs"
)

// panes are the native windows that this tray has started, each a process of its own.
type panes struct {
	programs Programs
	log      *slog.Logger

	mu      sync.Mutex // guards running
	running map[*os.Process]bool
}

func newPanes(o Options) *panes {
	return &panes{programs: o.Programs, log: o.Log, running: map[*os.Process]bool{}}
}

// show starts a window and tells ended, from another goroutine, whether it could be shown. It lives on where the tray
// ends other than by the user's wish. Started twice, a window comes to the front by itself. It reports whether one was
// started.
func (p *panes) show(ctx context.Context, ended func(ok bool), args ...string) bool {
	if !p.programs.canShow() {
		return false
	}
	//nolint:gosec // our own program
	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.programs.Window, args...)
	said := &tail{}
	cmd.Stderr = said
	cmd.WaitDelay = time.Second
	quiet(cmd)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := cmd.Start(); err != nil {
		p.log.WarnContext(ctx, "window not started", "window", args[0], "error", err)
		return false
	}
	p.running[cmd.Process] = true
	go func() { // ends with the window
		err := cmd.Wait()
		p.mu.Lock()
		delete(p.running, cmd.Process)
		p.mu.Unlock()
		if err != nil {
			p.log.WarnContext(ctx, "window failed", "window", args[0], "error", err, "said", said.line())
		}
		ended(err == nil)
	}()
	return true
}

// end asks all of them to close.
func (p *panes) end(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := range p.running {
		if err := programs.Terminate(one); err != nil {
			p.log.WarnContext(ctx, "window not closed", "pid", one.Pid, "error", err)
		}
	}
}
