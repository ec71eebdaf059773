package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session/provider"
	"sessionkeeper/session/words"
	"sessionkeeper/ui/api/client"
)

const (
	clockWait  = 5 * time.Second // for one provider
	clockSlack = time.Minute     // beyond it tokens are judged wrongly
)

// clockFindings say how our clock stands: as each issuer tells now, and else as the keeper saw it at its last renewals.
// It is only told: nothing is set.
func clockFindings(ctx context.Context, seen client.Clock, sessions []client.Session) []finding {
	var issuers []string
	known := seen.State == "ok" || seen.State == "wrong"
	for _, s := range sessions {
		if trustedOrigin(s.Issuer) && !slices.Contains(issuers, s.Issuer) {
			issuers = append(issuers, s.Issuer)
			known = known && hostOf(s.Issuer) != seen.Seen
		}
	}
	slices.Sort(issuers)
	told := make([]finding, len(issuers))
	var wg sync.WaitGroup
	few := make(chan struct{}, 8)
	for i, issuer := range issuers {
		wg.Go(func() {
			few <- struct{}{}
			defer func() { <-few }()
			told[i] = clockFinding(ctx, issuer)
		})
	}
	wg.Wait()
	if !known {
		return told
	}
	return slices.Concat(told, []finding{skewFinding(seen.Seen, time.Duration(seen.Skew), seen.State == "ok")})
}

// trustedOrigin reports whether an issuer's word on the time counts: https, or this machine.
func trustedOrigin(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && provider.Secure(u)
}

func clockFinding(ctx context.Context, issuer string) finding {
	off, err := clockOffset(ctx, issuer)
	if errors.Is(err, errNoDate) { // it is there all the same
		return finding{Name: "clock", OK: true, Detail: hostOf(issuer) + " does not tell the time"}
	}
	if err != nil {
		p, _ := words.OfMachine("provider_silent", nil)
		return problemFinding("clock", p, fmt.Sprintf("%s does not tell the time: %v", hostOf(issuer), err))
	}
	return skewFinding(hostOf(issuer), -off, off.Abs() <= clockSlack)
}

// skewFinding says how far our clock goes ahead of a host's.
func skewFinding(host string, skew time.Duration, ok bool) finding {
	if ok {
		return finding{Name: "clock", OK: true, Detail: words.Say(words.Checks, "clock", words.Values{"host": words.Name(host)})}
	}
	return problemFinding("clock", words.OfClock(skew, host), "")
}

func hostOf(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	return u.Host
}

// errNoDate: an answer came, and says nothing of the time.
var errNoDate = errors.New("its answer has no date")

// clockOffset is how far the server's clock is ahead of ours, to about a second (RFC 9110 section 6.6.1).
func clockOffset(ctx context.Context, issuer string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, clockWait)
	defer cancel()
	address := strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	asked := time.Now()
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return 0, errNoDate
	}
	between := asked.Add(time.Since(asked) / 2)
	return date.Sub(between), nil
}
