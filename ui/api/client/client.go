// Package client speaks to the keeper over its unix socket. It has the local API's words and one method for each of its
// routes, and imports nothing of the keeper's own parts, so that a face stays small. A refusal by the keeper is a
// *Problem.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/fast"
	"sessionkeeper/ui/api/places"
)

// ErrNoKeeper says that nobody listens: no keeper runs, or it has just gone.
var ErrNoKeeper = fast.ErrNoKeeper

// maxAnswer bounds an answer that is read whole; a history of 10,000 entries is some 2 MiB.
const maxAnswer = 64 << 20

// Client speaks to one keeper. Its methods are safe for concurrent use and wait as long as their context allows.
type Client struct {
	http *http.Client
}

// New returns a Client for the keeper at socket; nothing is connected before the first call.
func New(socket string) *Client {
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return connect(ctx, socket)
		},
		DisableCompression:  true,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     30 * time.Second,
	}
	return &Client{http: &http.Client{Transport: t, CheckRedirect: noRedirect}}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Dial returns a Client for the keeper of p, whichever log-in it was started in. It makes sure that one listens:
// the error wraps ErrNoKeeper where none does.
func Dial(ctx context.Context, p places.Places) (*Client, error) {
	socket, err := Socket(ctx, p)
	if err != nil {
		return nil, err
	}
	return New(socket), nil
}

// Socket finds where the keeper of p listens; the error wraps ErrNoKeeper where none does.
func Socket(ctx context.Context, p places.Places) (string, error) {
	return fast.Find(ctx, p)
}

// Close lets idle connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Health says how the keeper is; one that is down is no error.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	err := c.do(ctx, call{method: http.MethodGet, path: "/v1/health", downIsAnswer: true}, &h)
	return h, err
}

// Sessions gives all sessions, by name.
func (c *Client) Sessions(ctx context.Context) ([]Session, error) {
	var s []Session
	err := c.get(ctx, "/v1/sessions", &s)
	return s, err
}

// Session gives one; a *Problem with code not_found where there is none.
func (c *Client) Session(ctx context.Context, name string) (Session, error) {
	var s Session
	err := c.get(ctx, route(name, ""), &s)
	return s, err
}

// Put adds a session, or changes the definition of one.
func (c *Client) Put(ctx context.Context, name string, a Addition) (Put, error) {
	body := PutBody{
		Definition:   a.Definition,
		ClientSecret: a.ClientSecret.Reveal(),
		RefreshToken: a.RefreshToken.Reveal(),
		SignIn:       a.SignIn,
	}
	var answer struct {
		Session
		Login *Login `json:"login"`
	}
	if err := c.do(ctx, call{method: http.MethodPut, path: route(name, ""), body: body}, &answer); err != nil {
		return Put{}, err
	}
	if answer.Login != nil {
		return Put{Login: answer.Login}, nil
	}
	return Put{Session: &answer.Session}, nil
}

// Remove deletes the session with its grant and its definition; it revokes nothing at the provider, as Logout does.
func (c *Client) Remove(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: route(name, "")}, nil)
}

// Token gives a token that is valid now. Where the connection ends without an answer it asks once more, as fast.Token.
func (c *Client) Token(ctx context.Context, name string, r TokenRequest) (Token, error) {
	var b TokenBody
	err := c.post(ctx, route(name, "/token"), r, &b)
	if errors.Is(err, fast.ErrEnded) {
		err = c.post(ctx, route(name, "/token"), r, &b)
	}
	if err != nil {
		return Token{}, err
	}
	return Token{
		Access: secret.New(b.AccessToken), Type: b.TokenType, ExpiresAt: b.ExpiresAt,
		Scopes: b.Scopes, Generation: b.Generation,
	}, nil
}

// Refresh renews a session now; wait 0 is the keeper's default, 10 s, a negative one none.
func (c *Client) Refresh(ctx context.Context, name string, wait time.Duration) (Session, error) {
	var s Session
	err := c.post(ctx, route(name, "/refresh"), RefreshBody{Wait: Duration(wait)}, &s)
	return s, err
}

