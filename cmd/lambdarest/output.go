package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How the commands write what they have to say.

// printJSON prints data on lines of its own, or as one line where o is "json".
func printJSON(w io.Writer, data []byte, o string) {
	var out bytes.Buffer
	if o == "json" || json.Indent(&out, data, "", "  ") != nil {
		out.Reset()
		out.Write(data)
	}
	fmt.Fprintln(w, out.String())
}

// inMS returns milliseconds, for JSON.
func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// milliseconds returns them as text.
func milliseconds(d time.Duration) string { return string(appendMilliseconds(nil, d)) }

func appendMilliseconds(b []byte, d time.Duration) []byte {
	return append(strconv.AppendFloat(b, inMS(d), 'f', 1, 64), " ms"...)
}

// lockedWriter keeps writes of several goroutines apart.
type lockedWriter struct {
	w  io.Writer
	mu *sync.Mutex
}

func (w *lockedWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(b)
}

// prefixWriter puts a prefix in front of each line; it gets whole lines.
type prefixWriter struct {
	w      io.Writer
	prefix string
}

func (w *prefixWriter) Write(b []byte) (int, error) {
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		out.WriteString(w.prefix + line)
	}
	if _, err := io.WriteString(w.w, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}
