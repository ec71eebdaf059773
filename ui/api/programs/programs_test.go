package programs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"sessionkeeper/ui/api/programs"
)

// What lies beside us comes before what is on PATH; what cannot be run is not there.
func TestFind(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	t.Setenv("PATH", elsewhere)
	const name = "sessionkeeper-of-a-test"
	beside, onPath := filepath.Join(filepath.Dir(own), name), filepath.Join(elsewhere, name)
	if runtime.GOOS == "windows" {
		beside, onPath = beside+".exe", onPath+".exe"
	}
	t.Cleanup(func() { _ = os.Remove(beside) })
	for _, step := range []struct {
		path string
		mode os.FileMode
		want string
	}{
		{"", 0, ""},
		{onPath, 0o700, onPath},
		{beside, 0o600, onPath},
		{beside, 0o700, beside},
	} {
		if runtime.GOOS == "windows" && step.mode == 0o600 {
			continue // the ending alone says there what can be run
		}
		if step.path != "" {
			if err := os.WriteFile(step.path, nil, step.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(step.path, step.mode); err != nil {
				t.Fatal(err)
			}
		}
		if got := programs.Find(name); got != step.want {
			t.Errorf("after %q of mode %o: found %q; want %q", step.path, step.mode, got, step.want)
		}
	}
	if front, err := programs.Front(); err != nil || front != own {
		t.Errorf("the front program is %q, %v; want ourselves, %q", front, err, own)
	}
}

func TestOutlive(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for home, want := range map[string]string{"": "", "a": filepath.Join(here, "a"), here: here} {
		t.Setenv("SESSIONKEEPER_HOME", home)
		cmd := exec.CommandContext(t.Context(), own)
		if err := programs.Outlive(cmd); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(cmd.Env) > 0 {
			got = cmd.Env[len(cmd.Env)-1]
		}
		if cmd.Dir != string(filepath.Separator) || cmd.SysProcAttr == nil || want != "" && got != "SESSIONKEEPER_HOME="+want ||
			want == "" && got != "" {
			t.Errorf("home %q: in %s with %q; want %q", home, cmd.Dir, got, want)
		}
	}
}
