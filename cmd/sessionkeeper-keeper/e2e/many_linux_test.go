package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"sessionkeeper/keychain/keychaintest"
	"sessionkeeper/session"
	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

// issuersOfMany is how many issuers many sessions are spread over, at the most.
const issuersOfMany = 200

const (
	mostMemory   = 150 << 20 // that the keeper may hold, in bytes
	mostTogether = 8         // requests that one issuer may get at a time
)

// BenchmarkSessions shows what a session costs a keeper that holds many: how long it takes to add one, to start with all
// of them, how much memory and idle processor time they take, how long it takes to renew all of them after a sleep
// through which every token expired, and how long each face takes then. Each number of sessions is one keeper of its own,
// and one line of the table at the end. It fails where the keeper holds too much memory, asks an issuer for too much at a
// time, hands out a token that has expired, or sends a refresh token twice; what takes its time is shown, and not judged.
// It takes some 40 minutes, most of which is sleep:
//
//	go test ./cmd/sessionkeeper-keeper/e2e/ -run xxx -bench Sessions -benchtime 1x -timeout 90m
func BenchmarkSessions(b *testing.B) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "keychain\tsessions\tadd each\tstart\tRSS after start\tRSS after resume\tits keychain process\tidle CPU\t"+
		"CPU with proof of life\tresume\tat one issuer\tasked meanwhile\tworst wait\ttoken\thealth\tevents\tlist\tstatus\t"+
		"history\tdoctor\t")
	for _, many := range []struct {
		keychain string
		n        int
	}{{"sealed", 10}, {"sealed", 100}, {"sealed", 1000}, {"sealed", 10_000}, {"os", 10}, {"os", 100}, {"os", 300}, {"os", 1000}} {
		b.Run(fmt.Sprintf("%s/%d", many.keychain, many.n), func(b *testing.B) {
			for b.Loop() {
				c := newCrowd(b, many.keychain, many.n)
				c.sleep(b)
				c.idle(b)
				c.restart(b)
				c.faces(b)
				b.ReportMetric(0, "ns/op") // the whole of it says nothing
				c.home.kill(syscall.SIGTERM)
				c.cost.line(w, many.keychain, many.n)
			}
		})
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	b.Log("\n" + table.String())
}

// cost is what was measured of one keeper.
type cost struct {
	add, start, resume, worst     time.Duration // add: of one session
	token, health, events         time.Duration // over the socket
	list, status, history, doctor time.Duration // of the command
	started, resumed, child       int           // memory, in bytes
	idle, checking                float64       // of one core, in percent
	together, asked               int
}

func (c *cost) line(w io.Writer, keychain string, n int) {
	const mib = 1 << 20
	fmt.Fprintf(w, "%s\t%d\t%v\t%v\t%.0f MiB\t%.0f MiB\t%.0f MiB\t%.2f %%\t%.2f %%\t%v\t%d\t%d\t%v\t"+
		"%v\t%v\t%v\t%v\t%v\t%v\t%v\t\n", keychain, n,
		c.add.Round(10*time.Microsecond), c.start.Round(time.Millisecond), float64(c.started)/mib, float64(c.resumed)/mib,
		float64(c.child)/mib, c.idle, c.checking, c.resume.Round(10*time.Millisecond), c.together, c.asked,
		c.worst.Round(time.Millisecond), c.token.Round(time.Microsecond), c.health.Round(100*time.Microsecond),
		c.events.Round(100*time.Microsecond), c.list.Round(time.Millisecond), c.status.Round(time.Millisecond),
		c.history.Round(time.Millisecond), c.doctor.Round(time.Millisecond))
}

// crowd is a keeper with many sessions at a provider.
type crowd struct {
	home     *home
	keychain string
	provider *providertest.Server
	issuers  []*providertest.Issuer
	names    []string
	profile  providertest.Profile
	cost     cost
}

