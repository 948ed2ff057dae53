// Command coldstart measures what a function costs from its start: it serves the
// Runtime API, starts the binaries of ../size in turn, round after round, and prints
// medians.
//
//	cd bench && go run ./coldstart [-rounds 200] [-figures]
//
// init is the time from exec to the first request for an invocation, first and warm
// are those from an event to its answer, RSS is resident memory at the end of init.
// Times are of this machine, with the binary in the page cache; ratios are against
// aws-lambda-go's hello world in the same rounds.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
)

// A contender is a binary of ../size with what is sent to it.
type contender struct {
	name, binary, env string
	events            []string // the last is sent again and again
}

const ping = `{"warmer":true}`

var contenders = []contender{
	{"hello world of aws-lambda-go", "hello", "", []string{rest}},
	{"a raw lambda.Handler", "raw", "", []string{rest}},
	{"hello world with warmup", "warmup", "", []string{rest}},
	{"router", "all", "", []string{rest}},
	{"router, after a ping", "all", "", []string{ping, rest}},
	{"router, after a ping that primes", "primed", "", []string{ping, rest}},
	{"aws-lambda-go-api-proxy with chi", "apiproxychi", "", []string{rest}},
	{"mapping", "all", "INTEGRATION=aws", []string{`{"Name":"Kim"}`}},
	{"mapping, after a ping", "all", "INTEGRATION=aws", []string{ping, `{"Name":"Kim"}`}},
	{"mapping, after a ping that primes", "primed", "INTEGRATION=aws", []string{ping, `{"Name":"Kim"}`}},
	{"dynamo, one Get", "getdynamo", "", []string{`{}`}},
	{"the SDK and attributevalue, one GetItem", "getsdk", "", []string{`{}`}},
}

// rest is a REST event of 3 KB.
var rest = `{"resource":"/hello","path":"/hello","httpMethod":"GET","headers":{` + headers(`"%s"`) + `},"multiValueHeaders":{` + headers(`["%s"]`) + `},` +
	`"queryStringParameters":null,"multiValueQueryStringParameters":null,"pathParameters":null,"stageVariables":null,` +
	`"requestContext":{"accountId":"123456789012","stage":"prod","requestId":"7c2af7db-31f3-42b5-8a6d-9ffc74e3b9e0","path":"/prod/hello",` +
	`"identity":{"sourceIp":"192.0.2.1"}},"body":null,"isBase64Encoded":false}`

func headers(format string) string {
	lines := make([]string, 20)
	for i := range lines {
		lines[i] = fmt.Sprintf(`"X-Header-%02d":`+format, i, strings.Repeat("value ", 7))
	}
	return strings.Join(lines, ",")
}

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 200, "how often each binary is started")
	figures := flag.Bool("figures", false, "print a line for each start as well, and what packages take to initialise, for the command results")
	flag.Parse()
	if err := run(*rounds, *figures); err != nil {
		log.Fatal(err)
	}
}

func run(rounds int, figures bool) error {
	dir, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return err
	}
	api, err := serve()
	if err != nil {
		return err
	}
	defer api.close()
	all, err := api.rounds(dir, rounds)
	if err != nil {
		return err
	}
	report(all)
	if !figures {
		return nil
	}
	printStarts(all)
	return api.printInits(dir, rounds)
}

// printStarts prints the figures of each start.
func printStarts(all [][]start) {
	for i, c := range contenders {
		for _, s := range all[i] {
			name := "ColdStart/" + c.name
			figure.Print(name, s.init, "init-ms")
			figure.Print(name, s.first, "first-ms")
			figure.Print(name, s.warm, "later-ms")
			figure.Print(name, firstToWarm(s), "first/later")
			figure.Print(name, s.rss, "RSS-KB")
		}
	}
}

// rounds starts every contender once in each round.
func (a *runtimeAPI) rounds(dir string, rounds int) ([][]start, error) {
	all := make([][]start, len(contenders))
	for round := range rounds {
		for i := range contenders {
			c := (i + round) % len(contenders) // nobody is always the first
			s, err := a.start(filepath.Join(dir, contenders[c].binary), contenders[c])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contenders[c].name, err)
			}
			all[c] = append(all[c], s)
		}
	}
	return all, nil
}

// report prints a line for each contender.
func report(all [][]start) {
	fmt.Printf("%-36s %8s %6s %8s %8s %8s %9s %7s\n", "", "init ms", "ratio", "ping ms", "first ms", "warm ms", "first/warm", "RSS KB")
	base := median(all[0], initTime)
	for i, c := range contenders {
		of := func(f func(start) float64) float64 { return median(all[i], f) }
		init := of(initTime)
		fmt.Printf("%-36s %8.2f %6.3f %8.3f %8.3f %8.3f %9.2f %7.0f\n", c.name, init, init/base,
			of(func(s start) float64 { return s.ping }), of(func(s start) float64 { return s.first }),
			of(func(s start) float64 { return s.warm }), of(firstToWarm), of(func(s start) float64 { return s.rss }))
	}
}

func median(starts []start, f func(start) float64) float64 {
	values := make([]float64, len(starts))
	for i, s := range starts {
		values[i] = f(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// A start is what was measured of one: times in ms, memory in KB.
type start struct{ init, ping, first, warm, rss float64 }

func initTime(s start) float64    { return s.init }
func firstToWarm(s start) float64 { return s.first / s.warm }

const warmRuns = 20

// start starts a binary, sends it events and measures.
func (a *runtimeAPI) start(binary string, c contender) (s start, err error) {
	p, err := a.exec(binary, c.env)
	if err != nil {
		return s, err
	}
	defer func() { err = cmp.Or(err, p.end()) }()
	s.init = ms(p.ready.Sub(p.started))
	s.rss = p.rss()
	for _, event := range c.events[:len(c.events)-1] {
		if s.ping, err = a.invoke(event); err != nil {
			return s, err
		}
	}
	event := c.events[len(c.events)-1]
	if s.first, err = a.invoke(event); err != nil {
		return s, err
	}
	warm := make([]float64, warmRuns)
	for i := range warm {
		if warm[i], err = a.invoke(event); err != nil {
			return s, err
		}
	}
	slices.Sort(warm)
	s.warm = warm[warmRuns/2]
	return s, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

var errSilent = errors.New("the function does not answer")
