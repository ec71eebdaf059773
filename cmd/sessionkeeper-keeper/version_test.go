package main

import (
	"strings"
	"testing"

	"sessionkeeper/assets"
)

func TestVersion(t *testing.T) {
	for want, b := range map[string]build{
		"1.2.3":                       {Version: "1.2.3"},
		"1.2.3+0123456789ab":          {Version: "1.2.3", Revision: "0123456789abcdef"},
		"1.2.3+0123456789ab.modified": {Version: "1.2.3", Revision: "0123456789abcdef", Modified: true},
	} {
		if got := b.short(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	if b := buildInfo(); b.Version != assets.Version || b.Build != assets.Build || b.Go == "" || b.Platform == "" {
		t.Errorf("got %+v", b)
	}
	if !strings.HasPrefix(version(), assets.Version) {
		t.Errorf("got %q", version())
	}
}
