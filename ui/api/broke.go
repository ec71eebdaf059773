package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// broke tells of a request whose handler panicked. What it panicked with is not logged, for it may quote a secret: its
// type and the stack, which holds no text, say where the fault is.
func broke(log *slog.Logger, v any) {
	log.Error("a request broke off", "panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
}

// unbroken lets a panic of h end its own connection and no more, as net/http does, which would quote it in the log.
func unbroken(h http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				broke(log, v)
			}
			panic(http.ErrAbortHandler)
		}()
		h.ServeHTTP(w, r)
	})
}
