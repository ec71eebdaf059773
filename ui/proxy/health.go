package proxy

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"sessionkeeper/session/words"
)

// Proof is what a provider says of a token.
type Proof struct {
	User User
	// Refused says that the provider does not take the token.
	Refused bool
	// Failure is why the provider could not be asked, or gave no answer that says anything: a sentence.
	Failure string
	// At is when the provider took the token; zero where it has nothing to ask.
	At time.Time
}

// User is who a token belongs to.
type User struct {
	Sub   string `json:"sub,omitempty"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// codeFailed says that the token could not be proven for another reason than its own.
const codeFailed = "CONNECTION_FAILED"

// health proves that there is a token and that it works: at the provider, for the target's own answers are its own
// business.
func (p *Proxy) health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		turnAway(w, r, &refusal{
			status: http.StatusMethodNotAllowed, code: "method_not_allowed", allow: "GET, HEAD", detail: "use GET for the health of this proxy",
		})
		return
	}
	proof, err := p.prove(r.Context())
	switch {
	case r.Context().Err() != nil:
		return
	case err != nil:
		bad := p.tokenProblem(err)
		bad.Status = http.StatusServiceUnavailable
		if bad.Code != codeExpired {
			bad.Reason, bad.Code = bad.Code, codeFailed
		}
		answer(w, r, bad)
		return
	case proof.Failure != "":
		answer(w, r, problem{
			Status: http.StatusServiceUnavailable, Code: codeFailed, Session: p.o.Session, Detail: words.Clean(proof.Failure, maxWords),
		})
		return
	case proof.Refused:
		answer(w, r, problem{
			Status: http.StatusServiceUnavailable, Code: codeExpired, Session: p.o.Session,
			Detail: "The provider refuses the token; sign in again with: sessionkeeper login " + p.o.Session,
		})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(w).Encode(struct {
		Status  string    `json:"status"`
		Session string    `json:"session"`
		User    User      `json:"user"`
		Time    time.Time `json:"time"`
		Proven  bool      `json:"proven"` // at the provider; else the keeper alone says so
	}{"ok", p.o.Session, proof.User, time.Now().UTC().Truncate(time.Second), !proof.At.IsZero()})
}

// prove asks the provider. Where there is nothing to ask it with, the keeper's word counts.
func (p *Proxy) prove(ctx context.Context) (Proof, error) {
	if p.o.Prove != nil {
		return p.o.Prove(ctx)
	}
	_, err := p.o.Tokens.Source(p.o.Session).TokenContext(ctx)
	return Proof{}, err
}
