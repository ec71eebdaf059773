package helper

import (
	"path/filepath"
	"slices"
	"strings"
)

// ByHost stands for a session's name where the bindings of the host that is asked for tell the session.
const ByHost = "-"

// Invocation is a helper's command line: helper TOOL NAME [OPERATION…].
type Invocation struct {
	Tool    Tool
	Session string // "" where the bindings tell
	Args    []string
}

// Args gives the arguments of a program without its name. One that was called by the name that a tool calls us by gets
// those of the helper command: git-credential-sessionkeeper get is helper git - get.
func Args(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	name := filepath.Base(argv[0])
	if ext := filepath.Ext(name); strings.EqualFold(ext, ".exe") {
		name = strings.TrimSuffix(name, ext)
	}
	for _, t := range Tools() {
		if t.Program != "" && t.Program == name {
			return slices.Concat([]string{"helper", t.ID, ByHost}, argv[1:])
		}
	}
	return argv[1:]
}

// ParseInvocation reads helper TOOL NAME [OPERATION…]; ok is false for anything else. What follows the name is the
// tool's own affair.
func ParseInvocation(args []string) (i Invocation, ok bool) {
	if len(args) < 3 || args[0] != "helper" || args[2] == "" {
		return Invocation{}, false
	}
	i = Invocation{Session: args[2], Args: args[3:]}
	if i.Tool, ok = Find(args[1]); !ok {
		return Invocation{}, false
	}
	switch {
	case i.Session == ByHost:
		i.Session = ""
	case strings.HasPrefix(i.Session, "-"):
		return Invocation{}, false
	}
	return i, true
}
