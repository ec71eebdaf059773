package autostart

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// host is what the environment says of this user on this machine.
type host struct {
	system  string   // runtime.GOOS
	home    string   // the user's folder
	config  string   // XDG_CONFIG_HOME or what stands for it
	manager string   // the socket of the systemd user manager, "" where none runs
	vars    []string // NAME=VALUE that a keeper needs to find the same folders
	suffix  string   // tells the entries of a SESSIONKEEPER_HOME from the usual ones
	run     values   // the Run key, on Windows alone
}

func thisHost() (host, error) {
	h, err := newHost(runtime.GOOS, os.Getenv)
	if err == nil && runtime.GOOS == "windows" {
		h.run, err = openRunKey()
	}
	return h, err
}

func newHost(system string, getenv func(string) string) (host, error) {
	h := host{system: system}
	if ours := getenv("SESSIONKEEPER_HOME"); ours != "" {
		ours, err := filepath.Abs(ours)
		if err != nil {
			return host{}, err
		}
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(ours))
		h.suffix = fmt.Sprintf("-%08x", sum.Sum32())
		h.vars = []string{"SESSIONKEEPER_HOME=" + ours}
	}
	if system == "windows" {
		return h, nil
	}
	if h.home = getenv("HOME"); !filepath.IsAbs(h.home) {
		return host{}, errors.New("HOME is not set; set it and try again")
	}
	if system == "darwin" {
		return h, checkVars(h.vars)
	}
	h.config = filepath.Join(h.home, ".config")
	if own := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(own) {
		h.config = own
	}
	if h.suffix == "" {
		for name, usual := range map[string]string{"XDG_CONFIG_HOME": ".config", "XDG_STATE_HOME": ".local/state"} {
			if value := getenv(name); filepath.IsAbs(value) && value != filepath.Join(h.home, usual) {
				h.vars = append(h.vars, name+"="+value)
			}
		}
		slices.Sort(h.vars)
	}
	h.manager = userManager(getenv)
	return h, checkVars(h.vars)
}

func checkVars(vars []string) error {
	for _, v := range vars {
		if err := checkText(v); err != nil {
			return err
		}
	}
	return nil
}

// userManager finds the socket that systemctl --user talks to. One that nobody listens at is none.
func userManager(getenv func(string) string) string {
	dir := getenv("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	}
	path := filepath.Join(dir, "systemd", "private")
	c, err := net.DialTimeout("unix", path, time.Second) //nolint:noctx // it has a limit of its own
	if err != nil {
		return ""
	}
	_ = c.Close()
	return path
}

// checkProgram refuses what could not be started at log-in.
func checkProgram(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("%q is no absolute path", path)
	}
	if err := checkText(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is no program", path)
	}
	return nil
}

// checkText refuses what the files have no way to write: they are lines of UTF-8.
func checkText(text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%q has characters that an autostart file cannot hold; move it to a plainer path", text)
	}
	return nil
}

// wanted are the entries that on installs for these programs, the keeper's first. A unit of ours that is there stays,
// also where no user manager is seen: somebody may have come by su.
func (h host) wanted(p Programs) ([]entry, error) {
	if h.system == "darwin" {
		list := []entry{h.agent("keeper", p.Keeper, "serve")}
		if p.Tray != "" {
			list = append(list, h.agent("tray", p.Tray))
		}
		return list, nil
	}
	var list []entry
	unit := h.unit(p.Keeper)
	now, err := unit.examine()
	if err != nil {
		return nil, err
	}
	if h.manager != "" || now.ours {
		list = append(list, unit)
	}
	switch {
	case p.Tray != "":
		list = append(list, h.desktopEntry("-tray", p.Tray)) // it starts a keeper where none runs
	case h.manager == "":
		list = append(list, h.desktopEntry("", p.Keeper, "serve"))
	}
	return list, nil
}

// possible are all entries that this program ever installs, whatever runs and is there now.
func (h host) possible(p Programs) []entry {
	if h.system == "darwin" {
		return []entry{h.agent("keeper", p.Keeper, "serve"), h.agent("tray", p.Tray)}
	}
	return []entry{h.unit(p.Keeper), h.desktopEntry("-tray", p.Tray), h.desktopEntry("", p.Keeper, "serve")}
}

// others are the possible entries that are not wanted.
func (h host) others(p Programs, wanted []entry) []entry {
	return slices.DeleteFunc(h.possible(p), func(e entry) bool {
		return slices.ContainsFunc(wanted, func(w entry) bool { return w.path == e.path })
	})
}
