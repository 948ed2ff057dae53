package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A median is narrow enough when it lies within so much of itself, with confidence.
const narrow = 0.03

// measureAll runs every source and returns the figures, and what went wrong by source: a
// source that cannot be run, or fails, must not cost the others.
func measureAll(l *lab, only string) (figures, map[string]error) {
	all, failed := make(figures), make(map[string]error)
	for _, s := range sources {
		if only != "" && !strings.Contains(s.name, only) {
			failed[s.name] = errors.New("not asked for")
			continue
		}
		start := time.Now()
		rounds, err := measureSource(l, s, all)
		if err != nil {
			failed[s.name] = err
		}
		log.Printf("%-22s %2d rounds %6.1fs %s", s.name, rounds, time.Since(start).Seconds(), cmp.Or(short(err), "ok"))
	}
	return all, failed
}

// measureSource repeats a source until the medians of its bars are narrow, or it has had its
// rounds. It returns how many it had.
func measureSource(l *lab, s source, all figures) (int, error) {
	most := s.rounds
	if l.small {
		most = 1
	}
	for n := 1; ; n++ {
		err := runOnce(l, s, all)
		if err != nil || n == most || settled(s, all) {
			return n, err
		}
	}
}

// settled reports whether every bar of a source is known well enough.
func settled(s source, all figures) bool {
	for _, b := range bars {
		if b.source != s.name {
			continue
		}
		values, err := b.of(all)
		if err != nil {
			continue // no further round will change that
		}
		if spread := summarize(values).spread(); !(spread <= narrow) { // too few rounds: it is infinite
			return false
		}
	}
	return true
}

// runOnce runs a source and reads what it prints. A failed test has printed its figures all the
// same, and the bars judge them.
func runOnce(l *lab, s source, all figures) error {
	cmd, err := s.run(l)
	if err != nil {
		return err
	}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	failure := cmd.Run()
	if err := all.read(s.prefix, bytes.NewReader(out.Bytes())); err != nil {
		return err
	}
	if l.raw != nil {
		_, _ = l.raw.Write(out.Bytes())
	}
	if reason := skipped(out.String()); reason != "" && failure == nil {
		return errors.New(reason)
	}
	if failure == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", failure, lastLines(out.String()+stderr.String()))
}

// skipped is why a test was skipped, as it says itself.
func skipped(out string) string {
	_, rest, found := strings.Cut(out, "--- SKIP: ")
	if !found {
		return ""
	}
	before, _, _ := strings.Cut(out, "--- SKIP: ")
	for _, text := range []string{rest, before} { // with -v the reason comes first
		for line := range strings.Lines(text) {
			if _, reason, ok := strings.Cut(line, "_test.go:"); ok {
				_, reason, _ = strings.Cut(reason, ": ")
				return strings.TrimSpace(reason)
			}
		}
	}
	return "skipped"
}

// lastLines are the lines that say something, without the figures.
func lastLines(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "Benchmark") && !strings.HasPrefix(line, "===") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// short is an error's first line.
func short(err error) string {
	if err == nil {
		return ""
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// output runs a command for its output, "" if it fails.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
