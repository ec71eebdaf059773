package fast

import "golang.org/x/sys/unix"

// ownerOf asks for LOCAL_PEERCRED (unix(4)).
func ownerOf(fd int) (uid int, err error) {
	cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
