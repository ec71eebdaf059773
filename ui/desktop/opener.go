package desktop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"unicode"

	"github.com/pkg/browser"
)

// ErrNoOpener says that nothing here can open a browser: no opener on PATH, or the opener found no browser.
var ErrNoOpener = errors.New("no browser can be opened here; install xdg-utils and a browser")

// errOpenerSlow is no proof that the page stays away: some openers run as long as the browser does.
var errOpenerSlow = errors.New("the browser's opener did not end in 5 s; the page may still appear")

// xdgNoTool is xdg-open's exit code for "a required tool could not be found" (xdg-open(1)).
const xdgNoTool = 3

// toOutput sends the openers' output to the file of output; the library has one place for it in the whole process.
var toOutput = sync.OnceFunc(func() {
	browser.Stdout, browser.Stderr = nil, nil // os/exec takes nil for the null device
	if f := output(); f != nil {
		browser.Stdout, browser.Stderr = f, f
	}
})

// openers are the programs that the library tries, in its order; systems other than these have one built in.
func openers() []string {
	switch runtime.GOOS {
	case "darwin", "windows":
		return nil
	default:
		return []string{"xdg-open", "x-www-browser", "www-browser"}
	}
}

// opener is the path of the program that will be run, "" for the system's own.
func opener() (string, error) {
	list := openers()
	for _, name := range list {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if len(list) > 0 {
		return "", ErrNoOpener
	}
	return "", nil
}

func openerName(path string) string {
	if path == "" {
		return "the system's opener"
	}
	return filepath.Base(path)
}

// Open opens url in the user's browser. An error says that no opener is there (ErrNoOpener), or it failed, or took over
// 5 s; a slow opener is left running, because the page may still appear. Only https URLs are opened, and http ones to
// this machine. Where this process is confined, as by a hardened systemd unit, the user's service manager starts the
// opener: a browser that inherits the restrictions does not work, and one in the unit's control group ends with it.
func (d *Desktop) Open(ctx context.Context, url string) error {
	address, err := cleanURL(url)
	if err != nil {
		return err
	}
	path, err := opener()
	if err != nil {
		return err
	}
	open, name := browser.OpenURL, openerName(path)
	if confined() {
		open = func(address string) error { return runElsewhere(path, address) }
	}
	ctx, cancel := context.WithTimeoutCause(ctx, openLimit, errOpenerSlow)
	defer cancel()
	toOutput()
	rewindOutput()
	done := make(chan error, 1)
	go func() { done <- open(address) }() // ends with the opener
	select {
	case err = <-done:
		err = openerError(name, err)
	case <-ctx.Done():
		err = fmt.Errorf("opening the browser: %w", context.Cause(ctx))
	}
	if said := withoutURLs(readOutput()); said != "" {
		d.log.DebugContext(ctx, "browser opener wrote", "opener", name, "output", said)
	}
	return err
}

func openerError(name string, err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && name == "xdg-open" && exit.ExitCode() == xdgNoTool {
		return fmt.Errorf("%s found no browser: %w", name, ErrNoOpener)
	}
	if err != nil {
		return fmt.Errorf("opening the browser with %s: %w", name, err)
	}
	return nil
}

var anyURL = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S*`)
})

// withoutURLs makes a line of what an opener wrote. The address has in it what only the provider should see.
func withoutURLs(text string) string {
	return strings.Join(strings.Fields(anyURL().ReplaceAllString(text, "[url]")), " ")
}

// cleanURL writes the URL anew. It ends up as an argument of shell scripts: no character that a shell takes for its own
// is left, and nothing that looks like an option. No error repeats it.
func cleanURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errors.New("opening the browser: not a URL")
	}
	switch {
	case u.Hostname() == "" || strings.ContainsAny(u.Host, shellChars) || u.Opaque != "" || u.User != nil:
		return "", errors.New("opening the browser: not a web address")
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return "", errors.New("opening the browser: only https, and http to this machine")
	}
	return shellSafe(u.String()), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

const shellChars = "\"'`$\\|<>(){}^!*"

// shellSafe escapes what a URL may hold and a shell might not leave alone.
func shellSafe(u string) string {
	var b strings.Builder
	for i := range len(u) {
		if c := u[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(shellChars, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
