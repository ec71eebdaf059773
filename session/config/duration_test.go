package config

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

func TestDurationString(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"},
		{90 * time.Second, "1m30s"},
		{5*time.Minute + 4*time.Second, "5m4s"},
		{5 * time.Minute, "5m"},
		{10 * time.Second, "10s"},
		{time.Hour, "1h"},
		{time.Hour + time.Second, "1h0m1s"},
		{10 * time.Hour, "10h"},
		{30 * day, "30d"},
		{36 * time.Hour, "1d12h"},
		{day + time.Second, "1d1s"},
		{day + 10*time.Minute, "1d10m"},
		{-36 * time.Hour, "-1d12h"},
		{1500 * time.Millisecond, "1.5s"},
		{math.MaxInt64, "106751d23h47m16.854775807s"},
		{math.MinInt64, "-106751d23h47m16.854775808s"},
	} {
		if got := Duration(c.d).String(); got != c.want {
			t.Errorf("%v: got %q; want %q", c.d, got, c.want)
		}
		if back, err := ParseDuration(c.want); err != nil || time.Duration(back) != c.d {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", c.want, back, err, c.d)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "0": 0, "0s": 0, "-0": 0, "1.5d": 36 * time.Hour, ".5d": 12 * time.Hour,
		"1d12h": 36 * time.Hour, "12h1d": 36 * time.Hour, "+2d": 2 * day, "-1d12h": -36 * time.Hour,
		"1h1m1s1ms1us1ns": time.Hour + time.Minute + time.Second + time.Millisecond + time.Microsecond + 1,
		"1µs":             time.Microsecond,
	} {
		if got, err := ParseDuration(text); err != nil || time.Duration(got) != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-", "5", "d", "5 m", " 5m", "5m ", "1dd", "1d-2h", "--1d", "1..5d", "1e3s", "NaNd", "infd", "0x10s", "5w",
		"106752d", "9999999999999d", "106751d24h", "-106752d", "1d5", "٣d",
	} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v; want an error", text, got)
		}
	}
}

func TestDurationJSON(t *testing.T) {
	type record struct {
		A Duration  `json:"a"`
		B *Duration `json:"b,omitempty"`
		C Duration  `json:"c,omitzero"`
	}
	got, err := json.Marshal(record{A: Duration(30 * day), B: new(Duration(0))})
	if want := `{"a":"30d","b":"0s"}`; err != nil || string(got) != want {
		t.Fatalf("got %s, %v; want %s", got, err, want)
	}
	var r record
	if err := json.Unmarshal([]byte(`{"a":"5m4s"}`), &r); err != nil || r.A != Duration(5*time.Minute+4*time.Second) {
		t.Fatalf("got %v, %v; want 5m4s", r.A, err)
	}
	for _, bad := range []string{`{"a":300}`, `{"a":"300"}`} {
		if err := json.Unmarshal([]byte(bad), &r); err == nil {
			t.Errorf("%s: want an error", bad)
		}
	}
}

func FuzzDuration(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(math.MinInt64))
	f.Add(int64(36 * time.Hour))
	f.Fuzz(func(t *testing.T, n int64) {
		text := Duration(n).String()
		if back, err := ParseDuration(text); err != nil || back != Duration(n) {
			t.Fatalf("%d: %q comes back as %d, %v", n, text, back, err)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	f.Add("1d12h")
	f.Add("-.5d")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if back, err := ParseDuration(d.String()); err != nil || back != d {
			t.Fatalf("%q: %q comes back as %d, %v; want %d", text, d.String(), back, err, d)
		}
	})
}
