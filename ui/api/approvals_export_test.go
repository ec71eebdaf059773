package api

import (
	"context"
	"net"

	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/peer"
)

// Approve is nil once a program may have a token of a session.
func (s *Server) Approve(ctx context.Context, session string, p peer.Program) error {
	return s.approve(ctx, session, p)
}

// NeedsApproval reports whether a program must be asked about.
func (s *Server) NeedsApproval(session string) bool { return s.needsApproval(session) }

// Lasting reports whether a yes to the program at a path may be remembered.
func Lasting(program string) bool { return lasting(program) }

// List gives the questions and the answers.
func (a *Approvals) List() []client.Approval { return a.list() }

// Settle answers a question.
func (a *Approvals) Settle(id string, b client.ApprovalBody) (client.Approval, error) {
	return a.settle(id, b)
}

// Revoke forgets an answer.
func (a *Approvals) Revoke(id string) { a.revoke(id) }

// WithConnection is the context of a request that comes over a connection.
func WithConnection(ctx context.Context, c net.Conn) context.Context { return withConnection(ctx, c) }
