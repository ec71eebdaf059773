package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sessionkeeper/ui/api/client"
)

const (
	clockWait  = 5 * time.Second // for one provider
	clockSlack = time.Minute     // beyond it tokens are judged wrongly
)

// clockFindings compares our clock with each issuer's. It is only told: nothing is set.
func clockFindings(ctx context.Context, sessions []client.Session) []finding {
	var issuers []string
	for _, s := range sessions {
		if trustedOrigin(s.Issuer) && !slices.Contains(issuers, s.Issuer) {
			issuers = append(issuers, s.Issuer)
		}
	}
	slices.Sort(issuers)
	found := make([]finding, len(issuers))
	var wg sync.WaitGroup
	few := make(chan struct{}, 8)
	for i, issuer := range issuers {
		wg.Go(func() {
			few <- struct{}{}
			defer func() { <-few }()
			found[i] = clockFinding(ctx, issuer)
		})
	}
	wg.Wait()
	return found
}

// trustedOrigin reports whether an issuer's word on the time counts: https, or this machine.
func trustedOrigin(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func clockFinding(ctx context.Context, issuer string) finding {
	off, err := clockOffset(ctx, issuer)
	host := strings.TrimPrefix(strings.TrimPrefix(issuer, "https://"), "http://")
	switch {
	case err != nil:
		return finding{
			Name: "clock", Detail: fmt.Sprintf("%s does not tell the time: %v", host, err),
			Action: "check the network; sessions there go on when it is back",
		}
	case off.Abs() > clockSlack:
		return finding{
			Name: "clock", Detail: fmt.Sprintf("this machine's clock differs from %s by %s", host, span(off.Abs())),
			Action: "set the clock, best by NTP: tokens are renewed by it",
		}
	}
	return finding{Name: "clock", OK: true, Detail: fmt.Sprintf("agrees with %s", host)}
}

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
		return 0, errors.New("its answer has no date")
	}
	between := asked.Add(time.Since(asked) / 2)
	return date.Sub(between), nil
}
