package dynamotest

import (
	"errors"
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

// A callLog has 4 bytes for a call, and no pointer that the collector would have to follow.
type callLog struct {
	mu       sync.Mutex
	calls    []uint32 // the place of each one's kind, oldest first
	first    int      // the number of calls[0]
	kinds    []callKind
	places   map[callKind]uint32 // in kinds
	counts   map[string]int
	record   int          // how many of the latest calls have their Input and the rest
	recorded map[int]Call // these, by their numbers
}

// A callKind is what most calls have in common with many others.
type callKind struct{ operation, table string }

// add logs a call. Where it is to be recorded, finish wants its number.
func (l *callLog) add(c Call) (number int, recorded bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) == 2*maxCalls {
		l.trim()
	}
	l.calls = append(l.calls, l.place(callKind{c.Operation, c.Table}))
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[c.Operation]++
	number = l.first + len(l.calls) - 1
	if l.record > 0 {
		delete(l.recorded, number-l.record)
	}
	return number, l.record > 0
}

// place is where the log has a kind.
func (l *callLog) place(k callKind) uint32 {
	if l.places == nil {
		l.places = map[callKind]uint32{}
	}
	place, ok := l.places[k]
	if !ok {
		place = uint32(len(l.kinds))
		l.kinds, l.places[k] = append(l.kinds, k), place
	}
	return place
}

// trim forgets the older half of the calls, and the kinds that the other half has none of.
func (l *callLog) trim() {
	older, kinds := l.calls[:maxCalls], l.kinds
	for i := range older {
		delete(l.recorded, l.first+i)
	}
	l.kinds, l.places = nil, nil
	for i, place := range l.calls[maxCalls:] {
		older[i] = l.place(kinds[place])
	}
	l.calls = older
	l.first += maxCalls
}

// finish records what became of a call, if it is still among those to record.
func (l *callLog) finish(number int, input []byte, res answer, err error) {
	output := []byte(nil)
	if err == nil {
		output = res.appendWire(nil)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if number < l.first || number <= l.first+len(l.calls)-1-l.record {
		return
	}
	c := Call{Input: string(input), Output: string(output), Err: err}
	if f := (*fault)(nil); errors.As(err, &f) {
		c.Err = sdkError(l.kinds[l.calls[number-l.first]].operation, err)
	}
	if l.recorded == nil {
		l.recorded = map[int]Call{}
	}
	l.recorded[number] = c
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
	calls := make([]Call, len(db.log.calls))
	for i, place := range db.log.calls {
		calls[i] = db.log.recorded[db.log.first+i]
		calls[i].Operation, calls[i].Table = db.log.kinds[place].operation, db.log.kinds[place].table
	}
	return calls
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
	db.log.calls, db.log.counts, db.log.recorded = nil, nil, nil
	db.log.kinds, db.log.places = nil, nil
}
