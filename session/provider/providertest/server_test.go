package providertest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sessionkeeper/session/provider/providertest"
)

// client is a bare HTTP client of one issuer.
type client struct {
	t *testing.T
	s *providertest.Server
	i *providertest.Issuer
}

func start(t *testing.T, o providertest.Options, p providertest.Profile) *client {
	t.Helper()
	s, err := providertest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &client{t: t, s: s, i: s.Issuer("one", p)}
}

// reply is an answer that came: status 0 means that none did.
type reply struct {
	status                          int
	header                          http.Header
	body                            string
	Access, Refresh, Error, TokenID string
	Members                         map[string]any
}

func (c *client) send(method, address string, form url.Values, header ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Close = true // an answer that was cut must not be asked for again by the transport
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.s.Client().Transport.RoundTrip(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	r := reply{status: res.StatusCode, header: res.Header, body: string(body)}
	if err != nil {
		return reply{body: r.body}
	}
	_ = json.Unmarshal(body, &r.Members)
	text := func(name string) string { s, _ := r.Members[name].(string); return s }
	r.Access, r.Refresh, r.Error, r.TokenID = text("access_token"), text("refresh_token"), text("error"), text("id_token")
	return r
}

func (c *client) refresh(token string) reply {
	c.t.Helper()
	return c.send(http.MethodPost, c.i.URL+"/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {"desk"},
	})
}

func (c *client) userinfo(token string) int {
	c.t.Helper()
	return c.send(http.MethodGet, c.i.URL+"/userinfo", nil, "Authorization", "Bearer "+token).status
}

// Each profile does what the server that it is named after was seen to do.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range providertest.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			c := start(t, providertest.Options{}, p)
			g := c.i.Grant("ada", "desk", "openid")
			first := c.refresh(g.Refresh)
			if first.status != http.StatusOK || first.Access == "" || first.Refresh != "" != p.Rotate {
				t.Fatalf("the first refresh: %d %s", first.status, first.body)
			}
			if got := c.userinfo(g.Access); got == http.StatusOK == p.EndsPrevious {
				t.Errorf("the access token before: %d", got)
			}
			if got := c.userinfo(first.Access); got != http.StatusOK {
				t.Errorf("the new access token: %d", got)
			}
			if p.Announce != "" && first.Members[p.Announce] == nil {
				t.Errorf("%s is not announced: %s", p.Announce, first.body)
			}
			if !p.Rotate {
				again := c.refresh(g.Refresh)
				if again.status != http.StatusOK || c.s.Tally().DoubleSends != 0 {
					t.Errorf("the second refresh: %d, %+v", again.status, c.s.Tally())
				}
				return
			}
			c.replay(p, g.Refresh, first)
		})
	}
}

// replay presents the spent token until it is refused, then the newest.
func (c *client) replay(p providertest.Profile, spent string, newest reply) {
	c.t.Helper()
	again := c.refresh(spent)
	if allowed := p.Grace > 0 || p.MaxReuse > 0 || p.UntilUsed; allowed != (again.status == http.StatusOK) {
		c.t.Fatalf("the spent token: %d %s", again.status, again.body)
	}
	if again.status == http.StatusOK {
		if again.Refresh != newest.Refresh {
			c.t.Error("a replay brings another refresh token than the newest")
		}
		for range p.MaxReuse - 1 {
			if r := c.refresh(spent); r.status != http.StatusOK {
				c.t.Errorf("the spent token, allowed %d times: %d", p.MaxReuse, r.status)
			}
		}
		c.s.Advance(p.Grace + time.Second)
		if p.UntilUsed {
			newest = c.refresh(newest.Refresh)
		} else {
			newest = again
		}
		again = c.refresh(spent)
	}
	if want := refusal(p); again.status != want.Status || again.Error != want.Code {
		c.t.Errorf("the spent token is refused by %d %s; want %+v", again.status, again.body, want)
	}
	if got := c.refresh(newest.Refresh).status; got == http.StatusOK == p.ReuseEnds {
		c.t.Errorf("the newest refresh token after a reuse: %d", got)
	}
	if got := c.userinfo(newest.Access); p.ReuseEndsAccess && got == http.StatusOK {
		c.t.Errorf("the newest access token after a reuse: %d", got)
	}
	tally := c.s.Tally()
	if tally.Lost != 1 || tally.Interrupted != 0 || tally.DoubleSends == 0 {
		c.t.Errorf("tally %+v", tally)
	}
}

func refusal(p providertest.Profile) providertest.Refusal {
	if p.Refused.Status == 0 {
		return providertest.Refusal{Status: http.StatusBadRequest, Code: "invalid_grant"}
	}
	return p.Refused
}

