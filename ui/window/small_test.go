package window

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestSmallLooks(t *testing.T) {
	for _, dark := range []bool{false, true} {
		for _, s := range []struct {
			scene
			says string
		}{
			{scene{kind: Warning, name: "bank", keeper: all()}, "ends in 4 min"},
			{scene{kind: Welcome, keeper: all()}, "keychain"},
			{scene{kind: Keychain, keeper: locked()}, "locked"},
			{scene{kind: Passphrase, noKeeper: true}, "Unlock"},
			{scene{kind: Passphrase, noKeeper: true, fresh: true}, "Choose"},
			{scene{kind: Sessions, keeper: locked()}, "locked"},
			{scene{kind: Sessions}, "No sessions"},
			{scene{kind: Sessions, noKeeper: true, program: "/bin/false"}, "does not run"},
		} {
			s.dark = dark
			name := fmt.Sprintf("%s-%v-%v-%v", s.kind, s.fresh, s.noKeeper, dark)
			if s.says == "No sessions" {
				name += "-empty"
			}
			t.Run(name, func(t *testing.T) {
				d := newDesk(t, s.scene)
				d.says(s.says)
				if s.kind == Welcome || s.kind == Sessions && !s.noKeeper {
					d.until("the switch", func() bool { return !d.check().Disabled() })
				}
				d.picture(name)
			})
		}
	}
}

func (d *desk) check() *check {
	var found *check
	d.each(func(o fyne.CanvasObject) {
		if c, ok := o.(*check); ok {
			found = c
		}
	})
	return found
}

// locked is a keeper whose keychain is.
func locked() *apitest.Keeper {
	k := all()
	k.Lock(errors.New("The keychain is locked: unlock it with its password.")) //nolint:revive // as people read it
	return k
}

func TestClock(t *testing.T) {
	k := all()
	k.SetClock(client.Clock{State: "wrong", Skew: client.Duration(7 * time.Minute), Seen: "accounts.example.org"})
	d := newDesk(t, scene{kind: Sessions, keeper: k})
	d.says("7 min ahead of that of accounts.example.org")
	d.picture("clock")
}
