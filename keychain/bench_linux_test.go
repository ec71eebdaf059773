package keychain_test

import (
	"fmt"
	"testing"

	"sessionkeeper/keychain/keychaintest"
)

func BenchmarkVault(b *testing.B) {
	desktop := keychaintest.Start(b)
	data := keychaintest.Pattern(4000, 1)
	for _, c := range []struct {
		name    string
		backend string
		away    bool
	}{{"os", "os", false}, {"sealed", "sealed", false}, {"file", "file", false}, {"spill", "os", true}} {
		o := options(b, c.backend, desktop.Vars())
		o.Log, o.Home = nil, "home-"+c.name
		v := open(b, o)
		if c.away {
			lockAway(b, v, desktop)
		}
		generation := uint64(0)
		b.Run("save/"+c.name, func(b *testing.B) {
			for b.Loop() {
				generation++
				if _, err := v.Save(b.Context(), "abc", data, generation); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("load/"+c.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := v.Load(b.Context(), "abc"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	desktop.Unlock()
}

func BenchmarkKeyringOfManyRecords(b *testing.B) {
	o := options(b, "os", keychaintest.Start(b).Vars())
	o.Log = nil
	v := open(b, o)
	data := keychaintest.Pattern(4000, 1)
	for i := range 200 {
		if _, err := v.Save(b.Context(), fmt.Sprintf("abc-%d", i), data, 1); err != nil {
			b.Fatal(err)
		}
	}
	generation := uint64(1)
	for b.Loop() {
		generation++
		if _, err := v.Save(b.Context(), "abc-0", data, generation); err != nil {
			b.Fatal(err)
		}
	}
}
