// Command results measures every bar of the project beside its peers, in one run on one machine,
// and writes what it found: RESULTS.md, charts/*.svg and profiles/*.txt.
//
//	cd bench && go run ./results                    # about twenty minutes, on a machine that does nothing else
//	cd bench && go run ./results -size small -o DIR # half a minute: does it run, is every row there?
//
// bars.go lists the bars, source.go what measures them. It needs Go; with Node and Java it
// compares with the peers that need these, and without says which rows are not measured.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	size := flag.String("size", "full", "full, or small to see whether all of it runs; its figures mean nothing")
	dir := flag.String("o", ".", "the folder to write to")
	only := flag.String("only", "", "only the sources whose name contains this; the other bars stay unmeasured")
	strict := flag.Bool("strict", false, "fail if a bar was not measured")
	raw := flag.String("raw", "", "a file for all that was printed, which benchstat reads")
	flag.Parse()
	if *size != "full" && *size != "small" {
		log.Fatalf("results: there is no size %q", *size)
	}
	if err := run(*size == "small", *dir, *only, *raw, *strict); err != nil {
		log.Fatal("results: ", err)
	}
}

func run(small bool, dir, only, raw string, strict bool) error {
	if !exists("results/bars.go") {
		return errors.New("run it in the folder bench")
	}
	binaries, err := os.MkdirTemp("", "results")
	if err != nil {
		return err
	}
	defer os.RemoveAll(binaries)
	l := &lab{small: small, dir: binaries, binaries: make(map[string]string)}
	if raw != "" {
		f, err := os.Create(raw)
		if err != nil {
			return err
		}
		defer f.Close()
		l.raw = f
	}
	busy := watch()
	all, failed := measureAll(l, only)
	r := report{small: small, all: all, failed: failed, machine: describe(busy.share())}
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "charts"), 0o755), os.MkdirAll(filepath.Join(dir, "profiles"), 0o755)); err != nil {
		return err
	}
	if err := r.drawCharts(filepath.Join(dir, "charts")); err != nil {
		return err
	}
	if only == "" {
		if err := profileAll(l, filepath.Join(dir, "profiles")); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "RESULTS.md"), []byte(r.String()), 0o644); err != nil {
		return err
	}
	if missing := r.count("not measured"); strict && missing > 0 {
		return fmt.Errorf("%d bars were not measured; RESULTS.md says why", missing)
	}
	return nil
}
