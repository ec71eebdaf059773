package cloudtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// AWS is the Security Token Service, as far as web identities go: it checks a token as its documentation says, and who
// signs a request with the credentials that it gave for it. It is an http.Handler and safe for concurrent use.
type AWS struct {
	roles map[string]Role

	mu    sync.Mutex // guards what follows
	given map[string]credentials
	asked []AssumeRole
	wall  func() time.Time
	life  time.Duration
	fails []Failure
	hold  chan struct{}
}

// Role is a role and whom it trusts.
type Role struct {
	Issuer   string // whose keys are fetched from there
	Audience string
	Subject  string        // alone; empty: any
	Max      time.Duration // of a session; 0: an hour
}

// AssumeRole is a request that the service has seen.
type AssumeRole struct {
	Role, Session string
	Duration      time.Duration // 0: not said
	Token         string
	Host          string
}

// Failure is an answer in place of the true one.
type Failure struct {
	Status        int
	Code, Message string
	Header        http.Header
	Body          []byte // in place of an error document
}

type credentials struct {
	secret, token, arn, account string
	ends                        time.Time
}

// NewAWS returns a service that knows these roles, by ARN.
func NewAWS(roles map[string]Role) *AWS {
	return &AWS{roles: roles, given: map[string]credentials{}, wall: time.Now}
}

// SetClock gives the service another clock.
func (a *AWS) SetClock(wall func() time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wall = wall
}

// SetLife makes credentials live that long, whatever is asked for; the true service gives none under 15 minutes.
func (a *AWS) SetLife(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.life = d
}

// Fail makes the next requests for credentials fail, one after the other.
func (a *AWS) Fail(f ...Failure) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fails = append(a.fails, f...)
}

// Hold keeps the next requests for credentials waiting until release is called, or until they are given up.
func (a *AWS) Hold() (release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := make(chan struct{})
	a.hold = c
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.hold = nil
		close(c)
	})
}

// Asked gives the requests for credentials so far.
func (a *AWS) Asked() []AssumeRole {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

// Secrets gives all secrets that were handed out.
func (a *AWS) Secrets() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []string
	for _, c := range a.given {
		all = append(all, c.secret, c.token)
	}
	return all
}

const maxRequest = 1 << 20

func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "MalformedInput"})
		return
	}
	form, err := url.ParseQuery(string(body))
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/" || kind != "application/x-www-form-urlencoded" ||
		form.Get("Version") != "2011-06-15" {
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "InvalidAction", Message: "Could not find operation"})
		return
	}
	switch form.Get("Action") {
	case "AssumeRoleWithWebIdentity":
		a.assume(w, r, form)
	case "GetCallerIdentity":
		a.caller(w, r, body)
	default:
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "InvalidAction", Message: "Could not find operation"})
	}
}

// turn notes a request and gives the failure that is its turn.
func (a *AWS) turn(q AssumeRole) (f Failure, failed bool, hold chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, q)
	if len(a.fails) > 0 {
		f, failed = a.fails[0], true
		a.fails = a.fails[1:]
	}
	return f, failed, a.hold
}

