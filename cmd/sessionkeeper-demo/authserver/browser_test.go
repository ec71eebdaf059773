package authserver_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/oauth2"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
	"sessionkeeper/cmd/sessionkeeper-demo/authservertest"
)

// TestInBrowser clicks through consent and the server's own page in Chromium, which alone applies the content policy
// and the fetch metadata that those pages rely on. It needs the Debian package chromium.
func TestInBrowser(t *testing.T) {
	s := authservertest.Start(t, authserver.Options{})
	codes := make(chan string, 1)
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code := r.FormValue("code"); code != "" {
			codes <- code
			_, _ = io.WriteString(w, `<!doctype html><p id="back">signed in`)
		}
	}))
	defer callback.Close()
	c := client(t, s)
	c.RedirectURL = strings.Replace(callback.URL, "127.0.0.1", "localhost", 1) + "/callback"
	verifier := oauth2.GenerateVerifier()

	launcher, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox)...)
	defer cancel()
	tab, cancel := chromedp.NewContext(launcher)
	defer cancel()
	tab, cancel = context.WithTimeout(tab, time.Minute)
	defer cancel()
	err := chromedp.Do(tab,
		chromedp.Navigate(c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))),
		chromedp.Click(chromedp.CSS(`input[value="grace"]`)),
		chromedp.Click(chromedp.CSS(`button[value="allow"]`)),
		chromedp.WaitVisible(chromedp.CSS("#back")), // what is opened before the browser is here would be aborted
	)
	if err != nil {
		t.Fatalf("clicking through consent, which needs the Debian package chromium: %v", err)
	}
	if _, err := c.Exchange(t.Context(), <-codes, oauth2.VerifierOption(verifier)); err != nil {
		t.Fatal(err)
	}

	err = chromedp.Do(tab,
		chromedp.Navigate(s.Issuer()),
		chromedp.Click(chromedp.CSS(`button[value="g1"]`)),
		chromedp.WaitVisible(chromedp.CSS(`.state.revoked`)),
	)
	if err != nil {
		t.Fatalf("pressing Revoke: %v", err)
	}
	t.Attr("real", "chromium")
	if g := only(t, s); g.State != authserver.StateRevoked || g.Account != "grace@example.org" {
		t.Errorf("grant %+v", g)
	}
}
