package api_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
)

// opened opens a server's doors and closes them again; it gives the page's origin.
func opened(t *testing.T, o api.Options) string {
	t.Helper()
	s, err := api.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.PageAddress()
}

// The page keeps its origin over restarts where any port will do, and finds another where that is taken.
func TestPageKeepsItsPort(t *testing.T) {
	o := apitest.Options(t, apitest.New(), page())
	origin := opened(t, o)
	file := filepath.Join(o.Places.State, "page.port")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the port is not remembered for us alone: %v, %v", info, err)
	}
	if again := opened(t, o); again != origin {
		t.Errorf("the page was at %s and is at %s; want the same", origin, again)
	}
	var lc net.ListenConfig
	other, err := lc.Listen(t.Context(), "tcp4", origin[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	moved := opened(t, o)
	if moved == origin || moved == "" {
		t.Errorf("beside another program at %s the page is at %q", origin, moved)
	}
	if again := opened(t, o); again != moved {
		t.Errorf("the page was at %s and is at %s; want the same", moved, again)
	}
}

func TestPagePortThatIsNone(t *testing.T) {
	for _, text := range []string{"", "x", "-1", "0", "80", "65536", "http://127.0.0.1:4000"} {
		o := apitest.Options(t, apitest.New(), page())
		if err := os.MkdirAll(o.Places.State, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(o.Places.State, "page.port"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if opened(t, o) == "" {
			t.Errorf("with %q in the file there is no page", text)
		}
	}
}
