package main

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// A bar is a promise of an issue: a limit, and how to get at the figure that must keep it.
type bar struct {
	area   string
	what   string
	limit  limit
	source string // whose run measures it
	of     measure
	allocs string // the series whose allocations stand beside the figure, if any
	note   string // said where the bar is missed: why
}

// A measure takes from the figures a value for each round.
type measure func(figures) ([]float64, error)

// A limit is what a value must reach, or must not exceed.
type limit struct {
	least bool
	value float64
	unit  string
}

func atLeast(value float64, unit string) limit { return limit{true, value, unit} }
func atMost(value float64, unit string) limit  { return limit{false, value, unit} }

// passes is the limit of a test that asserts the bar itself.
var passes = limit{true, 1, "passes"}

func (l limit) String() string {
	switch {
	case l == passes:
		return "a test passes"
	case l.least:
		return "≥ " + quantity(l.value, l.unit)
	}
	return "≤ " + quantity(l.value, l.unit)
}

func (l limit) keeps(value float64) bool {
	if l.least {
		return value >= l.value
	}
	return value <= l.value
}

// value is a series as it is.
func value(name, unit string) measure {
	return func(f figures) ([]float64, error) { return f.of(name, unit) }
}

// scaled is a series in another unit.
func scaled(name, unit string, factor float64) measure {
	return combined(name, unit, name, unit, func(a, _ float64) float64 { return a * factor })
}

// times says how many times as fast ours is as the peer, by the clock.
func times(peer, ours string) measure { return ratio(peer, ours, "ns/op") }

// ratio divides two series of one unit, round by round.
func ratio(a, b, unit string) measure { return quotient(a, unit, b, unit) }

// quotient divides two series, round by round.
func quotient(a, aUnit, b, bUnit string) measure {
	return combined(a, aUnit, b, bUnit, func(a, b float64) float64 { return a / b })
}

// percent is a of b in per cent, round by round.
func percent(a, b, unit string) measure {
	return combined(a, unit, b, unit, func(a, b float64) float64 { return 100 * a / b })
}

// more says by how much a exceeds b, round by round.
func more(a, b, unit string) measure {
	return combined(a, unit, b, unit, func(a, b float64) float64 { return a - b })
}

func combined(a, aUnit, b, bUnit string, f func(a, b float64) float64) measure {
	return func(all figures) ([]float64, error) {
		as, err := all.of(a, aUnit)
		if err != nil {
			return nil, err
		}
		bs, err := all.of(b, bUnit)
		if err != nil {
			return nil, err
		}
		values := make([]float64, min(len(as), len(bs)))
		for i := range values {
			values[i] = f(as[i], bs[i])
		}
		return values, nil
	}
}

// worst is the greatest of several measures in each round.
func worst(of ...measure) measure {
	return func(all figures) ([]float64, error) {
		var values []float64
		for _, m := range of {
			more, err := m(all)
			if err != nil {
				return nil, err
			}
			for i, v := range more {
				if i == len(values) {
					values = append(values, v)
				}
				values[i] = max(values[i], v)
			}
		}
		return values, nil
	}
}

// confidence is that of the interval around a median.
const confidence = 0.95

// A summary is the median of a bar's rounds, the interval in which the true median lies with 95 %
// confidence whatever the distribution (infinite with fewer than six rounds), and the extremes.
type summary struct {
	median, lo, hi, min, max float64
	rounds                   int
}

func summarize(values []float64) summary {
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds) // it sorts them
	s := benchmath.AssumeNothing.Summary(sample, confidence)
	return summary{s.Center, s.Lo, s.Hi, sample.Values[0], sample.Values[len(sample.Values)-1], len(values)}
}

// spread is half the interval's width as a share of the median.
func (s summary) spread() float64 {
	if s.lo == s.hi {
		return 0
	}
	return (s.hi - s.lo) / 2 / math.Abs(s.median)
}

// verdict says whether the median keeps the limit, and whether the interval leaves a doubt.
func (b bar) verdict(s summary) string {
	word := "met"
	if !b.limit.keeps(s.median) {
		word = "**missed**"
	}
	if !math.IsInf(s.lo, 0) && b.limit.keeps(s.lo) != b.limit.keeps(s.hi) {
		word += " (the interval straddles the bar)"
	}
	return word
}

// quantity prints a value with three significant digits and its unit.
func quantity(v float64, unit string) string {
	switch {
	case unit == "passes":
		return map[bool]string{true: "passes", false: "fails"}[v == 1]
	case math.IsInf(v, 0) || math.IsNaN(v):
		return "?"
	case unit == "bytes":
		return thousands(v) + " bytes"
	case unit == "×":
		return number(v) + " ×"
	}
	return number(v) + " " + unit
}

func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1000:
		return thousands(v)
	case a >= 100:
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return trim(fmt.Sprintf("%.1f", v))
	}
	return trim(fmt.Sprintf("%.2f", v))
}

// trim leaves out zeros behind the point.
func trim(s string) string {
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

func thousands(v float64) string {
	s := fmt.Sprintf("%.0f", math.Abs(v))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v < 0 {
		return "-" + s
	}
	return s
}
