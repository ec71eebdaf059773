package api

import (
	"context"
	"net/http"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// Files are the token files that the keeper keeps fresh; a *file.Registry, whose methods say what these do. Errors are
// *session.Error.
type Files interface {
	List() []client.File
	Put(ctx context.Context, b client.FileBody) (client.File, error)
	Hold(ctx context.Context, b client.FileBody) (f client.File, release func(), err error)
	Remove(ctx context.Context, path string) error
}

func (s *Server) listFiles(w http.ResponseWriter, _ *request) error {
	if s.o.Files == nil {
		return answer(w, []client.File{})
	}
	return answer(w, s.o.Files.List())
}

// putFile keeps a token file. Whoever asks for one gets a token, so it is asked about like one.
func (s *Server) putFile(w http.ResponseWriter, r *request) error {
	b, err := s.wantedFile(w, r)
	if err != nil {
		return err
	}
	f, err := s.o.Files.Put(r.Context(), b)
	if err != nil {
		return err
	}
	s.handedOut(b.Session, programOf(r.Request), "file")
	return answer(w, f)
}

// holdFile keeps a token file until the connection ends. Where the keeper ends first the file stays: its token is valid,
// and the keeper that comes next takes it over when its holder asks again.
func (s *Server) holdFile(w http.ResponseWriter, r *request) error {
	b, err := s.wantedFile(w, r)
	if err != nil {
		return err
	}
	ctx, stop := s.untilStop(r.Context())
	defer stop()
	f, release, err := s.o.Files.Hold(ctx, b)
	if err != nil {
		return err
	}
	defer func() {
		if !s.ends() {
			release()
		}
	}()
	s.handedOut(b.Session, programOf(r.Request), "file")
	w.Header().Set("Content-Type", "application/x-ndjson")
	if (lines{w: w, c: http.NewResponseController(w)}).write(f) == nil {
		<-ctx.Done()
	}
	return nil
}

func (s *Server) removeFile(w http.ResponseWriter, r *request) error {
	var b client.RemoveFileBody
	if err := decode(w, r.Request, &b); err != nil {
		return err
	}
	if s.o.Files == nil {
		return noFiles()
	}
	if b.Path == "" {
		return invalidField("path", `the body needs "path", the file's`)
	}
	if err := s.o.Files.Remove(r.Context(), b.Path); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// wantedFile reads what file is wanted, and asks the user where the session wants that.
func (s *Server) wantedFile(w http.ResponseWriter, r *request) (client.FileBody, error) {
	var b client.FileBody
	if err := decode(w, r.Request, &b); err != nil {
		return b, err
	}
	if s.o.Files == nil {
		return b, noFiles()
	}
	if _, err := s.o.Keeper.Session(b.Session); err != nil {
		return b, err
	}
	if s.needsApproval(b.Session) {
		ctx, cancel := context.WithTimeout(r.Context(), session.DefaultWait)
		defer cancel()
		return b, s.approve(ctx, b.Session, programOf(r.Request))
	}
	return b, nil
}

func noFiles() error {
	return &session.Error{Code: session.CodeConflict, Detail: "this keeper keeps no token files; start another version"}
}

// fileFaults are the token files that cannot be written, for whoever looks at the keeper's health.
func (s *Server) fileFaults() []client.Fault {
	if s.o.Files == nil {
		return nil
	}
	var faults []client.Fault
	for _, f := range s.o.Files.List() {
		if f.State == client.FileFailed {
			faults = append(faults, client.Fault{Detail: "token file " + f.Path + ": " + f.Detail})
		}
	}
	return faults
}
