package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// How an Approval stands.
const (
	Asking  = "asking"  // the user has not answered
	Allowed = "allowed" // until Until
	Denied  = "denied"  // and nothing is asked again before Until
)

// Approval is a question whether a program may have a token, or what was answered. The paths are what the kernel says,
// which is anything that a file may be called.
type Approval struct {
	ID      string    `json:"id"`
	Session string    `json:"session"`
	State   string    `json:"state"`
	Program string    `json:"program"` // its executable; empty where it hides
	Parent  string    `json:"parent,omitempty"`
	Dir     string    `json:"dir,omitempty"` // its working folder
	PID     int       `json:"pid,omitempty"` // who asked first
	AskedAt time.Time `json:"asked_at"`
	Until   time.Time `json:"until,omitzero"`    // of a question: no answer by then means no
	Lasting bool      `json:"lasting,omitempty"` // it can be allowed for an hour
	Once    bool      `json:"once,omitempty"`    // allowed for one request
	Running bool      `json:"running,omitempty"` // allowed as long as our own program runs that asks for it
	Unheard bool      `json:"unheard,omitempty"` // denied because nobody answered
	Waiting int       `json:"waiting,omitempty"` // requests that wait for the answer now
}

// Approvals are what GET /v1/approvals answers.
type Approvals struct {
	Sessions  []string   `json:"sessions"`  // those whose programs are asked about, by name
	Approvals []Approval `json:"approvals"` // questions first, oldest first
}

// ApprovalBody is the body of POST /v1/approvals/{id}. Hour is for a program that can be remembered; others are
// allowed once.
type ApprovalBody struct {
	Allow bool `json:"allow"`
	Hour  bool `json:"hour,omitempty"`
}

// Approvals gives the questions that wait for an answer, and the answers that are remembered.
func (c *Client) Approvals(ctx context.Context) (Approvals, error) {
	var a Approvals
	err := c.get(ctx, "/v1/approvals", &a)
	return a, err
}

// Approve answers a question; a *Problem with code conflict where it is none any more.
func (c *Client) Approve(ctx context.Context, id string, b ApprovalBody) (Approval, error) {
	var a Approval
	err := c.post(ctx, "/v1/approvals/"+url.PathEscape(id), b, &a)
	return a, err
}

// RevokeApproval forgets an answer, also a no; a question is answered with no.
func (c *Client) RevokeApproval(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/v1/approvals/" + url.PathEscape(id)}, nil)
}
