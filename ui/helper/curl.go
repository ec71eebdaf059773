package helper

import (
	"context"
	"strings"
)

// runCurl writes what `curl --config -` reads: the token, and that it goes over TLS alone, also after a redirect. curl does
// not say where it goes, so there is no host to check; it sends the token to the host of the address alone. A shell
// starts curl before it knows how we ended, so where there is no token curl is told not to go anywhere.
// https://curl.se/docs/manpage.html (--config, --oauth2-bearer, --proto)
func runCurl(ctx context.Context, c Call) int {
	if len(c.Args) > 0 {
		return c.misuse("")
	}
	b, err := c.BindingOf()
	if err != nil {
		return c.stopCurl(err)
	}
	a, err := c.Hand(ctx, b)
	if err != nil {
		return c.stopCurl(err)
	}
	return c.Answer("oauth2-bearer = " + quoteCurl(a.Token.Reveal()) + "\n" + `proto = "=` + curlSchemes + "\"\n")
}

// stopCurl says what is wrong and keeps curl from asking without a token.
func (c Call) stopCurl(err error) int {
	code := c.Report(err)
	if c.Answer("proto = \"-all\"\n") != ExitDone {
		return ExitFailed
	}
	return code
}

// curlSchemes are those that encrypt from the first byte on and know bearer tokens.
const curlSchemes = "https,imaps,pop3s,smtps"

// quoteCurl writes a value as a config file of curl has it.
func quoteCurl(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
