package peer

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Program is who asks over a connection, by the kernel's word alone. What could not be learned is empty: a program
// that hides itself, one that has ended meanwhile, or a system that does not tell.
type Program struct {
	PID       int    // 0: not known
	UID       int    // of the process that holds the connection; -1: not known
	Path      string // its executable
	Parent    string // its parent's executable
	ParentPID int
	Dir       string // its working folder; on Linux alone
	Via       string // our own front program that asks for it ("sessionkeeper"); empty: it asks by itself
}

// maxHops bounds the walk from a front program of ours to the program that started it.
const maxHops = 8

// Who says which program is at the other end of a unix socket. Ask once, right after Accept: a process identifier may
// be given to another process when its owner has ended, so nothing is told of one that started after the connection.
// Where one of our own front programs asks, the program that started it counts. It takes some 15 µs.
func Who(c *net.UnixConn) (Program, error) {
	h, err := hold(c)
	if err != nil {
		return Program{}, fmt.Errorf("asking who is at the other end: %w", err)
	}
	defer h.close()
	return h.program(), nil
}

// program is the process that counts: the holder itself, or who started it.
func (h *holder) program() Program {
	unknown := Program{PID: h.pid, UID: h.uid}
	at, err := look(h.pid)
	if err != nil || at.started > h.since {
		return unknown // it has ended: that is all there is to tell
	}
	p := unknown
	for range maxHops {
		if !ours(at.path) {
			break
		}
		up, err := look(at.parent)
		if err != nil || up.path == "" || up.started > at.started {
			break
		}
		p.Via, at = name(at.path), up
	}
	p.PID, p.Path, p.ParentPID = at.pid, at.path, at.parent
	p.Dir = workingFolder(at.pid)
	p.Parent = executable(at.parent)
	if !h.lives() { // what was read may be another's
		return unknown
	}
	return p
}

// process is a running program. Its start is in the kernel's own unit, good for comparing alone.
type process struct {
	pid, parent int
	started     uint64
	path        string // empty where the process hides it
}

// frontPrograms are the programs of ours that ask for what others want.
func frontPrograms() []string { return []string{"sessionkeeper", "sessionkeeper-keeper"} }

// home is the folder of this program, where the others of ours lie as well; empty where that is not known.
var home = sync.OnceValue(func() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(self)
})

// ours reports whether path is one of our front programs: one that lies beside this one, under its own name or another.
func ours(path string) bool {
	if path == "" || filepath.Dir(path) != home() {
		return false
	}
	if slices.Contains(frontPrograms(), name(path)) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && slices.ContainsFunc(frontPrograms(), func(front string) bool {
		other, err := os.Stat(filepath.Join(home(), front+suffix(path)))
		return err == nil && os.SameFile(info, other)
	})
}

func name(path string) string { return strings.TrimSuffix(filepath.Base(path), suffix(path)) }

// suffix is what Windows ends a program's name with.
func suffix(path string) string {
	if ext := filepath.Ext(path); strings.EqualFold(ext, ".exe") {
		return ext
	}
	return ""
}
