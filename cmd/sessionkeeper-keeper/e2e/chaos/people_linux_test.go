package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/provider/providertest"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/fast"
)

// tellAtMost is how many of one kind of failure are told one by one.
const tellAtMost = 5

// usage counts what programs met.
type usage struct {
	asked, given           int
	expired, ended, untold int
	asleep                 int // how often the keeper was stopped
}

func (u *usage) add(o usage) {
	u.asked += o.asked
	u.given += o.given
	u.expired += o.expired
	u.ended += o.ended
	u.untold += o.untold
}

// use is a program that asks for a session's token again and again and uses it at once.
func (h *house) use(name string, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(50+h.storm.luck(400)) * time.Millisecond):
		}
		r := fast.Request{Wait: time.Duration(1+h.storm.luck(9)) * time.Second}
		switch h.storm.luck(12) {
		case 0:
			r.Force = true
		case 1:
			r.MinTTL = time.Duration(h.storm.luck(15)) * time.Second
		}
		h.mu.Lock()
		slept := h.used.asleep
		h.used.asked++
		h.mu.Unlock()
		answer, err := fast.Token(context.Background(), h.socket(), name, r)
		if err != nil {
			continue
		}
		at := time.Now()
		token := answer.Token.Reveal()
		h.mu.Lock()
		h.used.given++
		switch {
		case at.Before(dies(token)):
		case h.untold(token):
			h.used.untold++
		case slept == h.used.asleep: // else it may have been stopped with the answer in its hands
			if h.used.expired++; h.used.expired > tellAtMost {
				break // they are counted
			}
			h.t.Errorf("%s: a token handed out at %v had expired at %v; the keeper said %v", name, at, dies(token), answer.ExpiresAt)
		}
		h.mu.Unlock()
		switch access := h.present(name, token); {
		case access == providertest.AccessEnded:
			h.mu.Lock()
			h.used.ended++
			h.mu.Unlock()
			fallthrough
		case access != providertest.AccessGood || h.storm.luck(30) == 0:
			_ = fast.Reject(context.Background(), h.socket(), name, answer.Generation)
		}
	}
}

// number reads one of the numbers that the provider puts into its tokens.
func number(token string, nth int) int64 {
	parts := strings.Split(token, ".")
	if len(parts) <= nth {
		return 0
	}
	n, _ := strconv.ParseInt(parts[nth], 10, 64)
	return n
}

// dies is when an access token expires, by the word that the provider put into it.
func dies(token string) time.Time { return time.UnixMilli(number(token, 4)) }

// untold reports whether the answer that brought a token may have said nothing true of its life.
func (h *house) untold(token string) bool {
	family := int(number(token, 2))
	log := h.storm.provider.Log()
	for _, e := range slices.Backward(log[max(0, len(log)-4000):]) {
		if e.Family == family && (e.Outcome == providertest.Renewed || e.Outcome == providertest.Replayed) {
			switch e.Fault {
			case providertest.NoExpiresIn().Name, providertest.ExpiresIn(0).Name, providertest.ExpiresIn(nil).Name:
				return true
			}
		}
	}
	return false
}

// present uses an access token at the provider.
func (h *house) present(name, token string) providertest.Access {
	account, _, _ := strings.Cut(name, "-")
	issuer := h.storm.provider.URL + "/" + account + strings.Split(name, "-")[1]
	access := h.storm.provider.Look(token)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer+"/userinfo", http.NoBody)
	if err != nil {
		return access
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := h.storm.provider.Client().Do(req)
	if err != nil {
		return access // the provider is away
	}
	_ = res.Body.Close()
	return access
}

// attend is the person before the keeper: whoever is asked to sign in does.
func (h *house) attend(over <-chan struct{}) {
	counted := map[string]uint64{}
	for {
		select {
		case <-over:
			return
		case <-time.After(300 * time.Millisecond):
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		h.look(ctx, counted)
		cancel()
	}
}

// look looks at everything that the keeper says, and signs in where it asks for that.
func (h *house) look(ctx context.Context, counted map[string]uint64) {
	all, err := h.api.Sessions(ctx)
	if err != nil {
		return
	}
	h.hear(all)
	if health, err := h.api.Health(ctx); err == nil {
		h.hear(health)
	}
	name := h.names[h.storm.luck(len(h.names))]
	if entries, err := h.api.History(ctx, name, 50); err == nil {
		h.hear(entries)
	}
	for _, s := range all {
		if s.State == "sign_in_needed" {
			h.asked(s, counted)
			_ = h.signIn(ctx, s.Name) // where the keeper dies meanwhile it is done again
		}
	}
}

// asked counts that a session asks for a sign-in, once for each of its grants.
func (h *house) asked(s client.Session, counted map[string]uint64) {
	if counted[s.Name] == s.Generation {
		return
	}
	counted[s.Name] = s.Generation
	h.mu.Lock()
	defer h.mu.Unlock()
	h.signIns[s.Reason]++
	h.asking[s.Name] = append(h.asking[s.Name], fmt.Sprintf("%s of generation %d, noticed at %v", s.Reason, s.Generation, time.Now()))
}

// needless are the sessions that asked for more sign-ins than grants of theirs were refused.
func (h *house) needless() (found []string) {
	refused := map[string]map[int]bool{}
	grants := h.storm.provider.Grants()
	for _, e := range h.storm.provider.Log() {
		if e.Outcome == providertest.Reused || e.Outcome == providertest.Ended {
			account := grants[e.Family].Account
			if refused[account] == nil {
				refused[account] = map[int]bool{}
			}
			refused[account][e.Family] = true
		}
	}
	for name, asked := range h.asking {
		if len(asked) > len(refused[name]) {
			found = append(found, fmt.Sprintf("%s asked for sign-ins: %s; refused were %d grants", name, strings.Join(asked, ", "), len(refused[name])))
		}
	}
	return found
}

// hear keeps what the API says.
func (h *house) hear(what any) {
	data, err := json.Marshal(what)
	if err == nil {
		_, err = h.heard.Write(data)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		h.t.Error(err)
	}
}
