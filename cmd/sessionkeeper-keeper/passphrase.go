package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sessionkeeper/session/secret"
)

// maxSecret bounds a secret that is read from a file or from stdin, in bytes.
const maxSecret = 64 << 10

var errNoPassphrase = errors.New("the keychain's passphrase is missing: start with serve --passphrase-file FILE")

// streams are a command's three standard streams.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// terminal gives stdin's descriptor where a person types there.
func terminal(stdin io.Reader) (fd int, ok bool) {
	f, isFile := stdin.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// passphrase gives the passphrase of the file backend: the first line of a file; what is typed at the terminal; or, for
// "-" where stdin is none, its next line each time it is asked for. No copy is kept.
func passphrase(file string, s streams) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) {
		if file != "" && file != "-" {
			return readSecret(file, nil)
		}
		fd, ok := terminal(s.stdin)
		if !ok && file == "-" {
			line, err := lineOf(s.stdin)
			return []byte(line), err
		}
		if !ok {
			return nil, errNoPassphrase
		}
		_, _ = io.WriteString(s.stderr, "Passphrase of the keychain file: ")
		typed, err := term.ReadPassword(fd)
		_, _ = io.WriteString(s.stderr, "\n")
		if err != nil {
			return nil, fmt.Errorf("reading the passphrase: %w", err)
		}
		return typed, nil
	}
}

// checkPassphrase refuses to start a keeper that nobody can give its passphrase. A wrong one is no reason: it can be
// corrected while the keeper runs.
func checkPassphrase(file string, s streams) error {
	switch file {
	case "-":
		return nil // its lines come when they are asked for
	case "":
		if _, ok := terminal(s.stdin); !ok {
			return errNoPassphrase
		}
		return nil
	}
	_, err := readSecret(file, nil)
	return err
}

// secretFlag reads the secret that a flag names: the file's first line, or stdin's for "-". No name is no secret.
func secretFlag(cmd *cobra.Command, file string) (secret.Text, error) {
	if file == "" {
		return secret.Text{}, nil
	}
	if fd, ok := terminal(cmd.InOrStdin()); ok && file == "-" {
		cmd.PrintErr("Secret (not shown): ")
		typed, err := term.ReadPassword(fd)
		cmd.PrintErrln()
		if err != nil {
			return secret.Text{}, fmt.Errorf("reading the secret: %w", err)
		}
		return secret.New(string(bytes.TrimSpace(typed))), nil
	}
	data, err := readSecret(file, cmd.InOrStdin())
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(string(data)), nil
}

// readSecret gives the first line of a file, or of stdin for "-", without white space around it.
func readSecret(file string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if file != "-" || stdin == nil {
		f, err := os.Open(file) //nolint:gosec // the user names the file
		if err != nil {
			return nil, fmt.Errorf("reading the secret: %w; name a file that holds it", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSecret))
	if err != nil {
		return nil, fmt.Errorf("reading the secret: %w", err)
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return nil, errors.New("the secret is empty: put it into the first line")
	}
	return line, nil
}

// lineOf reads one line, byte by byte so that nothing behind it is swallowed.
func lineOf(r io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < maxSecret {
		n, err := r.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				break
			}
			line = append(line, one[0])
			continue
		}
		if errors.Is(err, io.EOF) && len(line) > 0 {
			break
		}
		if err != nil {
			return "", fmt.Errorf("reading a line: %w", err)
		}
	}
	return string(bytes.TrimSpace(line)), nil
}
