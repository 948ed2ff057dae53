package dynamotest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A pair is what the histories are about: the numbers of two items, 0 where there
// is none.
type pair [2]int

// An event is an operation of a history: when it was called and when it returned,
// by a clock that all clients share, and what it did and saw. apply is that as a
// step: the pair after it, and whether the pair before it explains what was seen.
type event struct {
	called, returned int64
	text             string
	apply            func(before pair) (after pair, explains bool)
}

// linearizable tells whether the events can be put in an order that explains what
// each of them saw, and in which none that had returned comes after one that was
// called later. It is the search of Wing and Gong: an event may come next if none
// of those that are left had returned before it was called. What has been searched
// once, as the set of events that are done and the pair that they made, is not
// searched again. There are at most 64 events.
func linearizable(history []event, before pair) bool {
	type visited struct {
		done uint64
		made pair
	}
	seen := map[visited]bool{}
	all := uint64(1)<<len(history) - 1
	var search func(done uint64, state pair) bool
	search = func(done uint64, state pair) bool {
		if done == all {
			return true
		}
		if seen[visited{done, state}] {
			return false
		}
		seen[visited{done, state}] = true
		first := int64(1) << 62 // return among those that are left
		for i, e := range history {
			if done>>i&1 == 0 {
				first = min(first, e.returned)
			}
		}
		for i, e := range history {
			if done>>i&1 == 1 || e.called > first {
				continue
			}
			if after, explains := e.apply(state); explains && search(done|1<<i, after) {
				return true
			}
		}
		return false
	}
	return search(0, before)
}

// The checker accepts what it should and nothing else.
func TestLinearizabilityChecker(t *testing.T) {
	write := func(called, returned int64, v int) event {
		return event{called, returned, "write", func(s pair) (pair, bool) { s[0] = v; return s, true }}
	}
	read := func(called, returned int64, v int) event {
		return event{called, returned, "read", func(s pair) (pair, bool) { return s, s[0] == v }}
	}
	for name, row := range map[string]struct {
		history []event
		want    bool
	}{
		"nothing":                         {nil, true},
		"one after the other":             {[]event{write(1, 2, 7), read(3, 4, 7)}, true},
		"a read of what never was":        {[]event{write(1, 2, 7), read(3, 4, 8)}, false},
		"a stale read":                    {[]event{write(1, 2, 7), write(3, 4, 8), read(5, 6, 7)}, false},
		"a read during a write, before":   {[]event{write(1, 9, 7), read(2, 3, 0)}, true},
		"a read during a write, after":    {[]event{write(1, 9, 7), read(2, 3, 7)}, true},
		"there and back":                  {[]event{write(1, 9, 7), read(2, 3, 7), read(4, 5, 0)}, false},
		"two writes, either order":        {[]event{write(1, 9, 7), write(1, 9, 8), read(10, 11, 7)}, true},
		"two writes, seen in both orders": {[]event{write(1, 9, 7), write(1, 9, 8), read(10, 11, 7), read(12, 13, 8)}, false},
	} {
		require.Equal(t, row.want, linearizable(row.history, pair{}), name)
	}
}
