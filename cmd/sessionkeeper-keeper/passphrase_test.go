package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each time the keychain asks, "-" takes the next line of stdin and leaves what is behind it; a start does not wait for
// the first.
func TestPassphraseFromStdin(t *testing.T) {
	s := streams{stdin: strings.NewReader("wrong one\r\nright one\nlast")}
	if err := checkPassphrase("-", s); err != nil {
		t.Fatal(err)
	}
	ask := passphrase("-", s)
	for _, want := range []string{"wrong one", "right one", "last"} {
		if got, err := ask(t.Context()); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if got, err := ask(t.Context()); err == nil {
		t.Errorf("at the end of stdin the passphrase is %q", got)
	}
}

func TestPassphraseFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte(" of a file \nmore"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := streams{stdin: strings.NewReader("of stdin\n")}
	if err := checkPassphrase(file, s); err != nil {
		t.Error(err)
	}
	if got, err := passphrase(file, s)(t.Context()); err != nil || string(got) != "of a file" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", file + ".none"} {
		if checkPassphrase(bad, s) == nil {
			t.Errorf("a keeper would start with the passphrase file %q", bad)
		}
		if got, err := passphrase(bad, s)(t.Context()); err == nil {
			t.Errorf("the passphrase of %q is %q", bad, got)
		}
	}
}
