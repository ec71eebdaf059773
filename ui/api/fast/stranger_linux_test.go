package fast_test

import (
	"bufio"
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
	"sessionkeeper/ui/api/fast"
)

// listenVariable makes this test binary listen at a socket and copy what comes in to its standard output.
const listenVariable = "FAST_TEST_LISTEN"

func TestMain(m *testing.M) {
	if socket := os.Getenv(listenVariable); socket != "" {
		os.Exit(eavesdrop(socket))
	}
	os.Exit(m.Run())
}

func eavesdrop(socket string) int {
	ln, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("listening")
	c, err := ln.Accept()
	if err != nil {
		return 1
	}
	_, _ = io.Copy(os.Stdout, c)
	return 0
}

// Nothing is said to a socket that another user listens at, not even what is asked for.
func TestStrangersSocket(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test starts a process of another user: run it as root")
	}
	dir := filepath.Dir(apitest.Home(t).Run)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, program, 0o755); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.CommandContext(t.Context(), other)
	cmd.Env = []string{listenVariable + "=" + socket}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := bufio.NewReader(out)
	if line, err := heard.ReadString('\n'); err != nil || line != "listening\n" {
		t.Fatalf("the other user's program said %q, %v", line, err)
	}
	if _, err := fast.Token(t.Context(), socket, "github", fast.Request{}); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("got %v; want a word about another user", err)
	}
	rest, _ := io.ReadAll(heard)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if len(rest) > 0 {
		t.Errorf("the stranger heard %q", rest)
	}
}
