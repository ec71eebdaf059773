package main

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// machineID is that of machine-id(5).
func machineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		data, err := os.ReadFile(path) //nolint:gosec // one of the two above
		if id := strings.TrimSpace(string(data)); err == nil && len(id) == 32 {
			return id
		}
	}
	return ""
}

// birth is when a file was made, in ns since 1970 (statx(2)); 0 where the file system does not tell.
func birth(path string) int64 {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME, &st)
	if err != nil || st.Mask&unix.STATX_BTIME == 0 {
		return 0
	}
	return st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
}
