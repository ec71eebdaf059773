package peer

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
)

// What linux/sock_diag.h and linux/inet_diag.h call it.
const (
	netlinkSockDiag  = 4
	sockDiagByFamily = 20
	diagRequestSize  = 56 // struct inet_diag_req_v2
	diagUID          = 64 // idiag_uid in struct inet_diag_msg
)

// errNoDiag is a kernel that does not answer the question.
var errNoDiag = errors.New("the kernel does not tell about single sockets")

// diagnose asks the kernel whose socket has these addresses (sock_diag(7)). It takes as long with one connection as with
// ten thousand, which the table in /proc does not.
func diagnose(local, remote netip.AddrPort) (uid int, err error) {
	s, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return 0, err
	}
	defer func() { _ = syscall.Close(s) }()
	id := diagID(local, remote)
	family := byte(syscall.AF_INET)
	if local.Addr().Unmap().Is6() {
		family = syscall.AF_INET6
	}
	if err := syscall.Sendto(s, diagRequest(family, id), 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return 0, err
	}
	var answer [1024]byte
	n, _, err := syscall.Recvfrom(s, answer[:], 0)
	if err != nil {
		return 0, err
	}
	messages, err := syscall.ParseNetlinkMessage(answer[:n])
	if err != nil {
		return 0, err
	}
	for _, m := range messages {
		// A socket that only listens at the address has no remote one: it is another.
		if m.Header.Type == sockDiagByFamily && len(m.Data) >= diagUID+4 && string(m.Data[4:8]) == string(id[:4]) {
			return int(binary.NativeEndian.Uint32(m.Data[diagUID:])), nil
		}
	}
	return 0, errNoDiag
}

// diagID is a struct inet_diag_sockid: ports and addresses in the network's order, any interface, no cookie. A socket of
// IPv6 with mapped addresses is found under the IPv4 ones.
func diagID(local, remote netip.AddrPort) []byte {
	id := make([]byte, 0, 48)
	id = binary.BigEndian.AppendUint16(id, local.Port())
	id = binary.BigEndian.AppendUint16(id, remote.Port())
	for _, a := range []netip.Addr{local.Addr().Unmap(), remote.Addr().Unmap()} {
		var room [16]byte
		copy(room[:], a.AsSlice())
		id = append(id, room[:]...)
	}
	id = append(id, 0, 0, 0, 0)
	return append(id, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
}

// diagRequest is a netlink message with a struct inet_diag_req_v2 for one socket of TCP in any state.
func diagRequest(family byte, id []byte) []byte {
	b := make([]byte, 0, syscall.NLMSG_HDRLEN+diagRequestSize)
	b = binary.NativeEndian.AppendUint32(b, syscall.NLMSG_HDRLEN+diagRequestSize)
	b = binary.NativeEndian.AppendUint16(b, sockDiagByFamily)
	b = binary.NativeEndian.AppendUint16(b, syscall.NLM_F_REQUEST)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // sequence and port
	b = append(b, family, syscall.IPPROTO_TCP, 0, 0)
	b = append(b, 0xff, 0xff, 0xff, 0xff)
	return append(b, id...)
}
