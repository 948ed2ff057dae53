package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A profile is of a benchmark of a hot path, with what was learned from it.
type profile struct {
	file, pkg, pattern string
	learned            string
}

var profiles = []profile{
	{"router-text", ".", "^BenchmarkText$/^lambdarest$", "Half of the time is the one validating pass over the event; dispatching and writing the answer are small beside it. What remains of allocation is the request and the handler's own response."},
	{"router-json", ".", "^BenchmarkJSON$/^lambdarest$", "On top of the event's pass, the body is scanned member by member and decoded by encoding/json only where a field's type asks for it."},
	{"dynamo-scan", ".", "^BenchmarkScan$/^lambdarest$", "Decoding from the wire is most of it; the checksum of the body and the copy out of the response are the rest. Nothing is decoded twice."},
	{"dynamo-put", ".", "^BenchmarkPut$/^lambdarest$", "Signing and the SDK's middleware are most of a put; the codec is a small part of it."},
	{"dynamo-codec", "../dynamo", "^BenchmarkDecode$/^plan$", "A plan per type leaves the conversions of numbers and the growth of slices and maps."},
	{"vtl-passthrough", "../mapping/vtl", "^BenchmarkPassthrough$", "Walking the tree and printing references take most of it, the one pass that copies the body a twentieth; what is left of allocation is a tenth."},
	{"dynamotest-get", "../dynamo/dynamotest", "^BenchmarkItems$", "An operation is a walk of a tree and a copy of the item; what the client's side makes of it costs more than the engine."},
	{"gateway-proxy", "../gateway", "^BenchmarkProxy$", "Without net/http's server in front: an eighth is allocation, and writing the event and cutting up the answer share most of the rest. Behind a socket net/http and the system take more than all of this."},
}

// profileAll runs each benchmark by itself and writes the fifteen functions that took most.
func profileAll(l *lab, dir string) error {
	duration := "3s"
	if l.small {
		duration = "20ms"
	}
	for _, p := range profiles {
		text, err := p.top(l, duration)
		if err != nil {
			return err
		}
		page := fmt.Sprintf("%s of %s\n\n%s\n\n%s", strings.NewReplacer("^", "", "$", "").Replace(p.pattern), p.pkg, wrap(p.learned, 90), text)
		if err := os.WriteFile(filepath.Join(dir, p.file+".txt"), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (p profile) top(l *lab, duration string) (string, error) {
	file := filepath.Join(l.dir, p.file+".cpu")
	cmd, err := l.test(p.pkg, "-test.run", "^$", "-test.bench", p.pattern, "-test.benchtime", duration, "-test.cpuprofile", file)
	if err != nil {
		return "", err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("profile of %s: %w\n%s", p.file, err, out)
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount=15", file).Output()
	if err != nil {
		return "", fmt.Errorf("pprof of %s: %w", p.file, err)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "File: ") && !strings.HasPrefix(line, "Build ID: ") && !strings.HasPrefix(line, "Time: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ""), nil
}

// wrap breaks a text into lines of at most so many characters.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		if column > 0 && column+1+len(word) > width {
			b.WriteString("\n")
			column = 0
		}
		if column > 0 {
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
