package provider

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPatience(t *testing.T) {
	const life = 10 * time.Second
	for _, v := range []struct {
		name   string
		stills []time.Duration // when the program went on, each time after an hour
		want   time.Duration
	}{
		{"a program that runs", nil, life},
		{"stood still at the start", []time.Duration{500 * time.Millisecond}, life},
		{"stood still near the end", []time.Duration{9500 * time.Millisecond}, life + time.Second},
		{"stood still again and again", []time.Duration{9500 * time.Millisecond, 10500 * time.Millisecond}, life + time.Second},
	} {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, gone := time.Now(), make(chan time.Time, 1)
				p := newPatience(life, func() { gone <- time.Now() })
				for _, at := range v.stills {
					time.Sleep(time.Until(began.Add(at)))
					p.mu.Lock()
					p.from = p.from.Add(-time.Hour)
					p.mu.Unlock()
				}
				if took := (<-gone).Sub(began); took != v.want {
					t.Errorf("it ran out after %v, want %v", took, v.want)
				}
			})
		})
	}
}

func TestPatienceThatIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatience(time.Second, func() { t.Error("it ran out after its end") })
		time.Sleep(950 * time.Millisecond)
		p.end()
		p.end()
		p.tick() // one that was under way
		time.Sleep(time.Hour)
	})
}
