package window

import (
	"syscall"
	"testing"
)

// TestSilentKeeper: one that was stopped keeps its connections, and says nothing; every window says so before long, also
// one that is opened then. It goes on with the keeper.
func TestSilentKeeper(t *testing.T) {
	s := newSafe(t)
	first := s.window(true)
	first.enter("right")
	first.enter("right")
	first.gone()
	pid := asked(first).ours().cmd.Process.Pid
	const well, silent = "No sessions yet", "The keeper does not answer"
	list := newDesk(t, scene{kind: Sessions, noKeeper: true, program: s.program, places: s.places})
	list.says(well)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	goOn := func() { _ = syscall.Kill(pid, syscall.SIGCONT) }
	t.Cleanup(goOn)
	late := []*desk{list}
	for _, one := range []scene{
		{kind: Sessions}, {kind: Warning, name: "work"}, {kind: Keychain}, {kind: Welcome},
	} {
		one.noKeeper, one.program, one.places = true, s.program, s.places
		late = append(late, newDesk(t, one))
	}
	for _, d := range late {
		d.says(silent)
		if d.button("Start") != nil {
			t.Errorf("a window offers to start a keeper where one runs: %q", d.texts())
		}
	}
	list.picture("sessions-silent")
	goOn()
	list.says(well)
}
