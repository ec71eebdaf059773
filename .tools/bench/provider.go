package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// clientID is the demo provider's client with a secret, which is the same word.
const clientID = "demo-secret"

// provider is our demo provider. It answers each consent by itself.
type provider struct{ issuer string }

// startProvider starts one whose access tokens live that long.
func (b *bench) startProvider(ctx context.Context, life string) (*provider, error) {
	ready, err := b.launchReady(ctx, nil, filepath.Join(b.bin, "sessionkeeper-demo"),
		"-auto-approve", "-access-ttl", life, "-session-ttl", "24h")
	if err != nil {
		return nil, err
	}
	for field := range strings.FieldsSeq(ready) {
		if issuer, ok := strings.CutPrefix(field, "issuer="); ok {
			return &provider{issuer}, nil
		}
	}
	return nil, fmt.Errorf("the provider said %q", ready)
}

// signIn gives the refresh token of a fresh grant.
func (p *provider) signIn(ctx context.Context) (string, error) {
	const redirect = "http://127.0.0.1:9/callback" // nobody listens: the address alone is wanted
	verifier := rand.Text() + rand.Text()
	hash := sha256.Sum256([]byte(verifier))
	code, err := p.consent(ctx, url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {redirect}, "state": {rand.Text()},
		"scope": {"openid offline_access"}, "prompt": {"consent"}, "nonce": {rand.Text()},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])},
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		RefreshToken string `json:"refresh_token"`
	}
	err = p.post(ctx, "/token", "application/x-www-form-urlencoded", []byte(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier},
		"client_id": {clientID}, "client_secret": {clientID},
	}.Encode()), &answer)
	if err == nil && answer.RefreshToken == "" {
		err = errors.New("the provider gave no refresh token")
	}
	return answer.RefreshToken, err
}

// consent follows the provider's pages until it sends us away with a code.
func (p *provider) consent(ctx context.Context, query url.Values) (code string, err error) {
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if code = next.URL.Query().Get("code"); code != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.issuer+"/authorize?"+query.Encode(), http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if code == "" {
		return "", fmt.Errorf("the provider's page answers %s and gives no code", response.Status)
	}
	return code, nil
}

// fault is how the token endpoint misbehaves.
type fault struct {
	Kind  string `json:"fault,omitempty"`
	Count int    `json:"count,omitempty"` // how many requests are still to be hit
}

// control changes what of f is set, and gives how it stands.
func (p *provider) control(ctx context.Context, f fault) (fault, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	var now fault
	err = p.post(ctx, "/control", "application/json", body, &now)
	return now, err
}

// hang leaves the next requests to the token endpoint without an answer.
func (p *provider) hang(ctx context.Context, requests int) error {
	_, err := p.control(ctx, fault{Kind: "hang", Count: requests})
	return err
}

// hung waits until those requests have come.
func (p *provider) hung(ctx context.Context) error {
	return await(ctx, func() bool {
		now, err := p.control(ctx, fault{})
		return err == nil && now.Kind == "ok"
	})
}

func (p *provider) post(ctx context.Context, path, kind string, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.issuer+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", kind)
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the provider's %s answers %s", path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
