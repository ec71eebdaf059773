//go:build failpoints

package keychain

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// failpointHits counts how often the point was met that SESSIONKEEPER_FAILPOINT names.
var failpointHits atomic.Int64

// failpoint does what SESSIONKEEPER_FAILPOINT=POINT:COUNT:ACTION[:FILE] says when the keeper comes to POINT for the COUNTth
// time: kill (as SIGKILL does), panic, or hold: it makes FILE and goes on when that is gone.
func failpoint(point string) {
	plan := strings.SplitN(os.Getenv("SESSIONKEEPER_FAILPOINT"), ":", 4)
	if plan[0] != point || len(plan) < 3 {
		return
	}
	if n, err := strconv.ParseInt(plan[1], 10, 64); err != nil || failpointHits.Add(1) != n {
		return
	}
	switch plan[2] {
	case "kill":
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Kill()
		}
		select {}
	case "panic":
		panic("failpoint " + point)
	case "hold":
		err := os.WriteFile(plan[3], nil, 0o600)
		for err == nil {
			time.Sleep(time.Millisecond)
			_, err = os.Stat(plan[3])
		}
	}
}
