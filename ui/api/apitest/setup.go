package apitest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/config"
	"sessionkeeper/ui/api/client"
)

// SetProviders sets the catalogue, in the order that it is to have.
func (k *Keeper) SetProviders(providers ...client.Provider) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.providers = nil
	for _, p := range providers {
		one := session.Provider{
			ID: p.ID, Name: p.Name, Issuer: p.Issuer, AuthorizeURL: p.AuthorizeURL, TokenURL: p.TokenURL,
			RefreshURL: p.RefreshURL, DeviceURL: p.DeviceURL, RevokeURL: p.RevokeURL, Scopes: p.Scopes, PasteOnly: p.PasteOnly,
			RedirectURI: p.RedirectURI, RedirectRule: p.RedirectRule, Secret: p.Secret,
			AuthStyle: cmp.Or(p.AuthStyle, "unknown"), OfflineNeeds: cmp.Or(p.OfflineNeeds, "unknown"),
			OfflineScope: p.OfflineScope, Rotation: cmp.Or(p.Rotation, "unknown"), Replay: cmp.Or(p.Replay, "unknown"),
			ReplayGrace: config.Duration(p.ReplayGrace), AccessLife: config.Duration(p.AccessLife),
			EndsAfter: config.Duration(p.EndsAfter), IdleAfter: config.Duration(p.IdleAfter), Defaults: p.Defaults,
			EndsWhen: p.EndsWhen, ConsoleURL: p.ConsoleURL, Note: p.Note, Sources: p.Sources,
		}
		for _, f := range p.Facts {
			one.Facts = append(one.Facts, session.Fact(f))
		}
		for _, v := range p.Vars {
			one.Vars = append(one.Vars, session.Var(v))
		}
		k.providers = append(k.providers, one)
	}
}

// Providers is that of session.Keeper.
func (k *Keeper) Providers() []session.Provider {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.providers)
}

// SetDiscovery says what its issuer answers. Every other one is none.
func (k *Keeper) SetDiscovery(d client.Discovery) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.issuers[d.Issuer] = session.Discovery(d)
}

// Discover is that of session.Keeper.
func (k *Keeper) Discover(_ context.Context, issuer string) (session.Discovery, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, ok := k.issuers[issuer]
	if !ok {
		return d, &session.Error{
			Code: session.CodeInvalid, Field: "issuer",
			Detail: fmt.Sprintf("%q is no issuer: check its address, or give the endpoints by hand.", issuer),
		}
	}
	return d, nil
}

// SetAutostart says how it stands with the start at log-in.
func (k *Keeper) SetAutostart(a client.Autostart) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.autostart = a
}

// Autostart says how it stands with the start at log-in, after what the faces have asked for.
func (k *Keeper) Autostart() client.Autostart {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.autostart
}

// autostart is a desktop where it always can be changed.
type autostart struct{ k *Keeper }

// Look gives what was set.
func (a autostart) Look() (client.Autostart, error) { return a.k.Autostart(), nil }

// Set changes it.
func (a autostart) Set(on bool) (client.Autostart, error) {
	a.k.mu.Lock()
	defer a.k.mu.Unlock()
	a.k.calls = append(a.k.calls, fmt.Sprintf("Autostart %v", on))
	a.k.autostart.On = on
	return a.k.autostart, nil
}

// SetClock says how this machine's clock stands.
func (k *Keeper) SetClock(c client.Clock) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clock = session.Clock{State: c.State, Skew: time.Duration(c.Skew), Seen: c.Seen}
}

// Clock is that of session.Keeper.
func (k *Keeper) Clock() session.Clock {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clock
}
