package api

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTTTL1CodeLasts60Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPages()
		early, expires := p.newCode()
		late, _ := p.newCode()
		if want := now().Add(time.Minute); !expires.Equal(want) {
			t.Errorf("a code expires at %v; want %v", expires, want)
		}
		time.Sleep(time.Minute - time.Nanosecond)
		if _, ok := p.exchange(early); !ok {
			t.Error("a code did not last a minute")
		}
		time.Sleep(time.Nanosecond)
		if _, ok := p.exchange(late); ok {
			t.Error("a code lasted longer than a minute")
		}
	})
}

func TestTTTL1IdleBearerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPages()
		code, _ := p.newCode()
		bearer, _ := p.exchange(code)
		for range 3 {
			time.Sleep(bearerIdle - time.Nanosecond)
			if !p.knows(bearer) {
				t.Fatal("a bearer in use ended")
			}
		}
		time.Sleep(bearerIdle)
		if p.knows(bearer) {
			t.Error("an idle bearer did not end")
		}
		if len(p.bearers) != 0 {
			t.Error("an ended bearer is still held")
		}
	})
}

func TestCodesAreFew(t *testing.T) {
	p := newPages()
	for range maxCodes + 1 {
		p.newCode()
	}
	if len(p.codes) != maxCodes {
		t.Errorf("%d codes are held; want %d", len(p.codes), maxCodes)
	}
}
