// Package config reads and writes the files that people edit: config.toml and sessions/NAME.toml. They hold no secret.
// Reading is strict: an unknown key or a bad value is an error with file, line and what is allowed. A file that cannot
// be read is never rewritten.
package config

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"time"
)

const (
	settingsFile = "config.toml"
	sessionsDir  = "sessions"
	providersDir = "providers"
	fileSuffix   = ".toml"
)

// Settings is config.toml.
type Settings struct {
	WarnBefore Duration `toml:"warn_before"` // default 5m
	CheckEvery Duration `toml:"check_every"` // proof of life; default 5m, 0 turns it off
	AutoOpen   bool     `toml:"auto_open"`   // default true
	HTTP       string   `toml:"http"`        // the page's address, a loopback literal with port; default 127.0.0.1:0
	Keychain   string   `toml:"keychain"`    // os, sealed or file; default os
	LogLevel   string   `toml:"log_level"`   // debug, info, warn, error; default info
}

var settingsFields = fieldsOf(reflect.TypeFor[Settings]())

// Session is a session's definition: sessions/NAME.toml. The file's name is the session's.
type Session struct {
	Name string `toml:"-" json:"name"`

	Provider     string            `toml:"provider,omitempty" json:"provider,omitempty"` // catalogue id
	Issuer       string            `toml:"issuer,omitempty" json:"issuer,omitempty"`
	AuthorizeURL string            `toml:"authorize_url,omitempty" json:"authorize_url,omitempty"`
	TokenURL     string            `toml:"token_url,omitempty" json:"token_url,omitempty"`
	DeviceURL    string            `toml:"device_url,omitempty" json:"device_url,omitempty"`
	CheckURL     string            `toml:"check_url,omitempty" json:"check_url,omitempty"`
	Vars         map[string]string `toml:"vars,omitempty" json:"vars,omitempty"`

	ClientID   string    `toml:"client_id" json:"client_id"`
	Scopes     []string  `toml:"scopes,omitempty" json:"scopes,omitempty"`
	Account    string    `toml:"account,omitempty" json:"account,omitempty"` // login hint
	MaxAge     Duration  `toml:"max_age,omitempty" json:"max_age,omitzero"`
	WarnBefore *Duration `toml:"warn_before,omitempty" json:"warn_before,omitempty"` // nil: the setting
	AutoOpen   *bool     `toml:"auto_open,omitempty" json:"auto_open,omitempty"`     // nil: the setting

	// Confirm has the user asked before a program gets a token of this session. It is a reminder and not a wall: a
	// program of the same user can press buttons on the desktop, edit this file, or read what another program holds.
	Confirm bool `toml:"confirm,omitempty" json:"confirm,omitempty"`
}

// Fault is a file that could not be used.
type Fault struct {
	Name string // session name; empty for config.toml and for the folder of the sessions itself
	Err  error  // with file, line and what is allowed
}

func defaults() Settings {
	return Settings{
		WarnBefore: Duration(5 * time.Minute),
		CheckEvery: Duration(5 * time.Minute),
		AutoOpen:   true,
		HTTP:       "127.0.0.1:0",
		Keychain:   "os",
		LogLevel:   "info",
	}
}

// Settings reads config.toml; a missing file gives the defaults. With an error the defaults are returned too, so that a
// keeper with a broken file can still run.
func (d *Dir) Settings() (Settings, error) {
	s, _, err := readSettings(filepath.Join(d.path, settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return s, err
}

// SettingsOr is Settings with a copy of the last good file, at path, in place of one that cannot be used; fault then says
// what is wrong with that. err means that the copy is of no use either.
func (d *Dir) SettingsOr(path string) (s Settings, fault, err error) {
	s, fault = d.Settings()
	if fault == nil {
		return s, nil, nil
	}
	if s, _, err = readSettings(path); err != nil {
		return s, nil, fault
	}
	return s, fault, nil
}

// KeepSettings makes the copy for SettingsOr of a file that can be used, in a folder that is there.
func (d *Dir) KeepSettings(path string) error {
	_, data, err := readSettings(filepath.Join(d.path, settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return remove(path)
	}
	if err != nil {
		return err
	}
	if kept, err := readFile(path); err == nil && bytes.Equal(kept, data) {
		return nil
	}
	return writeFile(path, data)
}

// readSettings reads a file of settings, and gives what it holds; the defaults with an error.
func readSettings(path string) (s Settings, data []byte, err error) {
	if data, err = readFile(path); err != nil {
		return defaults(), nil, err
	}
	s, err = decodeSettings(path, data)
	return s, data, err
}

func decodeSettings(path string, data []byte) (Settings, error) {
	s := defaults()
	if err := decode(path, data, &s, settingsFields); err != nil {
		return defaults(), err
	}
	if err := s.validate(); err != nil {
		return defaults(), locate(path, data, err)
	}
	return s, nil
}
