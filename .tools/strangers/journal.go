package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// request is one request to the token endpoint. Tokens are named by a part of their hash, which is good for nothing.
type request struct {
	At           time.Time `json:"at"`
	EndedAt      time.Time `json:"ended_at"`
	GrantType    string    `json:"grant_type"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	SentBefore   bool      `json:"sent_before,omitempty"`
	Issued       string    `json:"issued,omitempty"`
	Status       int       `json:"status"`
	Error        string    `json:"error,omitempty"`
}

// journal is what the token endpoint has seen.
type journal struct {
	mu       sync.Mutex // guards what follows
	requests []request
	sent     map[string]bool
	double   int
}

func mark(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:6])
}

// copied is an answer that is read while it is written.
type copied struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
}

func (c *copied) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(b []byte) (int, error) {
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}

func (j *journal) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "no form", http.StatusBadRequest)
			return
		}
		e := request{At: time.Now(), GrantType: r.PostForm.Get("grant_type"), RefreshToken: mark(r.PostForm.Get("refresh_token"))}
		j.mu.Lock()
		if e.RefreshToken != "" {
			e.SentBefore = j.sent[e.RefreshToken]
			j.sent[e.RefreshToken] = true
		}
		j.mu.Unlock()
		answer := &copied{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		var members struct {
			Refresh string `json:"refresh_token"`
			Error   string `json:"error"`
		}
		_ = json.Unmarshal(answer.body.Bytes(), &members) // an answer that is no JSON has neither
		e.EndedAt, e.Status, e.Issued, e.Error = time.Now(), answer.status, mark(members.Refresh), members.Error
		j.mu.Lock()
		defer j.mu.Unlock()
		j.requests = append(j.requests, e)
		if e.SentBefore {
			j.double++
		}
	})
}

func (j *journal) show(w http.ResponseWriter, _ *http.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	writeJSON(w, map[string]any{"requests": j.requests, "double_sends": j.double})
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the caller is gone; there is nobody left to tell
}
