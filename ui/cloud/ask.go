package cloud

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api/client"
)

// key is what credentials depend on.
type key struct {
	session, role, as, endpoint string
	duration                    time.Duration
	accessToken                 bool
}

// ask is a request that was looked through.
type ask struct {
	key              key
	account          string // of the role
	minTTL           time.Duration
	issuer, audience string // to be named where AWS refuses
}

var nameForm = form(`^[\w+=,.@-]{2,64}$`)

// The bounds of DurationSeconds; a role may have a lower one of its own.
const (
	minDuration = 15 * time.Minute
	maxDuration = 12 * time.Hour
)

// look checks a request for a session.
func look(one session.Session, r client.AWSRequest) (ask, error) {
	role, err := parseRole(r.RoleARN)
	if err != nil {
		return ask{}, err
	}
	as := r.SessionName
	if as == "" {
		as = roleSessionName(one.Name)
	}
	if !nameForm().MatchString(as) {
		return ask{}, errors.New("the session name for AWS may have 2 to 64 letters, digits and any of _+=,.@-")
	}
	duration := time.Duration(r.Duration)
	if duration != 0 && (duration < minDuration || duration > maxDuration) {
		return ask{}, fmt.Errorf("the duration must be %v at least and %v at most", minDuration, maxDuration)
	}
	endpoint := r.Endpoint
	if endpoint == "" {
		endpoint, err = role.stsAddress(r.Region)
	} else {
		err = checkEndpoint(endpoint)
	}
	if err != nil {
		return ask{}, err
	}
	minTTL := time.Duration(r.MinTTL)
	if minTTL <= 0 {
		minTTL = defaultTTL
	}
	return ask{
		key: key{
			session: one.Name, role: role.arn, as: as, endpoint: endpoint,
			duration: duration.Truncate(time.Second), accessToken: r.AccessToken,
		},
		account: role.account, minTTL: minTTL, issuer: one.Issuer, audience: one.ClientID,
	}, nil
}

// roleSessionName makes a name for AWS's logs out of a session's.
func roleSessionName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x80 && nameForm().MatchString("__"+string(r)) {
			return r
		}
		return '-'
	}, name)
	return ("sessionkeeper-" + clean)[:min(64, len("sessionkeeper-")+len(clean))]
}
