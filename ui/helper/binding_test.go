package helper

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"sessionkeeper/ui/api/places"
)

func TestBindings(t *testing.T) {
	want := []Binding{
		{Tool: "git", Session: "work", Hosts: []string{"example.org", "example.org:8443"}, Options: Options{Username: "ada", Scheme: "bearer"}},
		{Tool: "kubectl", Session: "kläster 北", Options: Options{IDToken: new(false)}},
	}
	if all, err := LoadBindings(places.Places{Config: t.TempDir()}); err != nil || all != nil {
		t.Errorf("without a file: %v, %v; want nothing", all, err)
	}
	data, err := EncodeBindings(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := LoadBindings(testHome(t, string(data))); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v, %v; want %+v", got, err, want)
	}
	if data, err := EncodeBindings([]Binding{{Tool: "git", Session: "work", Hosts: []string{"http://example.org"}}}); err == nil {
		t.Errorf("a binding that could not be read again became %q", data)
	}
}

func TestBindingsFaults(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"[[helper]]\ntool = 'git'\nsession = 'work'\nhosts = ['https://example.org']", "line 4: "},
		{"[[helper]]\ntool = 'git'\nsession = 'work'\nhosts = ['a', 'b.', 'c']", "line 4: "},
		{"\n[[helper]]\ntool = 'telnet'\nsession = 'work'", `line 3: there is no helper for "telnet"`},
		{"[[helper]]\ntool = 'git'\nsession = ''", "line 3: "},
		{"[[helper]]\ntool = 'git'\nsession = \"a\\nb\"", "line 3: "},
		{"[[helper]]\ntool = 'git'\nsession = 'work'\n\n[helper.options]\nscheme = 'digest'", "line 6: "},
		{"[[helper]]\ntool = 'git'\nsession = 'work'\nhost = 'example.org'", "line 4: \"helper.host\" is no setting"},
		{"[[helper]]\ntool = 'git'\n", "number 1 needs a tool and a session"},
		{"[[helper]]\ntool = git\n", "line 2: "},
		{"# \xff\n", "line 1: "},
	} {
		_, err := LoadBindings(testHome(t, c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), bindingsFile) {
			t.Errorf("%q: %v; want the file and %q", c.file, err, c.want)
		}
	}
	if _, err := LoadBindings(testHome(t, strings.Repeat("#", maxBindings+1))); err == nil {
		t.Error("a file without end is no error")
	}
}

// A folder, or a pipe that nobody writes to, is no file of bindings, and nobody waits for it.
func TestBindingsOfNoFile(t *testing.T) {
	p := places.Places{Config: t.TempDir()}
	if err := os.Mkdir(BindingsPath(p), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadBindings(p); err == nil {
		t.Error("a folder is no error")
	}
}

func FuzzBindings(f *testing.F) {
	f.Add("[[helper]]\ntool = 'git'\nsession = 'work'\nhosts = ['example.org:8443']\n[helper.options]\nid_token = true")
	f.Add("helper = [{tool = 'docker', session = 'x'}]")
	f.Add("[[helper]]\ntool = 1")
	f.Fuzz(func(t *testing.T, file string) {
		all, err := decodeBindings([]byte(file))
		if err != nil {
			return
		}
		for _, b := range all {
			if _, ok := Find(b.Tool); !ok || b.Session == "" || strings.ContainsFunc(b.Session, isControl) {
				t.Errorf("%q gave %+v", file, b)
			}
			for _, h := range b.Hosts {
				if again, err := NormalHost(h); err != nil || again != h {
					t.Errorf("%q gave the host %q, which is not normal: %q, %v", file, h, again, err)
				}
			}
		}
	})
}