// Reject says that a resource refused the token of this generation.
func (c *Client) Reject(ctx context.Context, name string, generation uint64) (Session, error) {
	var s Session
	err := c.post(ctx, route(name, "/rejected"), RejectBody{Generation: generation}, &s)
	return s, err
}

// Challenge is Reject for a resource that wants claims: those of its challenge, as they came.
func (c *Client) Challenge(ctx context.Context, name string, generation uint64, claims string) (Session, error) {
	var s Session
	err := c.post(ctx, route(name, "/rejected"), RejectBody{Generation: generation, Claims: claims}, &s)
	return s, err
}

// Login opens a fresh sign-in page at once; it replaces a pending one of the same session.
func (c *Client) Login(ctx context.Context, name string, r LoginRequest) (Login, error) {
	return c.login(ctx, name, LoginBody{LoginRequest: r})
}

// LoginStatus waits up to wait for a sign-in to end and says how it stands.
func (c *Client) LoginStatus(ctx context.Context, name, id string, wait time.Duration) (Login, error) {
	return c.login(ctx, name, LoginBody{ID: id, Wait: Duration(wait)})
}

// LoginPaste finishes a sign-in with the address that the browser ended on.
func (c *Client) LoginPaste(ctx context.Context, name, id string, address secret.Text) (Login, error) {
	return c.login(ctx, name, LoginBody{ID: id, Paste: address.Reveal()})
}

// LoginCancel gives a sign-in up.
func (c *Client) LoginCancel(ctx context.Context, name, id string) (Login, error) {
	return c.login(ctx, name, LoginBody{ID: id, Cancel: true})
}

func (c *Client) login(ctx context.Context, name string, b LoginBody) (Login, error) {
	var l Login
	err := c.post(ctx, route(name, "/login"), b, &l)
	return l, err
}

// Logout revokes the grant at the provider, forgets it and keeps the definition.
func (c *Client) Logout(ctx context.Context, name string, keepRemote bool) (Logout, error) {
	var l Logout
	err := c.post(ctx, route(name, "/logout"), LogoutBody{KeepRemote: keepRemote}, &l)
	return l, err
}

// Pause stops renewing and handing out.
func (c *Client) Pause(ctx context.Context, name string) (Session, error) {
	var s Session
	err := c.post(ctx, route(name, "/pause"), nil, &s)
	return s, err
}

// Resume undoes Pause.
func (c *Client) Resume(ctx context.Context, name string) (Session, error) {
	var s Session
	err := c.post(ctx, route(name, "/resume"), nil, &s)
	return s, err
}

// SetSecret replaces the client secret.
func (c *Client) SetSecret(ctx context.Context, name string, s secret.Text) (Session, error) {
	var answer Session
	err := c.post(ctx, route(name, "/secret"), SecretBody{ClientSecret: s.Reveal()}, &answer)
	return answer, err
}

// Related names the other sessions of the same account and client.
func (c *Client) Related(ctx context.Context, name string) ([]string, error) {
	var names []string
	err := c.get(ctx, route(name, "/related"), &names)
	return names, err
}

// Uses gives the programs that use a session now, the longest user first.
func (c *Client) Uses(ctx context.Context, name string) ([]Use, error) {
	var u []Use
	err := c.get(ctx, route(name, "/uses"), &u)
	return u, err
}

// History gives what happened to a session, newest first; name "" gives everyone's, limit 0 all that is kept.
func (c *Client) History(ctx context.Context, name string, limit int) ([]Entry, error) {
	path := "/v1/history"
	if name != "" {
		path = route(name, "/history")
	}
	if limit > 0 {
		path += "?limit=" + strconv.Itoa(limit)
	}
	var entries []Entry
	err := c.get(ctx, path, &entries)
	return entries, err
}

