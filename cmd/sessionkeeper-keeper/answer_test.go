package main

import (
	"strings"
	"testing"
)

// An answer is pasted from where a person meets it: a terminal, a proxy's recording, a bug report.
func TestPastedAnswerIsReadAsItIsPasted(t *testing.T) {
	const refused = `{"error":"invalid_grant"}`
	for name, pasted := range map[string]string{
		"HTTP/1.1":                        "HTTP/1.1 400 Bad Request\r\nRetry-After: 30\r\n\r\n" + refused,
		"no carriage returns":             "HTTP/1.1 400 Bad Request\nRetry-After: 30\n\n" + refused,
		"no reason phrase":                "HTTP/1.1 400\r\nRetry-After: 30\r\n\r\n" + refused,
		"HTTP/2 as curl prints it":        "HTTP/2 400 \r\nretry-after: 30\r\n\r\n" + refused,
		"HTTP/3":                          "HTTP/3 400\nretry-after: 30\n\n" + refused,
		"chunked and put together":        "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\nRetry-After: 30\r\n\r\n" + refused,
		"chunked as it came":              "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\nRetry-After: 30\r\n\r\n19\r\n" + refused + "\r\n0\r\n\r\n",
		"shorter than it says":            "HTTP/1.1 400 Bad Request\r\nContent-Length: 400\r\nRetry-After: 30\r\n\r\n" + refused,
		"after the head of a proxy":       "HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 400 \r\nretry-after: 30\r\n\r\n" + refused,
		"after a head that says continue": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nRetry-After: 30\r\n\r\n" + refused,
	} {
		status, header, body, err := readAnswer(strings.NewReader(pasted), 0, true)
		if err != nil || status != 400 || header.Get("Retry-After") != "30" || string(body) != refused {
			t.Errorf("%s: %d, %v, %q: %v", name, status, header, body, err)
		}
	}
}

func TestPastedAnswerMayEndWithItsHead(t *testing.T) {
	status, header, body, err := readAnswer(strings.NewReader("HTTP/2 429\nretry-after: 30"), 0, true)
	if err != nil || status != 429 || header.Get("Retry-After") != "30" || len(body) != 0 {
		t.Errorf("%d, %v, %q: %v", status, header, body, err)
	}
}

func TestNoAnswerIsSaidSo(t *testing.T) {
	for _, pasted := range []string{"", `{"error":"invalid_grant"}`, "HTTP/2\n\n", "HTTP/1.1 4000 No\n\n", "HTTP/1.1 099 No\n\n", "HTTP/1.1 400 Bad\nno colon\n\n{}"} {
		if status, _, _, err := readAnswer(strings.NewReader(pasted), 0, true); err == nil {
			t.Errorf("%q is read as the status %d", pasted, status)
		}
	}
}
