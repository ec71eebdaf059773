package autostart

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// hostileNames are folders that a program may lie in.
func hostileNames() []string {
	return []string{
		"plain", "two words", " leading and trailing ", "it's", `say "hi"`, `back\slash\\`, "100%", "%h%%u%", "$HOME", "${HOME}$$",
		"`id`", "$(id)", "a=b", "a=b%", "semi;colon&amp;<tag>", "#hash", "-dash", "--", "~", "*?[x]", "{seal}{command}",
		"smörgås 日本 👩‍👩‍👧", `\n\x41\u0041`, "!:@+", "sessionkeeper-autostart=00000000000000000000000000000000 x",
	}
}

func tool(t *testing.T, debian, path string) string {
	t.Helper()
	path, err := exec.LookPath(path)
	if err != nil {
		t.Fatalf("%v: apt-get install %s", err, debian)
	}
	return path
}

// hostileHosts carry a hostile folder, or none.
func hostileHosts(t *testing.T, name string) []host {
	t.Helper()
	vars := map[string]string{"HOME": t.TempDir(), "XDG_RUNTIME_DIR": "/nonexistent"}
	usual, err := newHost("linux", env(vars))
	if err != nil {
		t.Fatal(err)
	}
	vars["SESSIONKEEPER_HOME"] = "/home of/" + name
	own, err := newHost("linux", env(vars))
	if err != nil {
		t.Fatal(err)
	}
	return []host{usual, own}
}

// verify has systemd read units, and gives what it has to say against them; what it says of the machine's kernel, which
// may have no unified control groups here, is not about them.
func verify(t *testing.T, paths []string) string {
	t.Helper()
	analyze := tool(t, "systemd", "systemd-analyze")
	cmd := exec.Command(analyze, append([]string{"--user", "--man=no", "--recursive-errors=no", "verify"}, paths...)...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	said, err := cmd.CombinedOutput()
	if err != nil && len(said) == 0 {
		return err.Error()
	}
	var against strings.Builder
	for line := range strings.Lines(string(said)) {
		if !strings.Contains(line, "we are running with legacy cgroups") {
			against.WriteString(line)
		}
	}
	return against.String()
}

// systemd reads the unit as it was meant: it knows every directive, and finds the program wherever it lies.
func TestUnitIsVerified(t *testing.T) {
	dir := t.TempDir()
	var paths, direct, programs []string
	for i, name := range hostileNames() {
		for j, h := range hostileHosts(t, name) {
			keeper := program(t, filepath.Join(t.TempDir(), name, "sessionkeeper"))
			e := h.unit(keeper)
			path := filepath.Join(dir, fmt.Sprintf("unit-%d-%d.service", i, j))
			if err := writeFile(path, e.text); err != nil {
				t.Fatal(err)
			}
			paths, programs = append(paths, path), append(programs, keeper)
			if !strings.Contains(e.text, "ExecStart=/bin/sh ") { // that is there in any case
				direct = append(direct, path)
			}
		}
	}
	if said := verify(t, paths); said != "" {
		t.Error(said)
	}
	for _, path := range programs {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	said := verify(t, paths)
	for _, path := range direct {
		if !strings.Contains(said, filepath.Base(path)) {
			text, _ := os.ReadFile(path)
			t.Errorf("the program is gone, and systemd sees it:\n%s", text)
		}
	}
	if len(direct) < len(paths)/2 {
		t.Errorf("%d of %d units need a shell", len(paths)-len(direct), len(paths))
	}
	t.Attr("real", "systemd")
}

// teller is a program that writes its own path, arguments and home into a pipe.
func teller(t *testing.T, path string) (told *os.File) {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "told")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	program(t, path)
	script := "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$#\" \"$@\" \"$SESSIONKEEPER_HOME\" >'" + pipe + "'\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	told, err := os.OpenFile(pipe, os.O_RDWR, 0) // for reading alone it would wait for a writer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = told.Close() })
	return told
}

// log-in, as those do it who read the file: the desktop's own tool checks it, the library that GNOME, Xfce, MATE and
// Cinnamon launch such files with launches it, and systemd, which does it for KDE and newer GNOME, makes a unit of it.
func TestEntryIsLaunched(t *testing.T) {
	validate := tool(t, "desktop-file-utils", "desktop-file-validate")
	launch := tool(t, "libglib2.0-bin", "gio")
	generate := tool(t, "systemd", "/lib/systemd/user-generators/systemd-xdg-autostart-generator")
	var units []string
	for _, name := range hostileNames() {
		for i, h := range hostileHosts(t, name) {
			path := filepath.Join(t.TempDir(), name, "sessionkeeper")
			told := teller(t, path)
			refused := strings.ContainsAny(name, "$`\\") || strings.Contains(name, "=") && h.needsEnv(path)
			if err := h.checkDesktopEntry(path); (err != nil) != refused {
				t.Errorf("%q: got %v; want it to be refused: %t", name, err, refused)
			}
			if refused {
				continue
			}
			e := h.desktopEntry("", path, "serve", "two words")
			if err := writeFile(e.path, e.text); err != nil {
				t.Fatal(err)
			}
			if said, err := exec.Command(validate, e.path).CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%q: %v, %s%s", name, err, said, e.text)
			}
			cmd := exec.Command(launch, "launch", e.path)
			cmd.Env = append(os.Environ(), "SESSIONKEEPER_HOME=", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%q: %v, %s%s", name, err, said, e.text)
			}
			want := []string{path, "2", "serve", "two words", []string{"", "/home of/" + name}[i]}
			var got []string
			for lines := bufio.NewScanner(told); len(got) < len(want) && lines.Scan(); {
				got = append(got, lines.Text())
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: started %q; want %q", name, got, want)
			}

			dir := t.TempDir()
			cmd = exec.Command(generate, dir, dir, dir)
			cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+h.config, "XDG_CONFIG_DIRS=/nonexistent",
				"SYSTEMD_LOG_TARGET=console")
			if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%q: %v, %s%s", name, err, said, e.text)
			}
			made, err := filepath.Glob(filepath.Join(dir, "*.service"))
			if err != nil || len(made) != 1 {
				t.Fatalf("%q: units %q, %v from\n%s", name, made, err, e.text)
			}
			units = append(units, made[0])
			if err := e.remove(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if said := verify(t, units); said != "" {
		t.Error(said)
	}
	t.Attr("real", "glib")
	t.Attr("real", "systemd")
}
