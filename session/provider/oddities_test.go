package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// oddity is a way in which a real provider writes times, and what is to be made of it. Whatever it says, both tokens are
// taken.
type oddity struct {
	members string        // of the answer, beside the tokens
	life    time.Duration // of the access token; 0: not said
	ends    time.Duration // of the refresh token; 0: not said
}

// oddities are those that clients of real providers had to learn.
func oddities(now time.Time) map[string]oddity {
	unix := now.Unix()
	return map[string]oddity{
		"expires_in missing":                        {``, 0, 0},
		"expires_in null (Sentry)":                  {`"expires_in":null`, 0, 0},
		"expires_in 0 means never (Mailchimp)":      {`"expires_in":0,"scope":null`, 0, 0},
		"expires_in 0 in quotes":                    {`"expires_in":"0"`, 0, 0},
		"expires_in negative":                       {`"expires_in":-1`, 0, 0},
		"expires_in a float":                        {`"expires_in":3600.5`, 3600500 * time.Millisecond, 0},
		"expires_in in quotes (PayPal, Intuit)":     {`"expires_in":"3600"`, time.Hour, 0},
		"expires_in a float in quotes":              {`"expires_in":"3600.0"`, time.Hour, 0},
		"expires_in an empty text":                  {`"expires_in":""`, 0, 0},
		"expires_in a word":                         {`"expires_in":"never"`, 0, 0},
		"expires_in huge":                           {`"expires_in":99999999999`, maxAccessLife, 0},
		"expires_in beyond numbers":                 {`"expires_in":1e400`, 0, 0},
		"expires_in an instant":                     {fmt.Sprintf(`"expires_in":%d`, unix+3600), time.Hour, 0},
		"expires_in a date":                         {fmt.Sprintf(`"expires_in":%q`, now.Add(time.Hour).Format(time.RFC3339)), time.Hour, 0},
		"expires (Facebook)":                        {`"expires":5183944`, 5183944 * time.Second, 0},
		"expires_at in seconds (Strava)":            {fmt.Sprintf(`"expires_at":%d`, unix+21600), 6 * time.Hour, 0},
		"expires_at in milliseconds":                {fmt.Sprintf(`"expires_at":%d`, (unix+3600)*1000), time.Hour, 0},
		"expires_at in quotes":                      {fmt.Sprintf(`"expires_at":"%d"`, unix+3600), time.Hour, 0},
		"expires_at a date (Sentry)":                {fmt.Sprintf(`"expiresAt":%q`, now.Add(8*time.Hour).Format(time.RFC3339)), 8 * time.Hour, 0},
		"expires_at a date with a fraction":         {fmt.Sprintf(`"expires_at":%q`, now.Add(time.Hour).Format("2006-01-02T15:04:05.000000Z")), time.Hour, 0},
		"expires_at a date of another zone":         {fmt.Sprintf(`"expires_at":%q`, now.Add(time.Hour).In(time.FixedZone("", 9*3600)).Format(time.RFC3339)), time.Hour, 0},
		"expires_at over":                           {fmt.Sprintf(`"expires_at":%d`, unix-60), time.Second, 0},
		"expires_on beside expires_in (Entra 1.0)":  {fmt.Sprintf(`"expires_in":"3599","expires_on":"%d","not_before":"%d"`, unix+3599, unix-300), 3599 * time.Second, 0},
		"expires_on alone":                          {fmt.Sprintf(`"expires_on":"%d"`, unix+3599), 3599 * time.Second, 0},
		"ext_expires_in is ignored (Entra)":         {`"expires_in":3599,"ext_expires_in":86400`, 3599 * time.Second, 0},
		"ext_expires_in alone says nothing":         {`"ext_expires_in":86400`, 0, 0},
		"refresh_in is no end (Entra)":              {`"expires_in":86399,"refresh_in":43199`, 86399 * time.Second, 0},
		"not_before is no end (B2C)":                {fmt.Sprintf(`"not_before":%d,"expires_in":3600`, unix), time.Hour, 0},
		"created_at is no end (GitLab)":             {fmt.Sprintf(`"created_at":%d,"expires_in":7200`, unix), 2 * time.Hour, 0},
		"issued_at in milliseconds (Salesforce)":    {fmt.Sprintf(`"issued_at":"%d"`, unix*1000), 0, 0},
		"camel case (TikTok)":                       {`"expiresIn":7200,"refreshExpiresIn":"31536000"`, 2 * time.Hour, 365 * 24 * time.Hour},
		"refresh_expires_in (Keycloak)":             {`"expires_in":300,"refresh_expires_in":1800`, 5 * time.Minute, 30 * time.Minute},
		"refresh_expires_in 0 means never":          {`"expires_in":300,"refresh_expires_in":0`, 5 * time.Minute, 0},
		"refresh_expires_in negative":               {`"expires_in":300,"refresh_expires_in":-1`, 5 * time.Minute, 0},
		"refresh_token_expires_in (GitHub)":         {`"expires_in":28800,"refresh_token_expires_in":15897600`, 8 * time.Hour, 184 * 24 * time.Hour},
		"refresh_token_expires_in in quotes":        {`"expires_in":60,"refresh_token_expires_in":"7776000"`, time.Minute, 90 * 24 * time.Hour},
		"refresh_token_expires_in null":             {`"expires_in":60,"refresh_token_expires_in":null`, time.Minute, 0},
		"refresh_token_expires_in beyond reason":    {`"expires_in":60,"refresh_token_expires_in":1e15`, time.Minute, 0},
		"x_refresh_token_expires_in (Intuit)":       {`"expires_in":3600,"x_refresh_token_expires_in":8726400`, time.Hour, 101 * 24 * time.Hour},
		"x_refresh_token_hard_expires_in (Intuit)":  {`"expires_in":3600,"x_refresh_token_expires_in":8726400,"x_refresh_token_hard_expires_in":157680000`, time.Hour, 101 * 24 * time.Hour},
		"refresh_token_expires_at a date":           {fmt.Sprintf(`"expires_in":60,"refresh_token_expires_at":%q`, now.Add(24*time.Hour).Format(time.RFC3339)), time.Minute, 24 * time.Hour},
		"token_type of another kind (eBay)":         {`"token_type":"User Access Token","expires_in":7200`, 2 * time.Hour, 0},
		"token_type in small letters, scope a list": {`"token_type":"bearer","scope":["a","b"],"expires_in":60`, time.Minute, 0},
		"error false beside a token":                {`"error":false,"expires_in":60`, time.Minute, 0},
	}
}

