package api

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"
)

const (
	codeLife   = 60 * time.Second
	maxCodes   = 16
	maxTries   = 5 // wrong codes until all outstanding ones are worthless
	bearerIdle = 12 * time.Hour
	maxBearers = 25
)

// pages knows the one-time codes and the bearers of open pages, by their hashes, in memory alone. Time is the wall's:
// a machine that slept for a night has idle pages.
type pages struct {
	mu      sync.Mutex // guards all
	codes   map[[sha256.Size]byte]time.Time
	tries   int
	bearers map[[sha256.Size]byte]time.Time // last use
	looks   map[[sha256.Size]byte]look
}

func newPages() *pages {
	return &pages{
		codes: map[[sha256.Size]byte]time.Time{}, bearers: map[[sha256.Size]byte]time.Time{},
		looks: map[[sha256.Size]byte]look{},
	}
}

func now() time.Time { return time.Now().Round(0) }

// newCode makes a code of 130 random bits.
func (p *pages) newCode() (code string, expires time.Time) {
	code, expires = rand.Text(), now().Add(codeLife)
	p.mu.Lock()
	defer p.mu.Unlock()
	dropOldest(p.codes, maxCodes-1)
	p.codes[sha256.Sum256([]byte(code))] = expires
	p.tries = 0
	return code, expires
}

// exchange takes a code, once, for a bearer.
func (p *pages) exchange(code string) (bearer string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := sha256.Sum256([]byte(code))
	expires, known := p.codes[key]
	if !known {
		p.tries++
		if p.tries >= maxTries {
			clear(p.codes)
		}
		return "", false
	}
	delete(p.codes, key)
	if !now().Before(expires) {
		return "", false
	}
	dropOldest(p.bearers, maxBearers-1)
	bearer = rand.Text() + rand.Text()
	p.bearers[sha256.Sum256([]byte(bearer))] = now()
	return bearer, true
}

// knows reports whether a bearer is good, and counts as its use.
func (p *pages) knows(bearer string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := sha256.Sum256([]byte(bearer))
	used, known := p.bearers[key]
	if !known {
		return false
	}
	if now().Sub(used) >= bearerIdle {
		delete(p.bearers, key)
		return false
	}
	p.bearers[key] = now()
	return true
}

// dropOldest leaves at most keep entries.
func dropOldest(m map[[sha256.Size]byte]time.Time, keep int) {
	for len(m) > keep {
		var oldest [sha256.Size]byte
		var at time.Time
		for key, t := range m {
			if at.IsZero() || t.Before(at) {
				oldest, at = key, t
			}
		}
		delete(m, oldest)
	}
}

func (s *Server) uiCode(w http.ResponseWriter, r *request) error {
	if err := decode(w, r.Request, &struct{}{}); err != nil {
		return err
	}
	code := s.pageCode()
	if code.URL == "" {
		return &httpError{
			status: http.StatusServiceUnavailable,
			detail: "the keeper has no page now; see: sessionkeeper doctor",
		}
	}
	return answer(w, code)
}

func (s *Server) uiSession(w http.ResponseWriter, r *request) error {
	var body struct {
		Code string `json:"code"`
	}
	if err := decode(w, r.Request, &body); err != nil {
		return err
	}
	bearer, ok := s.pages.exchange(body.Code)
	if !ok {
		return &httpError{
			status: http.StatusUnauthorized,
			detail: "this link was used already or is older than a minute; run: sessionkeeper ui",
		}
	}
	return answer(w, struct {
		Bearer string `json:"bearer"`
	}{bearer})
}

// contentTypes are those of the page's files; the system's table is not asked, because it differs.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
}

// addFiles makes a route of each of the page's files.
func (s *Server) addFiles() error {
	if s.o.Page == nil {
		return nil
	}
	return fs.WalkDir(s.o.Page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(s.o.Page, name)
		if err != nil {
			return fmt.Errorf("reading the page's %s: %w", name, err)
		}
		contentType, known := contentTypes[path.Ext(name)]
		if !known {
			return fmt.Errorf("reading the page's %s: no content type is known for it", name)
		}
		pattern := "/" + name
		if name == "index.html" {
			pattern = "/"
		}
		s.addRoute(route{"GET", pattern, bare, atOnce, file(contentType, data)})
		return nil
	})
}

func file(contentType string, data []byte) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, _ *request) error {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data)
		return nil
	}
}
