package desktop

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenRoutes sends after changes of the routing tables, until ctx ends (rtnetlink(7); no rights are needed).
func listenRoutes(ctx context.Context, out chan<- struct{}) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("opening netlink: %w", err)
	}
	socket := os.NewFile(uintptr(fd), "netlink")
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer func() {
		if stop() {
			_ = socket.Close()
		}
	}()
	groups := uint32(unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		return fmt.Errorf("listening to netlink: %w", err)
	}
	buf := make([]byte, os.Getpagesize())
	for {
		// What changed does not matter, nor that some of it was lost (ENOBUFS): the tables are read afresh.
		if _, err := socket.Read(buf); err != nil && !errors.Is(err, unix.ENOBUFS) {
			return fmt.Errorf("reading netlink: %w", err)
		}
		select {
		case out <- struct{}{}:
		default: // a look is due already
		}
	}
}

// readRoutes reads the main routing table, without what leads nowhere: loopback, link-local, multicast.
func readRoutes() (routes, error) {
	data, err := syscall.NetlinkRIB(unix.RTM_GETROUTE, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("reading routes: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(data)
	if err != nil {
		return nil, fmt.Errorf("reading routes: %w", err)
	}
	found := routes{}
	for i := range messages {
		// struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type.
		m := &messages[i]
		if m.Header.Type != unix.RTM_NEWROUTE || len(m.Data) < unix.SizeofRtMsg {
			continue
		}
		bits, table, kind := m.Data[1], m.Data[4], m.Data[7]
		if table != unix.RT_TABLE_MAIN || kind != unix.RTN_UNICAST {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(m)
		if err != nil {
			return nil, fmt.Errorf("reading routes: %w", err)
		}
		if route, ok := describe(bits, attrs); ok {
			found[route] = true
		}
	}
	return found, nil
}

func describe(bits byte, attrs []syscall.NetlinkRouteAttr) (route string, ok bool) {
	var to netip.Addr
	var via, from, out string
	for _, a := range attrs {
		switch a.Attr.Type {
		case unix.RTA_DST:
			to, _ = netip.AddrFromSlice(a.Value)
		case unix.RTA_GATEWAY:
			via = string(a.Value)
		case unix.RTA_PREFSRC:
			from = string(a.Value)
		case unix.RTA_OIF:
			out = string(a.Value)
		}
	}
	if to.IsLoopback() || to.IsLinkLocalUnicast() || to.IsMulticast() {
		return "", false
	}
	return fmt.Sprintf("%v/%d %x %x %x", to, bits, out, via, from), true
}
