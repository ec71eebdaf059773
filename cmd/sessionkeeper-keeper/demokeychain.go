package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/keychain"
	"sessionkeeper/ui/api/programs"
	"sessionkeeper/ui/desktop"
)

// demoRing is where the demo's keeper keeps its secrets.
type demoRing struct {
	env       []string // what the keeper needs to find it
	serveArgs []string
	children  []*child
	desktop   bool // the user's desktop is used, for all but the secrets
}

func (r *demoRing) stop() {
	for _, c := range slices.Backward(r.children) {
		c.stop()
	}
}

// demoKeychain gives the demo a keychain of its own and leaves the user's alone, where items of ours would outlive the
// demo. Where there is no desktop it starts a private one; where there is one its bus is needed for notifications, so
// the secrets are sealed in a file of the demo's folder.
func demoKeychain(ctx context.Context, cmd *cobra.Command, home string) (*demoRing, error) {
	bus, busErr := exec.LookPath("dbus-daemon")
	keyring, ringErr := exec.LookPath("gnome-keyring-daemon")
	onDesktop := hasBus(ctx)
	if busErr == nil && ringErr == nil && !onDesktop {
		tell(cmd, "There is no desktop here; the demo starts a private keychain (gnome-keyring).")
		return privateKeyring(ctx, home, bus, keyring)
	}
	tell(cmd, "The demo leaves your keychain alone and seals its secrets in a file of its own.")
	file := filepath.Join(home, "passphrase")
	if err := os.WriteFile(file, []byte(rand.Text()+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("making the demo's keychain: %w", err)
	}
	return &demoRing{desktop: onDesktop, serveArgs: []string{"--keychain", "file", "--passphrase-file", file}}, nil
}

// hasBus reports whether a desktop's message bus can be reached.
func hasBus(ctx context.Context) bool {
	return slices.ContainsFunc(desktop.Look(ctx), func(c desktop.Check) bool { return c.Name == "dbus" && c.OK })
}

// keychainState asks the private keychain, which our environment names, how it is.
func keychainState(ctx context.Context, home string) string {
	own, err := programs.Own()
	if err != nil {
		return string(keychain.ReasonAbsent)
	}
	v, err := keychain.Open(ctx, keychain.Options{
		Backend: "os", StateDir: filepath.Join(home, "probe"), Home: "demo", Child: []string{own, keychainChild},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return string(keychain.ReasonAbsent)
	}
	defer v.Close()
	return v.Health().State
}

// privateBus has no service folders: a call to a keychain that is not there must not start the user's own one.
const privateBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// privateKeyring starts a message bus and gnome-keyring with folders of their own.
func privateKeyring(ctx context.Context, home, bus, keyring string) (_ *demoRing, err error) {
	ring := new(demoRing)
	defer func() {
		if err != nil {
			ring.stop()
		}
	}()
	run, own := filepath.Join(home, "bus"), filepath.Join(home, "keyring")
	for _, dir := range []string{run, own} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the demo's keychain: %w", err)
		}
	}
	file := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, privateBus, run), 0o600); err != nil {
		return nil, fmt.Errorf("making the demo's keychain: %w", err)
	}
	address, err := ring.startBus(home, exec.Command(bus, "--nofork", "--print-address", "--config-file="+file)) //nolint:gosec,noctx // ended by stop
	if err != nil {
		return nil, err
	}
	ring.env = []string{"DBUS_SESSION_BUS_ADDRESS=" + address}
	daemon := exec.Command(keyring, "--foreground", "--unlock", "--components=secrets") //nolint:noctx // ended by stop
	daemon.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "XDG_") })
	daemon.Env = append(daemon.Env, ring.env[0], "HOME="+own, "XDG_RUNTIME_DIR="+run)
	daemon.Stdin = strings.NewReader(rand.Text()) // its password; it reads to the end
	c, err := launch(home, daemon)
	if err != nil {
		return nil, err
	}
	ring.children = append(ring.children, c)
	return ring, awaitKeyring(ctx, home, ring.env)
}

// startBus starts the bus and reads its address.
func (r *demoRing) startBus(home string, cmd *exec.Cmd) (string, error) {
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("starting the demo's bus: %w", err)
	}
	c, err := launch(home, cmd)
	if err != nil {
		return "", err
	}
	r.children = append(r.children, c)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("starting the demo's bus: %s; try the demo again", lastLine(logOf(home, cmd)))
	}
	return strings.TrimSpace(line), nil
}

// awaitKeyring waits until the private keychain answers.
func awaitKeyring(ctx context.Context, home string, env []string) error {
	// The probe's child takes the bus from our environment, as the keeper's will from its own.
	name, address, _ := strings.Cut(env[0], "=")
	if err := os.Setenv(name, address); err != nil {
		return fmt.Errorf("waiting for the demo's keychain: %w", err)
	}
	late := time.Now().Add(childWait)
	for time.Now().Before(late) && ctx.Err() == nil {
		if keychainState(ctx, home) == "ok" {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.New("the demo's keychain does not answer; start one yourself and try again")
}
