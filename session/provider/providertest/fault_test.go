package providertest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/provider/providertest"
)

// A fault that does not reach the issuer leaves the refresh token as good as it was.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	g := c.i.Grant("ada", "desk")
	for _, f := range providertest.Passing(c.s.Now()) {
		c.i.Next(f)
		if r := c.refresh(g.Refresh); r.Access != "" || f.Reaches() {
			t.Errorf("%s: %d %s", f.Name, r.status, r.body)
		}
	}
	if r := c.refresh(g.Refresh); r.status != http.StatusOK {
		t.Errorf("after all of them: %d %s", r.status, r.body)
	}
	if tally := c.s.Tally(); tally.Lost+tally.Interrupted+tally.DoubleSends+tally.Damaged != 0 || tally.Refreshes != 1 {
		t.Errorf("tally %+v", tally)
	}
}

// A fault that damages the answer leaves the refresh token spent: who replays it has not sent it twice, but is
// interrupted where the profile is strict, and saved where it has a window.
func TestDamagingFaults(t *testing.T) {
	t.Parallel()
	for _, f := range providertest.Damaging() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			c := start(t, providertest.Options{}, providertest.Strict())
			g := c.i.Grant("ada", "desk")
			c.i.Next(f)
			if r := c.refresh(g.Refresh); r.Refresh != "" || !f.Reaches() {
				t.Errorf("the damaged answer: %d %s", r.status, r.body)
			}
			if r := c.refresh(g.Refresh); r.Error != "invalid_grant" {
				t.Errorf("the replay: %d %s", r.status, r.body)
			}
			if tally := c.s.Tally(); tally.Interrupted != 1 || tally.Lost != 0 || tally.DoubleSends != 0 {
				t.Errorf("tally %+v", tally)
			}
			if e := c.s.Log()[0]; e.Delivered || e.Fault != f.Name {
				t.Errorf("entry %+v", e)
			}

			c.i = c.s.Issuer("two", providertest.Dex(time.Minute))
			g = c.i.Grant("ada", "desk")
			c.i.Next(f)
			c.refresh(g.Refresh)
			if r := c.refresh(g.Refresh); r.status != http.StatusOK {
				t.Errorf("the replay in the window: %d %s", r.status, r.body)
			}
			if tally := c.s.Tally(); tally.Interrupted != 1 || tally.DoubleSends != 0 {
				t.Errorf("tally %+v", tally)
			}
		})
	}
}

// A request that reaches the issuer twice brings the second answer: a strict issuer takes it for a theft.
func TestTwice(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	c.i.Next(providertest.Twice())
	if r := c.refresh(c.i.Grant("ada", "desk").Refresh); r.Error != "invalid_grant" {
		t.Errorf("strict: %d %s", r.status, r.body)
	}
	if tally := c.s.Tally(); tally.Interrupted != 1 || tally.DoubleSends != 0 || c.s.Log()[0].Delivered {
		t.Errorf("tally %+v", tally)
	}
	c.i = c.s.Issuer("two", providertest.Dex(time.Minute))
	c.i.Next(providertest.Twice())
	if r := c.refresh(c.i.Grant("ada", "desk").Refresh); r.status != http.StatusOK || r.Refresh == "" {
		t.Errorf("with a window: %d %s", r.status, r.body)
	}
}

// An odd answer still carries the tokens.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	token := c.i.Grant("ada", "desk").Refresh
	for _, f := range append(providertest.Odd(time.Hour), providertest.Trickle(time.Millisecond), providertest.Late(time.Millisecond)) {
		c.i.Next(f)
		r := c.refresh(token)
		if r.status != http.StatusOK || r.Refresh == "" || r.Refresh == token {
			t.Fatalf("%s: %d %s", f.Name, r.status, r.body)
		}
		token = r.Refresh
	}
	for _, e := range c.s.Log() {
		if !e.Delivered || e.Double() || e.Brought != e.Generation+1 {
			t.Errorf("entry %+v", e)
		}
	}
}

// A request that its client has given up is not in flight any more; one that hangs while another comes is.
func TestHang(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	g := c.i.Grant("ada", "desk")
	hold, gate := providertest.HoldBefore()
	c.i.Next(hold)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.i.URL+"/token",
			strings.NewReader("grant_type=refresh_token&client_id=desk&refresh_token="+g.Refresh))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if res, err := c.s.Client().Do(req); err == nil {
			res.Body.Close()
		}
	}()
	<-gate.Arrived()
	c.i.Next(providertest.Status(http.StatusServiceUnavailable))
	if r := c.refresh(g.Refresh); r.status != http.StatusServiceUnavailable {
		t.Errorf("the fault: %d", r.status)
	}
	if n := c.s.Tally().DoubleSends; n != 1 {
		t.Errorf("%d double sends; want 1", n)
	}
	cancel()
	<-done
	if r := c.refresh(g.Refresh); r.status != http.StatusOK {
		t.Errorf("the refresh: %d %s", r.status, r.body)
	}
	if n := c.s.Tally().DoubleSends; n != 1 {
		t.Errorf("%d double sends; want 1 still", n)
	}
}

// An answer that a client was killed over may be asked for again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Hydra(time.Minute))
	g := c.i.Grant("ada", "desk")
	c.refresh(g.Refresh)
	c.s.Interrupted(time.Second)
	if r := c.refresh(g.Refresh); r.status != http.StatusOK || c.s.Tally().DoubleSends != 0 {
		t.Errorf("the replay: %d, %+v", r.status, c.s.Tally())
	}
	c.s.Advance(2 * time.Second)
	c.s.Interrupted(time.Second)
	if c.refresh(g.Refresh); c.s.Tally().DoubleSends != 1 {
		t.Errorf("an answer that was read long before: %+v", c.s.Tally())
	}
}

// A chaos run chooses by call.
func TestChosenFaults(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Steady())
	c.s.Faults(func(call providertest.Call) providertest.Fault {
		if call.Family == 1 && call.GrantType == "refresh_token" && call.Issuer == "one" {
			return providertest.HTML(http.StatusBadGateway)
		}
		return providertest.Fault{}
	})
	a, b := c.i.Grant("ada", "desk"), c.i.Grant("grace", "desk")
	if x, y := c.refresh(a.Refresh).status, c.refresh(b.Refresh).status; x != http.StatusOK || y != http.StatusBadGateway {
		t.Errorf("%d, %d", x, y)
	}
	if n := c.s.Tally().Faults["html 502"]; n != 1 {
		t.Errorf("faults %v", c.s.Tally().Faults)
	}
}
