package helper

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sessionkeeper/session/secret"
)

// runMail answers the programs that read and send mail. Most speak SASL by themselves and want one line with the token;
// `xoauth2 [USER]` and `oauthbearer [USER] HOST PORT` give the whole initial client response for the others.
// RFC 7628; https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
func runMail(ctx context.Context, c Call) int {
	b, err := c.BindingOf()
	if err != nil {
		return c.Report(err)
	}
	line, err := mailLine(c.Args, b.Options.Username)
	if err != nil {
		return c.Report(err)
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return c.Report(err)
	}
	return c.Answer(line(a.Token.Reveal()) + "\n")
}

// mailLine gives what makes the line of a token.
func mailLine(args []string, user string) (func(token string) string, error) {
	usage := errors.New("mail knows: token, xoauth2 [USER], oauthbearer [USER] HOST PORT")
	if len(args) == 0 {
		args = []string{"token"}
	}
	mechanism, rest := args[0], args[1:]
	wants := map[string]int{"token": 0, "xoauth2": 0, "oauthbearer": 2}
	want, known := wants[mechanism]
	if known && mechanism != "token" && len(rest) == want+1 {
		user, rest = rest[0], rest[1:]
	}
	switch {
	case !known || len(rest) != want:
		return nil, usage
	case mechanism == "token":
		return func(token string) string { return token }, nil
	case user == "" || !secret.OneLine(user):
		return nil, errors.New("whose mail? Name the account, or install the helper with --user ADDRESS")
	case mechanism == "xoauth2":
		return func(token string) string { return initialResponse("user="+user, "auth=Bearer "+token) }, nil
	}
	host, err := hostAlone(rest[0])
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(rest[1], 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("%.20q is no port", rest[1])
	}
	// The authzid of RFC 5801 section 4 escapes what separates its parts.
	gs2 := "n,a=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) + ","
	return func(token string) string {
		return initialResponse(gs2, "host="+host, "port="+strconv.FormatUint(port, 10), "auth=Bearer "+token)
	}, nil
}

// initialResponse joins the parts of RFC 7628 section 3.1, which XOAUTH2 shares, in the base64 of IMAP, POP3 and SMTP.
func initialResponse(parts ...string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, "\x01") + "\x01\x01"))
}
