package provider

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2/unstable"
)

// located says where in a file the fault is that err speaks of. Every error about an entry begins with its key.
func located(name string, text []byte, err error) error {
	row, col, longest := 1, 1, 0
	message := err.Error()
	for _, k := range keysOf(text) {
		rest, about := strings.CutPrefix(message, k.name)
		if about && len(k.name) > longest && !strings.HasPrefix(rest, "_") && !startsWord(rest) {
			longest = len(k.name)
			row = 1 + bytes.Count(text[:k.at], []byte("\n"))
			col = k.at - bytes.LastIndexByte(text[:k.at], '\n')
		}
	}
	return fmt.Errorf("%s:%d:%d: %w", name, row, col, err)
}

func startsWord(s string) bool {
	return s != "" && (unicode.IsLetter(rune(s[0])) || unicode.IsDigit(rune(s[0])))
}

// placedKey is a key of a file by its whole way, such as request.fields.scope or errors[1].verdict.
type placedKey struct {
	name string
	at   int           // offset in the file
	kind unstable.Kind // of its value; of a table, its own
}

// spanKeys are the keys whose values are durations.
var spanKeys = []string{"replay_grace", "refresh_absolute", "refresh_idle", "access_life"}

// checkSpans finds durations that are numbers, of which nobody can tell what they count.
func checkSpans(text []byte) error {
	for _, k := range keysOf(text) {
		if slices.Contains(spanKeys, k.name) && k.kind != unstable.String {
			return fmt.Errorf(`%s: write it in quotes, like "90s", "8h" or "90d"`, k.name)
		}
	}
	return nil
}

// keysOf finds the keys of a file, tables and their members alike. It stops at the first fault of the syntax.
func keysOf(text []byte) (keys []placedKey) {
	var p unstable.Parser
	p.Reset(text)
	table, lists := "", map[string]int{}
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			key := placed("", e.Key())
			keys, table = append(keys, key), key.name
		case unstable.ArrayTable:
			key := placed("", e.Key())
			n := lists[key.name]
			lists[key.name]++
			key.name += "[" + strconv.Itoa(n) + "]"
			keys, table = append(keys, key), key.name
		case unstable.KeyValue:
			keys = append(keys, keysWithin(table, e)...)
		default:
		}
	}
	return keys
}

// keysWithin are a key and, where its value is a table in one line, what that holds.
func keysWithin(table string, e *unstable.Node) []placedKey {
	key, value := placed(table, e.Key()), e.Value()
	key.kind = value.Kind
	keys := []placedKey{key}
	if value.Kind == unstable.InlineTable {
		for in := value.Children(); in.Next(); {
			keys = append(keys, keysWithin(key.name, in.Node())...)
		}
	}
	return keys
}

func placed(table string, parts unstable.Iterator) placedKey {
	key := placedKey{name: table, at: -1, kind: unstable.Table}
	for parts.Next() {
		if key.at < 0 {
			key.at = int(parts.Node().Raw.Offset)
		}
		if key.name != "" {
			key.name += "."
		}
		key.name += string(parts.Node().Data)
	}
	key.at = max(key.at, 0)
	return key
}
