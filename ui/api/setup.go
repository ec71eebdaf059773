package api

import (
	"net/http"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// providers gives what a form for a new session offers.
func (s *Server) providers(w http.ResponseWriter, _ *request) error {
	all := s.o.Keeper.Providers()
	if all == nil {
		all = []session.Provider{}
	}
	return answer(w, all)
}

// discover asks an issuer of the caller's choice. A page gets few of those: it must not become a way to look around in
// the network.
func (s *Server) discover(w http.ResponseWriter, r *request) error {
	var body client.DiscoverBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Issuer == "" {
		return invalidField("issuer", `the body needs "issuer"`)
	}
	if r.onPage {
		done, err := s.pages.look(bearer(r.Request))
		if err != nil {
			return err
		}
		defer done()
	}
	ctx, stop := s.untilStop(r.Context())
	defer stop()
	found, err := s.o.Keeper.Discover(ctx, body.Issuer)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (s *Server) autostart(w http.ResponseWriter, _ *request) error {
	a, err := s.o.Autostart.Look()
	if err != nil {
		return err
	}
	return answer(w, a)
}

func (s *Server) setAutostart(w http.ResponseWriter, r *request) error {
	var body struct {
		On *bool `json:"on"`
	}
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.On == nil {
		return invalidField("on", `the body needs "on"`)
	}
	a, err := s.o.Autostart.Set(*body.On)
	if err != nil {
		return err
	}
	return answer(w, a)
}
