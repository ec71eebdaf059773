package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab goes forward until what is wanted has the focus, and fails where that cannot be seen.
func (b *browser) tab(want string) {
	b.t.Helper()
	for range 60 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if eval[string](b, focused) != want {
			continue
		}
		const ring = `((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)(
			getComputedStyle(document.activeElement))`
		if !eval[bool](b, ring) {
			b.t.Errorf("nobody sees that %s has the focus", want)
		}
		return
	}
	b.t.Fatalf("%s cannot be reached; the focus is on %s", want, eval[string](b, focused))
}

// TestKeyboardAlone adds a session, looks at it, signs it out and removes it without a pointer.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("")
	b.says("No sessions yet")
	b.tab("Add session")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector(".providers") !== null`)
	b.until(`document.activeElement.id === "add-title"`)
	b.tab("search")
	b.do(chromedp.KeyEvent("micro"))
	b.tab("Microsoft")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("[name=client_id]") !== null`)
	b.until(`document.activeElement !== document.body`)
	b.tab("client_id")
	b.do(chromedp.KeyEvent("client-1"), chromedp.KeyEvent(kb.Enter))
	b.newTab()
	b.until(`document.querySelector("[data-part=sign-in]") !== null`)
	b.until(`document.activeElement !== document.body`)
	b.keeper.Finish("login-1")
	b.until(state("microsoft", "Signed in"))
	b.until(`document.activeElement !== document.body`)
	b.tab("Details of microsoft")
	b.do(chromedp.KeyEvent(" "))
	b.tab("Sign out of microsoft")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("dialog")?.open === true`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector("dialog") === null`)
	b.focus("Sign out of microsoft")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("dialog")?.open === true`)
	b.tab("Sign out")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(state("microsoft", "Signed out"))
	b.until(`document.activeElement !== document.body`)
	b.tab("Remove… microsoft")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("dialog")?.open === true`)
	b.tab("Remove")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.says("No sessions yet")
	b.until(`document.activeElement !== document.body`)
	b.clean()
}
