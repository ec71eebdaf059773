package fast

import (
	"encoding/json"
	"errors"
	"time"

	"sessionkeeper/session/secret"
)

// Answer is the keeper's answer. Where Status is 200 the token's fields are set, else those of the problem (RFC 9457).
type Answer struct {
	Status int
	Body   secret.Text // as the keeper sent it

	Token      secret.Text
	Type       string
	ExpiresAt  time.Time
	Scopes     []string
	Generation uint64

	Code, Title, Detail string
	Reason, Session     string
	RetryAt             time.Time
	LoginURL            string
}

// text is what a problem says.
func (a *Answer) text() string {
	if a.Detail != "" {
		return a.Detail
	}
	return a.Title
}

// wire is a token's answer and a problem in one.
type wire struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	ExpiresAt   time.Time `json:"expires_at"`
	Scopes      []string  `json:"scopes"`
	Generation  uint64    `json:"generation"`

	Code     string    `json:"code"`
	Title    string    `json:"title"`
	Detail   string    `json:"detail"`
	Reason   string    `json:"reason"`
	Session  string    `json:"session"`
	RetryAt  time.Time `json:"retry_at"`
	LoginURL string    `json:"login_url"`
}

func decode(status int, body []byte) (Answer, error) {
	w, plain := wire{}, false
	if status == ok {
		w, plain = parseToken(body)
	}
	if !plain {
		w = wire{}
		if err := json.Unmarshal(body, &w); err != nil {
			// The cause may quote the body, which may hold a token.
			return Answer{}, errors.New("its answer is not what this version expects; restart the keeper")
		}
	}
	if status == ok && w.AccessToken == "" {
		return Answer{}, errors.New("its answer has no token; restart the keeper")
	}
	a := Answer{
		Status: status, Body: secret.New(string(body)),
		Code: w.Code, Title: w.Title, Detail: w.Detail,
		Reason: w.Reason, Session: w.Session, RetryAt: w.RetryAt, LoginURL: w.LoginURL,
	}
	if status == ok {
		a.Token, a.Type, a.ExpiresAt = secret.New(w.AccessToken), w.TokenType, w.ExpiresAt
		a.Scopes, a.Generation = w.Scopes, w.Generation
	}
	return a, nil
}
