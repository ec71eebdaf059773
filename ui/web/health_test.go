package web_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.keeper.SetClock(client.Clock{State: "ok", Seen: "accounts.google.com"})
	b.enter("health")
	b.says("Agrees with accounts.google.com")
	b.everywhere("health")
	b.click("Start when I log inOff")
	b.until(`document.querySelector("[role=switch]").ariaChecked === "true"`)
	b.says("Installed: a desktop entry /home/ada/.config/autostart/sessionkeeper.desktop")
	if !b.keeper.Autostart().On {
		t.Error("the keeper was not asked")
	}
	b.click("Start when I log inOn")
	b.until(`document.querySelector("[role=switch]").ariaChecked === "false"`)
	b.clean()
}

func TestHealthWithFaults(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.keeper.SetClock(client.Clock{State: "wrong", Skew: client.Duration(4 * time.Minute), Seen: "accounts.google.com"})
	b.keeper.BreakHistory(errors.New("database disk image is malformed"))
	b.keeper.Lock(errors.New("the collection is locked"))
	b.addFault("work", errors.New("line 3: unknown field <b>tokn_url</b>"))
	b.keeper.SetAutostart(client.Autostart{Kind: "systemd", Detail: "There is no systemd here that runs as you."})
	b.enter("health")
	b.says("This computer's clock is 4 min ahead")
	b.says("The history cannot be written")
	b.says("line 3: unknown field <b>tokn_url</b>")
	b.says("There is no systemd here that runs as you.")
	b.everywhere("health-faults")
	b.click("Unlock the keychain")
	b.until(`!document.body.innerText.includes("The keychain is locked")`)
	if changes := b.keeper.Changes(); !slices.Contains(changes, "UnlockKeychain") {
		t.Errorf("the keeper was asked for %v", changes)
	}
	b.clean("503")
}

// addFault gives the keeper a file that cannot be used. Its type is one that a face does not name.
func (b *browser) addFault(name string, err error) {
	add := reflect.ValueOf(b.keeper.AddFault)
	fault := reflect.New(add.Type().In(0)).Elem()
	fault.FieldByName("Name").SetString(name)
	fault.FieldByName("Err").Set(reflect.ValueOf(err))
	add.Call([]reflect.Value{fault})
}

func TestClockBehind(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.keeper.SetClock(client.Clock{State: "wrong", Skew: client.Duration(-4 * time.Minute), Seen: "accounts.google.com"})
	b.enter("health")
	b.says("This computer's clock is 4 min behind")
	b.clean()
}

func TestLockedKeychain(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.keeper.Lock(errors.New("the collection is locked"))
	b.enter("")
	b.says("The keychain is locked. Your sessions wait for it, and nothing is lost.")
	b.until(row("vault") + `?.querySelector(".why").textContent === "Waits for the keychain"`)
	if n := eval[int](b, `[...document.querySelectorAll("button")].filter((e) => e.textContent === "Unlock").length`); n != 1 {
		t.Errorf("there are %d buttons that unlock the keychain; want the one above all", n)
	}
	b.everywhere("keychain-locked")
	b.clean("503")
}

// openToFallSilent opens a page before a keeper that does not say how it is while silent is held.
func openToFallSilent(t *testing.T, k *apitest.Keeper) (b *browser, silent *sync.Mutex) {
	t.Helper()
	silent = new(sync.Mutex)
	b = openWith(t, k, func(o *api.Options) {
		o.Keychain = func() api.Keychain {
			silent.Lock()
			defer silent.Unlock()
			return k.Keychain()
		}
	})
	return b, silent
}

// A keeper that was stopped keeps its connections, and says nothing: the page says so before long, and goes on when it does.
func TestSilentKeeper(t *testing.T) {
	t.Parallel()
	b, silent := openToFallSilent(t, apitest.New(everyState()...))
	b.enter("sessions")
	const said = "The keeper does not answer."
	b.until(`document.querySelectorAll(".session").length > 0 && !document.body.innerText.includes("` + said + `")`)
	silent.Lock()
	b.says(said)
	silent.Unlock()
	b.until(`!document.body.innerText.includes("` + said + `")`)
	b.clean()
}

