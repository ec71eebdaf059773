package keychain

import (
	"bytes"
	"errors"
	"testing"
)

func TestF5EncodeKeepsTheLimit(t *testing.T) {
	// wincred.h; and what base64 leaves of a line of 4096 bytes beside the names.
	for system, most := range map[string]int{"windows": 2560, "darwin": 3000} {
		if limit := itemLimit(system); limit > most {
			t.Errorf("%s: items of up to %d bytes; want %d at most", system, limit, most)
		}
	}
	for _, limit := range []int{200, 2000, itemLimit("windows"), itemLimit("darwin"), itemLimit("linux")} {
		for _, n := range []int{0, 1, 100, 1000, 5000, 64 << 10} {
			r := Record{Generation: 3, Data: bytes.Repeat([]byte{7}, n)}
			items := encode("abc", r, 'b', limit)
			h, data, err := decodeHead(items[0])
			if err != nil {
				t.Fatalf("limit %d, %d bytes: %v", limit, n, err)
			}
			for i, item := range items {
				if len(item) > limit {
					t.Errorf("limit %d, %d bytes: item %d has %d bytes", limit, n, i, len(item))
				}
				if i > 0 {
					chunk, err := contents(partMark, item)
					if err != nil {
						t.Fatal(err)
					}
					data = append(data, chunk...)
				}
			}
			got, err := h.record("abc", data)
			if err != nil || got.Generation != 3 || !bytes.Equal(got.Data, r.Data) || int(h.parts) != len(items) {
				t.Errorf("limit %d, %d bytes: got generation %d, %v", limit, n, got.Generation, err)
			}
		}
	}
}

func FuzzDecodeHead(f *testing.F) {
	for _, n := range []int{0, 10, 3000} {
		for _, item := range encode("abc", Record{Generation: 1, Data: make([]byte, n)}, 'a', 2000) {
			f.Add(item)
		}
	}
	f.Add([]byte("sk2 AAAA"))
	f.Add([]byte("sk1 "))
	f.Add([]byte("sk1 !!!!"))
	f.Fuzz(func(t *testing.T, item []byte) {
		h, data, err := decodeHead(item)
		if err != nil {
			if !errors.Is(err, ErrForeign) && !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v; want ErrForeign or ErrDamaged", err)
			}
			return
		}
		r, err := h.record("abc", data)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v; want ErrDamaged", err)
			}
			return
		}
		// What passes the check is what encode makes: the format has no two spellings.
		if again := encode("abc", r, h.slot, maxFile*2); h.parts == 1 && !bytes.Equal(again[0], item) {
			t.Errorf("encoding again gives %q", again[0])
		}
	})
}

func FuzzParseSealed(f *testing.F) {
	var keys keyset
	keys.add([]sealingKey{{1}})
	whole, err := keys.seal("abc/client", Record{Generation: 5, Data: []byte("five")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:30])
	f.Add([]byte(sealMark))
	f.Fuzz(func(t *testing.T, file []byte) {
		box, err := parseSealed(file)
		if err != nil {
			if !errors.Is(err, ErrForeign) && !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v; want ErrForeign or ErrDamaged", err)
			}
			return
		}
		r, err := keys.open("abc/client", box)
		// The seed of the process that found an input has another nonce than ours.
		if err == nil && (r.Generation != 5 || string(r.Data) != "five") {
			t.Errorf("a forged file was opened: %q", file)
		}
	})
}

func TestKeyChange(t *testing.T) {
	var keys keyset
	keys.add([]sealingKey{{1}})
	before, err := keys.seal("abc", Record{Generation: 1, Data: []byte("one")})
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := decodeKeys(encodeKeys([]sealingKey{{1}, {2}}))
	if err != nil {
		t.Fatal(err)
	}
	keys.add(decoded)
	after, err := keys.seal("abc", Record{Generation: 2, Data: []byte("two")})
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]sealingKey{string(before): {1}, string(after): {2}} {
		box, err := parseSealed([]byte(file))
		if err != nil || box.keyID != want.id() {
			t.Fatalf("sealed under %x, %v; want %x", box.keyID, err, want.id())
		}
		if _, err := keys.open("abc", box); err != nil {
			t.Errorf("opening generation %d: %v", box.generation, err)
		}
	}
	for _, bad := range [][]byte{nil, {keysVersion}, make([]byte, 33), append([]byte{keysVersion}, make([]byte, 31)...)} {
		if _, err := decodeKeys(bad); !errors.Is(err, ErrForeign) {
			t.Errorf("decoding %d bytes: got %v; want ErrForeign", len(bad), err)
		}
	}
}

func TestFileNamesDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, key := range []string{"abc", "ABC", "Abc", "a/b", "a_b", "a-b", "a", "con", "x-abc", "k-abc"} {
		name := fileName(key, sealedSuffix)
		if other, taken := seen[name]; taken || name != string(bytes.ToLower([]byte(name))) || len(name) > 255 {
			t.Errorf("%s lies in %s, as does %q", key, name, other)
		}
		seen[name] = key
	}
	if n := len(fileName(string(bytes.Repeat([]byte("K"), 128)), sealedSuffix)); n > 255 {
		t.Errorf("the longest name has %d bytes", n)
	}
}