// newCrowd adds n sessions, each by a refresh token that exists. Their access tokens live long enough for none of them to
// be renewed before all are there: a refresh that is under way when the keeper is stopped has no answer.
func newCrowd(b *testing.B, keychain string, n int) *crowd {
	b.Helper()
	p, err := providertest.Start(providertest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Close)
	life := time.Minute + time.Duration(n)*slowestAdd[keychain]
	c := &crowd{
		home: newHome(b, keychaintest.Start(b).Env()...), keychain: keychain, provider: p,
		profile: providertest.Profile{Rotate: true, ReuseEnds: true, AccessLife: life, Latency: 20 * time.Millisecond},
	}
	for i := range min(n, issuersOfMany) {
		c.issuers = append(c.issuers, p.Issuer(fmt.Sprintf("team%d", i), c.profile))
	}
	for i := range n {
		c.names = append(c.names, fmt.Sprintf("session %d", i))
	}
	c.home.serve("--keychain", keychain)
	api := client.New(c.home.socket())
	defer api.Close()
	began := time.Now()
	each(8, n, func(i int) {
		issuer := c.issuers[i%len(c.issuers)]
		_, err := api.Put(b.Context(), c.names[i], client.Addition{
			Definition:   client.Definition{Issuer: issuer.URL, ClientID: "many", Scopes: []string{"openid"}},
			RefreshToken: secret.New(issuer.Grant(fmt.Sprintf("person%d", i), "many", "openid").Refresh),
		})
		if err != nil {
			b.Errorf("adding %s: %v", c.names[i], err)
		}
	})
	if b.Failed() {
		b.FailNow()
	}
	c.cost.add = time.Since(began) / time.Duration(n)
	b.ReportMetric(c.cost.add.Seconds()*1000, "add-ms/session")
	return c
}

// slowestAdd is what adding a session may take on a busy machine, with room for the part of a token's life after which
// it is renewed.
var slowestAdd = map[string]time.Duration{"sealed": 20 * time.Millisecond, "os": 120 * time.Millisecond}

