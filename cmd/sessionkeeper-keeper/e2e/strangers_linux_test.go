package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// nobody is a user that is not ours.
const nobody = 65534

// as makes a command run under another user.
func as(uid uint32, cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: apt-get install %s", name, name)
	}
	return path
}

// A process of another user gets no byte at the doors that give something away, with every file right out of its way; the
// listener of a sign-in, which any browser may reach, tells it nothing.
func TestTPEER1StrangersAtEveryDoor(t *testing.T) {
	t.Parallel()
	curl := tool(t, "curl")
	d := openDoors(t, authserver.Options{})
	for path, mode := range map[string]fs.FileMode{
		d.dir: 0o755, d.dir + "/sk": 0o755, d.dir + "/sk/run": 0o755, d.socket(): 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	calls := map[string][]string{
		"socket":       {"--unix-socket", d.socket(), "http://x/v1/sessions"},
		"socket token": {"--unix-socket", d.socket(), "-X", "POST", "http://x/v1/sessions/one/token"},
		"page":         {"http://" + d.page + "/"},
		"page API":     {"http://" + d.page + "/v1/health"},
		"proxy":        {d.proxy.String() + "/"},
		"cloud": {
			"-H", "Metadata-Flavor: Google", "http://" + d.cloud + "/computeMetadata/v1/instance/service-accounts/default/token",
		},
	}
	for what, args := range calls {
		for _, uid := range []uint32{0, nobody} {
			out, err := as(uid, exec.CommandContext(t.Context(), curl, append([]string{"-s", "-S", "-i", "--max-time", "20"}, args...)...)).Output()
			if uid == 0 && (err != nil || !strings.HasPrefix(string(out), "HTTP/1.1 ")) {
				t.Errorf("%s: we ourselves got %q, %v", what, out, err)
			}
			if uid == nobody && (err == nil || len(out) > 0) {
				t.Errorf("%s: another user got %q, %v; want a closed connection", what, out, err)
			}
		}
	}
	if n := d.reached.Load(); n != 1 {
		t.Errorf("the proxy's target was reached %d times; want our own once", n)
	}
	wrong := *d.callback
	wrong.RawQuery = "code=x&state=wrong"
	out, err := as(nobody, exec.CommandContext(t.Context(), curl, "-s", "-i", wrong.String())).Output()
	if err != nil || !strings.HasPrefix(string(out), "HTTP/1.1 400 ") || strings.Contains(string(out), "two") {
		t.Errorf("at the sign-in another user got %q, %v", out, err)
	}
	t.Attr("real", "curl")
	d.unharmed()
}

// Another program of the same user reads nothing of the keeper's memory and environment, cannot attach to it, and finds no
// core of it. The same holds for the process that talks to the keychain.
func TestTPTRACE1KeeperIsClosed(t *testing.T) {
	t.Parallel()
	gdb := tool(t, "gdb")
	dir := filepath.Dir(program)
	home, err := os.MkdirTemp("", "sk-") //nolint:usetesting // short: a socket's path has 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if err := errors.Join(os.Chmod(dir, 0o755), os.Chown(home, nobody, nobody), os.WriteFile(home+"/pass", []byte("correct horse\n"), 0o600),
		os.Chown(home+"/pass", nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	keeper := dir + "/sessionkeeper-keeper"
	for _, c := range []struct {
		what   string
		closed bool
		args   []string
	}{
		{"a program like any other", false, []string{"cat"}},
		{"the keeper", true, []string{keeper, "serve", "--keychain", "file", "--passphrase-file", home + "/pass"}},
		{"the keychain's process", true, []string{keeper, "keychain-child"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			limited := append([]string{"--core=unlimited", "--"}, c.args...)
			cmd := as(nobody, exec.CommandContext(t.Context(), tool(t, "prlimit"), limited...))
			cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GOTRACEBACK=crash", "SECRET=CANARY"}
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			pid := strconv.Itoa(cmd.Process.Pid)
			switch {
			case strings.Contains(c.what, "keeper"):
				if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
					t.Fatalf("%q, %v", line, err)
				}
			case c.closed: // it says nothing before it is asked
				until(t, "the process to close itself", func() bool { return !opened(t, "/proc/"+pid+"/environ") })
			default:
				until(t, "the program to run", func() bool {
					line, _ := os.ReadFile("/proc/" + pid + "/cmdline")
					return bytes.HasPrefix(line, []byte("cat"))
				})
			}
			for _, name := range []string{"environ", "mem", "maps", "auxv", "stack"} {
				if name != "stack" && opened(t, "/proc/"+pid+"/"+name) == c.closed {
					t.Errorf("%s of %s: readable: %v", name, c.what, !c.closed)
				}
			}
			for _, name := range []string{"exe", "cwd", "fd"} {
				if out, err := as(nobody, exec.CommandContext(t.Context(), "ls", "/proc/"+pid+"/"+name+"/")).CombinedOutput(); c.closed && err == nil {
					t.Errorf("%s of %s can be listed: %s", name, c.what, out)
				}
			}
			attach := as(nobody, exec.CommandContext(t.Context(), gdb, "-nx", "-batch", "-p", pid, "-ex", "info proc"))
			attach.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
			said, _ := attach.CombinedOutput()
			if refused := strings.Contains(string(said), "not permitted"); c.closed && !refused {
				t.Errorf("gdb at %s said %s", c.what, said)
			} else if !c.closed {
				t.Logf("gdb at %s is refused: %v", c.what, refused)
			}
			if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !ok || status.CoreDump() == c.closed {
				t.Errorf("%s leaves a core: %v, %v", c.what, status.CoreDump(), cmd.ProcessState)
			}
		})
	}
	t.Attr("real", "gdb")
}

// opened reports whether a file of a process can be read by another one of its user.
func opened(t *testing.T, path string) bool {
	t.Helper()
	err := as(nobody, exec.CommandContext(t.Context(), "head", "-c", "0", path)).Run()
	return err == nil
}

// listening tells where a process listens: TCP and UDP addresses and the paths of unix sockets. One that has ended, as a
// browser's opener does, listens nowhere.
func listening(t *testing.T, pid int) []string {
	t.Helper()
	ours := map[string]bool{}
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		to, _ := os.Readlink(fd) // it may be closed by now
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			ours[strings.TrimSuffix(inode, "]")] = true
		}
	}
	var all []string
	table := func(name string, inode int, found func(fields []string)) {
		t.Helper()
		data, err := os.ReadFile("/proc/net/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) > inode && ours[f[inode]] {
				found(f)
			}
		}
	}
	const listens = "0A" // TCP_LISTEN
	for _, name := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6"} {
		table(name, 9, func(f []string) {
			if f[3] == listens || !strings.HasPrefix(name, "tcp") {
				all = append(all, name+" "+address(t, f[1]))
			}
		})
	}
	const accepts = "00010000" // __SO_ACCEPTCON
	table("unix", 6, func(f []string) {
		if f[3] == accepts {
			all = append(all, "unix "+strings.Join(f[7:], " "))
		}
	})
	slices.Sort(all)
	return all
}

