package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sessionkeeper/ui/helper"
)

// withSession is a bench with a session "work" that is signed in.
func withSession(t *testing.T, providerFlags ...string) *bench {
	t.Helper()
	b := newBenchWith(t, append([]string{"--auto-approve"}, providerFlags...)...)
	b.env = append(b.env, "ISSUER="+b.issuer)
	b.add("work").ends(helper.ExitDone)
	return b
}

// within waits for something that is about to be.
func within(t *testing.T, what string, there func() bool) {
	t.Helper()
	if !comes(there) {
		t.Fatalf("waited in vain for %s", what)
	}
}

func TestExec(t *testing.T) {
	b := withSession(t)
	token := strings.TrimSpace(b.run("token", "work"))

	got := b.run("exec", "work", "work=GH_TOKEN", "--", "sh", "-c", `echo "$WORK_TOKEN $GH_TOKEN $1 $2 $HOME_NOT_SET"`, "sh", "a b", "")
	if want := token + " " + token + " a b  \n"; got != want {
		t.Error("the command does not see its tokens and arguments")
	}
	cat := b.start("exec", "work", "--", "cat")
	if _, err := cat.stdin.Write([]byte("through\n")); err != nil {
		t.Fatal(err)
	}
	if line := cat.line(); line != "through" {
		t.Errorf("cat gives %q", line)
	}
	cat.ends(helper.ExitDone)
	for _, code := range []int{0, 1, 3, 42, 255} {
		b.start("exec", "work", "--", "sh", "-c", "exit "+strconv.Itoa(code)).ends(code)
	}
	if left, _ := filepath.Glob(filepath.Join(homeOf(b.home).Run, runPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What a shell gives to a command goes through us: other descriptors, the umask, ignored signals, limits.
func TestExecPassesOn(t *testing.T) {
	b := withSession(t)
	script := `umask 027; ulimit -c 0; ulimit -n 512; trap '' HUP INT
		exec 7<<-EOF
		from seven
		EOF
		exec sessionkeeper exec work -- sh -c 'cat <&7; umask; ulimit -n; ulimit -c; grep -o "SigIgn.*[37bf]$" /proc/self/status | sed "s/:.*/ has both/"'`
	direct := strings.Replace(script, "sessionkeeper exec work -- ", "", 1)
	run := func(script string) string {
		cmd := exec.Command("bash", "-c", script)
		cmd.Env = b.env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	got, want := run(script), run(direct)
	if got != want || !strings.Contains(want, "from seven") || !strings.Contains(want, "has both") {
		t.Errorf("through exec:\n%s\ndirectly:\n%s", got, want)
	}
	// The keeper that exec starts must not take what the command is to have.
	endKeeper(b.home, syscall.SIGTERM)
	if got := run(script); got != want {
		t.Errorf("through exec that starts the keeper:\n%s\nwant\n%s", got, want)
	}
}

// Before the command starts every failure is ours, and nothing has been started.
func TestExecFailures(t *testing.T) {
	b := withSession(t)
	b.run("pause", "work")
	marker := filepath.Join(t.TempDir(), "started")
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(filepath.Dir(plain), "broken")
	if err := os.WriteFile(broken, []byte("\x00\x01\x02"), 0o700); err != nil {
		t.Fatal(err)
	}
	touch := []string{"--", "touch", marker}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{append([]string{"work"}, touch...), exitOurs, "resume"},
		{append([]string{"nobody"}, touch...), exitOurs, "nobody"},
		{append([]string{"--file", "work=F"}, touch...), exitOurs, "resume"},
		{append([]string{"--file", "work"}, touch...), exitOurs, "work=VAR"},
		{append([]string{"work=PATH"}, touch...), exitOurs, "PATH"},
		{append([]string{"--aws", "work"}, touch...), exitOurs, "--role"},
		{append([]string{"--audience", "a"}, touch...), exitOurs, "--google"},
		{append([]string{"--aws", "nobody", "--role", "arn:aws:iam::123456789012:role/x"}, touch...), exitOurs, "nobody"},
		{append([]string{"--google", "nobody"}, touch...), exitOurs, "nobody"},
		{append([]string{"--google", "work", "--audience", "//iam.googleapis.com/x"}, touch...), exitOurs, "resume"},
		{append([]string{"--azure", "work"}, touch...), exitOurs, "resume"},
		{append([]string{"--no-such-flag"}, touch...), exitOurs, "unknown flag"},
		{touch, exitOurs, "name a session"},
		{[]string{"work"}, exitOurs, "--"},
		{[]string{"work", "--"}, exitOurs, "no command"},
		{[]string{"work", "--", "no-such-command-here"}, exitNoCommand, "no-such-command-here"},
		{[]string{"work", "--", plain}, exitCannotRun, "cannot be run"},
		{[]string{"work", "--", filepath.Dir(plain)}, exitCannotRun, "cannot be run"},
	} {
		p := b.start(append([]string{"exec"}, c.args...)...)
		p.ends(c.code)
		if !strings.Contains(p.stderr.String(), c.says) || !strings.HasPrefix(p.stderr.String(), "sessionkeeper: ") {
			t.Errorf("%q says %q; want %q", c.args, p.stderr.String(), c.says)
		}
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("the command was started")
	}
	b.run("resume", "work")
	b.start("exec", "work", "--", broken).ends(exitCannotRun)
	b.start("exec", "work", "work=WORK_TOKEN", "--", "true").ends(exitOurs)
}

// heeding is a program that says which signals reach it, and ends at the second TERM. It takes one after the other when it
// is ready for the next, so that none is missed.
const heeding = `
import signal
heard = set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}
signal.pthread_sigmask(signal.SIG_BLOCK, heard)
print("ready", flush=True)
terms = 0
while terms < 2:
	got = int(signal.sigwait(heard))
	print("got", got, flush=True)
	terms += got == signal.SIGTERM
exit(9)`

func TestExecSignals(t *testing.T) {
	b := withSession(t)
	p := b.start("exec", "work", "--", "python3", "-c", heeding)
	p.until("ready")
	for _, s := range []syscall.Signal{
		unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGWINCH, unix.SIGCONT,
		unix.SIGPWR, 37, 64, unix.SIGTERM, unix.SIGTERM, // 37 is RTMIN+3, 64 RTMAX
	} {
		p.signal(s)
		if line, want := p.line(), fmt.Sprintf("got %d", int(s)); line != want {
			t.Errorf("the command says %q; want %q", line, want)
		}
	}
	p.ends(9)
}

// We end as the command did: by the same signal where that says all, by its number where it would not.
func TestExecEndsAlike(t *testing.T) {
	b := withSession(t)
	for s, dies := range map[syscall.Signal]bool{
		unix.SIGINT: true, unix.SIGTERM: true, unix.SIGHUP: true, unix.SIGKILL: true, unix.SIGUSR1: false, unix.SIGSEGV: false,
	} {
		p := b.start("exec", "work", "--", "sh", "-c", fmt.Sprintf("kill -%d $$; sleep 60", s))
		_ = p.cmd.Wait()
		state, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
		switch {
		case !ok:
			t.Fatal("no status")
		case dies && (!state.Signaled() || state.Signal() != s):
			t.Errorf("%v: ended with %v; want by the signal\n%s", s, p.cmd.ProcessState, &p.stderr)
		case !dies && state.ExitStatus() != exitSignalBase+int(s):
			t.Errorf("%v: ended with %v; want %d\n%s", s, p.cmd.ProcessState, exitSignalBase+int(s), &p.stderr)
		}
	}
}

// stat is a process's state as the kernel tells it, "" once it is gone.
func stat(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	return string(data[bytes.LastIndexByte(data, ')')+2])
}

func TestExecStops(t *testing.T) {
	b := withSession(t)
	cmd := exec.Command("sessionkeeper", "exec", "work", "--", "sh", "-c", "echo $$; exec cat")
	cmd.Env = b.env
	// A group of its own, as a shell gives each job: a group that nobody minds is not stopped at all (POSIX.1, 11.1.4).
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := startProcess(t, cmd)
	child, err := strconv.Atoi(p.line())
	if err != nil {
		t.Fatal(err)
	}
	p.signal(unix.SIGTSTP)
	within(t, "both to stop", func() bool { return stat(child) == "T" && stat(p.cmd.Process.Pid) == "T" })
	p.signal(unix.SIGCONT)
	within(t, "both to go on", func() bool { return stat(child) != "T" && stat(p.cmd.Process.Pid) != "T" })
	if _, err := p.stdin.Write([]byte("awake\n")); err != nil {
		t.Fatal(err)
	}
	if line := p.line(); line != "awake" {
		t.Errorf("cat gives %q", line)
	}
	p.ends(helper.ExitDone)
}

func TestExecKilledHard(t *testing.T) {
	b := withSession(t)
	p := b.start("exec", "work", "--file", "work=F", "--", "sh", "-c", "echo $$ $F; exec sleep 600")
	var child int
	var file string
	if _, err := fmt.Sscan(p.line(), &child, &file); err != nil {
		t.Fatal(err)
	}
	p.signal(unix.SIGKILL)
	_ = p.cmd.Wait()
	within(t, "the command to be gone", func() bool { s := stat(child); return s == "" || s == "Z" })
	within(t, "its file to be gone", func() bool { _, err := os.Stat(file); return os.IsNotExist(err) })
}

// outlives is a job that asks the provider who it is with what it finds in its file, and at its endpoint, until each has
// had five different tokens. It says what else than 200 it was answered.
const outlives = `
ask() { code=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $1" "$ISSUER/userinfo"); [ "$code" = 200 ] || echo "$2: $code"; }
old=; n=0; older=; m=0
while [ $n -lt 5 ] || [ $m -lt 5 ]; do
	t=$(cat "$TOKEN_FILE"); ask "$t" file
	[ "$t" = "$old" ] || { n=$((n+1)); old=$t; }
	t=$(curl -s -H 'Metadata-Flavor: Google' "http://$GCE_METADATA_HOST/computeMetadata/v1/instance/service-accounts/default/token" |
		sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
	ask "$t" endpoint
	[ "$t" = "$older" ] || { m=$((m+1)); older=$t; }
done
echo tokens $n $m`

// A job that outlives its access token many times over is never refused.
func TestExecOutlivesTokens(t *testing.T) {
	b := withSession(t, "--access-ttl", "6s")
	p := b.start("exec", "--file", "work=TOKEN_FILE", "--google", "work", "--", "bash", "-c", outlives)
	if got := p.ends(helper.ExitDone); got != "tokens 5 5\n" {
		t.Errorf("the job says %q\n%s", got, &p.stderr)
	}
	t.Attr("real", "curl")
}

// The keeper is killed meanwhile: the next one is started, and takes the job's file over.
func TestExecOutlivesKeeper(t *testing.T) {
	b := withSession(t, "--access-ttl", "20s")
	job := `cat "$F"; echo; read -r _; old=$(cat "$F"); while [ "$(cat "$F" 2>/dev/null)" = "$old" ] || [ ! -s "$F" ]; do sleep 0.1; done; cat "$F"; echo`
	p := b.start("exec", "--file", "work=F", "--", "bash", "-c", job)
	first := p.line()
	endKeeper(b.home, syscall.SIGKILL)
	if _, err := p.stdin.Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
	if second := p.line(); second == first || second == "" {
		t.Error("the file is not renewed by the next keeper")
	}
	p.ends(helper.ExitDone)
}

// Who uses a session is named before it is signed out, for as long as it does.
func TestExecIsNamedAtLogout(t *testing.T) {
	b := withSession(t)
	p := b.start("exec", "work", "--", "cat")
	if _, err := p.stdin.Write([]byte("runs\n")); err != nil {
		t.Fatal(err)
	}
	p.until("runs")
	out := b.start("logout", "work")
	out.ends(helper.ExitUsage)
	if !strings.Contains(out.stderr.String(), "cat") {
		t.Errorf("logout says %q", out.stderr.String())
	}
	p.ends(helper.ExitDone)
	b.run("logout", "work")
}