// each calls f with every number below n, from a few goroutines.
func each(workers, n int, f func(int)) {
	var wg sync.WaitGroup
	numbers := make(chan int)
	for range workers {
		wg.Go(func() {
			for i := range numbers {
				f(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
}

// askers is how many programs ask for tokens while all are renewed.
const askers = 4

// sleep stops the keeper until every token is spent, wakes it, and asks for tokens while it renews them all.
func (c *crowd) sleep(b *testing.B) {
	b.Helper()
	c.home.signal(syscall.SIGSTOP)
	life := c.profile.AccessLife
	c.profile.AccessLife = time.Hour // of what is renewed from here on
	for _, i := range c.issuers {
		c.provider.Issuer(strings.TrimPrefix(i.URL, c.provider.URL+"/"), c.profile)
	}
	<-time.After(life + time.Second)
	before := c.provider.Tally()
	began := time.Now()
	c.home.signal(syscall.SIGCONT)
	done := make(chan struct{})
	var asking sync.WaitGroup
	waits := make([][]time.Duration, askers)
	for n := range askers {
		asking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				waits[n] = append(waits[n], c.use(b, c.names[rand.IntN(len(c.names))]))
			}
		})
	}
	c.home.until("all sessions to be renewed", 5*time.Minute, func() bool {
		return c.provider.Tally().Refreshes-before.Refreshes >= len(c.names)
	})
	c.cost.resume = time.Since(began)
	close(done)
	asking.Wait()
	each(askers, len(c.names), func(i int) { c.use(b, c.names[i]) }) // every one of them works
	after := c.provider.Tally()
	if after.AccessExpired > 0 || after.DoubleSends > 0 || after.Lost > 0 || after.Interrupted > 0 {
		b.Errorf("%+v; want no token handed out expired, none sent twice, nothing lost", after)
	}
	all := slices.Concat(waits...)
	c.cost.together, c.cost.asked, c.cost.worst = c.together(began), len(all), slices.Max(all)
	if c.cost.together > mostTogether {
		b.Errorf("%d requests at a time at one issuer; want %d at the most", c.cost.together, mostTogether)
	}
	b.ReportMetric(c.cost.resume.Seconds(), "resume-s")
	b.ReportMetric(float64(c.cost.together), "resume-together/issuer")
	b.ReportMetric(float64(c.cost.asked), "resume-tokens")
	b.ReportMetric(c.cost.worst.Seconds(), "resume-worst-wait-s")
}

// together is the greatest number of requests that one issuer had in flight since then.
func (c *crowd) together(since time.Time) int {
	type edge struct {
		at   time.Time
		step int
	}
	edges := map[string][]edge{}
	for _, e := range c.provider.Log() {
		if !e.At.Before(since.Round(0)) {
			edges[e.Issuer] = append(edges[e.Issuer], edge{e.At, 1}, edge{e.EndedAt, -1})
		}
	}
	most := 0
	for _, of := range edges {
		slices.SortFunc(of, func(x, y edge) int { return x.at.Compare(y.at) })
		now := 0
		for _, e := range of {
			now += e.step
			most = max(most, now)
		}
	}
	return most
}

// use takes a token, uses it at once, and gives how long it waited for it.
func (c *crowd) use(b *testing.B, name string) (waited time.Duration) {
	b.Helper()
	began := time.Now()
	a, err := c.home.token(name, 30*time.Second)
	waited = time.Since(began)
	if err != nil {
		b.Errorf("token %s: %v", name, err)
		return waited
	}
	var n int
	if _, err := fmt.Sscanf(name, "session %d", &n); err != nil {
		b.Fatal(err)
	}
	if !works(b, c.issuers[n%len(c.issuers)].URL+"/userinfo", a.Token.Reveal()) {
		b.Errorf("the token of %s does not work", name)
	}
	return waited
}

// idle measures what the keeper takes while its sessions have nothing but their proof of life.
func (c *crowd) idle(b *testing.B) {
	b.Helper()
	c.cost.checking = c.load(b)
	c.cost.resumed, c.cost.child = c.resident(b)
	b.ReportMetric(c.cost.checking, "checking-cpu-%")
	b.ReportMetric(float64(c.cost.resumed)/(1<<20), "rss-MiB")
	b.ReportMetric(float64(c.cost.child)/(1<<20), "keychain-rss-MiB")
}

// load is the part of a core that the keeper and its keychain process take now, in percent.
func (c *crowd) load(b *testing.B) float64 {
	b.Helper()
	const span = 30 * time.Second
	<-time.After(10 * time.Second) // what follows the work before: history, files
	before := c.spent(b)
	<-time.After(span)
	return 100 * (c.spent(b) - before).Seconds() / span.Seconds()
}

// restart ends the keeper, measures from the start of the next until all its sessions are scheduled, and what it takes
// then, without a proof of life.
func (c *crowd) restart(b *testing.B) {
	b.Helper()
	refreshes := c.provider.Tally().Refreshes
	c.home.kill(syscall.SIGTERM)
	if err := os.WriteFile(c.home.dir+"/sk/config/config.toml", []byte("check_every = \"0\"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	c.home.serve("--keychain", c.keychain)
	b.ReportMetric(time.Since(began).Seconds(), "start-ready-s")
	api := client.New(c.home.socket())
	defer api.Close()
	c.cost.start = c.scheduled(b, api, began)
	c.cost.idle = c.load(b)
	c.cost.started, _ = c.resident(b)
	b.ReportMetric(c.cost.start.Seconds(), "start-all-s")
	b.ReportMetric(c.cost.idle, "idle-cpu-%")
	b.ReportMetric(float64(c.cost.started)/(1<<20), "start-rss-MiB")
	if now := c.provider.Tally().Refreshes; now > refreshes {
		b.Errorf("%d refreshes after a start; want none", now-refreshes)
	}
}

// samples is how many sessions are asked about again and again while a keeper starts: to list thousands takes longer than
// to read them.
const samples = 200

// scheduled waits until every session's grant has been read and its next renewal is planned, and gives how long that took.
func (c *crowd) scheduled(b *testing.B, api *client.Client, began time.Time) (took time.Duration) {
	b.Helper()
	for _, i := range rand.Perm(len(c.names))[:min(samples, len(c.names))] {
		c.home.until(c.names[i]+" to be scheduled", 5*time.Minute, func() bool {
			s, err := api.Session(b.Context(), c.names[i])
			return err == nil && s.State == string(session.Active) && !s.RenewAt.IsZero()
		})
	}
	took = time.Since(began)
	for {
		all, err := api.Sessions(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		planned := 0
		for _, s := range all {
			if s.State == string(session.Active) && !s.RenewAt.IsZero() {
				planned++
			}
		}
		if planned == len(c.names) {
			return took
		}
		took = time.Since(began) // those that nobody drew were later
	}
}

// faces measures what a program waits for a token, and how long the other faces take.
func (c *crowd) faces(b *testing.B) {
	b.Helper()
	ctx := b.Context()
	const n = 2000
	began := time.Now()
	for range n {
		if _, err := c.home.token(c.names[rand.IntN(len(c.names))], time.Second); err != nil {
			b.Fatal(err)
		}
	}
	c.cost.token = time.Since(began) / n
	b.ReportMetric(float64(c.cost.token.Microseconds()), "token-us")
	api := client.New(c.home.socket())
	defer api.Close()
	for _, face := range []struct {
		name string
		took *time.Duration
		do   func() error
	}{
		{"health", &c.cost.health, func() error { _, err := api.Health(ctx); return err }},
		{"events", &c.cost.events, func() error { return c.snapshot(ctx, api) }},
		{"list", &c.cost.list, func() error { c.home.must("list", "--json"); return nil }},
		{"status", &c.cost.status, func() error { c.home.must("status", c.names[0], "--json"); return nil }},
		{"history", &c.cost.history, func() error { c.home.must("history", c.names[0], "--json"); return nil }},
		{"doctor", &c.cost.doctor, func() error { c.home.run("doctor", "--json"); return nil }}, // whatever it finds
	} {
		began := time.Now()
		if err := face.do(); err != nil {
			b.Fatalf("%s: %v", face.name, err)
		}
		*face.took = time.Since(began)
		b.ReportMetric(float64(face.took.Milliseconds()), face.name+"-ms")
	}
}

// snapshot reads the first line of a stream of events: what a face draws that has just opened.
func (c *crowd) snapshot(ctx context.Context, api *client.Client) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for e, err := range api.Events(ctx, "") {
		if err != nil {
			return err
		}
		if n := len(e.Sessions); n != len(c.names) {
			return fmt.Errorf("the first line holds %d sessions", n)
		}
		return nil
	}
	return errors.New("the stream ended")
}

// family are the keeper's process and those below it.
func (c *crowd) family(b *testing.B) []int {
	b.Helper()
	pids := []int{c.home.keeper.Process.Pid}
	for i := 0; i < len(pids); i++ {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pids[i]))
		if err != nil {
			b.Fatal(err)
		}
		for _, task := range tasks {
			data, _ := os.ReadFile(task) // a thread may have gone
			for field := range strings.FieldsSeq(string(data)) {
				if pid, err := strconv.Atoi(field); err == nil {
					pids = append(pids, pid)
				}
			}
		}
	}
	return pids
}

// spent is the processor time that the processes have taken so far.
func (c *crowd) spent(b *testing.B) time.Duration {
	b.Helper()
	ticks := 0
	for _, pid := range c.family(b) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(data), ") ") // the name before it may hold anything
		fields := strings.Fields(rest)                // from the third of proc_pid_stat(5)
		for _, at := range []int{11, 12} {
			n, err := strconv.Atoi(fields[at])
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * (time.Second / 100) // USER_HZ
}

// resident is the memory that the keeper holds, and what the processes below it hold, in bytes.
func (c *crowd) resident(b *testing.B) (keeper, below int) {
	b.Helper()
	for i, pid := range c.family(b) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			b.Fatal(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(data))[1])
		if err != nil {
			b.Fatal(err)
		}
		if i == 0 {
			if keeper = pages * os.Getpagesize(); keeper > mostMemory {
				b.Errorf("the keeper holds %d MiB; want %d at the most", keeper>>20, mostMemory>>20)
			}
		} else {
			below += pages * os.Getpagesize()
		}
	}
	return keeper, below
}
