package crowd

import (
	"context"
	"errors"
	"testing"
)

// enter takes a turn and fails where the outcome is not the wanted one.
func enter(t *testing.T, s *Share, who string, want bool) (ctx context.Context, leave func()) {
	t.Helper()
	ctx, leave, ok := s.Enter(t.Context(), who)
	if ok != want {
		t.Fatalf("%s has a turn: %v; want %v", who, ok, want)
	}
	return ctx, leave
}

func TestGreedyMakesRoom(t *testing.T) {
	s := NewShare(4)
	var over [4]func() bool
	for i := range over {
		ctx, _ := enter(t, s, "greedy", true)
		over[i] = func() bool { return errors.Is(context.Cause(ctx), ErrCrowded) }
	}
	enter(t, s, "greedy", false)
	var leave [2]func()
	for i := range leave {
		_, leave[i] = enter(t, s, "other", true)
	}
	for i, givenUp := range over {
		if givenUp() != (i >= 2) {
			t.Errorf("turn %d of the greedy one had to be given up: %v; the newest go first", i, givenUp())
		}
	}
	enter(t, s, "other", false)
	_, third := enter(t, s, "third", true) // from one of two who have as many
	third()
	third()
	enter(t, s, "greedy", true)
	enter(t, s, "greedy", false)
	leave[0]()
	leave[1]()
}

// Turns that were given up, and those left, are all there again.
func TestShareForgets(t *testing.T) {
	s := NewShare(3)
	var all []func()
	for _, who := range []string{"one", "one", "one", "two"} {
		_, leave := enter(t, s, who, true)
		all = append(all, leave)
	}
	for _, leave := range all {
		leave()
	}
	if s.taken != 0 || len(s.of) != 0 {
		t.Errorf("%d turns are taken, by %d", s.taken, len(s.of))
	}
	ctx, leave := enter(t, s, "one", true)
	leave()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		t.Errorf("a turn that was left ended with %v", cause)
	}
}

// One each for as many as there are turns: nobody is sent away for a latecomer who would have no fewer.
func TestEqualsStay(t *testing.T) {
	s := NewShare(2)
	one, _ := enter(t, s, "one", true)
	two, _ := enter(t, s, "two", true)
	enter(t, s, "three", false)
	if one.Err() != nil || two.Err() != nil {
		t.Error("somebody had to go")
	}
}
