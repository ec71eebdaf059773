//go:build unix

package api_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sessionkeeper/ui/api/apitest"
)

// callerVariable makes this test binary a caller: "NETWORK ADDRESS" is what it connects to.
const callerVariable = "API_TEST_CALLER"

func TestMain(m *testing.M) {
	if network, address, found := strings.Cut(os.Getenv(callerVariable), " "); found {
		os.Exit(call(network, address))
	}
	os.Exit(m.Run())
}

// call prints what the server answers; a connection that is closed or reset without an answer prints nothing.
func call(network, address string) int {
	c, err := net.Dial(network, address)
	if err != nil {
		fmt.Println("connecting:", err)
		return 1
	}
	defer c.Close()
	fmt.Fprint(c, "GET /v1/health HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n")
	answer, _ := io.ReadAll(c)
	fmt.Print(string(answer))
	return 0
}

// TestTPEER1OtherUsers calls both doors from a process of another user, with every file right out of the way.
func TestTPEER1OtherUsers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test starts a process of another user: run it as root")
	}
	k := apitest.New(github())
	o := apitest.Options(t, k, page())
	h := openWith(t, k, o)
	for path, mode := range map[string]os.FileMode{
		filepath.Dir(o.Places.Run): 0o755, o.Places.Run: 0o755, h.socket: 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	self := filepath.Join(filepath.Dir(o.Places.Run), "caller")
	copyProgram(t, self)
	for _, door := range []string{"unix " + h.socket, "tcp " + h.tcp()} {
		for uid, want := range map[uint32]string{0: "HTTP/1.1 ", 65534: ""} {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = []string{callerVariable + "=" + door}
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), want) || want == "" && len(out) > 0 {
				t.Errorf("uid %d at %s got %q, %v; want %q…", uid, door, out, err, want)
			}
		}
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}
