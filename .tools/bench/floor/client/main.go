// Command client is the least that a Go program can do to get a token: it sends one request to the socket named by its
// argument over package net, and copies what comes back to standard output.
package main

import (
	"io"
	"net"
	"os"
)

func main() {
	c, err := net.Dial("unix", os.Args[1]) //nolint:gosec,noctx // that is what it is for
	if err != nil {
		os.Exit(1)
	}
	defer c.Close()
	if _, err := io.WriteString(c, os.Args[2]); err != nil {
		os.Exit(1)
	}
	b := make([]byte, 8<<10)
	n, err := c.Read(b)
	if err != nil {
		os.Exit(1)
	}
	os.Stdout.Write(b[:n])
}
