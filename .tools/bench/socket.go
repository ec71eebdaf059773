package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// crowds are how many clients ask at a time.
var crowds = []int{1, 8, 64}

// tokenRequest asks our keeper.
func tokenRequest(last bool) string {
	connection := ""
	if last {
		connection = "Connection: close\r\n"
	}
	return "POST /v1/sessions/" + sessionName + "/token HTTP/1.1\r\nHost: sessionkeeper\r\n" + connection +
		"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
}

// daemon is somebody who hands out tokens at a socket.
type daemon struct {
	name    string
	socket  string
	request string
	kept    bool // one connection for all requests of a client
	whole   func(answer []byte) bool

	took    times
	rate    []float64 // tokens a second, of each turn
	refused int       // connects that found no room
}

// measureSockets lets clients ask for tokens as fast as they get them, with plain system calls on our side, for a while
// at each daemon in turn.
func measureSockets(ctx context.Context, b *bench) error {
	for _, clients := range crowds {
		agent := `{"request":"access_token","account":"` + accountName + `","min_valid_period":0,"application_hint":"bench"}`
		daemons := []*daemon{
			{name: "sessionkeeper", socket: b.socket, request: tokenRequest(true), whole: wholeHTTP},
			{name: "oidc-agent", socket: b.agentSocket, request: agent, whole: wholeJSON},
			{name: "sessionkeeper, connection kept", socket: b.socket, request: tokenRequest(false), kept: true, whole: wholeHTTP},
		}
		for turn := range turns {
			for _, d := range from(daemons, turn) {
				if err := d.load(ctx, clients, b.turn()); err != nil {
					return err
				}
			}
		}
		b.table.section(fmt.Sprintf("Tokens over the socket, clients: %d (a new connection each, but where kept)", clients),
			"tokens/s", "p50", "p99", "refused", "times oidc-agent")
		for _, d := range daemons {
			b.table.add(d.name, fmt.Sprintf("%.0f", median(d.rate)), micros(d.took.at(.5)), micros(d.took.at(.99)),
				strconv.Itoa(d.refused), paired(d.rate, daemons[1].rate))
		}
	}
	return nil
}

// turns are how often each side has its turn at the measures that take time. Many short ones meet the same neighbours.
const turns = 10

// turn is how long one takes.
func (b *bench) turn() time.Duration { return time.Duration(b.rounds) * time.Millisecond / 2 }

// load runs clients for a while.
func (d *daemon) load(ctx context.Context, clients int, long time.Duration) error {
	var running sync.WaitGroup
	var mu sync.Mutex // guards took and failed
	var failed error
	var done, refused atomic.Int64
	var over atomic.Bool
	stop := context.AfterFunc(ctx, func() { over.Store(true) })
	defer stop()
	begin := time.Now()
	timer := time.AfterFunc(long, func() { over.Store(true) })
	defer timer.Stop()
	for range clients {
		running.Go(func() {
			c := client{daemon: d, refused: &refused, fd: -1}
			defer c.hangUp()
			var took times
			var err error
			for !over.Load() && err == nil {
				at := time.Now()
				if err = c.ask(); err == nil {
					took = append(took, time.Since(at))
					done.Add(1)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			d.took = append(d.took, took...)
			failed = errors.Join(failed, err)
		})
	}
	running.Wait()
	d.rate = append(d.rate, float64(done.Load())/time.Since(begin).Seconds())
	d.refused += int(refused.Load())
	if failed != nil {
		return fmt.Errorf("%s: %w", d.name, failed)
	}
	return ctx.Err()
}

// client asks with plain system calls, so that the daemons are measured and not package net.
type client struct {
	*daemon
	refused *atomic.Int64
	fd      int
	buffer  [16 << 10]byte
}

func (c *client) ask() error {
	if c.fd < 0 {
		if err := c.connect(); err != nil {
			return err
		}
	}
	if _, err := syscall.Write(c.fd, []byte(c.request)); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	for n := 0; ; {
		more, err := syscall.Read(c.fd, c.buffer[n:])
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		if n += more; c.whole(c.buffer[:n]) {
			break
		}
		if more == 0 {
			return fmt.Errorf("answered %.60q", c.buffer[:n])
		}
	}
	if !c.kept {
		c.hangUp()
	}
	return nil
}

// connect does not wait at first, as most programs' libraries do not: that is what finds a queue that is full. Where it
// is, the kernel's own queue of waiters serves.
func (c *client) connect() error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	c.fd = fd
	at := &syscall.SockaddrUnix{Name: c.socket}
	err = syscall.Connect(fd, at)
	full := errors.Is(err, syscall.EAGAIN)
	if err != nil && !full {
		return fmt.Errorf("connecting: %w", err)
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		return err
	}
	for full {
		c.refused.Add(1)
		err := syscall.Connect(fd, at)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("connecting: %w", err)
		}
		full = err != nil
	}
	return nil
}

func (c *client) hangUp() {
	if c.fd >= 0 {
		_ = syscall.Close(c.fd)
		c.fd = -1
	}
}
