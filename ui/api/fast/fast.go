// Package fast asks the keeper for a token with as little as can be: a program that only wants a token must start in a
// millisecond or two, and linking net/http and crypto/tls alone costs about that. It speaks just enough HTTP/1.1 for
// one request and one answer over the keeper's own unix socket, and trusts neither the length nor the form of what
// comes back.
package fast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/peer"
	"sessionkeeper/ui/api/places"
)

// ErrNoKeeper says that nobody listens at the socket: no keeper runs, or it has just gone.
var ErrNoKeeper = errors.New("no keeper is running")

// Request is what to ask for; the zero Request takes the token that is there.
type Request struct {
	MinTTL  time.Duration // how long the token must last; the keeper caps it at half of the token's life
	Wait    time.Duration // how long to wait for a renewal; 0: the keeper's default, 10 s; negative: not at all
	Force   bool          // a new token
	IDToken bool          // the ID token instead
}

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

// dialWait bounds the connect alone: a full backlog at a stopped keeper would block for ever.
const dialWait = 3 * time.Second

// Token asks the keeper at socket for a token of the session called name. It returns an error wrapping ErrNoKeeper
// where none listens; a refusal is no error: see Answer.Status. Without a deadline in ctx it waits 15 s longer than
// the request's own wait.
func Token(ctx context.Context, socket, name string, r Request) (Answer, error) {
	c, err := Dial(ctx, socket)
	if err != nil {
		return Answer{}, err
	}
	defer c.Close()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(max(r.Wait, 10*time.Second) + 15*time.Second)
	}
	if err := c.SetDeadline(deadline); err != nil {
		return Answer{}, fmt.Errorf("asking the keeper: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	answer, err := exchange(c, request(name, r))
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Answer{}, fmt.Errorf("asking the keeper: %w", err)
	}
	return answer, nil
}

// Dial connects to the keeper at socket and makes sure that it is our own user's. It returns an error wrapping
// ErrNoKeeper where none listens.
func Dial(ctx context.Context, socket string) (*net.UnixConn, error) {
	d := net.Dialer{Timeout: dialWait}
	c, err := d.DialContext(ctx, "unix", socket)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("connecting to %s: %w", socket, ErrNoKeeper)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the keeper: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("connecting to the keeper: %s is no unix socket", socket)
	}
	if err := peer.Same(u); err != nil {
		_ = u.Close()
		return nil, fmt.Errorf("connecting to %s: %w", socket, err)
	}
	return u, nil
}

func request(name string, r Request) []byte {
	body := appendRequest(nil, r)
	b := make([]byte, 0, 512)
	b = append(b, "POST /v1/sessions/"...)
	b = append(b, url.PathEscape(name)...)
	b = append(b, "/token HTTP/1.1\r\nHost: sessionkeeper\r\nConnection: close\r\nContent-Type: application/json\r\n"...)
	for header, value := range Desktop(os.Getenv) {
		b = append(b, header+": "+value+"\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

func appendRequest(b []byte, r Request) []byte {
	b = append(b, `{"force":`...)
	b = strconv.AppendBool(b, r.Force)
	b = append(b, `,"id_token":`...)
	b = strconv.AppendBool(b, r.IDToken)
	if r.MinTTL > 0 {
		b = append(b, `,"min_ttl":"`+r.MinTTL.String()+`"`...)
	}
	if r.Wait != 0 {
		b = append(b, `,"wait":"`+max(0, r.Wait).String()+`"`...)
	}
	return append(b, '}')
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

func exchange(c net.Conn, request []byte) (Answer, error) {
	if _, err := c.Write(request); err != nil {
		return Answer{}, err
	}
	status, body, err := readResponse(c)
	if err != nil {
		return Answer{}, err
	}
	return decode(status, body)
}

func decode(status int, body []byte) (Answer, error) {
	var w wire
	if err := json.Unmarshal(body, &w); err != nil {
		// The cause may quote the body, which may hold a token.
		return Answer{}, errors.New("its answer is not what this version expects; restart the keeper")
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

// Find says where the keeper of p listens: at its socket, or where a keeper that was started in another log-in wrote
// down that it does. The error wraps ErrNoKeeper where none listens.
func Find(ctx context.Context, p places.Places) (string, error) {
	socket := p.Socket()
	err := knock(ctx, socket)
	if !errors.Is(err, ErrNoKeeper) {
		return socket, err
	}
	other, missing := p.Announced()
	if missing != nil || other == socket {
		return "", err
	}
	return other, knock(ctx, other)
}

func knock(ctx context.Context, socket string) error {
	c, err := Dial(ctx, socket)
	if err != nil {
		return err
	}
	return c.Close()
}