// TestBusyPage: a page that has no time to read the keeper's answer does not say that there is none.
func TestBusyPage(t *testing.T) {
	t.Parallel()
	b := open(t, apitest.Session{Name: "one", State: "active"})
	b.enter("")
	b.until(state("one", "Signed in"))
	eval[bool](b, `{window.lost = 0; new MutationObserver(() => lost += document.querySelectorAll("[data-part=lost]").length)
		.observe(document.body, {childList: true, subtree: true});
		const real = fetch; window.fetch = (path, init) => {
			const answer = real(path, init);
			if (path === "/v1/health") {
				for (const end = performance.now() + 6000; performance.now() < end;);
				answer.then(() => setTimeout(() => window.answered = true, 500));
			}
			return answer;
		}; true}`)
	b.until(`window.answered`)
	if eval[int](b, `lost`) > 0 {
		t.Error("the page said that the keeper was gone")
	}
	b.clean()
}

// TestHealthInTurn: what happens while the keeper is being asked brings another question, but two seconds after its answer.
func TestHealthInTurn(t *testing.T) {
	t.Parallel()
	k := apitest.New(apitest.Session{Name: "one", State: "active"})
	b, silent := openToFallSilent(t, k)
	b.enter("")
	const questions = `performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/v1/health"))`
	b.until(questions + `.length === 1 && ` + state("one", "Signed in"))
	silent.Lock()
	answer := sync.OnceFunc(silent.Unlock)
	defer answer()
	b.click("Health")
	k.Renew("one", time.Now().Add(time.Hour))
	k.Put(apitest.Session{Name: "one", State: "paused"})
	b.until(`document.querySelector("[role=status]").textContent === "one: Paused"`)
	b.until(`performance.now() - ` + questions + `[0].responseEnd > 1000`)
	answer()
	b.until(questions + `.length === 3`)
	if gap := eval[float64](b, questions+`[2].startTime - `+questions+`[1].responseEnd`); gap < 1900 {
		t.Errorf("the next question came %.0f ms after the answer", gap)
	}
	b.clean()
}

// TestHealthFollows: what the keeper learns of clock and keychain shows without a reload, but it is not asked more often
// than every two seconds, nor while nobody looks.
func TestHealthFollows(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.keeper.SetClock(client.Clock{State: "wrong", Skew: client.Duration(4 * time.Minute), Seen: "accounts.google.com"})
	b.enter("health")
	b.says("This computer's clock is 4 min ahead")
	b.keeper.SetClock(client.Clock{State: "ok", Seen: "accounts.google.com"})
	for i := range 10 {
		if _, err := b.client.Login(t.Context(), "github", client.LoginRequest{}); err != nil {
			t.Fatal(err)
		}
		b.keeper.Finish(fmt.Sprintf("login-%d", i+1))
	}
	b.says("Agrees with accounts.google.com")

	const hide = `{Object.defineProperty(document, "hidden", {value: %t, configurable: true});
		document.dispatchEvent(new Event("visibilitychange")); true}`
	eval[bool](b, fmt.Sprintf(hide, true))
	b.keeper.Lock(errors.New("the collection is locked"))
	b.keeper.Put(apitest.Session{Name: "seen", State: "active"})
	eval[bool](b, fmt.Sprintf(hide, false))
	b.says("The keychain is locked")
	const gaps = `performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/v1/health"))
		.map((e, i, all) => i === 0 ? 1e9 : e.startTime - all[i - 1].responseEnd)`
	for i, gap := range eval[[]float64](b, gaps) {
		if i > 1 && gap < 1900 { // the first two are of the page and of the view that was entered
			t.Errorf("question %d came %.0f ms after the answer before it", i+1, gap)
		}
	}
	b.clean("503")
}
