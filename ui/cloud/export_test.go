package cloud

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// For tests from outside.
var (
	ParseCredentials = parseCredentials
	ParseError       = parseError
)

// STSAddress is the address of the STS that is asked for a role.
func STSAddress(arn, region string) (string, error) {
	r, err := parseRole(arn)
	if err != nil {
		return "", err
	}
	return r.stsAddress(region)
}

// RoleSessionName is the name that AWS logs for a session.
var RoleSessionName = roleSessionName

// CodeOf is an error's code.
func CodeOf(e stsError) string { return e.code }

// Serve answers a request that was sent to the right host, unless it is none that net/http lets through.
func Serve(e *Endpoints, method, path, header, body string) (status int, text string, ok bool) {
	raw := method + " " + path + " HTTP/1.1\r\nHost: " + e.host + "\r\n" + header + "\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n" + body
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		return 0, "", false
	}
	w := httptest.NewRecorder()
	e.serve(w, r)
	return w.Code, w.Body.String(), true
}
