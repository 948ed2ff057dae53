package dynamotest

import (
	"errors"
	"slices"
	"sync"
)

// A Call is an operation that a DB was asked to run, whether it succeeded or
// not, through any of its doors. Table is the table as the request names it,
// empty for an operation on several tables or none.
//
// The other fields are set where [DB.Record] asked for them. Input and Output are
// the JSON of DynamoDB's wire, whatever the door: {"TableName":"users", …}. Output
// is empty where the operation failed; Err is then the error as the SDK's types
// have it, or says which [Effect] spoiled the answer.
type Call struct {
	Operation string // "GetItem", "Scan", …
	Table     string

	Input, Output string
	Err           error
}

// maxCalls bounds the log of a DB that lives long.
const maxCalls = 1 << 16

type callLog struct {
	mu     sync.Mutex
	calls  []Call
	first  int // the number of calls[0]
	counts map[string]int
	record int // how many of the latest calls have their Input and the rest
}

// add logs a call. Where it is to be recorded, finish wants its number.
func (l *callLog) add(c Call) (number int, recorded bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) == 2*maxCalls {
		l.calls = append(l.calls[:0], l.calls[maxCalls:]...)
		l.first += maxCalls
	}
	l.calls = append(l.calls, c)
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[c.Operation]++
	number = l.first + len(l.calls) - 1
	if old := l.at(number - l.record); l.record > 0 && old != nil {
		*old = Call{Operation: old.Operation, Table: old.Table}
	}
	return number, l.record > 0
}

// at is the call of a number, nil where the log has none.
func (l *callLog) at(number int) *Call {
	if i := number - l.first; i >= 0 && i < len(l.calls) {
		return &l.calls[i]
	}
	return nil
}

// finish records what became of a call, if it is still among those to record.
func (l *callLog) finish(number int, input []byte, res answer, err error) {
	output := []byte(nil)
	if err == nil {
		output = res.appendWire(nil)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.at(number)
	if c == nil || number <= l.first+len(l.calls)-1-l.record {
		return
	}
	c.Input, c.Output = string(input), string(output)
	var f *fault
	if c.Err = err; errors.As(err, &f) {
		c.Err = sdkError(c.Operation, err)
	}
}

// Record makes the log keep, from now on, what the latest n calls said and what
// they were answered. 0 ends that, and is how a DB begins.
func (db *DB) Record(n int) {
	db.log.mu.Lock()
	defer db.log.mu.Unlock()
	db.log.record = min(max(n, 0), maxCalls)
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
	db.log.first += len(db.log.calls)
	db.log.calls, db.log.counts = nil, nil
}