var (
	sessionForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	roleForm    = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):role/(.+)$`)
)

func (a *AWS) assume(w http.ResponseWriter, r *http.Request, form url.Values) {
	q := AssumeRole{
		Role: form.Get("RoleArn"), Session: form.Get("RoleSessionName"), Token: form.Get("WebIdentityToken"), Host: r.Host,
	}
	seconds, err := strconv.Atoi(form.Get("DurationSeconds"))
	if form.Has("DurationSeconds") {
		q.Duration = time.Duration(seconds) * time.Second
	}
	f, failed, hold := a.turn(q)
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	if failed {
		refuse(w, f)
		return
	}
	role, known := a.roles[q.Role]
	arn := roleForm.FindStringSubmatch(q.Role)
	longest := role.Max
	if longest == 0 {
		longest = time.Hour
	}
	switch {
	case r.Header.Get("Authorization") != "":
		refuse(w, Failure{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch"})
	case arn == nil, !sessionForm.MatchString(q.Session), len(q.Token) < 4, len(q.Token) > 20_000,
		form.Has("DurationSeconds") && (err != nil || q.Duration < 15*time.Minute || q.Duration > longest):
		refuse(w, Failure{
			Status: http.StatusBadRequest, Code: "ValidationError",
			Message: "1 validation error detected: Value '" + q.Token + "' does not fit",
		})
	case !known:
		refuse(w, Failure{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Not authorized to perform sts:AssumeRoleWithWebIdentity"})
	default:
		a.judge(w, r, q, role)
	}
}

// judge checks the token and gives credentials for it.
func (a *AWS) judge(w http.ResponseWriter, r *http.Request, q AssumeRole, role Role) {
	a.mu.Lock()
	now, life := a.wall(), a.life
	a.mu.Unlock()
	claims, err := verify(r.Context(), role.Issuer, q.Token, now)
	switch {
	case errors.Is(err, errExpired):
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "ExpiredTokenException", Message: "Token expired: current date/time is after it"})
		return
	case err != nil:
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "InvalidIdentityToken", Message: "Couldn't retrieve verification key, or not signed by it"})
		return
	case !slices.Contains(claims.Audience, role.Audience):
		refuse(w, Failure{Status: http.StatusBadRequest, Code: "InvalidIdentityToken", Message: "Incorrect token audience"})
		return
	case role.Subject != "" && claims.Subject != role.Subject:
		refuse(w, Failure{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Not authorized to perform sts:AssumeRoleWithWebIdentity"})
		return
	}
	if life == 0 {
		life = max(q.Duration, 15*time.Minute)
		if q.Duration == 0 {
			life = time.Hour
		}
	}
	m := roleForm.FindStringSubmatch(q.Role)
	name := m[3][strings.LastIndexByte(m[3], '/')+1:]
	c := credentials{
		secret: "aws/SECRET+" + rand.Text(), token: "aws-session-token-" + rand.Text() + rand.Text() + "==",
		account: m[2], arn: "arn:" + m[1] + ":sts::" + m[2] + ":assumed-role/" + name + "/" + q.Session,
		ends: now.Add(life).Truncate(time.Second),
	}
	id := "ASIA" + rand.Text()[:16]
	a.mu.Lock()
	a.given[id] = c
	a.mu.Unlock()
	write(w, http.StatusOK, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Audience>%s</Audience>
    <AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:%s</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>
    <Provider>%s</Provider>
    <Credentials>
      <AccessKeyId>%s</AccessKeyId>
      <SecretAccessKey>%s</SecretAccessKey>
      <SessionToken>%s</SessionToken>
      <Expiration>%s</Expiration>
    </Credentials>
    <SubjectFromWebIdentityToken>%s</SubjectFromWebIdentityToken>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>
`, role.Audience, q.Session, c.arn, role.Issuer, id, c.secret, c.token, c.ends.UTC().Format(time.RFC3339), claims.Subject, rand.Text())
}

// caller says who signed a request.
func (a *AWS) caller(w http.ResponseWriter, r *http.Request, body []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := a.signer(r, body)
	if err != nil {
		refuse(w, Failure{Status: http.StatusForbidden, Code: "InvalidClientTokenId", Message: err.Error()})
		return
	}
	write(w, http.StatusOK, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Arn>%s</Arn><UserId>AROAEXAMPLE:x</UserId><Account>%s</Account></GetCallerIdentityResult>
  <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>
`, c.arn, c.account, rand.Text())
}

var signature = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/sts/aws4_request, ?` +
	`SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// signer checks a signature of version 4 (AWS General Reference, signing process). It needs mu.
func (a *AWS) signer(r *http.Request, body []byte) (credentials, error) {
	m := signature.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return credentials{}, errors.New("not signed")
	}
	c, known := a.given[m[1]]
	switch {
	case !known || r.Header.Get("X-Amz-Security-Token") != c.token:
		return credentials{}, errors.New("the security token included in the request is invalid")
	case !a.wall().Before(c.ends):
		return credentials{}, errors.New("the security token included in the request is expired")
	}
	sum := func(b []byte) string {
		h := sha256.Sum256(b)
		return hex.EncodeToString(h[:])
	}
	var canonical bytes.Buffer
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	for name := range strings.SplitSeq(m[4], ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, strings.TrimSpace(value))
	}
	fmt.Fprintf(&canonical, "\n%s\n%s", m[4], sum(body))
	scope := m[2] + "/" + m[3] + "/sts/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + sum(canonical.Bytes())
	key := []byte("AWS4" + c.secret)
	for _, part := range []string{m[2], m[3], "sts", "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	if hex.EncodeToString(key) != m[5] {
		return credentials{}, errors.New("the request signature does not match")
	}
	return c, nil
}

func write(w http.ResponseWriter, status int, format string, values ...any) {
	for i, v := range values {
		if s, ok := v.(string); ok {
			var b strings.Builder
			_ = xml.EscapeText(&b, []byte(s))
			values[i] = b.String()
		}
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, format, values...)
}

func refuse(w http.ResponseWriter, f Failure) {
	maps.Copy(w.Header(), f.Header)
	if f.Body != nil {
		w.WriteHeader(f.Status)
		_, _ = w.Write(f.Body)
		return
	}
	write(w, f.Status, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
  <RequestId>%s</RequestId>
</ErrorResponse>
`, f.Code, f.Message, rand.Text())
}
