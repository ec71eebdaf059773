package api

import (
	"strings"
	"time"

	"sessionkeeper/session/history"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// HandedOut counts a token.
func (s *Server) HandedOut(session string, p peer.Program, face string) {
	s.handedOut(session, p, face)
}

// Counted gives the entries that come of a token that went out at each of these times.
func Counted(times ...time.Time) []history.Tally {
	var got []history.Tally
	h := newHandouts(func(t history.Tally) { got = append(got, t) })
	for _, at := range times {
		h.add("one", peer.Program{UID: -1}, "", at)
	}
	h.flush()
	return got
}

// HandOutsWaiting counts the entries that the history has not got yet.
func (s *Server) HandOutsWaiting() int {
	s.handouts.mu.Lock()
	defer s.handouts.mu.Unlock()
	return len(s.handouts.counts)
}

// Tray is one that listens.
type Tray = tray

// Join adds a tray.
func (b *Board) Join() *Tray { return b.join() }

// Leave takes it away.
func (b *Board) Leave(t *Tray) { b.leave(t) }

// Read gives a tray its news.
func (b *Board) Read(t *Tray) []client.Event { return b.read(t) }

// Showing tells the id under which a tray shows a notice.
func (b *Board) Showing(key string, id uint32) bool { return b.showing(key, id) }

// Pressed tells what the user did with a notice at a tray, and whether that counts.
func (b *Board) Pressed(key, action string) bool { return b.trayPressed(key, action) }

// Table tells the routes, each as "METHOD PATTERN DOORS".
func (s *Server) Table() []string {
	var all []string
	for _, methods := range s.routes {
		for _, r := range methods {
			var doors []string
			for _, d := range []struct {
				reach reach
				name  string
			}{{onSocket, "socket"}, {onPage, "page"}, {bare, "bare"}} {
				if r.reach&d.reach != 0 {
					doors = append(doors, d.name)
				}
			}
			all = append(all, r.method+" "+r.pattern+" "+strings.Join(doors, "+"))
		}
	}
	return all
}

// Unmarked tells the routes, as Table does but for the doors, that do not say at what pace they answer.
func (s *Server) Unmarked() []string {
	var unmarked []string
	for _, methods := range s.routes {
		for _, r := range methods {
			if r.pace == 0 {
				unmarked = append(unmarked, r.method+" "+r.pattern)
			}
		}
	}
	return unmarked
}

// Pages knows the pages that are open.
type Pages struct{ *pages }

// NewPages returns one that knows none.
func NewPages() Pages { return Pages{newPages()} }

// Look lets a page ask something of the network.
func (p Pages) Look(bearer string) (done func(), err error) { return p.look(bearer) }

// Looks counts the pages of which is remembered what they asked.
func (p Pages) Looks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.looks)
}
