package desktop

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestNewRoutes(t *testing.T) {
	home, vpn := routes{"home": true}, routes{"home": true, "vpn": true}
	for _, c := range []struct {
		name  string
		reads []routes // before, then after each change; nil is an error
		want  int
	}{
		{"nothing new", []routes{home, home}, 0},
		{"network gone", []routes{home, {}}, 0},
		{"gone and back", []routes{home, {}, home}, 1},
		{"one more", []routes{home, vpn}, 1},
		{"one less", []routes{vpn, home}, 0},
		{"another instead", []routes{home, {"hotel": true}}, 1},
		{"at the start unknown", []routes{nil, home}, 1},
		{"error between", []routes{home, nil, home, vpn}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				reads, told := 0, 0
				changes := make(chan struct{}, 1)
				go newRoutes(ctx, changes, func() (routes, error) {
					now := c.reads[reads]
					reads++
					if now == nil {
						return nil, errors.New("no routes")
					}
					return now, nil
				}, func() { told++ })
				synctest.Wait()
				for range c.reads[1:] {
					for range 5 { // a burst counts once
						select {
						case changes <- struct{}{}:
						default:
						}
						time.Sleep(networkSettle / 10)
					}
					time.Sleep(networkSettle)
					synctest.Wait()
				}
				if reads != len(c.reads) || told != c.want {
					t.Errorf("%d reads, told %d times; want %d and %d", reads, told, len(c.reads), c.want)
				}
			})
		})
	}
}
