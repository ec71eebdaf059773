package e2e

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// The clock is three hours behind the provider's: that is said once, in a bubble and under Health, with what to do.
func TestWayClockWrong(t *testing.T) {
	t.Parallel()
	p := startIssuer(t, authserver.Options{AccessTTL: time.Hour, SessionTTL: -1, AutoApprove: true}, true)
	p.ahead.Store(int64(3 * time.Hour))
	trusted := filepath.Join(t.TempDir(), "provider.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.front.Certificate().Raw})
	if err := os.WriteFile(trusted, data, 0o600); err != nil {
		t.Fatal(err)
	}
	d := startDesk(t, furniture{env: []string{"SSL_CERT_FILE=" + trusted}})
	d.serve()
	added := d.adding("work", "--issuer", p.Issuer(), "--client-id", "demo", "--scope", "openid")
	added()
	tray := d.startTray()
	page := d.page()
	page.seeRow("work", "Signed in")
	notice := d.bubbles.wait("clock is wrong")
	if len(notice.labels()) > 1 {
		t.Errorf("the bubble has the buttons %q", notice.labels())
	}
	page.click("link", "Health")
	page.see("The clock is wrong", "3 h", "behind")
	d.picture("a wrong clock")
	tray.open("the menu with a wrong clock")
	tray.close()
	d.bubbles.one()
	p.ahead.Store(0)
	d.must("login", "work")
	d.bubbles.waitGone("clock is wrong")
	page.front() // it asks again when somebody looks
	page.gone("The clock is wrong")
	d.picture("a clock that is right again")
}
