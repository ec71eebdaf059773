package api

import (
	"context"
	"net/http"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

func loginRequest(r *client.LoginRequest) *session.LoginRequest {
	if r == nil {
		return nil
	}
	return &session.LoginRequest{Device: r.Device, NoBrowser: r.NoBrowser, AsOther: r.AsOther, Scopes: r.Scopes}
}

// login starts a sign-in, or does one thing about a running one: waits for it, pastes its address, gives it up.
func (s *Server) login(w http.ResponseWriter, r *request) error {
	var body client.LoginBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if err := checkLogin(body); err != nil {
		return err
	}
	l, err := s.loginStep(r, body)
	if err != nil {
		return err
	}
	return answer(w, l)
}

func checkLogin(b client.LoginBody) error {
	aboutOne := b.Wait != 0 || b.Paste != "" || b.Cancel
	aboutNew := b.Device || b.NoBrowser || b.AsOther || b.Scopes != nil
	switch {
	case b.ID == "" && aboutOne:
		return invalid(`"wait", "paste" and "cancel" need the "id" of a sign-in that runs`)
	case b.ID != "" && aboutNew:
		return invalid(`a sign-in that runs cannot be changed; leave "id" out to start another`)
	case b.Cancel && (b.Paste != "" || b.Wait != 0) || b.Paste != "" && b.Wait != 0:
		return invalid(`ask for one of "wait", "paste" and "cancel" at a time`)
	}
	return nil
}

func (s *Server) loginStep(r *request, b client.LoginBody) (session.Login, error) {
	ctx := r.Context()
	switch {
	case b.ID == "":
		return s.o.Keeper.Login(ctx, r.name, *loginRequest(&b.LoginRequest))
	case b.Paste != "":
		return s.o.Keeper.LoginPaste(ctx, r.name, b.ID, secret.New(b.Paste))
	case b.Cancel:
		if err := s.o.Keeper.LoginCancel(ctx, r.name, b.ID); err != nil {
			return session.Login{}, err
		}
		return session.Login{
			ID: b.ID, Status: "failed", Failure: "cancelled", Detail: "the sign-in was given up; start another to sign in",
		}, nil
	default:
		ctx, stop := s.untilStop(ctx)
		defer stop()
		return s.o.Keeper.LoginStatus(ctx, r.name, b.ID, time.Duration(b.Wait))
	}
}

// untilStop is ctx that also ends when the server stops.
func (s *Server) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-s.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel()
		<-done
	}
}

// ends reports whether the server stops.
func (s *Server) ends() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

func (s *Server) logout(w http.ResponseWriter, r *request) error {
	var body client.LogoutBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	out, err := s.o.Keeper.Logout(r.Context(), r.name, body.KeepRemote)
	if err != nil {
		return err
	}
	return answer(w, out)
}
