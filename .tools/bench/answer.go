package main

import (
	"bytes"
	"slices"
	"strconv"
)

// wholeHTTP reports whether an answer with a token has come to its end.
func wholeHTTP(answer []byte) bool {
	head, body, found := bytes.Cut(answer, []byte("\r\n\r\n"))
	if !found || !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return false
	}
	_, field, found := bytes.Cut(head, []byte("\r\nContent-Length: "))
	if !found {
		return false
	}
	number, _, _ := bytes.Cut(field, []byte("\r\n"))
	length, err := strconv.Atoi(string(number))
	return err == nil && len(body) == length
}

// wholeJSON reports whether an object with a token has come to its end.
func wholeJSON(answer []byte) bool {
	end := bytes.TrimRight(answer, "\n\x00")
	return bytes.HasSuffix(end, []byte("}")) && bytes.Contains(answer, []byte(`"access_token"`))
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(all))[len(all)/2]
}
