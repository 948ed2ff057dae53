package main

import (
	"fmt"
	"math"
	"strings"
)

// A report is what RESULTS.md is made of.
type report struct {
	small   bool
	all     figures
	failed  map[string]error // by source
	machine machine
}

// String is the page.
func (r *report) String() string {
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by `cd bench && go run ./results`, which measures every bar of the project's issues beside the peers, in rounds in which all contenders take turns. Do not edit it.\n\n")
	if r.small {
		b.WriteString("**A smoke run of one round: its figures mean nothing.**\n\n")
	}
	if r.machine.others > quiet {
		fmt.Fprintf(&b, "**Other programs used %.0f %% of the machine meanwhile. Do not quote these figures.**\n\n", 100*r.machine.others)
	}
	fmt.Fprintf(&b, "%d bars: %d met, %d missed, %d not measured.\n\n", len(bars), r.count("met"), r.count("**missed**"), r.count("not measured"))
	b.WriteString(r.machine.String())
	r.writeHow(&b)
	for i, c := range bars {
		if i == 0 || c.area != bars[i-1].area {
			r.writeArea(&b, c.area)
		}
	}
	r.writeMissed(&b)
	r.writeRest(&b)
	return b.String()
}

func (r *report) writeHow(b *strings.Builder) {
	fmt.Fprintf(b, "How to read it: *measured* is the median over the rounds of the ratio within a round; the interval holds the true median with 95 %% confidence, "+
		"whatever the distribution. Rounds are repeated until the interval is within %.0f %% of the median, or a maximum is reached. "+
		"× is how many times as fast, or as much. *Processor time* is the same ratio by the time that the process spent on processors, collecting garbage included. "+
		"Allocations are of lambdarest and of the peer of the row, an operation.\n\n%s; nothing is compared with them.\n", 100*narrow, notToBeHad)
}

// writeArea writes the charts and the table of an area.
func (r *report) writeArea(b *strings.Builder, area string) {
	fmt.Fprintf(b, "\n## %s\n\n", area)
	for _, c := range charts {
		if c.area == area && r.drawn(c) {
			fmt.Fprintf(b, "![%s](charts/%s.svg)\n\n", c.title, c.file)
		}
	}
	b.WriteString("| promise | bar | measured | 95 % | min – max | processor time | allocations | rounds | |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range bars {
		if c.area == area {
			b.WriteString(r.row(c))
		}
	}
}

func (r *report) row(c bar) string {
	values, err := c.of(r.all)
	if err != nil {
		return fmt.Sprintf("| %s | %s | | | | | | | not measured: %s |\n", c.what, c.limit, cell(r.why(c, err)))
	}
	s := summarize(values)
	interval, extremes := "", ""
	if s.rounds > 1 && s.min != s.max {
		extremes = number(s.min) + " – " + number(s.max)
	}
	if !math.IsInf(s.lo, 0) && s.lo != s.hi {
		interval = number(s.lo) + " – " + number(s.hi)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %d | %s |\n", c.what, c.limit, quantity(s.median, c.limit.unit),
		interval, extremes, r.processor(c), r.allocations(c), s.rounds, c.verdict(s))
}

// why says why a bar has no figure: its source failed, or did not print it.
func (r *report) why(c bar, err error) string {
	if failure := r.failed[c.source]; failure != nil {
		return short(failure)
	}
	return err.Error()
}

// processor is the bar's ratio by processor time, where both contenders report it.
func (r *report) processor(c bar) string {
	byCPU := make(figures)
	for key, values := range r.all {
		for _, unit := range [][2]string{{" cpu-ns/op", " ns/op"}, {" cpu-ns/route", " ns/op"}, {" ops/cpu-s", " ops/s"}, {" requests/cpu-s", " requests/s"}} {
			if name, ok := strings.CutSuffix(key, unit[0]); ok {
				byCPU[name+unit[1]] = values
			}
		}
	}
	values, err := c.of(byCPU)
	if err != nil || c.limit.unit != "×" {
		return ""
	}
	return quantity(summarize(values).median, c.limit.unit)
}

