package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// settledAfter is how old the last change of a file must be for its time to tell it from a later one: the clocks of file
// systems tick every few milliseconds, or every 2 s (FAT).
const settledAfter = 3 * time.Second

// reading is what a definition's file said when it was last read.
type reading struct {
	session Session
	err     error

	size      int64
	changedAt time.Time
	file      fileID
	settled   bool // a later change of the file has another time
}

// fileID is which file it is: one that was put in its place is another one. The zero value: the system does not say.
type fileID struct{ device, inode uint64 }

// readAll reads the definitions in these files of a folder, several at a time, and of them those alone that are not as
// they were when they were last read. It needs mu.
func (d *Dir) readAll(folder string, files []string) []reading {
	all := make([]reading, len(files))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				all[i] = d.readings[files[i]].again(filepath.Join(folder, files[i]))
			}
		})
	}
	wg.Wait()
	d.readings = make(map[string]reading, len(files))
	for i, r := range all {
		if r.settled {
			d.readings[files[i]] = r
		}
	}
	return all
}

// again is the reading of a file now, which is the one before where the file is the same.
func (r reading) again(path string) reading {
	now := time.Now()
	info, err := os.Stat(path)
	if err == nil && r.of(info) {
		return r
	}
	n := reading{}
	if n.session, n.err = readSession(path); err != nil || n.err != nil {
		return n
	}
	n.size, n.changedAt, n.file = info.Size(), info.ModTime(), fileOf(info)
	n.settled = now.Sub(n.changedAt) > settledAfter
	return n
}

// of reports whether it was this very file that was read.
func (r reading) of(info fs.FileInfo) bool {
	return r.settled && info.Mode().IsRegular() && owned(info) && info.Size() == r.size && info.ModTime().Equal(r.changedAt) &&
		fileOf(info) == r.file
}
