package cloud

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
	"sessionkeeper/ui/api/crowd"
)

// What a program's connection may take.
const (
	doorHeaderWait = 5 * time.Second
	doorBodyWait   = time.Second // programs of this machine send it with the head
	doorIdleWait   = 60 * time.Second
	doorMaxHeader  = 16 << 10
	doorMaxConns   = 512
	maxForm        = 16 << 10
)

// How long the keeper may take for each protocol: less than its clients wait, botocore 2 s, the metadata server's 3 s.
const (
	containerWait = 1500 * time.Millisecond
	metadataWait  = 2 * time.Second
	answerWait    = 4 * time.Second
)

// What life a token must have: Google's and Microsoft's libraries take one with less than 3 min 45 s and 5 min for spent.
const handOutTTL = 5 * time.Minute

func (e *Endpoints) server() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:                      http.HandlerFunc(e.serve),
		ReadHeaderTimeout:            doorHeaderWait,
		ReadTimeout:                  2 * doorHeaderWait,
		WriteTimeout:                 2*doorHeaderWait + answerWait,
		IdleTimeout:                  doorIdleWait,
		MaxHeaderBytes:               doorMaxHeader,
		DisableGeneralOptionsHandler: true,
		Protocols:                    protocols,
		ConnState:                    crowd.Note,
		ErrorLog:                     slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
	}
}

// serve refuses what no program of the run sends, and finds the endpoint. A web page fails at the Host, where its name
// was made to resolve to us, or at what browsers add.
func (e *Endpoints) serve(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 { // also for a body that nobody reads: net/http waits for that after the answer
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(doorBodyWait))
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Host != e.host {
		http.Error(w, "this address is answered under its own name only", http.StatusMisdirectedRequest)
		return
	}
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		if len(r.Header.Values(name)) > 0 {
			http.Error(w, "this address is not for browsers", http.StatusForbidden)
			return
		}
	}
	if e.o.Metadata != nil && (r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/computeMetadata/")) {
		e.metadata(w, r)
		return
	}
	segment, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !same(e.segment, segment) {
		http.NotFound(w, r)
		return
	}
	switch {
	case rest == "aws" && e.o.AWS != nil:
		e.container(w, r)
	case rest == "google" && e.o.Google != nil:
		e.subjectToken(w, r)
	case rest == "azure" && e.o.Azure != nil:
		e.managedIdentity(w, r)
	case rest == "oauth/token" && e.o.OAuth != nil:
		e.tokenEndpoint(w, r)
	default:
		http.NotFound(w, r)
	}
}

// same compares in constant time.
func same(want secret.Text, got string) bool {
	return subtle.ConstantTimeCompare([]byte(want.Reveal()), []byte(got)) == 1
}

// shows reports whether a request has a header exactly once, with this value.
func shows(r *http.Request, header string, value secret.Text) bool {
	got := r.Header.Values(header)
	return len(got) == 1 && same(value, got[0])
}

// asks reports whether a request has the method, and answers where it has not.
func asks(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method {
		return true
	}
	w.Header().Set("Allow", method)
	http.Error(w, "use "+method, http.StatusMethodNotAllowed)
	return false
}

// refusal is why there is no token, before a protocol puts it into its own form.
type refusal struct {
	status  int
	code    string // the local API's
	message string
	retry   int // in seconds; 0: that does not help
}

func refusalOf(err error) refusal {
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		message := "the keeper does not answer; see: sessionkeeper doctor"
		if errors.Is(err, context.DeadlineExceeded) {
			message = "the keeper gave no token in time; try again"
		}
		return refusal{status: http.StatusServiceUnavailable, code: "unavailable", message: message, retry: 1}
	}
	r := refusal{status: p.Status, code: p.Code, message: p.Error()}
	if r.status < http.StatusBadRequest || r.status > 599 {
		r.status = http.StatusServiceUnavailable
	}
	if r.status >= http.StatusInternalServerError {
		r.retry = 1
		if !p.RetryAt.IsZero() {
			r.retry = max(1, int(math.Ceil(time.Until(p.RetryAt).Seconds())))
		}
	}
	return r
}

// refuse logs a refusal and says when to come back.
func (e *Endpoints) refuse(w http.ResponseWriter, face string, f refusal) {
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retry))
	}
	e.log.Debug("no token handed out", "face", face, "status", f.status, "code", f.code)
}

// token asks the keeper within the time that a protocol's clients have.
func (e *Endpoints) token(ctx context.Context, name string, r client.TokenRequest) (client.Token, error) {
	if r.Wait == 0 {
		r.Wait = client.Duration(answerWait)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.Wait)+slack)
	defer cancel()
	return e.o.Source.Token(ctx, name, r)
}

// slack is what the keeper has for saying that its time was over.
const slack = 200 * time.Millisecond

// send writes a JSON body; its types are ours and always encode.
func send(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
