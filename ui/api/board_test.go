package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sessionkeeper/session"
	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// hall is a board with its screen, in a bubble.
type hall struct {
	*api.Board
	screen *apitest.Screen
}

// inHall runs a test with a board that runs.
func inHall(t *testing.T, test func(t *testing.T, h hall)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		screen := new(apitest.Screen)
		h := hall{api.NewBoard(screen, slog.New(slog.DiscardHandler)), screen}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := h.Run(ctx); err != nil {
				t.Error(err)
			}
		}()
		test(t, h)
		cancel()
		<-done
	})
}

func urgent(key string) session.Notice {
	return session.Notice{Key: key, Title: "of " + key, Urgent: true, Actions: []session.NoticeAction{{ID: "sign_in", Label: "Sign in"}}}
}

func passing(key string) session.Notice { return session.Notice{Key: key, Title: "of " + key} }

// show has notices shown and waits until they are where they belong.
func (h hall) show(t *testing.T, notices ...session.Notice) {
	t.Helper()
	for _, n := range notices {
		if err := h.Notify(t.Context(), n); err != nil {
			t.Error(err)
		}
	}
	synctest.Wait()
}

// read gives what a tray gets, as "+key id" and "-key id".
func (h hall) read(tray *api.Tray) []string {
	synctest.Wait()
	var news []string
	for _, e := range h.Read(tray) {
		sign := "+"
		if e.Type == client.EventWithdrawn {
			sign = "-"
		}
		news = append(news, fmt.Sprintf("%s%s %d", sign, e.Notice.Key, e.Notice.ID))
	}
	return news
}

func (h hall) expect(t *testing.T, tray *api.Tray, want ...string) {
	t.Helper()
	if got := h.read(tray); !slices.Equal(got, want) {
		t.Errorf("the tray got %q; want %q", got, want)
	}
}

func (h hall) onScreen(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := slices.Sorted(maps.Keys(h.screen.Shown())); !slices.Equal(got, want) {
		t.Errorf("on the screen is %q; want %q", got, want)
	}
}

func TestTrayTakesOver(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		h.show(t, urgent("session/a"), passing("outage/b"))
		h.onScreen(t, "outage/b", "session/a")
		tray := h.Join()
		h.expect(t, tray, "+outage/b 1002", "+session/a 1001")
		h.show(t, urgent("session/c"), urgent("session/a"))
		h.expect(t, tray, "+session/c 0", "+session/a 1001")
		h.Withdraw(t.Context(), "session/a")
		h.Withdraw(t.Context(), "session/of-a-keeper-before")
		h.expect(t, tray, "-session/a 1001", "-session/of-a-keeper-before 0")
		if n := h.screen.Bubbles(); n != 2 {
			t.Errorf("the keeper showed %d notices; want the two from before the tray", n)
		}
	})
}

func TestTrayDies(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		tray := h.Join()
		h.show(t, urgent("session/shown"), passing("outage/shown"), urgent("session/not-yet"), passing("outage/not-yet"),
			passing("outage/withdrawn"), urgent("session/unread"))
		h.read(tray)
		for key, id := range map[string]uint32{
			"session/shown": 7, "outage/shown": 8, "outage/withdrawn": 9, "session/unread": 10,
		} {
			if !h.Showing(key, id) {
				t.Errorf("%s does not stand", key)
			}
		}
		h.Withdraw(t.Context(), "outage/withdrawn") // and the tray ends before it has done that
		h.Withdraw(t.Context(), "session/unread")
		h.Leave(tray)
		h.onScreen(t, "outage/not-yet", "outage/shown", "session/not-yet", "session/shown")
		want := map[string]uint32{"session/shown": 7, "outage/shown": 8, "outage/withdrawn": 9, "session/unread": 10}
		if got := h.screen.Adopted(); !maps.Equal(got, want) {
			t.Errorf("the keeper took over %v; want %v", got, want)
		}
		if n := h.screen.Bubbles(); n != 2 {
			t.Errorf("the keeper showed %d notices anew; want the two that the tray had not shown", n)
		}
		if !h.ScreenPressed("session/shown", "sign_in") {
			t.Error("a press on what was taken over does not count")
		}
		h.Withdraw(t.Context(), "outage/shown")
		h.onScreen(t, "outage/not-yet", "session/not-yet", "session/shown")
	})
}

func TestBackAndForth(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		h.show(t, urgent("session/a"))
		for range 5 {
			tray := h.Join()
			h.expect(t, tray, "+session/a 1001")
			h.Showing("session/a", 1001)
			h.Leave(tray)
			h.onScreen(t, "session/a")
		}
		if n := h.screen.Bubbles(); n != 1 {
			t.Errorf("one notice was shown %d times", n)
		}
	})
}

func TestDismissedStaysAway(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		h.show(t, urgent("session/by-user"), urgent("session/pressed"), passing("outage/ran-out"))
		h.screen.Dismiss("session/by-user")
		h.ScreenPressed("session/by-user", "closed")
		h.screen.Dismiss("outage/ran-out")
		if !h.ScreenPressed("session/pressed", "sign_in") {
			t.Error("the screen's press does not count")
		}
		h.screen.Dismiss("session/pressed")
		tray := h.Join()
		h.expect(t, tray)

		h.show(t, urgent("session/at-tray"))
		h.expect(t, tray, "+session/at-tray 0")
		h.Showing("session/at-tray", 5)
		h.Pressed("session/at-tray", "closed")
		h.Leave(tray)
		h.onScreen(t)
		h.expect(t, h.Join())
	})
}

