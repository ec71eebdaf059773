package api

import (
	"net/http"
	"os"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// states are all states, so that a count of none is seen as well.
var states = []session.State{
	session.Active, session.Retrying, session.Expiring, session.SignInNeeded,
	session.SetupNeeded, session.KeychainLocked, session.Paused, session.SignedOut,
}

// health answers 503 where a part of the keeper itself is down. What waits for the user or a provider is degraded.
func (s *Server) health(w http.ResponseWriter, _ *request) error {
	h := s.look()
	status := http.StatusOK
	if h.Status == "down" {
		status = http.StatusServiceUnavailable
	}
	send(w, status, "application/json", h)
	return nil
}

func (s *Server) look() client.Health {
	h := client.Health{
		Status:   "ok",
		Version:  s.o.Version,
		PID:      os.Getpid(),
		Keychain: client.Keychain(s.o.Keychain()),
		History:  client.Part{State: "ok"},
		Socket:   s.socket.part(),
		HTTP:     s.page.part(),
		Page:     s.PageAddress(),
		Sessions: make(map[string]int, len(states)),
	}
	if err := s.o.History.Err(); err != nil {
		h.History = client.Part{State: "down", Detail: err.Error()}
	}
	for _, state := range states {
		h.Sessions[string(state)] = 0
	}
	for state, n := range s.o.Keeper.States() {
		h.Sessions[string(state)] = n
	}
	for _, f := range s.o.Keeper.Faults() {
		h.Faults = append(h.Faults, client.Fault{Name: f.Name, Detail: f.Err.Error()})
	}
	h.Faults = append(h.Faults, s.fileFaults()...)
	clock := s.o.Keeper.Clock()
	h.Clock = client.Clock{State: clock.State, Skew: client.Duration(clock.Skew), Seen: clock.Seen}
	waiting := len(h.Faults) + h.Keychain.Spilled
	if h.Clock.State == "wrong" {
		waiting++
	}
	for _, state := range []session.State{
		session.Retrying, session.Expiring, session.SignInNeeded, session.SetupNeeded, session.KeychainLocked,
	} {
		waiting += h.Sessions[string(state)]
	}
	switch {
	case h.Keychain.State != "ok", h.History.State == "down", h.Socket.State == "down", h.HTTP.State == "down":
		h.Status = "down"
	case waiting > 0:
		h.Status = "degraded"
	}
	return h
}

// unlock is an act of the user: the keychain may prompt.
func (s *Server) unlock(w http.ResponseWriter, r *request) error {
	if err := decode(w, r.Request, &struct{}{}); err != nil {
		return err
	}
	if err := s.o.Keeper.UnlockKeychain(r.Context()); err != nil {
		return err
	}
	return answer(w, s.o.Keychain())
}
