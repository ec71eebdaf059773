package main

import (
	"context"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

func (s *storage) StoreDeviceAuthorization(
	_ context.Context, clientID, deviceCode, userCode string, expires time.Time, scopes []string,
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[userCode] != "" {
		return op.ErrDuplicateUserCode
	}
	s.users[userCode] = deviceCode
	s.devices[deviceCode] = &op.DeviceAuthorizationState{ClientID: clientID, Scopes: scopes, Expires: expires}
	return nil
}

func (s *storage) GetDeviceAuthorizatonState(
	_ context.Context, clientID, deviceCode string,
) (*op.DeviceAuthorizationState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.devices[deviceCode]
	if d == nil || d.ClientID != clientID {
		return nil, oidc.ErrExpiredDeviceCode()
	}
	state := *d
	state.Scopes = slices.Clone(d.Scopes)
	if d.Done {
		delete(s.devices, deviceCode) // it is good for one exchange
	}
	return &state, nil
}

// approveDevice is the person at the page for devices.
func (s *storage) approveDevice(userCode string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.devices[s.users[userCode]]
	if d == nil {
		return errUnknown
	}
	d.Done, d.Subject, d.AuthTime = true, s.options.Account, time.Now()
	return nil
}
