package provider

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const maxRetryAfter = 15 * time.Minute

// retryAfter reads Retry-After (RFC 9110 section 10.2.3), seconds or a date, at most maxRetryAfter. What cannot be
// read, or lies in the past, is 0.
func retryAfter(header http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(header.Get("Retry-After"))
	if v == "" {
		return 0
	}
	var wait time.Duration
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		if s > maxRetryAfter.Seconds() {
			return maxRetryAfter
		}
		wait = seconds(s)
	} else if at, err := http.ParseTime(v); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// headerDate is when the server made its answer, by its own clock; now where it does not say.
func headerDate(header http.Header, now time.Time) time.Time {
	if at, err := http.ParseTime(header.Get("Date")); err == nil {
		return at
	}
	return now
}

// reference is the instant that ends of lives in an answer are held against: our clock's, or the server's where an https
// answer shows that ours is behind. Never the earlier of the two, which would lengthen a life.
func (r *reply) reference() time.Time {
	if r.date.Sub(r.sentAt) > slack {
		return r.date
	}
	return r.sentAt
}

// behind reports whether an https answer shows the server's clock behind ours.
func (r *reply) behind() bool { return !r.date.IsZero() && r.sentAt.Sub(r.date) > slack }

// locationHost is the host a redirect points to, without the rest of its URL.
func locationHost(header http.Header) string {
	u, err := url.Parse(header.Get("Location"))
	if err != nil {
		return ""
	}
	return CleanLine(u.Host)
}

// seconds turns a positive number of seconds into a duration without overflowing. NaN and less are 0.
func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, 1e9) * float64(time.Second))
}
