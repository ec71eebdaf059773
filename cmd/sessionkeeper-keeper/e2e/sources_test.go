package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sources calls visit for every Go file of the programs, tests and what only tests use left out.
func sources(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Root}}", "sessionkeeper/session").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(out))
	files := 0
	for _, room := range []string{"cmd", "ui", "session", "keychain", "assets"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (strings.HasSuffix(d.Name(), "test") || strings.HasPrefix(d.Name(), "sessionkeeper-demo") || d.Name() == "testdata"):
				return filepath.SkipDir
			case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files++
			visit(strings.TrimPrefix(path, root+"/"), file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 200 {
		t.Fatalf("%d files were found; this test would prove nothing", files)
	}
}

// selected calls found for every PACKAGE.NAME in a file.
func selected(file *ast.File, found func(name string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				found(x.Name + "." + s.Sel.Name)
			}
		}
		return true
	})
}

// Nothing prints a whole request or answer, whatever the level of the log.
func TestTLOG4NothingIsDumped(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, file *ast.File) {
		selected(file, func(name string) {
			if strings.HasPrefix(name, "httputil.Dump") {
				t.Errorf("%s has %s", path, name)
			}
		})
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING && strings.Contains(s.Value, "%+v") {
				t.Errorf("%s prints with %s", path, s.Value)
			}
			return true
		})
	})
}

// Nobody shares a client or a transport with the whole process, and none trusts any certificate.
func TestTEGRESS1NoSharedClients(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, file *ast.File) {
		selected(file, func(name string) {
			switch name {
			case "http.DefaultTransport":
				if path == "ui/api/tokens/transport.go" { // for a program that brings none; it is not changed
					return
				}
				fallthrough
			case "http.DefaultClient", "http.Get", "http.Post", "http.PostForm", "http.Head":
				t.Errorf("%s has %s", path, name)
			}
		})
		ast.Inspect(file, func(n ast.Node) bool {
			if i, ok := n.(*ast.Ident); ok && i.Name == "InsecureSkipVerify" {
				t.Errorf("%s has %s", path, i.Name)
			}
			return true
		})
	})
}

// The keeper has no listener for developers, and no program that is built of it has one.
func TestTDEBUG1NoListenersForDevelopers(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"sessionkeeper", "sessionkeeper-keeper", "sessionkeeper-tray", "sessionkeeper-window"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "sessionkeeper/cmd/"+command).Output()
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(string(out)) {
			switch name {
			case "net/http/pprof", "expvar", "golang.org/x/net/trace", "net/rpc":
				t.Errorf("%s is built with %s", command, name)
			}
		}
	}
}

// Nothing believes the headers in which a client may claim to be another: the proxy deletes them, and the metadata endpoint
// refuses who sends one, as Google's does.
func TestTFWD1NobodyReadsForwarded(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.BasicLit)
			if !ok || s.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(s.Value)
			knows := path == "ui/proxy/rewrite.go" || path == "ui/cloud/metadata.go"
			if err == nil && !knows && (strings.HasPrefix(strings.ToLower(text), "x-forwarded") || text == "Forwarded") {
				t.Errorf("%s has %s", path, s.Value)
			}
			return true
		})
	})
}

// Only an address to sign in at is ever copied, and only where somebody asks for it: no token comes near a clipboard.
func TestTCLIP1OnlyAddressesAreCopied(t *testing.T) {
	t.Parallel()
	copies := 0
	sources(t, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || called(call) != "SetContent" {
				return true
			}
			on, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if board, ok := on.X.(*ast.CallExpr); ok && called(board) == "Clipboard" {
				copies++
				if what, ok := call.Args[0].(*ast.SelectorExpr); !ok || what.Sel.Name != "URL" || !strings.HasPrefix(path, "ui/window/") {
					t.Errorf("%s copies something else than a sign-in's address", path)
				}
			}
			return true
		})
	})
	if copies == 0 {
		t.Error("nothing copies; this test would prove nothing")
	}
}

// called is the name of the method that a call calls.
func called(call *ast.CallExpr) string {
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		return s.Sel.Name
	}
	return ""
}
