package providertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// End says why a grant is over.
type End string

// The ends. A grant that lives has none.
const (
	EndRevoked End = "revoked" // by Issuer.Revoke, or at the revocation endpoint
	EndReuse   End = "reuse"   // a spent refresh token came back
	EndExpired End = "expired" // beyond the profile's limits
)

// family is a grant: the refresh tokens that follow from one consent, and their access tokens. It is small, since there
// may be ten thousand; the tokens are not kept, but recognised.
type family struct {
	issuer                 *Issuer
	id                     int
	account, client, scope string

	generation                   int // of the refresh token that is good, from 1
	consentAt, usedAt, rotatedAt time.Time
	reuses                       int // of the token before it
	end                          End
	serial, aliveFrom            int // of the access tokens

	answered   int // the newest generation whose successor reached the client in full
	answeredAt time.Time
	refusedAt  int  // the newest generation whose refusal was delivered, 0 for none
	counted    bool // as lost, interrupted or ended
}

// Grant is a grant as it stands.
type Grant struct {
	Family                  int
	Issuer, Account, Client string
	Generation              int
	End                     End
	// Refresh and Access are the tokens that are good now. Access is a new one.
	Refresh, Access string
}

// Grant gives a consent without a browser: the account's newest grant to the client.
func (i *Issuer) Grant(account, client string, scopes ...string) Grant {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.s.grant(i.newFamily(account, client, strings.Join(scopes, " ")))
}

// Grants are all that were ever given at the server, by Family, which counts from 0. Their Access is empty.
func (s *Server) Grants() []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	grants := make([]Grant, 0, len(s.families))
	for _, f := range s.families {
		g := f.view()
		g.Refresh = s.refreshToken(f, f.generation)
		grants = append(grants, g)
	}
	return grants
}

// grant is called with mu held.
func (s *Server) grant(f *family) Grant {
	g := f.view()
	g.Refresh, g.Access = s.refreshToken(f, f.generation), s.accessToken(f)
	return g
}

func (f *family) view() Grant {
	return Grant{
		Family: f.id, Issuer: f.issuer.name, Account: f.account, Client: f.client, Generation: f.generation, End: f.end,
	}
}

// newFamily is called with mu held.
func (i *Issuer) newFamily(account, client, scope string) *family {
	now := i.s.now()
	f := &family{
		issuer: i, id: len(i.s.families), account: account, client: client, scope: scope, generation: 1,
		consentAt: now, usedAt: now, rotatedAt: now,
	}
	i.s.families = append(i.s.families, f)
	return f
}

// Revoke ends one grant at once, with its access tokens, as its user does at the issuer's page.
func (s *Server) Revoke(familyID int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if familyID < 0 || familyID >= len(s.families) {
		return fmt.Errorf("revoking grant %d: %w", familyID, errNoFamily)
	}
	s.families[familyID].over(EndRevoked, true)
	return nil
}

// RevokeAll ends all grants of the issuer and returns how many there were.
func (i *Issuer) RevokeAll() int {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	n := 0
	for _, f := range i.s.families {
		if f.issuer == i && f.end == "" {
			f.over(EndRevoked, true)
			n++
		}
	}
	return n
}

// over ends a grant that is not over yet.
func (f *family) over(why End, access bool) {
	if f.end == "" {
		f.end = why
	}
	if access {
		f.aliveFrom = f.serial + 1
	}
}

// limit is when the grant ends by itself; zero: never. announced reports whether the client is told.
func (f *family) limit() time.Time {
	var at time.Time
	if p := f.issuer.profile; p.Absolute > 0 {
		at = f.consentAt.Add(p.Absolute)
	}
	if p := f.issuer.profile; p.Idle > 0 {
		if idle := f.usedAt.Add(p.Idle); at.IsZero() || idle.Before(at) {
			at = idle
		}
	}
	return at
}

const (
	refreshMark = ".rt."
	accessMark  = ".at."
)

// Tokens are CANARY.rt.FAMILY.GENERATION.MAC and CANARY.at.FAMILY.SERIAL.END.MAC.
func (s *Server) refreshToken(f *family, generation int) string {
	return s.sealed(fmt.Sprintf("%s%s%d.%d", s.canary, refreshMark, f.id, generation))
}

// accessToken issues one; it is called with mu held.
func (s *Server) accessToken(f *family) string {
	f.serial++
	end := s.now().Add(f.issuer.profile.AccessLife).UnixMilli()
	return s.sealed(fmt.Sprintf("%s%s%d.%d.%d", s.canary, accessMark, f.id, f.serial, end))
}

func (s *Server) sealed(token string) string {
	mac := hmac.New(sha256.New, s.seal)
	mac.Write([]byte(token))
	return token + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:15])
}

// open reads the numbers in a token of ours.
func (s *Server) open(token, mark string) (numbers []int64, ok bool) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || !hmac.Equal([]byte(token), []byte(s.sealed(token[:at]))) {
		return nil, false
	}
	text, ok := strings.CutPrefix(token[:at], s.canary+mark)
	if !ok {
		return nil, false
	}
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// familyOf finds the grant of a refresh token; it is called with mu held. f is nil where the token is not ours.
func (s *Server) familyOf(token string) (f *family, generation int) {
	numbers, ok := s.open(token, refreshMark)
	if !ok {
		return nil, 0
	}
	return s.families[numbers[0]], int(numbers[1])
}

// Access says how an access token stands.
type Access string

// The ways that an access token may stand.
const (
	AccessGood    Access = "good"
	AccessExpired Access = "expired" // its time is over
	AccessEnded   Access = "ended"   // revoked, or taken away by a refresh
	AccessUnknown Access = "unknown" // none of this server's
)

// Look says how an access token stands at this moment, without counting it as used.
func (s *Server) Look(token string) Access {
	s.mu.Lock()
	defer s.mu.Unlock()
	access, _ := s.look(token)
	return access
}

// look is called with mu held.
func (s *Server) look(token string) (Access, *family) {
	numbers, ok := s.open(token, accessMark)
	if !ok {
		return AccessUnknown, nil
	}
	f := s.families[numbers[0]]
	switch {
	case int(numbers[1]) < f.aliveFrom:
		return AccessEnded, f
	case s.now().UnixMilli() >= numbers[2]:
		return AccessExpired, f
	}
	return AccessGood, f
}
