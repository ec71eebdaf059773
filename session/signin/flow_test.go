package signin

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session/provider"
)

// TestLinger watches how long a flow stays at its door. The door itself is not opened: a bubble's time stands still
// while a real listener waits.
func TestLinger(t *testing.T) {
	for name, c := range map[string]struct {
		play func(f *Flow, stop context.CancelFunc)
		kind Kind
		ends time.Duration // when Done is closed
		gone time.Duration // when the flow has left
	}{
		"timeout": {
			func(*Flow, context.CancelFunc) {}, KindTimeout, 10 * time.Minute, 10*time.Minute + 30*time.Second,
		},
		"refused": {func(f *Flow, _ context.CancelFunc) {
			f.take(answer{fault: "access_denied"})
		}, KindDenied, 0, 30 * time.Second},
		"replaced":       {func(f *Flow, _ context.CancelFunc) { f.Replace() }, KindCancelled, 0, 10 * time.Minute},
		"cancelled":      {func(f *Flow, _ context.CancelFunc) { f.Cancel() }, KindCancelled, 0, 0},
		"keeper stopped": {func(_ *Flow, stop context.CancelFunc) { stop() }, KindCancelled, 0, 0},
		"replaced, then cancelled": {func(f *Flow, _ context.CancelFunc) {
			f.Replace()
			<-time.After(time.Second)
			f.Cancel()
		}, KindCancelled, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				began := time.Now()
				f := newFlow(ctx, nil, Request{Provider: &provider.Provider{}}, 10*time.Minute)
				gone, ended := make(chan time.Duration, 1), make(chan time.Duration, 1)
				go func() {
					f.run(ctx)
					gone <- time.Since(began)
				}()
				go func() {
					<-f.Done()
					ended <- time.Since(began)
				}()
				synctest.Wait()
				c.play(f, stop)
				if got := <-gone; got != c.gone {
					t.Errorf("left after %v, want %v", got, c.gone)
				}
				if got := <-ended; got != c.ends {
					t.Errorf("ended after %v, want %v", got, c.ends)
				}
				if f.failure().Kind != c.kind {
					t.Errorf("ended %s, want %s", f.failure().Kind, c.kind)
				}
			})
		})
	}
}

func TestDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		work, cancel := drained(ctx)
		defer cancel()
		stop()
		began := time.Now()
		<-work.Done()
		if took := time.Since(began); took != drainFor {
			t.Errorf("work was ended after %v, want %v", took, drainFor)
		}
	})
}

// TestPageWords: every end has a page with a title, a sentence and something to do.
func TestPageWords(t *testing.T) {
	for _, k := range []Kind{
		KindDenied, KindWrongAccount, KindExchange, KindNoRefresh, KindStore, KindTimeout, KindCancelled, KindSetup,
	} {
		if p := plainPage(pageKind(k)); p.Title == "" || p.Lead == "" || (&Error{Kind: k}).Action() == "" || pageKind(k).status() != 200 {
			t.Errorf("%s has no page, or does not say what to do: %+v", k, p)
		}
	}
	for kind, status := range map[pageKind]int{
		pageDone: 200, pageUsed: 409, pageUnknown: 400, pageIssuer: 400, pageMalformed: 400, pageNotFound: 404, pageHost: 421,
	} {
		if p := plainPage(kind); p.Title == "" || p.Lead == "" || kind.status() != status {
			t.Errorf("page %s is not finished: %+v", kind, p)
		}
	}
}

func TestIssuerWithTenant(t *testing.T) {
	const want = "https://login.example/{tenantid}/v2.0"
	for got, ok := range map[string]bool{
		"https://login.example/9122040d/v2.0":       true,
		"https://login.example//v2.0":               false,
		"https://login.example/a/b/v2.0":            false,
		"https://evil.example/9122040d/v2.0":        false,
		"https://login.example/9122040d/v2.0/extra": false,
	} {
		if sameIssuer(want, got) != ok {
			t.Errorf("%s: want %v", got, ok)
		}
	}
}

func FuzzCallbackQuery(f *testing.F) {
	for _, s := range []string{
		"code=a&state=b", "error=access_denied&error_description=%0a&state=b", "code=%00", "a;b", "state=b&state=c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, m := parseAnswer(query)
		if m != nil {
			if m.say == "" || m.page.status() != 400 {
				t.Fatalf("misfit %+v", m)
			}
			return
		}
		if a.state.Empty() {
			t.Fatal("an answer without a state")
		}
		for _, s := range []string{a.code.Reveal(), a.state.Reveal(), a.iss, a.fault} {
			for _, r := range s {
				if unprintable(r) {
					t.Fatalf("%q got through", r)
				}
			}
		}
		if e := a.refused("work"); e.Detail == "" || len([]rune(e.Answer.Message)) > 201 {
			t.Fatalf("error %+v", e)
		}
	})
}

func FuzzPaste(f *testing.F) {
	c, err := newCodeRequest("https://keeper.example/oauth/done")
	if err != nil {
		f.Fatal(err)
	}
	flow := newFlow(f.Context(), nil, Request{Provider: &provider.Provider{}}, time.Hour)
	flow.code, flow.url = c, "https://provider.example/authorize?client_id=x"
	for _, s := range []string{
		"https://keeper.example/oauth/done?code=a&state=b", "?code=a&state=b", "a#b", "keeper.example/oauth/done?x",
		"https://provider.example/", "<https://keeper.example/oauth/done#code=a&state=b>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := flow.readPaste(text); err == nil {
			t.Fatalf("%q has the state that nobody was told", text)
		}
	})
}
