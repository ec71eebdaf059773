package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// uidOf asks for SO_PEERCRED (unix(7)): who called connect, or listen at the server's end.
func uidOf(c *net.UnixConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *syscall.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err := errors.Join(err, credErr); err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}

// uidOfTCP finds the client's socket: its local address is our remote one. Where the kernel does not tell about a single
// one, it is looked for in /proc/net/tcp (proc_pid_net(5)); a client may hold an IPv6 socket that talks to a mapped IPv4
// address.
func uidOfTCP(c net.Conn) (int, error) {
	client, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return 0, err
	}
	server, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return 0, err
	}
	uid, err := diagnose(client, server)
	if err == nil {
		return uid, nil
	}
	uid, err = findSocket("/proc/net/tcp", hexAddr(client, false), hexAddr(server, false))
	if errors.Is(err, errNoSocket) {
		uid, err = findSocket("/proc/net/tcp6", hexAddr(client, true), hexAddr(server, true))
	}
	return uid, err
}

var errNoSocket = errors.New("the connection is in no table of the kernel")

func findSocket(table, client, server string) (int, error) {
	f, err := os.Open(table) //nolint:gosec // one of two constants
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid …
		fields := strings.Fields(lines.Text())
		if len(fields) > 7 && fields[1] == client && fields[2] == server {
			return strconv.Atoi(fields[7])
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, errNoSocket
}

// hexAddr writes an address as the kernel's table does: 32-bit words in the machine's order, the port in hexadecimal.
func hexAddr(a netip.AddrPort, as6 bool) string {
	ip := a.Addr().Unmap().AsSlice()
	if as6 && len(ip) == 4 {
		ip = slices.Concat(make([]byte, 10), []byte{0xff, 0xff}, ip)
	}
	if littleEndian {
		for i := 0; i < len(ip); i += 4 {
			slices.Reverse(ip[i : i+4])
		}
	}
	port := binary.BigEndian.AppendUint16(nil, a.Port())
	return strings.ToUpper(hex.EncodeToString(ip) + ":" + hex.EncodeToString(port))
}
