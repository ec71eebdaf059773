package window

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"sessionkeeper/ui/api/apitest"
)

// all is a session in each state, with names and accounts of all kinds.
func all() *apitest.Keeper {
	const ada = "ada@example.org"
	who := func(s apitest.Session, mail string) apitest.Session {
		s.Account.Email, s.Account.Sub = mail, "sub-"+s.Name
		s.ClientID = "client"
		return s
	}
	return apitest.New(
		who(apitest.Session{Name: "work", Provider: "google", State: "active", EndsAt: noon.Add(29 * 24 * time.Hour), EndsFirm: true}, ada),
		who(apitest.Session{Name: "notes", Provider: "dropbox", State: "active"}, ada),
		who(apitest.Session{Name: "bank", Provider: "quickbooks", State: "expiring", EndsAt: noon.Add(250 * time.Second)}, ada),
		who(apitest.Session{
			Name: "home", Issuer: "https://id.example.org/realms/home", State: "sign_in_needed", Reason: "revoked",
		}, ada),
		who(apitest.Session{Name: "build server", Provider: "gitlab", State: "setup_needed", Reason: "client"}, ada),
		who(apitest.Session{Name: "mail", Provider: "microsoft", State: "retrying"}, ada),
		who(apitest.Session{Name: "old", Provider: "github", State: "paused"}, ada),
		who(apitest.Session{Name: "spare", Provider: "github", State: "signed_out"}, ""),
	)
}

func TestLook(t *testing.T) {
	for _, dark := range []bool{false, true} {
		for _, scale := range []float32{1, 2} {
			name := fmt.Sprintf("%gx", scale)
			if dark {
				name += "-dark"
			}
			t.Run(name, func(t *testing.T) {
				s := scene{kind: Sessions, dark: dark, scale: scale, keeper: all()}
				d := newDesk(t, s)
				d.says("mail")
				d.picture("sessions-" + name)
			})
		}
	}
}

func TestNarrowLook(t *testing.T) {
	d := newDesk(t, scene{kind: Sessions, keeper: all(), size: fyne.NewSize(minWidth, 480)})
	d.says("home")
	d.picture("sessions-narrow")
	d.window.win.Resize(fyne.NewSize(minWidth, minHeight))
	d.picture("sessions-least")
	if least := d.window.win.Content().MinSize(); least.Width > minWidth || least.Height > minHeight {
		t.Errorf("the window needs %v; want no more than %d by %d", least, minWidth, minHeight)
	}
}

func TestHostileLook(t *testing.T) {
	arabic := string([]rune(strings.Repeat("جلسة العمل ", 19))[:200])
	long := "line one\nline two\x1b[31m red \u202egnol " + strings.Repeat("very long ", 1000)
	k := apitest.New(
		apitest.Session{Name: arabic, State: "sign_in_needed", Reason: "refused", Provider: "google"},
		apitest.Session{Name: strings.Repeat("很长的名字", 40), State: "expiring", EndsAt: noon.Add(time.Minute)},
		apitest.Session{Name: "<b>bold</b> [link](http://evil.example) `code`", State: "active"},
		apitest.Session{Name: strings.Repeat("unbroken", 25), State: "retrying", Provider: strings.Repeat("p", 5000)},
		apitest.Session{Name: "error", State: "setup_needed", Reason: "config", Detail: long},
	)
	d := newDesk(t, scene{kind: Sessions, keeper: k, size: fyne.NewSize(420, 520)})
	d.says("unbroken")
	d.picture("hostile")
	if width := d.window.win.Content().MinSize().Width; width > minWidth {
		t.Errorf("the window is %g wide at least; want %d", width, minWidth)
	}
}
