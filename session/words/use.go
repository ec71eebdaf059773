package words

import (
	"path"
	"strconv"
	"strings"
)

// OfUse says in a few words what uses a session: by its face (exec, proxy, program or file), the label that it gave
// itself, its executable and its process id, as far as they are known.
func OfUse(face, label, program string, pid int) Safe {
	v := Values{"name": Name(label), "pid": Safe(strconv.Itoa(pid))}
	switch {
	case label != "":
	case program == "":
		v["name"] = Safe(Say(Sentences, "some_program", nil))
	default:
		v["name"] = Name(path.Base(program))
	}
	switch {
	case face == "file":
		v["name"] = Path(label)
		return Safe(Say(Sentences, "used_file", v))
	case face == "proxy":
		return Safe(Say(Sentences, "used_proxy", v))
	case pid == 0:
		return v["name"]
	}
	return Safe(Say(Sentences, "used_process", v))
}

// maxUses are named in one sentence; the rest is counted.
const maxUses = 5

// StopWorking says that these, each in the words of OfUse, will not work without the session.
func StopWorking(uses []Safe) string {
	named := make([]string, 0, maxUses)
	for _, one := range uses[:min(len(uses), maxUses)] {
		named = append(named, string(one))
	}
	text := Safe(strings.Join(named, ", "))
	if more := len(uses) - len(named); more > 0 {
		text = Safe(fill(read().Counts["more"].Many, Values{"names": text, "n": number(more)}))
	}
	return Say(Sentences, "stop_working", nil) + " " + string(text) + "."
}
