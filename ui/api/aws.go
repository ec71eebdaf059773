package api

import (
	"context"
	"net/http"
	"time"

	"sessionkeeper/ui/api/client"
)

// AWS trades a session's token for AWS credentials, within r.Wait. Errors are *session.Error.
type AWS interface {
	Credentials(ctx context.Context, name string, r client.AWSRequest) (client.AWSCredentials, error)
}

// aws gives AWS credentials away. They are worth as much as a token, so whoever asks is asked about and counted alike.
func (s *Server) aws(w http.ResponseWriter, r *request) error {
	var body struct {
		client.AWSRequest

		Wait *client.Duration `json:"wait"` // tells "not at all" from "not said"
	}
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	if body.RoleARN == "" {
		return invalidField("role_arn", `the body needs "role_arn"`)
	}
	if s.o.AWS == nil {
		return notFound("this keeper does not trade with AWS")
	}
	ask, wait := body.AWSRequest, waitBody{body.Wait}.orDefault()
	end := time.Now().Add(wait)
	ctx, cancel := context.WithDeadline(r.Context(), end)
	defer cancel()
	program := programOf(r.Request)
	if err := s.approve(ctx, r.name, program); err != nil {
		return err
	}
	ask.Wait = client.Duration(max(time.Until(end), time.Nanosecond))
	c, err := s.o.AWS.Credentials(r.Context(), r.name, ask)
	if err != nil {
		return err
	}
	s.handedOut(r.name, program, r.Header.Get(faceHeader))
	return answer(w, client.AWSBody{
		AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretKey.Reveal(), SessionToken: c.SessionToken.Reveal(),
		Expiration: c.ExpiresAt.UTC(), AccountID: c.AccountID,
	})
}
