package autostart

import (
	"fmt"
	"path/filepath"
	"strings"
)

const desktopEntryText = `# Written by "sessionkeeper autostart on"; "sessionkeeper autostart off" takes it away. Once changed it is left alone.
[Desktop Entry]
Type=Application
Name=Sessionkeeper
Comment=Keeps your OAuth sessions alive
Icon=sessionkeeper
Exec={command}
TryExec={program}
Terminal=false
StartupNotify=false
X-{seal}
`

// desktopEntry is a file of the Desktop Application Autostart Specification.
func (h host) desktopEntry(which, program string, args ...string) entry {
	text := strings.NewReplacer("{seal}", sealMark, "{command}", h.desktopCommand(program, args), "{program}", program).
		Replace(desktopEntryText)
	return sealed(entry{
		kind:    "xdg",
		path:    filepath.Join(h.config, "autostart", "sessionkeeper"+which+h.suffix+".desktop"),
		program: program,
		text:    text,
	})
}

// needsEnv reports whether the program cannot be the first word of an Exec line: there is no key for variables, GLib
// looks for a program with %% in its name, and systemd takes none with quotes (systemd-xdg-autostart-generator(8)).
func (h host) needsEnv(program string) bool {
	return len(h.vars) > 0 || strings.ContainsAny(program, `%'"`)
}

// checkDesktopEntry refuses what those who read the file do not agree on, however it is quoted.
func (h host) checkDesktopEntry(program string) error {
	for _, text := range append([]string{program}, h.vars...) {
		if strings.ContainsAny(text, "$`\\") {
			return fmt.Errorf("%s has a $, a ` or a backslash in it, which desktops read in different ways; "+
				"move it to a plainer path", text)
		}
	}
	if strings.Contains(program, "=") && h.needsEnv(program) {
		return fmt.Errorf("%s has a = in it, which env takes for a variable; move it to a plainer path", program)
	}
	return nil
}

// desktopCommand is an Exec line (Desktop Entry Specification, "The Exec key").
func (h host) desktopCommand(program string, args []string) string {
	words := append([]string{program}, args...)
	if h.needsEnv(program) {
		words = append(append([]string{"/usr/bin/env"}, h.vars...), words...)
	}
	for i, w := range words {
		if !isPlain(w) {
			// A quotation mark is escaped for the word, and that backslash once more for the value.
			words[i] = `"` + strings.NewReplacer(`"`, `\\"`, "%", "%%").Replace(w) + `"`
		}
	}
	return strings.Join(words, " ")
}
