//go:build linux || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

var errNoDisplay = errors.New("there is no display: DISPLAY is not set; start this from inside the desktop")

const displayWait = 2 * time.Second

// checkDisplay says why no window can be shown: the X server that DISPLAY names (X(7)) does not take connections. Fyne
// would panic there.
func checkDisplay(getenv func(string) string) error {
	name := getenv("DISPLAY")
	if name == "" {
		return errNoDisplay
	}
	network, address, err := displayAddress(name)
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: displayWait}
	conn, err := dialer.Dial(network, address)
	if err != nil && network == "unix" {
		conn, err = dialer.Dial(network, "@"+address) // the same server in the abstract name space
	}
	if err != nil {
		return fmt.Errorf("the display %s does not answer; start this from inside the desktop", name)
	}
	_ = conn.Close()
	return nil
}

// displayAddress is where the server of a display [HOST]:NUMBER[.SCREEN] listens.
func displayAddress(name string) (network, address string, err error) {
	at := strings.LastIndexByte(name, ':')
	if at < 0 {
		return "", "", fmt.Errorf("DISPLAY=%q names no display; start this from inside the desktop", name)
	}
	host, number := name[:at], name[at+1:]
	number, _, _ = strings.Cut(number, ".")
	n, err := strconv.ParseUint(number, 10, 15)
	if err != nil {
		return "", "", fmt.Errorf("DISPLAY=%q names no display; start this from inside the desktop", name)
	}
	if host == "" || host == "unix" {
		return "unix", "/tmp/.X11-unix/X" + number, nil
	}
	const firstPort = 6000
	return "tcp", net.JoinHostPort(host, strconv.FormatUint(firstPort+n, 10)), nil
}
