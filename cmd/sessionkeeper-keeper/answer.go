package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"regexp"
	"strconv"

	"sessionkeeper/ui/helper"
)

// maxAnswer bounds an answer to explain, in bytes; a keeper reads 256 KiB at most.
const maxAnswer = 256 << 10

// readAnswer reads the body of an answer, or with withHead all of it.
func readAnswer(r io.Reader, status int, withHead bool) (int, http.Header, []byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	if !withHead {
		return status, http.Header{}, data, nil
	}
	// A head may follow a head: that of a proxy, or one that says to continue.
	for {
		status, header, body, err := cutHead(data)
		if err != nil || !bytes.HasPrefix(body, []byte("HTTP/")) {
			return status, header, body, err
		}
		data = body
	}
}

// statusLine is the first line of an answer; HTTP/2 and HTTP/3 have none, and programs that show them write one.
var statusLine = regexp.MustCompile(`^HTTP/[0-9](?:\.[0-9])? ([1-5][0-9]{2})(?: |$)`)

// cutHead parses the head of an answer as people paste it, which [http.ReadResponse] is too strict for: of any version
// of HTTP, with a body that is shorter than the head says, or that the program that showed it has unpacked.
func cutHead(data []byte) (int, http.Header, []byte, error) {
	reader := bufio.NewReader(bytes.NewReader(data))
	head := textproto.NewReader(reader)
	line, _ := head.ReadLine()
	found := statusLine.FindStringSubmatch(line)
	fields, err := head.ReadMIMEHeader()
	if found == nil || err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, nil, faultf(helper.ExitFailed, `stdin is no HTTP answer; it begins with a line like "HTTP/1.1 400 Bad Request"`)
	}
	status, err := strconv.Atoi(found[1])
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the status: %w", err)
	}
	header := http.Header(fields)
	body, err := io.ReadAll(reader)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the body: %w", err)
	}
	if header.Get("Transfer-Encoding") == "chunked" {
		if whole, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body))); err == nil {
			body = whole
		}
	}
	return status, header, body, nil
}
