package file

import (
	"time"

	"sessionkeeper/session"
	"sessionkeeper/session/secret"
)

// TempName is where a file is written before it takes its place.
func TempName(path string) string { return tempName(path) }

// TokenEnd is when a JWT ends.
func TokenEnd(token string) time.Time { return jwtEnd(token) }

// IDTokenEnd is when a file's content ends that has this ID token, whose access token ends in a minute.
func IDTokenEnd(token string) (time.Time, error) {
	c, err := form{format: Raw, idToken: true}.render(session.Token{
		Access: secret.New(token), ExpiresAt: time.Now().Add(time.Minute),
	}, "work")
	return c.expiresAt, err
}

// RegistryPaths are the paths in a registry; none where it is broken.
func RegistryPaths(data []byte) []string {
	records, err := parse(data)
	if err != nil {
		return nil
	}
	paths := make([]string, len(records))
	for i, one := range records {
		paths[i] = one.entry().path
	}
	return paths
}
