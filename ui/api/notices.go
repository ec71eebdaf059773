package api

import (
	"net/http"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// press passes on what the user did with a notice that a tray shows.
func (s *Server) press(w http.ResponseWriter, r *request) error {
	var body client.PressBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Key == "" || body.Action == "" {
		return invalid(`the body needs "key" and "action"`)
	}
	if s.o.Notices.trayPressed(body.Key, body.Action) && !s.o.Approvals.Press(body.Key, body.Action) {
		s.o.Keeper.Press(r.Context(), body.Key, body.Action)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// shown learns under which id a tray has a notice on the screen.
func (s *Server) shown(w http.ResponseWriter, r *request) error {
	var body client.ShownBody
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.Key == "" || body.ID == 0 {
		return invalid(`the body needs "key" and "id"`)
	}
	if !s.o.Notices.showing(body.Key, body.ID) {
		return &session.Error{
			Code:   session.CodeConflict,
			Detail: "this notice does not stand any more, or another shows it; take it off the screen",
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
