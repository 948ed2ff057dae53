package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lambdarest/lambdarest/gateway"
)

// A history keeps the last requests with all that became of them, for the console and the lines on stdout.
type history struct {
	mu          sync.Mutex
	records     []*record // the last one is the newest
	last        int       // the number of the newest
	invocations map[string]invocationOf
	order       []string // the keys of invocations, the oldest first
}

// The bounds of a history: records, and bytes that one keeps of an event and of a result.
const (
	maxRecords = 100
	maxKept    = 64 << 10
)

type invocationOf struct {
	function string
	gateway.Invocation
}

// A record is a request and, where there was one, the invocation that it led to.
type record struct {
	number     int
	api        string
	exchange   gateway.Exchange
	function   string // "" where none was invoked
	invocation gateway.Invocation
}

func newHistory() *history { return &history{invocations: make(map[string]invocationOf)} }

// invocation keeps an invocation until its request is done, which is a moment later: an invocation of a request that
// has timed out is never asked for, so that they are bounded, too.
func (h *history) invocation(function string, i gateway.Invocation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.invocations[i.RequestID] = invocationOf{function, i}
	h.order = append(h.order, i.RequestID)
	if len(h.order) > 4*maxRecords {
		delete(h.invocations, h.order[0])
		h.order = h.order[1:]
	}
}

// exchange adds a request.
func (h *history) exchange(api string, e gateway.Exchange) *record {
	e.Event, e.Result = clip(e.Event), clip(e.Result)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	r := &record{number: h.last, api: api, exchange: e}
	if i, ok := h.invocations[e.InvocationID]; ok {
		delete(h.invocations, e.InvocationID)
		r.function, r.invocation = i.function, i.Invocation
	}
	if h.records = append(h.records, r); len(h.records) > maxRecords {
		h.records[0] = nil
		h.records = h.records[1:]
	}
	return r
}

// after returns the records with numbers above n, the newest first, and the newest number.
func (h *history) after(n int) (found []*record, last int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := len(h.records) - 1; i >= 0 && h.records[i].number > n; i-- {
		found = append(found, h.records[i])
	}
	return found, h.last
}

// numberOf returns the number of the request with that id, 0 where there is none.
func (h *history) numberOf(requestID string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records {
		if r.exchange.RequestID == requestID {
			return r.number
		}
	}
	return 0
}

func (h *history) record(n int) *record {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records {
		if r.number == n {
			return r
		}
	}
	return nil
}

func clip(b []byte) []byte {
	if len(b) <= maxKept {
		return b
	}
	return append(b[:maxKept:maxKept], fmt.Sprintf("… and %d bytes more", len(b)-maxKept)...)
}

// appendLine appends what start prints of a request. It is done for each, without package fmt, which needs longer.
func (r *record) appendLine(b []byte) []byte {
	e := &r.exchange
	b = e.Time.AppendFormat(b, time.TimeOnly)
	b = appendPadded(append(b, ' '), e.Method, 7)
	b = appendPadded(append(b, ' '), e.Path, 28)
	b = strconv.AppendInt(append(b, ' '), int64(e.Status), 10)
	b = appendMilliseconds(append(b, ' '), e.Duration)
	if r.function != "" {
		b = append(append(b, ' '), r.function...)
	}
	if r.invocation.Cold {
		b = appendMilliseconds(append(b, " cold, init "...), r.invocation.Init)
	}
	if r.invocation.MaxMemoryMB > 0 {
		b = strconv.AppendInt(append(b, ' '), int64(r.invocation.MaxMemoryMB), 10)
		b = append(b, " MB"...)
	}
	if e.InvocationID != "" {
		b = append(append(b, ' '), e.InvocationID...)
	}
	if e.Err != nil {
		b = append(append(b, ": "...), firstLine(e.Err.Error())...)
	}
	return append(b, '\n')
}

// appendPadded appends a text and spaces up to a width in characters.
func appendPadded(b []byte, text string, width int) []byte {
	b = append(b, text...)
	for range width - utf8.RuneCountInString(text) {
		b = append(b, ' ')
	}
	return b
}

// firstLine is the first line of a text, without what a terminal obeys: it may be the client's.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, s)
}
