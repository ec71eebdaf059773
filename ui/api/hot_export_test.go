package api

import (
	"encoding/json"
	"net/http"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// Ordinary is a server as it would be without the hot path.
func (s *Server) Ordinary() *http.Server {
	return newDoor(doorOptions{name: "ordinary", handler: s.socketHandler(), log: s.log}).http
}

// Hot answers a request that has come in one piece as the hot path does; ok is false where that leaves it to net/http.
func (s *Server) Hot(request []byte) (answer []byte, last, ok bool) {
	q, ok := parseHot(request)
	if !ok {
		return nil, false, false
	}
	answer, ok = s.answerHot(nil, q, func() peer.Program { return peer.Program{UID: -1} })
	return answer, q.last, ok
}

// EncodeToken is a token's answer by our own encoder and by encoding/json.
func EncodeToken(t session.Token) (ours, theirs string) {
	scopes := t.Scopes
	if scopes == nil {
		scopes = []string{}
	}
	data, err := json.Marshal(client.TokenBody{
		AccessToken: t.Access.Reveal(), TokenType: t.Type, ExpiresAt: t.ExpiresAt.UTC(), Scopes: scopes, Generation: t.Generation,
	})
	if err != nil {
		panic(err)
	}
	return string(appendToken(nil, t)), string(data) + "\n"
}
