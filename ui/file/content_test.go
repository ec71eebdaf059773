//go:build unix

package file_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/file"
)

// An ID token has an end of its own, which a renewal of the access token may not move.
func TestIDTokenEnds(t *testing.T) {
	token := func(end time.Time) string {
		claims := fmt.Sprintf(`{"exp":%d}`, end.Unix())
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	end := time.Now().Add(time.Hour).Truncate(time.Second)
	got, err := file.IDTokenEnd(token(end))
	if err != nil || !got.Equal(end) {
		t.Errorf("got %v, %v; want %v", got, err, end)
	}
	spent := token(time.Now().Add(-time.Minute))
	_, err = file.IDTokenEnd(spent)
	wantCode(t, err, session.CodeSignIn)
	if err != nil && strings.Contains(err.Error(), spent) {
		t.Error("the error has the token in it")
	}
}
