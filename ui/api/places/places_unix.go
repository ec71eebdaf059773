//go:build unix && !darwin

package places

import (
	"path/filepath"
)

// maxSocketPath is sun_path without its end (unix(7)); other Unixes than Linux have as little as 104.
const maxSocketPath = 103

// native follows the XDG Base Directory Specification 0.8: a relative path in a variable counts as unset.
func native(getenv func(string) string) (Places, error) {
	home, err := userHome(getenv)
	xdg := func(name string, fallback ...string) string {
		if v := getenv(name); filepath.IsAbs(v) {
			return v
		}
		return filepath.Join(append([]string{home}, fallback...)...)
	}
	p := Places{
		Config: filepath.Join(xdg("XDG_CONFIG_HOME", ".config"), app),
		State:  filepath.Join(xdg("XDG_STATE_HOME", ".local", "state"), app),
	}
	p.Run = filepath.Join(p.State, "run")
	if v := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(v) {
		p.Run = filepath.Join(v, app)
	}
	return p, err
}
