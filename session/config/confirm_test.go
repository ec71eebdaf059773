package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestConfirm(t *testing.T) {
	d := open(t)
	file := filepath.Join(d.Path(), sessionsDir, "work.toml")
	if _, on := d.Confirm("work"); on {
		t.Error("a session that nobody has read is asked about")
	}
	s := minimal("work")
	s.Confirm = true
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	first, on := d.Confirm("work")
	if !on || first == 0 {
		t.Fatalf("saved: edition %d, %t; want one", first, on)
	}
	want := func(when string, edition uint64) {
		t.Helper()
		d.Sessions()
		if got, on := d.Confirm("work"); !on || got != edition {
			t.Errorf("%s: edition %d, %t; want %d", when, got, on, edition)
		}
	}
	want("read again", first)
	put(t, "# a comment\nprovider = \"github\"\nclient_id = \"x\"\nconfirm = true\n", file)
	want("commented", first)
	put(t, "provider = \"github\"\nclient_id = \"y\"\nconfirm = true\n", file)
	want("edited", first+1)
	put(t, "confirm = maybe\n", file)
	want("broken", first+1)
	put(t, "provider = \"github\"\nclient_id = \"y\"\nconfirm = true\n", file)
	want("mended", first+1)
	put(t, "provider = \"github\"\nclient_id = \"y\"\nconfirm = false\n", file)
	d.Sessions()
	if _, on := d.Confirm("work"); on {
		t.Error("confirm = false is asked about")
	}
	put(t, "provider = \"github\"\nclient_id = \"y\"\nconfirm = true\n", file)
	want("turned on again", first+2)
	if err := d.Remove("work"); err != nil {
		t.Fatal(err)
	}
	if _, on := d.Confirm("work"); on {
		t.Error("a session that is gone is asked about")
	}
}

// A folder that cannot be read says nothing: who was asked about still is.
func TestConfirmWithoutFolder(t *testing.T) {
	d := open(t)
	s := minimal("work")
	s.Confirm = true
	if err := d.Save(s); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(d.Path()); err != nil {
		t.Fatal(err)
	}
	d.Sessions()
	if _, on := d.Confirm("work"); !on {
		t.Error("the session is not asked about any more")
	}
}

func BenchmarkConfirm(b *testing.B) {
	d, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	s := minimal("work")
	s.Confirm = true
	if err := d.Save(s); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, on := d.Confirm("work"); !on {
			b.Fatal("it is not asked about")
		}
	}
}