// TestPressAfterTakingOver: some services tell both of a press, and some only the one who showed the notice last.
func TestPressAfterTakingOver(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		h.show(t, urgent("session/a"), urgent("session/b"))
		tray := h.Join()
		h.expect(t, tray, "+session/a 1001", "+session/b 1002")
		for _, c := range []struct {
			name  string
			press func(key, action string) bool
			key   string
			wait  time.Duration
			want  bool
		}{
			{"at the screen alone", h.ScreenPressed, "session/a", 0, true},
			{"of another notice", h.Pressed, "session/b", 0, true},
			{"the tray's word of the first", h.Pressed, "session/a", time.Second, false},
			{"the screen's word of the second", h.ScreenPressed, "session/b", 0, false},
			{"again, a little later", h.Pressed, "session/a", time.Second, true},
			{"and once more", h.Pressed, "session/a", time.Second, true},
			{"echo", h.ScreenPressed, "session/a", 0, false},
			{"echo", h.ScreenPressed, "session/a", 0, false},
			{"at the screen, much later", h.ScreenPressed, "session/a", time.Minute, true},
			{"at the tray, much later", h.Pressed, "session/a", time.Minute, true},
		} {
			time.Sleep(c.wait)
			if got := c.press(c.key, "sign_in"); got != c.want {
				t.Errorf("a press %s counts: %v; want %v", c.name, got, c.want)
			}
		}
		if h.ScreenPressed("session/b", "closed"); h.Pressed("session/b", "closed") {
			t.Error("a dismissal counts twice")
		}
	})
}

// TestPressedMayStay: a service that leaves a notice on the screen when a button is pressed, and one that does not.
func TestPressedMayStay(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		first := h.Join()
		h.show(t, urgent("session/a"))
		h.read(first)
		h.Showing("session/a", 5)
		h.Pressed("session/a", "sign_in")
		second := h.Join()
		h.expect(t, second)
		h.Leave(second)
		h.Leave(first)
		synctest.Wait()
		if got := h.screen.Adopted(); h.screen.Bubbles() != 0 || got["session/a"] != 5 {
			t.Errorf("the keeper took over %v and showed %d; want the id alone", got, h.screen.Bubbles())
		}
		h.expect(t, h.Join(), "+session/a 5") // it is still there
		h.Withdraw(t.Context(), "session/a")
		h.show(t, urgent("session/b"))
		h.Showing("session/b", 6)
		h.Pressed("session/b", "sign_in")
		h.show(t, urgent("session/b")) // the sign-in failed
		h.expect(t, h.Join(), "+session/b 6")
	})
}

// TestNewsOutlivesADismissal: the user dismisses the notice while another of its key is on its way.
func TestNewsOutlivesADismissal(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		goOn := h.screen.Hang()
		h.show(t, urgent("session/other"), urgent("session/a"))
		h.Pressed("session/a", "closed")
		goOn()
		h.onScreen(t, "session/a", "session/other")
	})
}

func TestSeveralTrays(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		first := h.Join()
		h.show(t, urgent("session/a"), urgent("session/gone"))
		h.read(first)
		h.Showing("session/a", 5)
		h.Showing("session/gone", 6)
		h.Withdraw(t.Context(), "session/gone")
		synctest.Wait()
		second := h.Join()
		h.expect(t, second, "+session/a 5")
		h.show(t, urgent("session/b"))
		h.expect(t, second, "+session/b 0")
		h.expect(t, first, "-session/gone 6")
		h.Showing("session/b", 8)
		h.Leave(second)
		h.expect(t, first, "+session/a 5", "+session/b 8")
		h.Leave(first)
		h.onScreen(t, "session/a", "session/b")
		if n := h.screen.Bubbles(); n != 0 {
			t.Errorf("the keeper showed %d notices that trays had shown", n)
		}
	})
}

// TestHungScreen: whoever asks goes on, and what was under way at a hand-over is not shown twice.
func TestHungScreen(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		goOn := h.screen.Hang()
		h.show(t, urgent("session/under-way"), urgent("session/waits"))
		h.Withdraw(t.Context(), "session/nothing")
		tray := h.Join()
		h.expect(t, tray) // until the call that is under way has its answer
		goOn()
		h.expect(t, tray, "+session/under-way 1001", "+session/waits 0")
		h.onScreen(t, "session/under-way")
	})
}

func TestNoScreen(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		h.screen.Stop()
		h.show(t, urgent("session/a"))
		tray := h.Join()
		h.expect(t, tray, "+session/a 0")
	})
}

// TestTrayThatDoesNotRead costs no more than what stands.
func TestTrayThatDoesNotRead(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		tray := h.Join()
		for i := range 10_000 {
			n := urgent("session/a")
			n.Body = strings.Repeat("x", i%7)
			h.show(t, n)
		}
		h.Withdraw(t.Context(), "session/b")
		h.expect(t, tray, "+session/a 0", "-session/b 0")
	})
}

func TestIDThatComesLate(t *testing.T) {
	inHall(t, func(t *testing.T, h hall) {
		tray := h.Join()
		h.show(t, urgent("session/a"))
		h.Withdraw(t.Context(), "session/a")
		synctest.Wait()
		if h.Showing("session/a", 5) {
			t.Error("what was withdrawn stands")
		}
		h.show(t, urgent("session/b"))
		h.Leave(tray)
		synctest.Wait()
		if h.Showing("session/b", 6) {
			t.Error("a tray that is not heard any more shows what the keeper shows")
		}
	})
}
