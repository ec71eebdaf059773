package programs_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/ui/api/programs"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	first, second := open(), open()
	for _, step := range []struct {
		what      string
		file      *os.File
		exclusive bool
		want      error
	}{
		{"a look", first, false, nil},
		{"another look", second, false, nil},
		{"for itself beside a look", second, true, programs.ErrLocked},
	} {
		if err := programs.Lock(step.file, step.exclusive); !errors.Is(err, step.want) {
			t.Errorf("%s: %v; want %v", step.what, err, step.want)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := programs.Lock(second, true); err != nil {
		t.Errorf("after the other has gone: %v", err)
	}
	for _, exclusive := range []bool{true, false} {
		if err := programs.Lock(open(), exclusive); !errors.Is(err, programs.ErrLocked) {
			t.Errorf("exclusive %t beside one that has it: %v; want ErrLocked", exclusive, err)
		}
	}
}
