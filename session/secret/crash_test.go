package secret

import (
	"errors"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

// crashVariable makes this test binary one that crashes with a secret in its hands, and says how.
const crashVariable = "SECRET_TEST_CRASH"

const inHand = "rt_CANARY_crash_0123456789"

func TestMain(m *testing.M) {
	if how := os.Getenv(crashVariable); how != "" {
		debug.SetTraceback(strings.TrimPrefix(how, "value "))
		crash(New(inHand), strings.HasPrefix(how, "value "))
	}
	os.Exit(m.Run())
}

// crash panics with the secret among its arguments, or as the value of the panic.
func crash(held Text, asValue bool) {
	if asValue {
		panic(held)
	}
	one := make([]Text, 1)
	one[len(held.String())] = held
}

// TestTLOG3CrashKeepsTheSecret: a panic with a secret at hand does not print it, at any level of detail.
func TestTLOG3CrashKeepsTheSecret(t *testing.T) {
	for _, how := range []string{"none", "single", "all", "system", "value single", "value system"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = []string{crashVariable + "=" + how}
		out, err := cmd.CombinedOutput()
		if _, ended := errors.AsType[*exec.ExitError](err); !ended || !strings.Contains(string(out), "panic:") {
			t.Fatalf("%s: %v, %s; want a crash", how, err, out)
		}
		if strings.Contains(string(out), "CANARY") {
			t.Errorf("%s: the crash tells the secret: %s", how, out)
		}
	}
}
