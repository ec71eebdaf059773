package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"sessionkeeper/keychain/keychaintest"
)

// calls are what a program does to files, as strace -y writes it: a file by its path.
var calls = regexp.MustCompile(`(write|fsync|fdatasync)\(\d+<([^>]*)>|renameat2?\((?:\d+|AT_FDCWD)<([^>]*)>, "([^"]*)", [^"]*"([^"]*)"`)

// A file that is to outlive a loss of power is on the disk before it gets its name, and its name is there before anybody
// relies on it: no file is renamed that was written and not synced, and each rename is followed by a sync of the folder.
func TestF9FilesAreSynced(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("%v: this test needs the Debian package strace", err)
	}
	h := newHome(t, keychaintest.Start(t), "sealed")
	trace := filepath.Join(t.TempDir(), "trace")
	h.flags = append([]string{
		"-f", "-qq", "-y", "-s", "0", "-o", trace, "-e", "signal=none", "-e", "trace=write,fsync,fdatasync,renameat,renameat2",
		program,
	}, h.flags...)
	h.mustServe(strace)
	h.add("one", startProvider(t).Issuer("here", rotations()[2]))
	traced, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", h.keeper.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(traced), &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	h.ended()
	t.Attr("real", "strace")
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	unsynced, unnamed, renames := map[string]bool{}, map[string]string{}, map[string]int{}
	for _, call := range calls.FindAllStringSubmatch(string(data), -1) {
		switch path := call[2]; call[1] {
		case "write":
			unsynced[path] = true
		case "fsync", "fdatasync":
			delete(unsynced, path)
			delete(unnamed, path)
		default:
			from, to := under(call[3], call[4]), under(call[3], call[5])
			if unsynced[from] {
				t.Errorf("%s became %s before it was synced", from, to)
			}
			unnamed[filepath.Dir(to)] = to
			renames[filepath.Base(filepath.Dir(to))+filepath.Ext(to)]++
		}
	}
	for folder, file := range unnamed {
		t.Errorf("%s was not synced after %s got its name", folder, file)
	}
	if renames["sealed.sealed"] == 0 || renames["sessions.json"] < 2 || renames["sessions.toml"] == 0 {
		t.Errorf("renames: %v; want those of the record, the states and the definition", renames)
	}
}

// under is the path of a name that was given with a folder.
func under(folder, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}
