package signin_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sessionkeeper/session/signin"
)

// desk plays the keeper's part: it asks the queue whenever the queue wants it, and keeps what was decided.
type desk struct {
	t      *testing.T
	q      *signin.Queue
	now    time.Time
	locked bool
	again  time.Time

	pages   []string
	notices []string
	groups  [][]string
}

func newDesk(t *testing.T, opened ...string) *desk {
	t.Helper()
	return &desk{t: t, q: signin.NewQueue(opened...), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func (d *desk) decide() {
	dec := d.q.Decide(d.now, d.locked)
	if dec.Open != "" {
		d.pages = append(d.pages, dec.Open)
	}
	d.notices = append(d.notices, dec.Notify...)
	if dec.Group != nil {
		d.groups = append(d.groups, dec.Group)
	}
	if !dec.Again.IsZero() && !dec.Again.After(d.now) {
		d.t.Fatalf("asked to come again at %v, which is not after %v", dec.Again, d.now)
	}
	d.again = dec.Again
}

// pass lets time go by and decides as often as the queue asks for.
func (d *desk) pass(by time.Duration) {
	end := d.now.Add(by)
	d.decide()
	for !d.again.IsZero() && !d.again.After(end) {
		d.now = d.again
		d.decide()
	}
	d.now = end
	d.decide()
}

func (d *desk) refuse(names ...string) {
	for _, name := range names {
		d.q.Refused(name, d.now, true)
		d.decide()
	}
}

func (d *desk) want(pages, notices []string, groups ...[]string) {
	d.t.Helper()
	if !slices.Equal(d.pages, pages) {
		d.t.Errorf("pages %v, want %v", d.pages, pages)
	}
	if !slices.Equal(d.notices, notices) {
		d.t.Errorf("notices %v, want %v", d.notices, notices)
	}
	if !slices.EqualFunc(d.groups, groups, func(a, b []string) bool { return slices.Equal(a, b) }) {
		d.t.Errorf("groups %v, want %v", d.groups, groups)
	}
}

type list = []string

func TestQueue(t *testing.T) {
	const s, minute = time.Second, time.Minute
	for name, play := range map[string]func(d *desk){
		"one opens after two seconds": func(d *desk) {
			d.refuse("a")
			d.pass(2*s - 1)
			d.want(nil, nil)
			d.pass(1)
			d.want(list{"a"}, nil)
		},
		"saying it again opens nothing": func(d *desk) {
			d.refuse("a", "a")
			d.pass(3 * s)
			d.refuse("a")
			d.pass(minute)
			d.want(list{"a"}, nil)
		},
		"cured while waiting for company": func(d *desk) {
			d.refuse("a")
			d.pass(s)
			d.q.Cured("a")
			d.pass(minute)
			d.want(nil, nil)
		},
		"three queue behind one page": func(d *desk) {
			d.refuse("a", "b", "c")
			d.pass(minute)
			d.want(list{"a"}, nil)
			d.q.PageClosed("a", "")
			d.pass(s)
			d.want(list{"a", "b"}, nil)
			d.q.PageClosed("b", signin.KindDenied)
			d.pass(s)
			d.want(list{"a", "b", "c"}, nil)
			d.q.PageClosed("c", signin.KindTimeout)
			d.pass(time.Hour)
			d.want(list{"a", "b", "c"}, nil)
		},
		"the queue moves on when the page's session is paused": func(d *desk) {
			d.refuse("a", "b")
			d.pass(3 * s)
			d.q.Cured("a")
			d.pass(s)
			d.want(list{"a", "b"}, nil)
		},
		"four at once": func(d *desk) {
			d.refuse("a", "b", "c", "d")
			d.pass(minute)
			d.want(nil, nil, list{"a", "b", "c", "d"})
		},
		"the fourth while a page is open": func(d *desk) {
			d.refuse("a", "b", "c")
			d.pass(5 * s)
			d.refuse("d")
			d.pass(5 * s)
			d.want(list{"a"}, nil, list{"a", "b", "c", "d"})
			d.q.PageClosed("a", signin.KindTimeout)
			d.pass(minute)
			d.want(list{"a"}, nil, list{"a", "b", "c", "d"})
		},
		"the group grows and is withdrawn": func(d *desk) {
			d.refuse("a", "b", "c", "d")
			d.pass(3 * s)
			d.refuse("e")
			d.pass(3 * s)
			d.want(nil, nil, list{"a", "b", "c", "d"}, list{"a", "b", "c", "d", "e"})
			for _, name := range (list{"a", "b", "c", "d"}) {
				d.q.Cured(name)
				d.pass(s)
			}
			d.want(nil, nil, list{"a", "b", "c", "d"}, list{"a", "b", "c", "d", "e"})
			d.q.Cured("e")
			d.pass(s)
			d.want(nil, nil, list{"a", "b", "c", "d"}, list{"a", "b", "c", "d", "e"}, list{})
		},
		"nobody of a shrunk group opens, a newcomer does": func(d *desk) {
			d.refuse("a", "b", "c", "d")
			d.pass(3 * s)
			d.q.Cured("a")
			d.q.Cured("b")
			d.q.Cured("c")
			d.pass(minute)
			d.refuse("e")
			d.pass(minute)
			d.want(list{"e"}, nil, list{"a", "b", "c", "d"})
		},
		"once until the user acts": func(d *desk) {
			d.refuse("a")
			d.pass(3 * s)
			d.q.PageClosed("a", signin.KindDenied)
			d.pass(time.Hour)
			d.refuse("a")
			d.pass(time.Hour)
			d.want(list{"a"}, nil)
			d.q.Acted("a")
			d.pass(minute)
			d.want(list{"a"}, nil)
			d.refuse("a")
			d.pass(minute)
			d.want(list{"a", "a"}, nil)
		},
		"signing in is acting": func(d *desk) {
			d.refuse("a")
			d.pass(3 * s)
			d.q.PageClosed("a", "")
			d.pass(time.Hour)
			d.refuse("a")
			d.pass(3 * s)
			d.want(list{"a", "a"}, nil)
		},
		"flapping right after the page was done": func(d *desk) {
			d.refuse("a")
			d.pass(3 * s)
			for range 5 {
				d.q.PageClosed("a", "")
				d.pass(30 * s)
				d.refuse("a")
				d.pass(30 * s)
			}
			if len(d.pages) != 1 {
				d.t.Errorf("%d pages", len(d.pages))
			}
		},
		"flapping within the two seconds": func(d *desk) {
			for range 50 {
				d.refuse("a")
				d.pass(s)
				d.q.Cured("a")
				d.pass(s / 10)
			}
			d.want(nil, nil)
		},
		"auto_open off": func(d *desk) {
			d.q.Refused("a", d.now, false)
			d.refuse("b")
			d.pass(minute)
			d.want(list{"b"}, list{"a"})
		},
		"many with auto_open off are grouped": func(d *desk) {
			for i := range 9 {
				d.q.Refused(fmt.Sprint(i), d.now, false)
			}
			d.pass(minute)
			if len(d.notices) > 0 || len(d.groups) != 1 || len(d.pages) > 0 {
				d.t.Errorf("pages %v, notices %v, groups %v", d.pages, d.notices, d.groups)
			}
		},
		"the user is quicker": func(d *desk) {
			d.refuse("a", "b")
			d.q.Acted("a")
			d.pass(minute)
			d.want(list{"b"}, nil)
		},
		"the user takes the open page over": func(d *desk) {
			d.refuse("a", "b")
			d.pass(3 * s)
			d.q.Acted("a")
			d.q.PageClosed("a", signin.KindCancelled)
			d.pass(minute)
			d.want(list{"a", "b"}, nil)
		},
		"locked, then unlocked with two": func(d *desk) {
			d.locked = true
			d.refuse("a", "b")
			d.pass(8 * time.Hour)
			d.want(nil, nil)
			d.locked = false
			d.pass(s)
			d.want(list{"a"}, nil)
		},
		"locked, then unlocked with five": func(d *desk) {
			d.locked = true
			d.refuse("a", "b", "c")
			d.pass(time.Hour)
			d.refuse("d", "e")
			d.pass(time.Hour)
			d.want(nil, nil)
			d.locked = false
			d.pass(s)
			d.want(nil, nil, list{"a", "b", "c", "d", "e"})
		},
		"cured while locked": func(d *desk) {
			d.locked = true
			d.refuse("a")
			d.pass(time.Hour)
			d.q.Cured("a")
			d.locked = false
			d.pass(minute)
			d.want(nil, nil)
		},
		"locked while a page is open": func(d *desk) {
			d.refuse("a", "b")
			d.pass(3 * s)
			d.locked = true
			d.q.PageClosed("a", signin.KindTimeout)
			d.pass(time.Hour)
			d.want(list{"a"}, nil)
			d.locked = false
			d.decide()
			d.want(list{"a", "b"}, nil)
		},
		"three ignored long ago do not silence a new one": func(d *desk) {
			d.refuse("a", "b", "c")
			for _, name := range (list{"a", "b", "c"}) {
				d.pass(10 * minute)
				d.q.PageClosed(name, signin.KindTimeout)
			}
			d.pass(24 * time.Hour)
			d.refuse("d")
			d.pass(minute)
			d.want(list{"a", "b", "c", "d"}, nil)
		},
	} {
		t.Run(name, func(t *testing.T) { play(newDesk(t)) })
	}
}

func TestF22FiftyRefusedAtOnce(t *testing.T) {
	for _, apart := range []time.Duration{0, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second} {
		t.Run(apart.String(), func(t *testing.T) {
			d := newDesk(t)
			for i := range 50 {
				d.refuse(fmt.Sprintf("s%02d", i))
				d.pass(apart)
			}
			d.pass(time.Minute)
			for _, name := range d.pages {
				d.q.PageClosed(name, signin.KindDenied)
				d.pass(time.Minute)
			}
			most := 1
			if apart < time.Second { // the first is not alone for long enough
				most = 0
			}
			if len(d.pages) > most {
				t.Errorf("%d pages opened: %v", len(d.pages), d.pages)
			}
			if len(d.notices) > 0 {
				t.Errorf("single notices %v", d.notices)
			}
			last := d.groups[len(d.groups)-1]
			if len(last) != 50 {
				t.Errorf("the last notification speaks of %d", len(last))
			}
			for i := 1; i < len(d.groups); i++ {
				if len(d.groups[i]) <= len(d.groups[i-1]) {
					t.Errorf("notification %d repeats", i)
				}
			}
		})
	}
}

func TestQueueRestart(t *testing.T) {
	d := newDesk(t, "a")
	d.refuse("a", "b")
	d.pass(time.Minute)
	d.want(list{"b"}, list{"a"})
}

// FuzzQueue holds any sequence of events against what must never happen.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 200, 5, 201})
	f.Add([]byte("refused and cured and closed again"))
	f.Fuzz(func(t *testing.T, script []byte) {
		d := newDesk(t)
		unanswered := map[string]bool{} // opened by itself, and nobody has acted since
		for _, b := range script {
			name := string('a' + rune(b%7))
			before := len(d.pages)
			switch b / 32 {
			case 0, 1:
				d.q.Refused(name, d.now, b&8 == 0)
			case 2:
				d.q.Cured(name)
				delete(unanswered, name)
			case 3:
				d.q.Acted(name)
				delete(unanswered, name)
			case 4:
				d.q.PageClosed(name, signin.KindDenied)
			case 5:
				d.locked = b&1 == 0
			case 6:
				d.pass(time.Duration(b) * time.Second / 100)
			case 7:
				d.pass(time.Duration(b) * time.Second)
			}
			d.decide()
			for _, opened := range d.pages[before:] {
				if d.locked {
					t.Fatal("a page opened behind a locked screen")
				}
				if unanswered[opened] {
					t.Fatalf("a second page opened by itself for %s", opened)
				}
				unanswered[opened] = true
			}
		}
	})
}
