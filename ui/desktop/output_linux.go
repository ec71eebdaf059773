package desktop

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// outputSize is what is kept of an opener's output.
const outputSize = 4 << 10

// outputFile is where openers write: memory of fixed size. A pipe would end a chatty browser when this process ends
// before it; a file on disk would grow as long as the browser lives.
var outputFile = sync.OnceValue(func() *os.File {
	fd, err := unix.MemfdCreate("opener-output", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), "opener-output")
	if f.Truncate(outputSize) != nil {
		return nil
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_GROW|unix.F_SEAL_SHRINK); err != nil {
		return nil
	}
	return f
})

// output is nil where there is none: what is written is then lost.
func output() *os.File { return outputFile() }

// rewindOutput makes room. The position is shared with the openers.
func rewindOutput() {
	if f := outputFile(); f != nil {
		_, _ = f.WriteAt(make([]byte, outputSize), 0)
		_, _ = f.Seek(0, 0)
	}
}

func readOutput() string {
	f := outputFile()
	if f == nil {
		return ""
	}
	text := make([]byte, outputSize)
	n, _ := f.ReadAt(text, 0)
	for n > 0 && text[n-1] == 0 {
		n--
	}
	return string(text[:n])
}
