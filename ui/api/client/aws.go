package client

import (
	"context"
	"time"

	"sessionkeeper/session/secret"
)

// AWSRequest says which AWS credentials are wanted, for a role that trusts the session's provider. Only RoleARN is
// required.
type AWSRequest struct {
	RoleARN     string   `json:"role_arn"`
	SessionName string   `json:"session_name,omitempty"` // as AWS logs it; empty: made from the session's name
	Duration    Duration `json:"duration,omitzero"`      // of the credentials; 0: AWS's default, an hour
	Region      string   `json:"region,omitempty"`       // whose STS to ask; empty: the first of the role's partition
	// Endpoint is the STS to ask instead of the region's own: https, or http on this machine.
	Endpoint string `json:"endpoint,omitempty"`
	// AccessToken presents the access token, which must be a JWT then, instead of the ID token.
	AccessToken bool     `json:"access_token,omitempty"`
	MinTTL      Duration `json:"min_ttl,omitzero"` // capped at half of the credentials' life; 0: 15 minutes
	Wait        Duration `json:"wait,omitzero"`    // for AWS and a renewal; 0: 10 s
}

// AWSCredentials are temporary credentials that are valid now.
type AWSCredentials struct {
	AccessKeyID  string
	SecretKey    secret.Text
	SessionToken secret.Text
	ExpiresAt    time.Time
	AccountID    string // of the role; 12 digits
}

// AWSBody is AWSCredentials on the wire, in clear.
type AWSBody struct {
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	SessionToken    string    `json:"session_token"`
	Expiration      time.Time `json:"expiration"`
	AccountID       string    `json:"account_id,omitempty"`
}

// AWS gives AWS credentials for a role that trusts the session's provider; the keeper asks AWS's STS where it holds none
// that last.
func (c *Client) AWS(ctx context.Context, name string, r AWSRequest) (AWSCredentials, error) {
	var b AWSBody
	if err := c.post(ctx, route(name, "/aws"), r, &b); err != nil {
		return AWSCredentials{}, err
	}
	return AWSCredentials{
		AccessKeyID: b.AccessKeyID, SecretKey: secret.New(b.SecretAccessKey), SessionToken: secret.New(b.SessionToken),
		ExpiresAt: b.Expiration, AccountID: b.AccountID,
	}, nil
}
