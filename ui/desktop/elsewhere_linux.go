package desktop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// confined reports whether what we start would inherit restrictions, and there is a service manager that can start it
// instead. A unit's restrictions all imply no_new_privs where a user's manager applies them (systemd.exec(5)).
func confined() bool {
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return err == nil && set == 1 && isSocket(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "systemd", "private"))
}

// runElsewhere has the user's service manager run a browser's opener, and gives the opener's error.
func runElsewhere(opener, address string) error {
	// What the opener leaves running stays when the opener ends. The description keeps the address out of the journal.
	args := []string{
		"--user", "--quiet", "--collect", "--service-type=exec", "--property=KillMode=process",
		"--description=Sessionkeeper opens the browser",
	}
	env := os.Environ()
	if bus := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus"); isSocket(bus) {
		// Its end is told on the manager's own bus, which need not be the desktop's.
		args, env = append(args, "--wait"), append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+bus)
	}
	for _, key := range clientEnv() {
		if value := os.Getenv(key); value != "" {
			args = append(args, "--setenv="+key+"="+value)
		}
	}
	cmd := exec.Command("systemd-run", append(args, "--", opener, address)...) //nolint:gosec,noctx // see cleanURL; ends with the opener
	cmd.Env = env
	if f := output(); f != nil {
		cmd.Stdout, cmd.Stderr = f, f
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("systemd-run: %w", err)
	}
	return nil
}
