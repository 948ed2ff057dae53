package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
)

// A trace is what the packages of a binary took to initialise, by their names; of each package
// the quickest run counts.
type trace map[string]initCost

type initCost struct {
	ms    float64
	bytes int
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock, (\d+) bytes`)

// run starts a binary and keeps what was quicker than before.
func (tr trace) run(api *runtimeAPI, binary string) error {
	p, err := api.exec(binary, "GODEBUG=inittrace=1")
	if err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	lines := initLine.FindAllStringSubmatch(p.stderr.String(), -1)
	if len(lines) == 0 {
		return fmt.Errorf("%s leaves no trace: %s", binary, &p.stderr)
	}
	for _, line := range lines {
		ms, err := strconv.ParseFloat(line[2], 64)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(line[3])
		if err != nil {
			return err
		}
		if before, ok := tr[line[1]]; !ok || ms < before.ms {
			tr[line[1]] = initCost{ms, n}
		}
	}
	return nil
}

func (tr trace) sum() (ms float64, bytes int) {
	for _, c := range tr {
		ms += c.ms
		bytes += c.bytes
	}
	return ms, bytes
}

// printInits prints what the packages of some binaries took, in batches of rounds.
func (a *runtimeAPI) printInits(dir string, rounds int) error {
	const batch = 25
	for ; rounds > 0; rounds -= batch {
		binaries := []string{"hello", "all", "dynamosdk", "dynamo"}
		traces := make([]trace, len(binaries))
		for range min(batch, rounds) {
			for i, name := range binaries {
				if traces[i] == nil {
					traces[i] = make(trace)
				}
				if err := traces[i].run(a, filepath.Join(dir, name)); err != nil {
					return err
				}
			}
		}
		for i, name := range binaries {
			ms, bytes := traces[i].sum()
			figure.Print("Init/"+name, ms, "ms")
			figure.Print("Init/"+name, float64(bytes), "bytes")
		}
	}
	return nil
}
