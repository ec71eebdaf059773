package fast

import (
	"encoding/json"
	"fmt"
	"time"
)

// Problem is the keeper's refusal, as it tells it (RFC 9457). Detail is one sentence that ends with what to do next.
type Problem struct {
	Type     string    `json:"type"`
	Title    string    `json:"title"`
	Status   int       `json:"status"`
	Detail   string    `json:"detail,omitempty"`
	Code     string    `json:"code"`
	Reason   string    `json:"reason,omitempty"`
	Session  string    `json:"session,omitempty"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	LoginURL string    `json:"login_url,omitempty"`
	Field    string    `json:"field,omitempty"` // what of the request's body is wrong, by its JSON name
}

func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// Refusal reads an answer with a status other than 200: it is a *Problem, or another error where the body is none.
func Refusal(status int, body []byte) error {
	p := new(Problem)
	if json.Unmarshal(body, p) != nil || p.Code == "" {
		return fmt.Errorf("the keeper answered with status %d and no reason; restart it", status)
	}
	p.Status = status
	return p
}