// Unlock lets the keychain show its prompt and returns when it works.
func (c *Client) Unlock(ctx context.Context) (Keychain, error) {
	var k Keychain
	err := c.post(ctx, "/v1/keychain/unlock", nil, &k)
	return k, err
}

// PageCode makes a one-time code that opens the web page, good for 60 s.
func (c *Client) PageCode(ctx context.Context) (Code, error) {
	var code Code
	err := c.post(ctx, "/v1/ui/code", nil, &code)
	return code, err
}

// Press tells the keeper that the user pressed a button of a notice, or dismissed it ("closed").
func (c *Client) Press(ctx context.Context, key, action string) error {
	return c.post(ctx, "/v1/notices/press", PressBody{Key: key, Action: action}, nil)
}

// NoticeShown tells under which id a notice is on the screen, so that the keeper can take it over. A *Problem with code
// conflict says that it does not stand any more, or that another shows it: take it off the screen then.
func (c *Client) NoticeShown(ctx context.Context, key string, id uint32) error {
	return c.post(ctx, "/v1/notices/shown", ShownBody{Key: key, ID: id}, nil)
}

// Providers gives the catalogue, by id.
func (c *Client) Providers(ctx context.Context) ([]Provider, error) {
	var p []Provider
	err := c.get(ctx, "/v1/providers", &p)
	return p, err
}

// Discover asks an issuer what it is; a *Problem where it is none.
func (c *Client) Discover(ctx context.Context, issuer string) (Discovery, error) {
	var d Discovery
	err := c.post(ctx, "/v1/discover", DiscoverBody{Issuer: issuer}, &d)
	return d, err
}

// Autostart says whether Sessionkeeper starts at log-in.
func (c *Client) Autostart(ctx context.Context) (Autostart, error) {
	var a Autostart
	err := c.get(ctx, "/v1/autostart", &a)
	return a, err
}

// SetAutostart makes Sessionkeeper start at log-in, or not any more.
func (c *Client) SetAutostart(ctx context.Context, on bool) (Autostart, error) {
	var a Autostart
	err := c.do(ctx, call{method: http.MethodPut, path: "/v1/autostart", body: AutostartBody{On: on}}, &a)
	return a, err
}

func route(name, rest string) string { return "/v1/sessions/" + url.PathEscape(name) + rest }

type call struct {
	method, path string
	body         any
	downIsAnswer bool // 503 carries an answer and no problem
}

func (c *Client) get(ctx context.Context, path string, answer any) error {
	return c.do(ctx, call{method: http.MethodGet, path: path}, answer)
}

func (c *Client) post(ctx context.Context, path string, body, answer any) error {
	return c.do(ctx, call{method: http.MethodPost, path: path, body: body}, answer)
}

func (c *Client) do(ctx context.Context, o call, answer any) error {
	response, err := c.send(ctx, o)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 && (!o.downIsAnswer || response.StatusCode != http.StatusServiceUnavailable) {
		return problem(response)
	}
	if answer == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(answer); err != nil {
		// The cause may quote the answer, which may hold a token.
		return errors.New("reading the keeper's answer: it is not what this version expects; restart the keeper")
	}
	return nil
}

func (c *Client) send(ctx context.Context, o call) (*http.Response, error) {
	var body io.Reader
	if o.body != nil {
		data, err := json.Marshal(o.body)
		if err != nil {
			return nil, fmt.Errorf("asking the keeper: %w", err)
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, o.method, "http://sessionkeeper"+o.path, body)
	if err != nil {
		return nil, fmt.Errorf("asking the keeper: %w", err)
	}
	if o.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for header, value := range fast.Desktop(os.Getenv) {
		request.Header.Set(header, value)
	}
	response, err := c.http.Do(request)
	if err == nil {
		return response, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // without the URL, which names the session
	}
	return nil, fmt.Errorf("asking the keeper: %w", fast.Ending(err))
}

func problem(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading the keeper's answer: %w", err)
	}
	return fast.Refusal(response.StatusCode, body)
}
