package crowd

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrCrowded is why the context of a turn ended that had to be given up.
var ErrCrowded = errors.New("too many requests wait")

// Share bounds how many requests wait at a time, and divides that among those who ask: where no turn is left, whoever
// has most of them gives up its newest for somebody who has fewer.
type Share struct {
	most int

	mu    sync.Mutex // guards what follows
	taken int
	of    map[string][]*turn // by who asks, the newest last
}

type turn struct{ giveUp context.CancelCauseFunc }

// NewShare returns a Share of so many turns.
func NewShare(most int) *Share {
	return &Share{most: most, of: map[string][]*turn{}}
}

// Enter takes a turn for a request of who; ok is false where there is none. The context ends with the cause ErrCrowded
// when the turn must be given up for another. Call leave when the request has ended; it may be called again.
func (s *Share) Enter(ctx context.Context, who string) (_ context.Context, leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= s.most && !s.makeRoom(len(s.of[who])) {
		return ctx, func() {}, false
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	t := &turn{giveUp}
	s.taken++
	s.of[who] = append(s.of[who], t)
	return ctx, func() {
		giveUp(nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(who, t)
	}, true
}

// makeRoom takes a turn from whoever has most, if that leaves it with no fewer than somebody who has so many then gets.
func (s *Share) makeRoom(has int) bool {
	var who string
	for one, turns := range s.of {
		if len(turns) > len(s.of[who]) {
			who = one
		}
	}
	turns := s.of[who]
	if len(turns) <= has+1 {
		return false
	}
	newest := turns[len(turns)-1]
	newest.giveUp(ErrCrowded)
	s.drop(who, newest)
	return true
}

func (s *Share) drop(who string, t *turn) {
	turns := s.of[who]
	at := slices.Index(turns, t)
	if at < 0 {
		return // it was given up
	}
	s.taken--
	if turns = slices.Delete(turns, at, at+1); len(turns) == 0 {
		delete(s.of, who)
		return
	}
	s.of[who] = turns
}