// address reads one of the kernel's table.
func address(t *testing.T, text string) string {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	var ip []byte
	for i := 0; i+8 <= len(host); i += 8 {
		word, err := strconv.ParseUint(host[i:i+8], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		ip = append(ip, byte(word), byte(word>>8), byte(word>>16), byte(word>>24))
	}
	number, err := strconv.ParseUint(port, 16, 16)
	addr, ok := netip.AddrFromSlice(ip)
	if err != nil || !ok {
		t.Fatalf("%q: %v", text, err)
	}
	return netip.AddrPortFrom(addr, uint16(number)).String()
}

// Nothing of ours listens beyond loopback, and no unix socket is without a path of its own in our folder.
func TestTBIND1NothingListensElsewhere(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	var all []string
	for _, pid := range append(children(t, d.keeper.Process.Pid), d.keeper.Process.Pid, d.proxyPID, d.cloudPID) {
		all = append(all, listening(t, pid)...)
	}
	for _, at := range all {
		network, where, _ := strings.Cut(at, " ")
		switch network {
		case "tcp":
			if !netip.MustParseAddrPort(where).Addr().IsLoopback() {
				t.Errorf("something listens at %s", at)
			}
		case "unix":
			if where != d.socket() {
				t.Errorf("something listens at %q; want %s alone", at, d.socket())
			}
		default:
			t.Errorf("something listens at %s", at)
		}
	}
	for _, want := range []string{"tcp " + d.page, "tcp " + d.proxy.Host, "tcp " + d.cloud, "tcp " + d.callback.Host, "unix " + d.socket()} {
		if !slices.Contains(all, want) {
			t.Errorf("nothing listens at %s; this test does not see what it should: %q", want, all)
		}
	}
}

// No socket of ours is abstract, which every process of the machine could reach: neither one that listens nor another.
func TestTSOCK2NoAbstractSockets(t *testing.T) {
	t.Parallel()
	d := openDoors(t, authserver.Options{})
	seen := false
	for _, pid := range append(children(t, d.keeper.Process.Pid), d.keeper.Process.Pid, d.proxyPID, d.cloudPID) {
		for _, at := range listening(t, pid) {
			if strings.Contains(at, "@") {
				t.Errorf("process %d listens at %s", pid, at)
			}
			seen = seen || at == "unix "+d.socket()
		}
	}
	if !seen {
		t.Error("not even the keeper's own socket was found: this test does not see what it should")
	}
}

// Modes hold whatever the umask says, and what is in the run folder is ours alone.
func TestTSOCK1ModesUnderAnyUmask(t *testing.T) {
	t.Parallel()
	for _, umask := range []string{"000", "022", "077", "777"} {
		h := newHome(t, "SESSIONKEEPER_HOME="+t.TempDir()+"/h")
		dir, err := os.MkdirTemp("", "sk-") //nolint:usetesting // short: a socket's path has 108 bytes
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		pass := filepath.Join(t.TempDir(), "pass")
		if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask "$1"; shift; exec "$@"`, "sh", umask,
			program, "serve", "--keychain", "file", "--passphrase-file", pass)
		cmd.Env = append(h.env, "SESSIONKEEPER_HOME="+dir+"/h")
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Errorf("umask %s: %q, %v", umask, line, err)
		}
		sockets := 0
		err = filepath.WalkDir(dir+"/h", func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the keeper goes on working, and what it writes to has another name for a moment
			}
			if err != nil {
				return err
			}
			if info.Mode().Type() == fs.ModeSocket {
				sockets++
			}
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("umask %s: %s has mode %v", umask, path, info.Mode())
			}
			return nil
		})
		if err != nil || sockets != 1 {
			t.Errorf("umask %s: %d sockets, %v", umask, sockets, err)
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
}

// A folder that is not ours alone is not used: one behind a symbolic link, one of another user, a file. The keeper says which
// and writes nothing there.
func TestF25FoldersOfOthers(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"state", "run"} {
		for what, spoil := range map[string]func(t *testing.T, path string) string{
			"a symbolic link": func(t *testing.T, path string) string {
				t.Helper()
				elsewhere := t.TempDir()
				if err := os.Symlink(elsewhere, path); err != nil {
					t.Fatal(err)
				}
				return elsewhere
			},
			"another user's": func(t *testing.T, path string) string {
				t.Helper()
				if err := errors.Join(os.Mkdir(path, 0o777), os.Chown(path, nobody, nobody)); err != nil {
					t.Fatal(err)
				}
				return path
			},
			"a file": func(t *testing.T, path string) string {
				t.Helper()
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
				return ""
			},
		} {
			t.Run(folder+" is "+what, func(t *testing.T) {
				h := newHome(t)
				if err := os.Mkdir(h.dir+"/sk", 0o700); err != nil {
					t.Fatal(err)
				}
				elsewhere := spoil(t, h.dir+"/sk/"+folder)
				out, errs, code := h.run("serve")
				if code != 1 || out != "" || !strings.Contains(errs, h.dir+"/sk/"+folder) {
					t.Errorf("exit %d, %q, %q; want 1 and the folder", code, out, errs)
				}
				if left, err := os.ReadDir(elsewhere); elsewhere != "" && (err != nil || len(left) > 0) {
					t.Errorf("something was written there: %v, %v", left, err)
				}
			})
		}
	}
}