func (r *report) allocations(c bar) string {
	values, err := r.all.of(c.allocs, "allocs/op")
	if c.allocs == "" || err != nil {
		return ""
	}
	theirs := number(summarize(values).median)
	own, _, _ := strings.Cut(c.allocs, "/")
	ours, err := r.all.of(own+"/lambdarest", "allocs/op")
	if err != nil || own+"/lambdarest" == c.allocs {
		return theirs
	}
	return number(summarize(ours).median) + " for " + theirs
}

// count says how many bars have a verdict that begins so.
func (r *report) count(verdict string) (n int) {
	for _, c := range bars {
		got := "not measured"
		if values, err := c.of(r.all); err == nil {
			got = c.verdict(summarize(values))
		}
		if strings.HasPrefix(got, verdict) {
			n++
		}
	}
	return n
}

// writeMissed says of what is missed why.
func (r *report) writeMissed(b *strings.Builder) {
	first, what := true, ""
	for _, c := range bars {
		if strings.HasPrefix(c.what, "the same") {
			c.what = what + "; " + c.what
		} else {
			what = c.what
		}
		values, err := c.of(r.all)
		if err != nil || c.note == "" || c.limit.keeps(summarize(values).median) {
			continue
		}
		if first {
			b.WriteString("\n## What is missed, and why\n\n")
			first = false
		}
		fmt.Fprintf(b, "- %s: %s: %s\n", c.area, c.what, c.note)
	}
}

func (r *report) writeRest(b *strings.Builder) {
	r.writeLoads(b)
	r.writeColdStarts(b)
	b.WriteString("\n## Profiles\n\nWhere the time of the hot paths goes, and what was learned from it: [profiles](profiles).\n\n| profile | learned |\n|---|---|\n")
	for _, p := range profiles {
		fmt.Fprintf(b, "| [%s](profiles/%s.txt) | %s |\n", p.file, p.file, p.learned)
	}
	b.WriteString("\n## Promises that campaigns hold\n\nThey take hours or have no ratio; CI runs them small.\n\n| promise | command |\n|---|---|\n")
	for _, e := range elsewhere {
		fmt.Fprintf(b, "| %s | `%s` |\n", e[0], e[1])
	}
	for name, err := range r.failed {
		if strings.Contains(err.Error(), "\n") {
			fmt.Fprintf(b, "\nThe source %q failed; the bars above are judged by what it had printed:\n\n```\n%s\n```\n", name, err)
		}
	}
}

// writeColdStarts writes the whole of it: the bars pick a few of its figures.
func (r *report) writeColdStarts(b *strings.Builder) {
	b.WriteString("\n## Cold starts\n\nMedians; through a Runtime API server, the binary in the page cache, stripped, `-tags lambda.norpc`. " +
		"*init* is from exec to the first `next`, *first* and *later* are invocations, their ratio is of each start.\n\n" +
		"| function | init ms | first ms | later ms | first / later | RSS KB |\n|---|---|---|---|---|---|\n")
	for _, name := range coldStartNames {
		fmt.Fprintf(b, "| %s |", name)
		for _, unit := range []string{"init-ms", "first-ms", "later-ms", "first/later", "RSS-KB"} {
			fmt.Fprintf(b, " %s |", r.median("ColdStart/"+strings.ReplaceAll(name, " ", "-"), unit))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n| binary | bytes | packages' initialisation, ms | and bytes |\n|---|---|---|---|\n")
	for _, name := range []string{"hello", "warmup", "router", "all", "dynamosdk", "dynamosdkfew", "dynamo", "dynamobeside"} {
		fmt.Fprintf(b, "| [size/%s](size/%s) |", name, name)
		for _, key := range [][2]string{{"Size/", "bytes"}, {"Init/", "ms"}, {"Init/", "bytes"}} {
			fmt.Fprintf(b, " %s |", r.median(key[0]+name, key[1]))
		}
		b.WriteString("\n")
	}
}

// coldStartNames are the contenders of the command coldstart.
var coldStartNames = []string{
	"hello world of aws-lambda-go", "a raw lambda.Handler", "hello world with warmup", "router", "router, after a ping", "router, after a ping that primes",
	"aws-lambda-go-api-proxy with chi", "mapping", "mapping, after a ping", "mapping, after a ping that primes", "dynamo, one Get", "the SDK and attributevalue, one GetItem",
}

// cell is a text that fits into a cell of a table.
func cell(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", "\\|"), "\n", " ") }
