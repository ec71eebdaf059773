package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/session/history"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

func (s *Server) list(w http.ResponseWriter, _ *request) error {
	all := s.o.Keeper.Sessions()
	if all == nil {
		all = []session.Session{}
	}
	return answer(w, all)
}

func (s *Server) show(w http.ResponseWriter, r *request) error {
	return answerSession(w)(s.o.Keeper.Session(r.name))
}

// answerSession sends what a method of the keeper gave.
func answerSession(w http.ResponseWriter) func(session.Session, error) error {
	return func(one session.Session, err error) error {
		if err != nil {
			return err
		}
		return answer(w, one)
	}
}

// put adds a session or changes one. The page may only add: a token URL of its choice for a session that is signed in
// would give the refresh token away.
func (s *Server) put(w http.ResponseWriter, r *request) error {
	var body client.PutBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Name != "" && body.Name != r.name {
		return invalidField("name", "the name in the body is not that in the address; leave it out")
	}
	_, missing := s.o.Keeper.Session(r.name)
	if r.onPage && missing == nil {
		return &session.Error{
			Code: session.CodeConflict, Session: r.name, Field: "name",
			Detail: "the page cannot change a session that exists; edit its file, or use: sessionkeeper add",
		}
	}
	one, login, err := s.o.Keeper.Add(r.Context(), session.Addition{
		Definition:   definition(r.name, body.Definition),
		ClientSecret: secret.New(body.ClientSecret),
		RefreshToken: secret.New(body.RefreshToken),
		SignIn:       loginRequest(body.SignIn),
	})
	switch {
	case err != nil:
		return err
	case login != nil && login.Status != "done":
		send(w, http.StatusAccepted, "application/json", map[string]*session.Login{"login": login})
	case missing != nil:
		send(w, http.StatusCreated, "application/json", one)
	default:
		return answer(w, one)
	}
	return nil
}

func definition(name string, d client.Definition) config.Session {
	return config.Session{
		Name:         name,
		Provider:     d.Provider,
		Issuer:       d.Issuer,
		AuthorizeURL: d.AuthorizeURL,
		TokenURL:     d.TokenURL,
		DeviceURL:    d.DeviceURL,
		CheckURL:     d.CheckURL,
		Vars:         d.Vars,
		ClientID:     d.ClientID,
		Scopes:       d.Scopes,
		Account:      d.Account,
		MaxAge:       config.Duration(d.MaxAge),
		WarnBefore:   (*config.Duration)(d.WarnBefore),
		AutoOpen:     d.AutoOpen,
		Confirm:      d.Confirm,
	}
}

func (s *Server) remove(w http.ResponseWriter, r *request) error {
	if err := s.o.Keeper.Remove(r.Context(), r.name); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// waitBody is a wait that tells "not at all" from "not said".
type waitBody struct {
	Wait *client.Duration `json:"wait"`
}

// orDefault gives the wait for the keeper, to whom 0 means its default.
func (b waitBody) orDefault() time.Duration {
	if b.Wait == nil {
		return session.DefaultWait
	}
	return max(time.Duration(*b.Wait), time.Nanosecond)
}

func (s *Server) token(w http.ResponseWriter, r *request) error {
	var body tokenBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	want, program := body.request(), programOf(r.Request)
	if err := s.approveWithin(r.Context(), &want, r.name, program); err != nil {
		return err
	}
	t, err := s.o.Keeper.Token(r.Context(), r.name, want)
	if err != nil {
		return err
	}
	s.handedOut(r.name, program, r.Header.Get(faceHeader))
	sendToken(w, t)
	return nil
}

// approveWithin is approve within the wait of a request for a token, of which it leaves what it did not need.
func (s *Server) approveWithin(ctx context.Context, want *session.TokenRequest, name string, p peer.Program) error {
	if !s.needsApproval(name) {
		return nil
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, want.Wait)
	defer cancel()
	if err := s.approve(ctx, name, p); err != nil {
		return err
	}
	want.Wait = max(want.Wait-time.Since(began), time.Nanosecond)
	return nil
}

func (s *Server) refresh(w http.ResponseWriter, r *request) error {
	var body waitBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	return answerSession(w)(s.o.Keeper.Refresh(r.Context(), r.name, body.orDefault()))
}

func (s *Server) rejected(w http.ResponseWriter, r *request) error {
	var body client.RejectBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Generation == 0 {
		return invalidField("generation", `the body needs "generation", as it came with the token`)
	}
	if body.Claims != "" {
		return answerSession(w)(s.o.Keeper.Challenge(r.Context(), r.name, body.Generation, body.Claims))
	}
	return answerSession(w)(s.o.Keeper.Reject(r.Context(), r.name, body.Generation))
}

func (s *Server) pause(w http.ResponseWriter, r *request) error {
	if err := decode(w, r.Request, &struct{}{}); err != nil {
		return err
	}
	return answerSession(w)(s.o.Keeper.Pause(r.Context(), r.name))
}

func (s *Server) resume(w http.ResponseWriter, r *request) error {
	if err := decode(w, r.Request, &struct{}{}); err != nil {
		return err
	}
	return answerSession(w)(s.o.Keeper.Resume(r.Context(), r.name))
}

func (s *Server) secret(w http.ResponseWriter, r *request) error {
	var body client.SecretBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.ClientSecret == "" {
		return invalidField("client_secret", `the body needs "client_secret"`)
	}
	return answerSession(w)(s.o.Keeper.SetSecret(r.Context(), r.name, secret.New(body.ClientSecret)))
}

func (s *Server) related(w http.ResponseWriter, r *request) error {
	names, err := s.o.Keeper.Related(r.name)
	if err != nil {
		return err
	}
	if names == nil {
		names = []string{}
	}
	return answer(w, names)
}

func (s *Server) history(w http.ResponseWriter, r *request) error {
	entries, err := s.entries(r, "")
	if err != nil {
		return err
	}
	return answer(w, entries)
}

// sessionHistory also tells of a session that was removed.
func (s *Server) sessionHistory(w http.ResponseWriter, r *request) error {
	entries, err := s.entries(r, r.name)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		if _, err := s.o.Keeper.Session(r.name); err != nil {
			return err
		}
	}
	return answer(w, entries)
}

func (s *Server) entries(r *request, name string) ([]history.Entry, error) {
	limit := 0
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, invalid("limit must be a whole number, 0 for all")
		}
		limit = n
	}
	s.handouts.flush()
	entries, err := s.o.History.List(r.Context(), name, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	if entries == nil {
		entries = []history.Entry{}
	}
	return entries, nil
}