// TestOddities asks a token endpoint for each of them.
func TestOddities(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	for name, o := range oddities(now) {
		t.Run(name, func(t *testing.T) {
			server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
				more := o.members
				if more != "" {
					more = "," + more
				}
				fmt.Fprintf(rw, `{"access_token":"new","refresh_token":"next"%s}`, more)
			})
			w.wall = func() time.Time { return now }
			a := refreshAt(t.Context(), w, server.URL)
			if a.Verdict != VerdictOK || a.Tokens.Access.Reveal() != "new" || a.Tokens.Refresh.Reveal() != "next" {
				t.Fatalf("%s %s; want both tokens", a.Verdict, a.Code)
			}
			if a.Tokens.ExpiresIn != o.life || a.Tokens.RefreshExpiresIn != o.ends {
				t.Errorf("lives %v, the refresh token %v; want %v and %v", a.Tokens.ExpiresIn, a.Tokens.RefreshExpiresIn, o.life, o.ends)
			}
		})
	}
}

// TestOddLifeOfAJWT: an access token that tells its own end ends at the nearer of the two.
func TestOddLifeOfAJWT(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	for name, v := range map[string]struct {
		exp  time.Duration // from now; 0: it tells none
		said int
		want time.Duration
	}{
		"earlier than said": {10 * time.Minute, 3600, 10 * time.Minute},
		"later than said":   {2 * time.Hour, 3600, time.Hour},
		"said by it alone":  {20 * time.Minute, 0, 20 * time.Minute},
		"of no end":         {0, 3600, time.Hour},
		"over":              {-time.Minute, 3600, time.Hour}, // given just now, it cannot be
	} {
		t.Run(name, func(t *testing.T) {
			claims := map[string]any{"sub": "ada"}
			if v.exp != 0 {
				claims["exp"] = now.Add(v.exp).Unix()
			}
			payload, err := json.Marshal(claims)
			if err != nil {
				t.Fatal(err)
			}
			token := "e30." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln"
			server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(rw, `{"access_token":%q,"expires_in":%d}`, token, v.said)
			})
			w.wall = func() time.Time { return now }
			if a := refreshAt(t.Context(), w, server.URL); a.Tokens.ExpiresIn != v.want {
				t.Errorf("lives %v; want %v", a.Tokens.ExpiresIn, v.want)
			}
		})
	}
}

// TestLifeCountsFromTheRequest: an answer that takes its time does not lengthen the life that it tells.
func TestLifeCountsFromTheRequest(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	asked := 0
	server, w := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"access_token":"a","expires_in":3600}`)
	})
	w.wall = func() time.Time { // each look at the clock comes half a minute later
		asked++
		return start.Add(time.Duration(asked-1) * 30 * time.Second)
	}
	if a := refreshAt(t.Context(), w, server.URL); !a.SentAt.Equal(start) || a.Tokens.ExpiresIn != time.Hour {
		t.Errorf("sent at %v, lives %v; want an hour from %v", a.SentAt, a.Tokens.ExpiresIn, start)
	}
}
