package main

import (
	"fmt"
	"strings"
)

// The gateway is loaded by one client, by eight, and by the fifty of the load. One client at a time measures how
// long a request takes; the bars are held where there are several, and the table shows all.
var clientCounts = []int{1, 8, 50}

// load is the name of the figures of one contender under the load of some clients.
func load(contender string, clients int) string {
	return fmt.Sprintf("Gateway/%s/%d-clients", contender, clients)
}

const offline = "serverless-offline"

// perSecond is how many times the requests a second of serverless-offline a contender serves.
func perSecond(contender string, clients int) measure {
	return ratio(load(contender, clients), load(offline, clients), "requests/s")
}

// tail is a contender's p99 against serverless-offline's p50.
func tail(contender string, clients int) measure {
	return quotient(load(contender, clients), "p99-ms", load(offline, clients), "p50-ms")
}

// loaded are the contenders of the table, as their figures and the readers know them.
var loaded = [][2]string{
	{offline, "serverless-offline 13"}, {"net/http,-a-constant", "net/http alone, a constant"}, {"gateway,-in-process", "gateway, in process"},
	{"gateway,-bootstrap", "gateway, a bootstrap"}, {"floor,-bootstrap", "no gateway, a bootstrap"},
	{"gateway,-8-a-bootstrap", "gateway, 8 invocations a bootstrap"}, {"floor,-8-a-bootstrap", "no gateway, 8 invocations a bootstrap"},
	{"lambdarest-start", "lambdarest start, a bootstrap"},
}

// writeLoads writes the whole of what the gateway's bars pick from.
func (r *report) writeLoads(b *strings.Builder) {
	b.WriteString("\n## Loads on the gateway\n\nMedians; requests a second, p50 and p99 in milliseconds. The clients are one thread of another process on the same processors.\n\n|  |")
	for _, n := range clientCounts {
		fmt.Fprintf(b, " clients: %d | p50 | p99 |", n)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|---|---|", len(clientCounts)) + "\n")
	for _, c := range loaded {
		fmt.Fprintf(b, "| %s |", c[1])
		for _, n := range clientCounts {
			for _, unit := range []string{"requests/s", "p50-ms", "p99-ms"} {
				fmt.Fprintf(b, " %s |", r.median(load(c[0], n), unit))
			}
		}
		b.WriteString("\n")
	}
}

// median is a figure for a cell, which stays empty where there is none.
func (r *report) median(name, unit string) string {
	values, err := r.all.of(name, unit)
	if err != nil {
		return ""
	}
	return number(summarize(values).median)
}
