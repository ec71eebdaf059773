// Package places says where Sessionkeeper keeps its files and where a running keeper listens. It only computes and
// checks; every program of ours starts with it, so it imports nothing heavy.
package places

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const app = "sessionkeeper"

// Places are the three folders of one home, absolute.
type Places struct {
	Config string // what people edit; no secrets
	State  string // history, spill, log, the keeper's lock
	Run    string // sockets; private to the user
}

// Find gives the places of this user: under $SESSIONKEEPER_HOME where that is set, else under the XDG base directories
// (Linux and other Unixes), ~/Library (macOS) or the application data folders (Windows). Nothing is made or opened.
func Find() (Places, error) {
	return find(os.Getenv)
}

func find(getenv func(string) string) (Places, error) {
	p, err := native(getenv)
	if home := getenv("SESSIONKEEPER_HOME"); home != "" {
		home, err = filepath.Abs(home)
		p = Places{
			Config: filepath.Join(home, "config"),
			State:  filepath.Join(home, "state"),
			Run:    filepath.Join(home, "run"),
		}
	}
	if err != nil {
		return Places{}, fmt.Errorf("finding the folders of this user: %w", err)
	}
	if len(p.Socket()) > maxSocketPath {
		p.Run = shortRun(p.Run)
	}
	return p, nil
}

// shortRun is a folder that leaves room for a socket's name where run does not. Every run folder has one of its own.
func shortRun(run string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(run))
	return filepath.Join(shortRoot(), app+"-"+strconv.Itoa(os.Getuid()), strconv.FormatUint(h.Sum64(), 36))
}

// Socket is the local API's unix socket.
func (p Places) Socket() string { return filepath.Join(p.Run, "api.sock") }

// LockFile is the file whose kernel lock makes a keeper the only one.
func (p Places) LockFile() string { return filepath.Join(p.State, "keeper.lock") }

func (p Places) announcement() string { return filepath.Join(p.State, "keeper.socket") }

// Announce writes down where this keeper listens, for programs of another log-in whose run folder is a different one.
func (p Places) Announce() error {
	if err := os.WriteFile(p.announcement(), []byte(p.Socket()+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing down where the keeper listens: %w", err)
	}
	return nil
}

// Announced is where the newest keeper of this home listens, or listened: the socket may be stale. It is
// fs.ErrNotExist where there was none.
func (p Places) Announced() (string, error) {
	data, err := os.ReadFile(p.announcement())
	if err != nil {
		return "", fmt.Errorf("reading where the keeper listens: %w", err)
	}
	socket := strings.TrimSuffix(string(data), "\n")
	if !filepath.IsAbs(socket) {
		return "", fmt.Errorf("reading where the keeper listens: %w", fs.ErrNotExist)
	}
	return socket, nil
}

// Make makes the state and run folders where they are missing, private (0700), and refuses ones that belong to
// somebody else.
func (p Places) Make() error {
	if err := private(p.State); err != nil {
		return err
	}
	return p.MakeRun()
}

// MakeRun makes the run folder alone; see Make.
func (p Places) MakeRun() error {
	parent := filepath.Dir(p.Run)
	if filepath.Dir(parent) == shortRoot() && strings.HasPrefix(filepath.Base(parent), app+"-") {
		// The parent lies in a folder where everybody may write: it must be ours before anything is put under it.
		if err := private(parent); err != nil {
			return err
		}
	}
	return private(p.Run)
}

// errNotOurs is a folder that somebody else can write to.
var errNotOurs = errors.New("it must be a folder of your own that nobody else can write to, and no link: " +
	"look at what is in it, and make it yours with chown and chmod 700")

func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	if !info.IsDir() || !ours(info) || modesCount && info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("using %s: %w", dir, errNotOurs)
	}
	if info.Mode().Perm() == 0o700 || !modesCount {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its x bit
		return fmt.Errorf("making %s private: %w", dir, err)
	}
	return nil
}
