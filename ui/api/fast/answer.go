package fast

import (
	"encoding/json"
	"errors"
	"time"

	"sessionkeeper/session/secret"
)

// Answer is a token as the keeper gives it.
type Answer struct {
	Body secret.Text // as the keeper sent it

	Token      secret.Text
	Type       string
	ExpiresAt  time.Time
	Scopes     []string
	Generation uint64
}

type wire struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	ExpiresAt   time.Time `json:"expires_at"`
	Scopes      []string  `json:"scopes"`
	Generation  uint64    `json:"generation"`
}

func decode(status int, body []byte) (Answer, error) {
	if status != ok {
		return Answer{}, Refusal(status, body)
	}
	w, plain := parseToken(body)
	if !plain {
		w = wire{}
		if err := json.Unmarshal(body, &w); err != nil {
			// The cause may quote the body, which may hold a token.
			return Answer{}, errors.New("the keeper's answer is not what this version expects; restart the keeper")
		}
	}
	if w.AccessToken == "" {
		return Answer{}, errors.New("the keeper's answer has no token; restart the keeper")
	}
	return Answer{
		Body: secret.New(string(body)), Token: secret.New(w.AccessToken), Type: w.TokenType, ExpiresAt: w.ExpiresAt,
		Scopes: w.Scopes, Generation: w.Generation,
	}, nil
}
