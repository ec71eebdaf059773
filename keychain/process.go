package keychain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// process is one child and the pipe to it. Its goroutines end when the child has ended.
type process struct {
	cmd    *exec.Cmd
	outbox chan request
	quit   chan struct{} // closed: no more requests, the child may end
	done   chan struct{} // closed: the child has ended and was waited for
	close  func()

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]chan answer
	reaping bool // after this its pid may belong to another
}

// spawn starts argv with env over ours. hint is called for what the child says unasked; it must not block.
func spawn(argv []string, env map[string]string, hint func(), log *slog.Logger) (*process, error) {
	if len(argv) == 0 {
		return nil, errors.New("no program is named")
	}
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec,noctx // our own program; it ends with its stdin
	cmd.Env = childEnv(os.Environ(), env)
	last := &tail{}
	cmd.Stderr = last
	setApart(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the keychain child: %w", err)
	}
	p := &process{
		cmd:     cmd,
		outbox:  make(chan request, 4),
		quit:    make(chan struct{}),
		done:    make(chan struct{}),
		waiting: map[uint64]chan answer{},
	}
	p.close = sync.OnceFunc(func() { close(p.quit) })
	var pumps sync.WaitGroup
	pumps.Go(func() { p.write(in) })
	go func() {
		p.read(out, hint)
		p.close()
		p.reap()
		pumps.Wait()
		if text := last.firstLine(); text != "" {
			log.Warn("keychain child ended", "stderr", text)
		}
		close(p.done)
	}()
	return p, nil
}

// childEnv puts set over base; an empty value removes the variable.
func childEnv(base []string, set map[string]string) []string {
	env := make([]string, 0, len(base)+len(set))
	for _, pair := range base {
		name, _, _ := strings.Cut(pair, "=")
		if _, over := set[name]; !over {
			env = append(env, pair)
		}
	}
	for name, value := range set {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// send puts a request on its way and gives the channel of its answer. Who waits also watches done.
func (p *process) send(q request) <-chan answer {
	reply := make(chan answer, 1)
	p.mu.Lock()
	p.lastID++
	q.ID, q.Version = p.lastID, protocol
	p.waiting[q.ID] = reply
	p.mu.Unlock()
	select {
	case p.outbox <- q:
	case <-p.quit:
	}
	return reply
}

func (p *process) write(in io.WriteCloser) {
	defer func() { _ = in.Close() }()
	for {
		select {
		case q := <-p.outbox:
			if writeFrame(in, q) != nil {
				p.kill() // it is of no use without its ear
				return
			}
		case <-p.quit:
			return
		}
	}
}

func (p *process) read(out io.Reader, hint func()) {
	for {
		var a answer
		if readFrame(out, &a) != nil {
			return
		}
		if a.ID == 0 {
			hint()
			continue
		}
		p.mu.Lock()
		reply := p.waiting[a.ID]
		delete(p.waiting, a.ID)
		p.mu.Unlock()
		if reply != nil {
			reply <- a
		}
	}
}

// reap makes sure that a child which closed its end is gone.
func (p *process) reap() {
	p.kill()
	p.mu.Lock()
	p.reaping = true
	p.mu.Unlock()
	_ = p.cmd.Wait() // how it ended tells nothing that its silence did not
}

// kill ends the child at once, also a stopped one, and what it has started.
func (p *process) kill() {
	p.mu.Lock()
	if !p.reaping {
		killGroup(p.cmd.Process.Pid)
	}
	p.mu.Unlock()
	_ = p.cmd.Process.Kill()
}

func (p *process) ended() bool {
	select {
	case <-p.quit:
		return true
	default:
		return false
	}
}

// tail keeps the start of what a dying child says: a panic's message, not its stack.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const most = 1 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b[:min(len(b), most-len(t.text))]...)
	return len(b), nil
}

func (t *tail) firstLine() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := bytes.Cut(t.text, []byte("\n"))
	return string(line)
}
