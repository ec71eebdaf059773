package helper

import (
	"strings"
	"testing"
)

func TestMail(t *testing.T) {
	const bindings = `
[[helper]]
tool = "mail"
session = "work"
options = {username = "user@example.com"}
`
	for _, c := range []struct {
		args   []string
		stdout string
		exit   int
	}{
		{nil, "access-of-work-7\n", 0},
		{[]string{"token"}, "access-of-work-7\n", 0},
		// user=user@example.com^Aauth=Bearer access-of-work-7^A^A
		{[]string{"xoauth2"}, "dXNlcj11c2VyQGV4YW1wbGUuY29tAWF1dGg9QmVhcmVyIGFjY2Vzcy1vZi13b3JrLTcBAQ==\n", 0},
		// user=a@b^Aauth=Bearer access-of-work-7^A^A
		{[]string{"xoauth2", "a@b"}, "dXNlcj1hQGIBYXV0aD1CZWFyZXIgYWNjZXNzLW9mLXdvcmstNwEB\n", 0},
		// n,a=user@example.com,^Ahost=imap.example.com^Aport=993^Aauth=Bearer access-of-work-7^A^A
		{
			[]string{"oauthbearer", "imap.example.com", "993"},
			"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9aW1hcC5leGFtcGxlLmNvbQFwb3J0PTk5MwFhdXRoPUJlYXJlciBhY2Nlc3Mtb2Ytd29yay03AQE=\n", 0,
		},
		// n,a=a=2Cb=3Dc,^A…
		{
			[]string{"oauthbearer", "a,b=c", "imap.example.com", "993"},
			"bixhPWE9MkNiPTNEYywBaG9zdD1pbWFwLmV4YW1wbGUuY29tAXBvcnQ9OTkzAWF1dGg9QmVhcmVyIGFjY2Vzcy1vZi13b3JrLTcBAQ==\n", 0,
		},
		{[]string{"oauthbearer"}, "", 1},
		{[]string{"oauthbearer", "imap.example.com", "none"}, "", 1},
		{[]string{"oauthbearer", "imap example", "993"}, "", 1},
		{[]string{"xoauth2", "a\x01b"}, "", 1},
		{[]string{"xoauth2", "a", "b"}, "", 1},
		{[]string{"plain"}, "", 1},
	} {
		got := runHelper(t, newFakeKeeper("work"), testHome(t, bindings), "", append([]string{"mail", "work"}, c.args...)...)
		if got.stdout != c.stdout || (got.exit == 0) != (c.exit == 0) || (got.stderr == "") != (c.exit == 0) {
			t.Errorf("mail %q: %+v; want %q", c.args, got, c.stdout)
		}
	}
	if got := runHelper(t, newFakeKeeper("work"), testHome(t, ""), "", "mail", "work", "xoauth2"); got.exit == 0 ||
		!strings.Contains(got.stderr, "--user") {
		t.Errorf("without an account: %+v", got)
	}
}

// TestInitialResponse has the example of https://developers.google.com/workspace/gmail/imap/xoauth2-protocol and that of
// RFC 7628 section 4.1.
func TestInitialResponse(t *testing.T) {
	google := initialResponse("user=someuser@example.com", "auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")
	if want := "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="; google != want {
		t.Errorf("got %s", google)
	}
	line, err := mailLine([]string{"oauthbearer", "server.example.com", "143"}, "user@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNS" +
		"bGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
	if got := line("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}
