package stranger_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"sessionkeeper/cmd/sessionkeeper-demo/stranger"
)

func zitadelConfig(p *stranger.Provider) *oauth2.Config {
	c := config(p)
	c.Endpoint = oauth2.Endpoint{
		AuthURL: p.Issuer + "/authorize", TokenURL: p.Issuer + "/oauth/token",
		DeviceAuthURL: p.Issuer + "/device_authorization", AuthStyle: oauth2.AuthStyleInParams,
	}
	return c
}

// What a bare client sees: rotation, a refresh that ends the access token before it, an old token that is refused and
// ends nothing, revocation.
func TestZitadel(t *testing.T) {
	p := stranger.StartZitadel(t, stranger.Options{AccessTTL: 90 * time.Second, Account: "grace"})
	c := zitadelConfig(p)
	first := signIn(t, p, c)
	if first.ExpiresIn < 89 || first.ExpiresIn > 90 || first.Extra("id_token") == nil {
		t.Errorf("expires_in %d, id_token %v", first.ExpiresIn, first.Extra("id_token") != nil)
	}
	second, err := refresh(t, c, first)
	if err != nil || second.RefreshToken == "" || second.RefreshToken == first.RefreshToken {
		t.Fatalf("the refresh rotates: %v", err)
	}
	at := p.Issuer + "/userinfo"
	if old, now := userinfo(t, at, first), userinfo(t, at, second); old != http.StatusForbidden || now != http.StatusOK {
		t.Errorf("userinfo %d, %d; want 403, 200", old, now)
	}
	if _, err := refresh(t, c, first); code(err) != "invalid_grant" {
		t.Errorf("an old token: %q", code(err))
	}
	third, err := refresh(t, c, second)
	if err != nil {
		t.Fatalf("after an old token came: %v", err)
	}
	if log := p.Log(); log.DoubleSends != 1 || len(log.Requests) != 4 || log.Requests[1].Issued != log.Requests[3].RefreshToken {
		t.Errorf("log %+v", log)
	}
	if g := p.Grants(); len(g) != 1 || g[0].Account != "grace" || g[0].Client != "demo" {
		t.Errorf("grants %+v", g)
	}
	if status := post(t, p.Issuer+"/revoke", third); status != http.StatusOK || len(p.Grants()) != 0 {
		t.Errorf("revocation: %d, %d grants left", status, len(p.Grants()))
	}
	if _, err := refresh(t, c, third); code(err) != "invalid_grant" {
		t.Errorf("after the revocation: %q", code(err))
	}
}

func TestZitadelDevice(t *testing.T) {
	p := stranger.StartZitadel(t, stranger.Options{})
	signInByDevice(t, p, zitadelConfig(p))
}

// A client that was deleted gets 500: it says nothing of the refresh token.
func TestZitadelClientDeleted(t *testing.T) {
	p := stranger.StartZitadel(t, stranger.Options{})
	c := zitadelConfig(p)
	token := signIn(t, p, c)
	p.DeleteClient("demo")
	_, err := refresh(t, c, token)
	refusal, _ := errors.AsType[*oauth2.RetrieveError](err)
	if refusal == nil || refusal.Response.StatusCode != http.StatusInternalServerError || refusal.ErrorCode != "server_error" {
		t.Errorf("the refresh: %v", err)
	}
}
