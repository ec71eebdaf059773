package cloud

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"sessionkeeper/session/secret"
	"sessionkeeper/ui/api/client"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// form is a regular expression that is compiled when it is first asked for: every command of the keeper's program links
// this package, and few of them meet AWS.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	errAnswer = errors.New("the answer is none of STS's")

	keyForm     = form(`^[A-Z0-9]{16,128}$`)
	accountForm = form(`^arn:aws[a-z-]*:sts::([0-9]{12}):assumed-role/`)
)

// maxSecret bounds a secret key and a session token; AWS promises no size, and sends a few KiB at most.
const maxSecret = 64 << 10

// parseCredentials reads the answer to AssumeRoleWithWebIdentity. Its error never holds any of it.
func parseCredentials(body []byte) (client.AWSCredentials, error) {
	var a struct {
		XMLName xml.Name
		Result  []struct {
			Credentials []struct {
				AccessKeyID     []string `xml:"AccessKeyId"`
				SecretAccessKey []string
				SessionToken    []string
				Expiration      []string
			}
			AssumedRoleUser struct{ Arn string }
		} `xml:"AssumeRoleWithWebIdentityResult"`
	}
	if err := unmarshal(body, &a); err != nil || a.XMLName.Local != "AssumeRoleWithWebIdentityResponse" ||
		a.XMLName.Space != stsNamespace || len(a.Result) != 1 || len(a.Result[0].Credentials) != 1 {
		return client.AWSCredentials{}, errAnswer
	}
	in := a.Result[0].Credentials[0]
	key, okKey := one(in.AccessKeyID)
	secretKey, okSecret := one(in.SecretAccessKey)
	token, okToken := one(in.SessionToken)
	end, okEnd := one(in.Expiration)
	expires, err := time.Parse(time.RFC3339, end)
	if !okKey || !okSecret || !okToken || !okEnd || err != nil || !keyForm().MatchString(key) {
		return client.AWSCredentials{}, errAnswer
	}
	c := client.AWSCredentials{
		AccessKeyID: key, SecretKey: secret.New(secretKey), SessionToken: secret.New(token), ExpiresAt: expires.UTC(),
	}
	if m := accountForm().FindStringSubmatch(a.Result[0].AssumedRoleUser.Arn); m != nil {
		c.AccountID = m[1]
	}
	return c, nil
}

// stsError is what STS says went wrong, in its own words: text of a stranger.
type stsError struct{ code, message string }

var codeForm = form(`^[A-Za-z][A-Za-z0-9.]{1,63}$`)

// parseError reads an error answer; not ok where it is none.
func parseError(body []byte) (e stsError, ok bool) {
	var a struct {
		XMLName xml.Name
		Error   []struct{ Code, Message string }
	}
	if err := unmarshal(body, &a); err != nil || a.XMLName.Local != "ErrorResponse" || len(a.Error) != 1 {
		return stsError{}, false
	}
	code := strings.TrimSpace(a.Error[0].Code)
	if !codeForm().MatchString(code) {
		return stsError{}, false
	}
	return stsError{code: code, message: a.Error[0].Message}, true
}

// unmarshal reads one document and nothing after it.
func unmarshal(body []byte, into any) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(into); err != nil {
		return err
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if text, white := token.(xml.CharData); err != nil || !white || len(bytes.TrimSpace(text)) > 0 {
			return errAnswer
		}
	}
}

// one gives the only value of an element, trimmed, fit to stand in an environment and a header.
func one(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	v := strings.TrimSpace(values[0])
	outside := func(r rune) bool { return r <= ' ' || r > '~' }
	return v, v != "" && len(v) <= maxSecret && !strings.ContainsFunc(v, outside)
}
