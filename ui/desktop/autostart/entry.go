package autostart

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// entry is a file that starts one program.
type entry struct {
	kind    string // systemd, xdg or launchd
	path    string
	link    string // a link to the file without which it does not count, "" for none
	program string
	text    string // of the file; has its seal
}

// found is how an entry's file is now.
type found struct {
	there   bool
	ours    bool   // as we once wrote it, but for what switches it off
	current bool   // as we would write it now, likewise
	off     bool   // it is there and does not count
	program string // that it starts, where it is ours
	text    string
}

// active reports whether the file makes something start.
func (f found) active() bool { return f.there && !f.off }

const sealName = "sessionkeeper-autostart"

// sealMark stands in a template for the seal. No path has it: checkText refuses control characters.
const sealMark = "\x00"

var seal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:# |X-|<!-- )` + sealName + `=([0-9a-f]{32}) (\S+)`)
})

// sealed puts the seal in its place: a sum of what the file says, and the program. By it we know our own file again when
// another version or a program elsewhere would write another one.
func sealed(e entry) entry {
	// No hyphen, two of which would end a comment in XML.
	program := strings.ReplaceAll(url.PathEscape(e.program), "-", "%2D")
	before, after, _ := strings.Cut(e.text, sealMark)
	e.text = before + sealName + "=" + strings.Repeat("0", 32) + " " + program + after
	e.text = before + sealName + "=" + e.sum(e.text) + " " + program + after
	return e
}

// sum is of all lines but the seal's. Desktops rewrite their files when they are switched off and on: of those only the
// lines that say something count, in any order.
func (e entry) sum(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if seal().MatchString(line) {
			continue
		}
		if e.kind == "xdg" {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") || isSwitch(line) {
				continue
			}
		}
		lines = append(lines, line)
	}
	if e.kind == "xdg" {
		slices.Sort(lines)
	}
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:16])
}

// isSwitch reports whether a line is what desktops' settings put into an autostart file to switch it off or on
// (Desktop Application Autostart Specification, "Hidden Key"; gnome-session).
func isSwitch(line string) bool {
	return strings.HasPrefix(line, "Hidden=") || strings.HasPrefix(line, "X-GNOME-Autostart-enabled=")
}

func switchedOff(text string) bool {
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case "Hidden=true", "Hidden=1", "X-GNOME-Autostart-enabled=false", "X-GNOME-Autostart-enabled=0":
			return true
		}
	}
	return false
}

// examine reads an entry's file.
func (e entry) examine() (found, error) {
	info, err := os.Lstat(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return found{}, nil
	}
	if err != nil {
		return found{}, err
	}
	f := found{there: true}
	if !info.Mode().IsRegular() {
		f.off = e.link != "" // a unit that leads to /dev/null is masked
		return f, nil
	}
	data, err := os.ReadFile(e.path)
	if err != nil {
		return found{}, err
	}
	f.text = string(data)
	f.off = e.kind == "xdg" && switchedOff(f.text)
	if e.link != "" {
		f.off = !sameFile(e.link, e.path)
	}
	if parts := seal().FindStringSubmatch(f.text); parts != nil && parts[1] == e.sum(f.text) {
		if program, err := url.PathUnescape(parts[2]); err == nil {
			f.ours, f.program = true, program
		}
	}
	f.current = f.ours && e.sum(f.text) == e.sum(e.text)
	return f, nil
}

// install writes the file and its link, where they are not as they should be.
func (e entry) install(now found) error {
	if now.text != e.text {
		if err := writeFile(e.path, e.text); err != nil {
			return err
		}
	}
	if e.link == "" || sameFile(e.link, e.path) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(e.link), 0o700); err != nil {
		return err
	}
	to, err := filepath.Rel(filepath.Dir(e.link), e.path)
	if err != nil {
		return err
	}
	return os.Symlink(to, e.link)
}

// remove takes away the file and its link, and the folder of links where that was the last one, as systemctl does.
func (e entry) remove() error {
	unlinked, err := e.unlink()
	if err != nil {
		return err
	}
	if unlinked {
		_ = os.Remove(filepath.Dir(e.link)) // fails where others are linked as well
	}
	if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// unlink removes the link if it is one to our file, be that there or not.
func (e entry) unlink() (done bool, err error) {
	if e.link == "" {
		return false, nil
	}
	to, err := os.Readlink(e.link)
	if err != nil {
		return false, nil //nolint:nilerr // none, or something else than a link: not ours
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(e.link), to)
	}
	if filepath.Clean(to) != e.path {
		return false, nil
	}
	return true, os.Remove(e.link)
}

// linkInTheWay reports whether something else has the link's name.
func (e entry) linkInTheWay() bool {
	if e.link == "" || sameFile(e.link, e.path) {
		return false
	}
	_, err := os.Lstat(e.link)
	return err == nil
}

// writeFile replaces a file at once or not at all. Everybody may read it, as systemd expects of units.
func writeFile(path, text string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
