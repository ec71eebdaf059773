package autostart

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tellLimit bounds one command to the running system.
const tellLimit = 3 * time.Second

// reload has the user manager read its units again, and makes sure that it sees ours.
func (h host) reload(on bool) (warning string) {
	if _, err := tell("systemctl", "--user", "daemon-reload"); err != nil {
		return "systemd takes notice at the next log-in: " + err.Error()
	}
	if !on {
		return ""
	}
	unit := "sessionkeeper" + h.suffix + ".service"
	state, err := tell("systemctl", "--user", "show", "--property=LoadState", "--value", unit)
	if err == nil && state != "loaded" {
		return fmt.Sprintf("systemd does not see the unit (%s): it looks for units elsewhere than under %s", state, h.config)
	}
	return ""
}

// bootstrap makes launchd know the agents that it does not know yet, which also starts them.
func bootstrap(uid int, list []entry) (warning string) {
	domain := "gui/" + strconv.Itoa(uid)
	for _, e := range list {
		label := strings.TrimSuffix(filepath.Base(e.path), ".plist")
		if _, err := tell("/bin/launchctl", "enable", domain+"/"+label); err != nil {
			warning = "launchd takes notice at the next log-in: " + err.Error()
			continue
		}
		if _, err := tell("/bin/launchctl", "print", domain+"/"+label); err == nil {
			continue
		}
		if _, err := tell("/bin/launchctl", "bootstrap", domain, e.path); err != nil {
			warning = "launchd takes notice at the next log-in: " + err.Error()
		}
	}
	return warning
}

// tell runs a command of the system and gives its output without the line end.
func tell(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), tellLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the callers above name the programs
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = tellLimit / 10
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", fmt.Errorf("%s %s did not answer", filepath.Base(name), args[0])
	}
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
