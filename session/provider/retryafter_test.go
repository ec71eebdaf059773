package provider

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, v := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"1.5", 1500 * time.Millisecond},
		{"0", 0},
		{"-3", 0},
		{"1e9", maxRetryAfter},
		{"901", maxRetryAfter},
		{"99999999999999999999999", maxRetryAfter},
		{"NaN", 0},
		{"-Inf", 0},
		{"soon", 0},
		{"Fri, 02 Jan 2026 03:05:05 GMT", time.Minute},
		{"Fri, 02 Jan 2026 03:03:05 GMT", 0},
		{"Sat, 02 Jan 2027 03:03:05 GMT", maxRetryAfter},
	} {
		if got := retryAfter(http.Header{"Retry-After": {v.value}}, now); got != v.want {
			t.Errorf("Retry-After %q: %v; want %v", v.value, got, v.want)
		}
	}
	header := http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:05:05 GMT"}, "Date": {"Fri, 02 Jan 2026 03:04:35 GMT"}}
	if a := Judge(nil, 503, header, nil); a.RetryAfter != 30*time.Second {
		t.Errorf("date against the server's own: %v; want 30s", a.RetryAfter)
	}
}
