package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"sessionkeeper/ui/api/client"
)

// A limit on idleness, which the next renewal moves, is not called the session's end; nor is a renewal that failed due.
func TestEndsAndRenewalsAreToldAsTheyAre(t *testing.T) {
	now := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) // where a bubble's clock stands
	at := now.Add
	due := at(-3 * time.Minute)
	for name, c := range map[string]struct {
		s    client.Session
		list string
		has  []string
		no   string
	}{
		"firm": {
			client.Session{Name: "a", State: "active", RenewAt: at(time.Hour), EndsAt: at(72 * time.Hour), EndsFirm: true, WarnAt: at(48 * time.Hour)},
			"in 1 h  in 3 days",
			[]string{"session ends in 3 days", "next warning in 2 days", "next renewal in 1 h"},
			"if unused",
		},
		"moves": {
			client.Session{Name: "a", State: "active", RenewAt: at(time.Hour), EndsAt: at(72 * time.Hour), WarnAt: at(48 * time.Hour)},
			"in 1 h",
			[]string{"ends if unused in 3 days"},
			"warning",
		},
		"moves and cannot": {
			client.Session{Name: "a", State: "expiring", EndsAt: at(3 * time.Minute)}, "in 3 min", []string{"session ends in 3 min"}, "if unused",
		},
		"retrying": {
			client.Session{Name: "a", State: "retrying", RenewAt: due, NextTryAt: at(time.Minute)}, "in 1 min", []string{"next try in 1 min"}, "next renewal",
		},
		"under way": {
			client.Session{Name: "a", State: "retrying", RenewAt: due, NextTryAt: due}, "now", []string{"next try 3 min ago"}, "next renewal",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var list, status bytes.Buffer
				cmd := new(cobra.Command)
				cmd.SetOut(&list)
				if err := printSessions(cmd, []client.Session{c.s}); err != nil || !strings.HasSuffix(strings.TrimSpace(list.String()), c.list) {
					t.Errorf("the list says %q, %v; want %q at its end", list.String(), err, c.list)
				}
				cmd.SetOut(&status)
				if err := printSession(cmd, c.s); err != nil {
					t.Fatal(err)
				}
				for _, want := range c.has {
					if !strings.Contains(squeeze(status.String()), want) {
						t.Errorf("want %q in\n%s", want, &status)
					}
				}
				if strings.Contains(status.String(), c.no) {
					t.Errorf("want no %q in\n%s", c.no, &status)
				}
			})
		})
	}
}

// squeeze makes one space of many.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
