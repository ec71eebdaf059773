package main

import "testing"

func TestWholeAnswers(t *testing.T) {
	for text, want := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":       true,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{":        false,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n":             false,
		"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}":       false,
		"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n": true,
	} {
		if got := wholeHTTP([]byte(text)); got != want {
			t.Errorf("wholeHTTP(%q) = %t; want %t", text, got, want)
		}
	}
	for text, want := range map[string]bool{
		`{"access_token":"a"}`: true, `{"access_token":"a"`: false, `{"error":"x"}`: false, "": false,
	} {
		if got := wholeJSON([]byte(text)); got != want {
			t.Errorf("wholeJSON(%q) = %t; want %t", text, got, want)
		}
	}
}
