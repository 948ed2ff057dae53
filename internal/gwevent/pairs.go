package gwevent

import (
	"slices"
	"strings"
)

// pairs are names with their values, of headers or a query: what a map would hold, sorted by name, every name once and
// none without a value. An event is written from them without a map in between.
type pairs []pair

type pair struct {
	name   string
	values []string
}

// The ways in which an event shows pairs.
type (
	multiValues  pairs // every value
	lastValues   pairs // the last value of each name
	joinedValues pairs // the values of a name, separated by commas
)

// sortPairs sorts by name; of pairs with the same name the last one stays.
func sortPairs(all pairs) pairs {
	slices.SortStableFunc(all, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	kept := all[:0]
	for i, p := range all {
		if i+1 == len(all) || all[i+1].name != p.name {
			kept = append(kept, p)
		}
	}
	return kept
}

// group makes pairs of single values, whose order within a name it keeps.
func group(singles []single) pairs {
	if len(singles) == 0 {
		return nil
	}
	slices.SortStableFunc(singles, func(a, b single) int { return strings.Compare(a.name, b.name) })
	values := make([]string, len(singles))
	all := make(pairs, 0, len(singles))
	for i, s := range singles {
		values[i] = s.value
		if last := len(all) - 1; last >= 0 && all[last].name == s.name {
			begun := len(all[last].values)
			all[last].values = values[i-begun : i+1 : i+1]
			continue
		}
		all = append(all, pair{s.name, values[i : i+1 : i+1]})
	}
	return all
}

// single is a name with one of its values.
type single struct{ name, value string }

// lower returns pairs with names in lower case; names that differ in case only are merged.
func (ps pairs) lower() pairs {
	all := make(pairs, len(ps))
	for i, p := range ps {
		all[i] = pair{lowerName(p.name), p.values}
	}
	slices.SortStableFunc(all, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	merged := all[:0]
	for _, p := range all {
		if last := len(merged) - 1; last >= 0 && merged[last].name == p.name {
			merged[last].values = slices.Concat(merged[last].values, p.values)
			continue
		}
		merged = append(merged, p)
	}
	return merged
}

func lowerName(name string) string {
	if lower, ok := lowerNames[name]; ok {
		return lower
	}
	return strings.ToLower(name)
}

// lowerNames are the names of most headers in lower case, so that not every event needs its own.
var lowerNames = func() map[string]string {
	names := make(map[string]string)
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Content-Encoding", "Content-Length", "Content-Type",
		"Cookie", "Host", "If-Match", "If-None-Match", "Origin", "Referer", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site",
		"User-Agent", "X-Amzn-Trace-Id", "X-Api-Key", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto",
	} {
		names[name] = strings.ToLower(name)
	}
	return names
}()

// set adds a name or replaces its values.
func (ps pairs) set(name string, values ...string) pairs {
	at, found := ps.find(name)
	if found {
		ps[at].values = values
		return ps
	}
	return slices.Insert(ps, at, pair{name, values})
}

func (ps pairs) delete(name string) pairs {
	if at, found := ps.find(name); found {
		return slices.Delete(ps, at, at+1)
	}
	return ps
}

// get returns the values of a name.
func (ps pairs) get(name string) []string {
	if at, found := ps.find(name); found {
		return ps[at].values
	}
	return nil
}

func (ps pairs) find(name string) (at int, found bool) {
	return slices.BinarySearchFunc(ps, name, func(p pair, name string) int { return strings.Compare(p.name, name) })
}

// multi returns the pairs as a map of all values, last as one of the last value of each name.
func (ps pairs) multi() map[string][]string {
	m := make(map[string][]string, len(ps))
	for _, p := range ps {
		m[p.name] = p.values
	}
	return m
}

func (ps pairs) last() map[string]string {
	m := make(map[string]string, len(ps))
	for _, p := range ps {
		m[p.name] = p.values[len(p.values)-1]
	}
	return m
}