// Eight refreshes of one token at once: one wins, and where reuse ends the grant, even the winner has lost.
func TestRace(t *testing.T) {
	t.Parallel()
	for _, p := range providertest.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			p.Latency = 20 * time.Millisecond
			c := start(t, providertest.Options{}, p)
			g := c.i.Grant("ada", "desk")
			var (
				wg      sync.WaitGroup
				mu      sync.Mutex
				by      = map[int]int{}
				newest  string
				replies [8]reply
			)
			for n := range replies {
				wg.Go(func() {
					r := c.refresh(g.Refresh)
					mu.Lock()
					defer mu.Unlock()
					if by[r.status]++; r.status == http.StatusOK && r.Refresh != "" {
						newest = r.Refresh
					}
					replies[n] = r
				})
			}
			wg.Wait()
			wins := 1
			switch {
			case !p.Rotate, p.Grace > 0, p.UntilUsed:
				wins = len(replies)
			case p.MaxReuse > 0:
				wins += p.MaxReuse
			}
			if by[http.StatusOK] != wins {
				t.Fatalf("answers by status: %v; want %d wins", by, wins)
			}
			if tally := c.s.Tally(); tally.DoubleSends < 7 && p.Rotate {
				t.Errorf("%d double sends", tally.DoubleSends)
			}
			if newest == "" {
				return
			}
			dead := p.ReuseEnds && !p.RaceFails && wins == 1
			if got := c.refresh(newest).status; got == http.StatusOK == dead {
				t.Errorf("the winner's token: %d", got)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Profile{
		Rotate: true, Idle: time.Hour, Absolute: 2 * time.Hour, Announce: "refresh_expires_in", AccessLife: time.Minute,
	})
	r := c.refresh(c.i.Grant("ada", "desk").Refresh)
	if r.Members["refresh_expires_in"] != 3600.0 || r.Members["expires_in"] != 60.0 {
		t.Errorf("the answer %s", r.body)
	}
	c.s.Advance(61 * time.Second)
	if got := c.userinfo(r.Access); got != http.StatusUnauthorized || c.s.Look(r.Access) != providertest.AccessExpired {
		t.Errorf("a token beyond its life: %d, %s", got, c.s.Look(r.Access))
	}
	for range 2 {
		c.s.Advance(50 * time.Minute)
		r = c.refresh(r.Refresh)
	}
	if r.status != http.StatusOK || r.Members["refresh_expires_in"].(float64) > 1200 {
		t.Errorf("near the absolute end: %d %s", r.status, r.body)
	}
	c.s.Advance(30 * time.Minute)
	if r = c.refresh(r.Refresh); r.Error != "invalid_grant" {
		t.Errorf("beyond the absolute end: %d %s", r.status, r.body)
	}
	g := c.i.Grant("ada", "desk")
	c.s.Advance(time.Hour)
	if r = c.refresh(g.Refresh); r.Error != "invalid_grant" {
		t.Errorf("beyond the idle end: %d %s", r.status, r.body)
	}
	if tally := c.s.Tally(); tally.Over != 2 || tally.Lost != 0 || tally.AccessExpired != 1 {
		t.Errorf("tally %+v", tally)
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Lenient())
	revoke := func(token string) {
		r := c.send(http.MethodPost, c.i.URL+"/revoke", url.Values{"token": {token}, "client_id": {"desk"}})
		if r.status != http.StatusOK {
			t.Errorf("revoking: %d", r.status)
		}
	}
	active := func(token string) any {
		return c.send(http.MethodPost, c.i.URL+"/introspect", url.Values{"token": {token}, "client_id": {"desk"}}).
			Members["active"]
	}
	g := c.i.Grant("ada", "desk")
	if active(g.Access) != true || active(g.Refresh) != true || active("nonsense") != false {
		t.Error("introspection is wrong")
	}
	revoke(g.Access)
	if c.userinfo(g.Access) != http.StatusUnauthorized || active(g.Access) != false || active(g.Refresh) != true {
		t.Error("the access token alone was to be revoked")
	}
	revoke(g.Refresh)
	if r := c.refresh(g.Refresh); r.Error != "invalid_grant" || active(g.Refresh) != false {
		t.Errorf("after the revocation: %d %s", r.status, r.body)
	}
	other := c.i.Grant("ada", "desk")
	if n := c.i.RevokeAll(); n != 1 {
		t.Errorf("%d grants revoked", n)
	}
	for range 2 {
		c.refresh(other.Refresh)
	}
	if tally := c.s.Tally(); tally.Over != 2 || tally.DeadPresented != 1 {
		t.Errorf("tally %+v", tally)
	}

	strict := c.s.Issuer("two", providertest.Strict())
	c.i = strict
	g = strict.Grant("ada", "desk")
	revoke(g.Access)
	if r := c.refresh(g.Refresh); r.Error != "invalid_grant" {
		t.Errorf("an access token's revocation was to end the grant: %d", r.status)
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	p := providertest.Zitadel()
	p.Clients = map[string]string{"desk": "", "safe": "the secret"}
	c := start(t, providertest.Options{}, p)
	g := c.i.Grant("ada", "safe")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {g.Refresh}}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("safe:the+secret"))
	if r := c.send(http.MethodPost, c.i.URL+"/token", form, "Authorization", basic); r.status != http.StatusOK {
		t.Errorf("with its secret: %d %s", r.status, r.body)
	}
	form.Set("client_id", "nobody")
	r := c.send(http.MethodPost, c.i.URL+"/token", form)
	if r.status != http.StatusInternalServerError || r.Error != "server_error" {
		t.Errorf("an unknown client: %d %s", r.status, r.body)
	}
	if r := c.refresh(g.Refresh); r.Error != "invalid_grant" {
		t.Errorf("another client's token: %d %s", r.status, r.body)
	}
}

func TestDown(t *testing.T) {
	t.Parallel()
	c := start(t, providertest.Options{}, providertest.Strict())
	g := c.i.Grant("ada", "desk")
	c.s.Down()
	if r := c.refresh(g.Refresh); r.status != 0 {
		t.Errorf("a server that is down answers %d", r.status)
	}
	if err := c.s.Up(); err != nil {
		t.Fatal(err)
	}
	if r := c.refresh(g.Refresh); r.status != http.StatusOK {
		t.Errorf("after it is up again: %d", r.status)
	}
}
