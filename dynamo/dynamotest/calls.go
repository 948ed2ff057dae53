package dynamotest

import (
	"slices"
	"sync"
)

// A Call is an operation that a DB was asked to run, whether it succeeded or
// not, through any of its doors. Table is the table as the request names it,
// empty for an operation on several tables or none.
type Call struct {
	Operation string // "GetItem", "Scan", …
	Table     string
}

// maxCalls bounds the log of a DB that lives long.
const maxCalls = 1 << 16

type callLog struct {
	mu     sync.Mutex
	calls  []Call
	counts map[string]int
}

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) == 2*maxCalls {
		l.calls = append(l.calls[:0], l.calls[maxCalls:]...)
	}
	l.calls = append(l.calls, c)
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[c.Operation]++
}

// Calls returns the calls since New or the last [DB.ResetCalls], oldest first.
// It keeps at least the 65,536 latest. The SDK's retries count, each as a call.
func (db *DB) Calls() []Call {
	db.log.mu.Lock()
	defer db.log.mu.Unlock()
	return slices.Clone(db.log.calls)
}

// Count is how often an operation ("Scan") was called since New or the last
// [DB.ResetCalls].
func (db *DB) Count(operation string) int {
	db.log.mu.Lock()
	defer db.log.mu.Unlock()
	return db.log.counts[operation]
}

// ResetCalls empties the log.
func (db *DB) ResetCalls() {
	db.log.mu.Lock()
	defer db.log.mu.Unlock()
	db.log.calls, db.log.counts = nil, nil
}
