package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

const printed = `=== RUN   TestSomething
goos: linux
BenchmarkText/lambdarest-2     	  100	      2000 ns/op	  1500 cpu-ns/op	       8 allocs/op
BenchmarkText/api-proxy-chi-2  	   10	     20000 ns/op	 18000 cpu-ns/op	     240 allocs/op
BenchmarkText/lambdarest-2     	  100	      1000 ns/op	  1000 cpu-ns/op	       8 allocs/op
BenchmarkText/api-proxy-chi-2  	   10	     30000 ns/op	 18000 cpu-ns/op	     240 allocs/op
BenchmarkSize/router 1 266240 bytes
--- PASS: TestSomething (0.01s)
    --- FAIL: TestSomething/inner (0.01s)
--- FAIL: TestOther (0.01s)
`

func read(t *testing.T, prefix, text string) figures {
	t.Helper()
	f := make(figures)
	if err := f.read(prefix, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFiguresAreReadByNameAndUnit(t *testing.T) {
	f := read(t, "p:", printed)
	for key, want := range map[string][]float64{
		"p:Text/lambdarest ns/op":         {2000, 1000},
		"p:Text/api-proxy-chi allocs/op":  {240, 240},
		"p:Text/lambdarest cpu-ns/op":     {1500, 1000},
		"p:Size/router bytes":             {266240},
		"p:TestSomething passes":          {1},
		"p:TestOther passes":              {0},
		"p:TestSomething/inner passes":    nil,
		"p:Text/api-proxy-chi-2 ns/op":    nil,
		"p:Text/api-proxy-chi sec/op":     nil,
		"Text/lambdarest ns/op":           nil,
		"p:Text/lambdarest allocs/op":     {8, 8},
		"p:Text/api-proxy-chi cpu-ns/op":  {18000, 18000},
		"p:Text/api-proxy-chi no-such/op": nil,
	} {
		if !slices.Equal(f[key], want) {
			t.Errorf("%s: %v, want %v", key, f[key], want)
		}
	}
}

func TestRatiosAreOfTheSameRound(t *testing.T) {
	f := read(t, "", printed)
	values, err := times("Text/api-proxy-chi", "Text/lambdarest")(f)
	if err != nil || !slices.Equal(values, []float64{10, 30}) {
		t.Errorf("%v, %v", values, err)
	}
	summarize(values)
	if !slices.Equal(f["Text/lambdarest ns/op"], []float64{2000, 1000}) {
		t.Error("a summary has changed the order of the rounds")
	}
	if _, err := times("Text/nobody", "Text/lambdarest")(f); err == nil {
		t.Error("a figure that is not there has no ratio")
	}
}

func TestVerdicts(t *testing.T) {
	rounds := []float64{6.8, 6.9, 7.1, 7.2, 7.2, 7.3, 7.4, 7.6}
	for _, tt := range []struct {
		limit  limit
		values []float64
		want   string
	}{
		{atLeast(5, "×"), rounds, "met"},
		{atLeast(9, "×"), rounds, "**missed**"},
		{atLeast(7, "×"), rounds, "met (the interval straddles the bar)"},
		{atMost(7, "×"), rounds, "**missed** (the interval straddles the bar)"},
		{atMost(0, "allocations"), []float64{0}, "met"},
		{passes, []float64{0}, "**missed**"},
	} {
		if got := (bar{limit: tt.limit}).verdict(summarize(tt.values)); got != tt.want {
			t.Errorf("%v of %v: %q, want %q", tt.values, tt.limit, got, tt.want)
		}
	}
}

func TestTheIntervalOfFewRoundsIsInfinite(t *testing.T) {
	if s := summarize([]float64{1, 2, 3, 4, 5}); !math.IsInf(s.spread(), 1) {
		t.Errorf("%+v", s)
	}
	if s := summarize([]float64{1, 1.01, 1.02, 0.99, 1, 1, 1.01, 1}); s.spread() > narrow || s.min != 0.99 || s.max != 1.02 {
		t.Errorf("%+v", s)
	}
}

// A bar without a source would never be measured, and a source without a bar for nothing.
func TestEveryBarHasASource(t *testing.T) {
	used := make(map[string]bool)
	for _, b := range bars {
		if used[b.source] = true; !slices.ContainsFunc(sources, func(s source) bool { return s.name == b.source }) {
			t.Errorf("%s: there is no source %q", b.what, b.source)
		}
	}
	for _, s := range sources {
		if !used[s.name] {
			t.Errorf("no bar uses the source %q", s.name)
		}
	}
}

// Every bar has its row, whatever could be measured.
func TestEveryBarHasARow(t *testing.T) {
	r := report{all: read(t, "", printed), failed: map[string]error{"velocityjs": errors.New("node is not installed\nand more")}}
	page := r.String()
	for _, b := range bars {
		if !strings.Contains(page, "| "+b.what+" | "+b.limit.String()+" |") {
			t.Errorf("no row: %s", b.what)
		}
	}
	if !strings.Contains(page, "not measured: node is not installed |") {
		t.Error("the page does not say why a bar is not measured")
	}
	if strings.Contains(page, "](charts/") {
		t.Error("a chart without figures is shown")
	}
}

func TestQuantities(t *testing.T) {
	for _, tt := range []struct {
		value float64
		unit  string
		want  string
	}{
		{7.04, "×", "7.04 ×"}, {7.1, "×", "7.1 ×"}, {10, "×", "10 ×"}, {123.4, "µs", "123 µs"}, {6_627_490, "bytes", "6,627,490 bytes"}, {-61, "allocations", "-61 allocations"},
		{0, "allocations", "0 allocations"}, {1, "passes", "passes"}, {0, "passes", "fails"}, {999_999.7, "bytes", "1,000,000 bytes"},
	} {
		if got := quantity(tt.value, tt.unit); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
