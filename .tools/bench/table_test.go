package main

import (
	"slices"
	"strings"
	"testing"
)

func TestQuantiles(t *testing.T) {
	some := times{50, 10, 40, 20, 30}
	if some.at(.5) != 30 || some.at(.99) != 50 || some.at(1) != 50 || some.at(0) != 10 || times(nil).at(.5) != 0 {
		t.Errorf("got %d, %d, %d", some.at(0), some.at(.5), some.at(1))
	}
}

func TestPaired(t *testing.T) {
	// The second turn was slow for both, which changes nothing.
	if got := paired([]float64{20, 2, 20}, []float64{10, 1, 10}); got != "2.00" {
		t.Errorf("got %s; want 2.00", got)
	}
}

func TestFrom(t *testing.T) {
	if got := from([]int{1, 2, 3}, 4); !slices.Equal(got, []int{2, 3, 1}) {
		t.Errorf("got %v", got)
	}
}

func TestTable(t *testing.T) {
	var all table
	all.section("Title", "p50")
	all.add("ours", "1 ms")
	all.note("that is %d", 7)
	var b strings.Builder
	all.print(&b)
	const want = "\nTitle\n      p50   \nours  1 ms  \n  that is 7\n"
	if b.String() != want {
		t.Errorf("got %q; want %q", b.String(), want)
	}
}
