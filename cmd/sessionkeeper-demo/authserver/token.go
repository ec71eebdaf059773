package authserver

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// exchange is one token request on its way through the library.
type exchange struct {
	grantType  goidc.GrantType
	client     string
	credential digest // of the refresh token, code or device code

	keep   string    // refresh token to hand out again instead of a new one
	issued int       // generation of the refresh token in the answer, 0 for none
	endsAt time.Time // end of the grant as the answer tells it
}

type exchangeKey struct{}

// exchangeOf returns the token request that ctx belongs to, nil for any other request.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

func newExchange(r *http.Request) *exchange {
	x := &exchange{
		grantType: goidc.GrantType(r.PostFormValue("grant_type")),
		client:    r.PostFormValue("client_id"),
	}
	if id, _, ok := r.BasicAuth(); ok {
		x.client = id
	}
	switch x.grantType {
	case goidc.GrantRefreshToken:
		x.credential = digestOf(r.PostFormValue("refresh_token"))
	case goidc.GrantAuthorizationCode:
		x.credential = digestOf(r.PostFormValue("code"))
	case goidc.GrantDeviceCode:
		x.credential = digestOf(r.PostFormValue("device_code"))
	default:
	}
	return x
}

// token is the token endpoint: the library's, with one request at a time for each grant, the announced end of the
// session, a journal and faults around it.
func (s *Server) token(op http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(r)
		entry := Request{At: time.Now(), GrantType: string(x.grantType), Client: x.client}
		f := s.takeFault(entry.GrantType)
		if f.Kind != FaultNone {
			entry.Fault = f.String()
		}
		flight := s.journal.depart(x)

		var a *answer
		if f.Kind == FaultNone || f.After {
			a = s.exchange(op, r, x, &entry)
			entry.Error = a.errorCode()
		} else {
			s.identify(x, &entry)
		}
		entry.Status = f.status(a)
		// Both before the answer leaves: who has the answer finds it in the journal, and may send the same token again.
		s.journal.add(entry, flight)
		if f.Kind == FaultHang {
			flight.hang()
			defer s.journal.land(x, flight)
		} else {
			s.journal.land(x, flight)
		}
		s.spoil(w, r, f, a)
	}
}

// exchange lets the library answer while no other token request of the same grant is under way.
func (s *Server) exchange(op http.Handler, r *http.Request, x *exchange, entry *Request) *answer {
	if e := s.store.entryFor(x); e != nil {
		e.gate.Lock()
		defer e.gate.Unlock()
	}
	s.identify(x, entry)
	a := record(op, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
	a.edit(func(fields map[string]json.RawMessage) {
		entry.Issued = x.issued
		if x.issued == 0 {
			return
		}
		if x.grantType == goidc.GrantRefreshToken && s.store.rotation == RotationOff {
			delete(fields, "refresh_token")
		}
		s.tellIssued(r.PostFormValue("code"), fields)
		if !x.endsAt.IsZero() {
			fields["refresh_token_expires_in"] = jsonOf(int(time.Until(x.endsAt) / time.Second))
		}
	})
	return a
}

// identify writes down whose request it is, without letting it take effect.
func (s *Server) identify(x *exchange, entry *Request) {
	if e := s.store.entryFor(x); e != nil {
		entry.Grant = e.id
	}
	entry.Presented, entry.Generation = s.store.standing(x)
}

// tellIssued passes on the secrets of an answer and the code that brought them.
func (s *Server) tellIssued(code string, fields map[string]json.RawMessage) {
	if s.issued == nil {
		return
	}
	secrets := []string{code}
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		var value string
		if json.Unmarshal(fields[name], &value) == nil {
			secrets = append(secrets, value)
		}
	}
	for _, secret := range secrets {
		if secret != "" {
			s.issued(secret)
		}
	}
}
