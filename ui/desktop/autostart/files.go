package autostart

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// again ends what is said of a file that switching on would mend.
const again = "; switch autostart on again"

// look puts together what the files say.
func (h host) look(p Programs) (Status, error) {
	if h.system == "windows" {
		return h.lookAtRunKey(p)
	}
	wanted, err := h.wanted(p)
	if err != nil {
		return Status{}, err
	}
	var active, missing []entry
	var said []string
	for _, e := range wanted {
		f, err := e.examine()
		if err != nil {
			return Status{}, err
		}
		switch {
		case !f.there:
			missing = append(missing, e)
		case f.active():
			active = append(active, e)
		}
		said = append(said, e.remark(f))
	}
	for _, e := range h.others(p, wanted) {
		f, err := e.examine()
		if err != nil {
			return Status{}, err
		}
		if f.ours && f.active() {
			active = append(active, e)
			said = append(said, e.path+" is left from before"+again)
		}
	}
	if len(active) == 0 {
		return Status{Kind: kinds(wanted), Path: wanted[0].path, Detail: joinWords(said...)}, nil
	}
	for _, e := range missing {
		said = append(said, e.path+" is missing"+again)
	}
	return Status{On: true, Kind: kinds(active), Path: active[0].path, Detail: joinWords(said...)}, nil
}

func kinds(list []entry) string {
	var names []string
	for _, e := range list {
		if !slices.Contains(names, e.kind) {
			names = append(names, e.kind)
		}
	}
	return strings.Join(names, ",")
}

// remark says what is to be known of an entry's file, and what to do.
func (e entry) remark(f found) string {
	switch {
	case !f.there:
		return ""
	case !f.ours:
		return fmt.Sprintf("%s: %v; it is left alone", e.path, ErrChanged)
	case f.off && e.link != "":
		return e.path + " is not enabled" + again
	case f.off:
		return e.path + " is switched off in the desktop's settings"
	case checkProgram(f.program) != nil:
		return fmt.Sprintf("%s starts %s, which is gone%s", e.path, f.program, again)
	case f.program != e.program && sameFile(f.program, e.program):
	case f.program != e.program:
		return fmt.Sprintf("%s starts %s, and this is %s%s", e.path, f.program, e.program, again)
	case !f.current:
		return fmt.Sprintf("%s was written by another version%s", e.path, again)
	}
	return ""
}

// install writes the wanted files and takes away our others. It first makes sure that nothing stands in the way.
func (h host) install(p Programs) (warning string, err error) {
	if h.system == "windows" {
		return "", h.setRunKey(p)
	}
	wanted, err := h.wanted(p)
	if err != nil {
		return "", err
	}
	now := make([]found, len(wanted))
	for i, e := range wanted {
		if err := checkProgram(e.program); err != nil {
			return "", err
		}
		if e.kind == "xdg" {
			if err := h.checkDesktopEntry(e.program); err != nil {
				return "", err
			}
		}
		if now[i], err = e.examine(); err != nil {
			return "", err
		}
		if now[i].there && !now[i].ours {
			return "", fmt.Errorf("%s: %w; move it away and try again", e.path, ErrChanged)
		}
		if e.linkInTheWay() {
			if _, err := e.unlink(); err != nil {
				return "", err
			}
		}
		if e.linkInTheWay() {
			return "", fmt.Errorf("%s: %w; move it away and try again", e.link, ErrChanged)
		}
	}
	for i, e := range wanted {
		if err := e.install(now[i]); err != nil {
			return "", err
		}
	}
	if _, err := removeOurs(h.others(p, wanted)); err != nil {
		return "", err
	}
	return h.announce(wanted, true), nil
}

// remove takes away every file of ours and says which one was left alone.
func (h host) remove(p Programs) (warning string, err error) {
	if h.system == "windows" {
		return "", h.clearRunKey(p)
	}
	all := h.possible(p)
	left, err := removeOurs(all)
	if err != nil {
		return "", err
	}
	warning = h.announce(all, false)
	if len(left) > 0 {
		return "", fmt.Errorf("%s: %w; remove it yourself", strings.Join(left, ", "), ErrChanged)
	}
	return warning, nil
}

func removeOurs(list []entry) (left []string, err error) {
	for _, e := range list {
		f, err := e.examine()
		if err != nil {
			return nil, err
		}
		if f.there && !f.ours {
			left = append(left, e.path)
			continue
		}
		if err := e.remove(); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// announce tells a running system of the change, in 3 s each; at the next log-in it would know by itself.
func (h host) announce(list []entry, on bool) (warning string) {
	if h.system == "darwin" {
		if on {
			return bootstrap(os.Getuid(), list)
		}
		return ""
	}
	if h.manager == "" {
		return ""
	}
	return h.reload(on)
}
