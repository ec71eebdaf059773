package chaos

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sessionkeeper/session/provider/providertest"
)

// mayAdd is what a dead provider may delay others by before that is called a delay, on a machine that is busy.
const mayAdd = 3 * time.Second

// table is what a run prints at its end: what there was, what was broken, and what became of it.
type table struct{ strings.Builder }

func (t *table) head(text string) { fmt.Fprintf(t, "\n%s\n", text) }

func (t *table) row(name string, value any) { fmt.Fprintf(t, "  %-60s %v\n", name, value) }

// kind is what may become of a request to a token endpoint, and what the provider's log calls it.
type kind struct {
	what  string
	names []string
}

func kinds() []kind {
	return []kind{
		{"answered with an error, the provider not reached", []string{"500", "502", "503"}},
		{"answered with a page, the provider not reached", []string{"html 200", "html 502"}},
		{"answered with nothing, the provider not reached", []string{"empty"}},
		{"told to come later (429), in each form of Retry-After", []string{"429", "429 retry-after"}},
		{"cut off on the way to the provider", []string{"close", "reset"}},
		{"never answered, the provider not reached", []string{"hang"}},
		{"carried out, the answer lost on the way back", []string{"drop", "reset after", "cut", "truncate", "hang after"}},
		{"carried out, an error or a page in place of the answer", []string{"500 after", "502 after", "503 after", "html instead"}},
		{"carried out, the new refresh token missing in the answer", []string{"no refresh_token"}},
		{"carried out twice, as by a proxy that tries again", []string{"twice"}},
		{"answered late, or byte by byte", []string{"late", "trickle"}},
		{"answered with an odd life of the token, or with none", []string{"no expires_in", "expires_in"}},
		{"answered by a clock that is two days off", []string{"date"}},
		{"answered with an error beside the tokens", []string{"error beside tokens"}},
	}
}

// folded gives the faults that were injected by kind, in one order, and how many they are. One that is of no kind has its
// own name.
func folded(faults map[string]int) (counts map[string]int, order []string, sum int) {
	counts = map[string]int{}
	of := map[string]string{}
	for _, k := range kinds() {
		order = append(order, k.what)
		for _, name := range k.names {
			of[name] = k.what
		}
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		what, known := of[name]
		if first, _, _ := strings.Cut(name, " "); !known {
			what, known = of[first]
		}
		if !known {
			what = name
			order = append(order, name)
		}
		counts[what] += faults[name]
		sum += faults[name]
	}
	return counts, order, sum
}

// sums are the counts of all homes together.
type sums struct {
	sessions        int
	used            usage
	asked           int
	reasons         map[string]int // of sign-ins
	leaks, needless []string
}

func (s *storm) sums() sums {
	n := sums{reasons: map[string]int{}}
	for _, h := range s.homes {
		n.sessions += len(h.names)
		n.used.add(h.used)
		for reason, times := range h.signIns {
			n.reasons[reason] += times
			n.asked += times
		}
		for _, where := range h.leaks() {
			n.leaks = append(n.leaks, where+" of the keeper with --keychain "+h.keychain)
		}
		n.needless = append(n.needless, h.needless()...)
	}
	return n
}

// report says what became of everything, by the provider's own log, and fails where something is not as it must be.
func (s *storm) report(b *table, late map[string]time.Duration) {
	n, all := s.provider.Tally(), s.sums()
	b.head(fmt.Sprintf("WHAT WAS BROKEN, for %v, as seed %d drew it", *lasts, *seed))
	faults := s.broken(b, n)
	b.head("WHAT WENT ON MEANWHILE, by the provider's log and by what was handed out")
	b.row("sessions", fmt.Sprintf("%d at %d issuers", all.sessions, len(s.profiles)))
	b.row("token requests at the provider", n.Requests)
	b.row("refreshes", n.Refreshes)
	b.row("  of them asked for once more, their answer being lost", n.Replays)
	b.row("tokens asked for by programs", all.used.asked)
	b.row("tokens handed out, each used at once", all.used.given)
	b.row("  of them ended by the provider meanwhile", all.used.ended)
	b.row("  of them of a life that nobody told the keeper", all.used.untold)
	b.row("grants that no client could save, by the provider's rules", n.Interrupted)
	b.row("sign-ins asked for", fmt.Sprint(all.asked, " ", strings.TrimPrefix(fmt.Sprint(all.reasons), "map")))
	b.row("tokens asked for again that had been refused, after a kill", n.DeadPresented)
	s.delays(b, late)
	s.verdict(b, n, all)
	if n.Refreshes < all.sessions || all.used.given < all.sessions || s.ruin.killed == 0 || faults == 0 {
		s.t.Error("too little happened to prove anything")
	}
	if s.t.Failed() {
		b.head("FAILED: see above for what is wrong")
	}
}

// broken says what was broken, and how many faults met requests.
func (s *storm) broken(b *table, n providertest.Tally) (faults int) {
	counts, order, faults := folded(n.Faults)
	b.row("faults injected into answers of token endpoints", fmt.Sprintf("%d, %d of them lost an answer that counts", faults, n.Damaged))
	for _, what := range order {
		b.row("  "+what, counts[what])
	}
	b.row("keepers killed (kill -9)", s.ruin.killed)
	b.row("keepers told to end", s.ruin.ended)
	b.row("keepers stopped for a while, as by a machine that sleeps", s.ruin.stopped)
	b.row("provider gone for a while", s.ruin.outages)
	b.row("keychain locked, frozen, stopped, killed, or mended", s.ruin.keychain)
	return faults
}

// delays says how long a dead provider made callers of other sessions wait, where that was measured.
func (s *storm) delays(b *table, late map[string]time.Duration) {
	if late == nil {
		return
	}
	b.head("HOW LONG A CALLER WAITED for a new token, at the most")
	b.row("while all providers are well", late[well].Round(time.Millisecond))
	for _, dead := range []string{hangs, trickles, refuses} {
		added := late[dead] - late[well]
		b.row("  and longer than that, beside a provider that "+dead, max(0, added).Round(time.Millisecond))
		if added > mayAdd {
			s.t.Errorf("a provider that %s delays others by %v", dead, added)
		}
	}
}

// verdict says what must not have happened at all.
func (s *storm) verdict(b *table, n providertest.Tally, all sums) {
	b.head("WHAT MUST BE 0")
	for _, zero := range []struct {
		name string
		n    int
	}{
		{"lost", n.Lost},
		{"sessions that asked for a sign-in without need", len(all.needless)},
		{"expired tokens handed out", all.used.expired},
		{"double sends", n.DoubleSends},
		{"foreign tokens sent", n.Foreign},
		{"leaks", len(all.leaks)},
	} {
		if zero.n == 0 {
			b.row(zero.name, 0)
			continue
		}
		b.row(zero.name, fmt.Sprint(zero.n, "  <-- WRONG"))
		s.t.Errorf("%s: %d; want 0", zero.name, zero.n)
	}
	for _, session := range all.needless {
		s.t.Error(session)
	}
	for _, where := range all.leaks {
		s.t.Errorf("a secret is in %s", where)
	}
}

// leaks searches all that a keeper left and said for anything that the provider gave as a secret.
func (h *house) leaks() (found []string) {
	canary := h.storm.provider.Canary()
	for what, text := range map[string]string{"stderr": h.stderr.String(), "the API": h.heard.String()} {
		if strings.Contains(text, canary) {
			found = append(found, what)
		}
	}
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && strings.Contains(string(data), canary) {
			found = append(found, strings.TrimPrefix(path, h.dir))
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
	return found
}
