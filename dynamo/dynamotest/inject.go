package dynamotest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A Fault says what is to go wrong, with which calls, and how often. [DB.Inject]
// sets it. The zero values of its fields mean any operation, any table, and one
// call: the next.
type Fault struct {
	Operation string // such as "PutItem"
	Table     string // as the request names it; a request on several tables is about none

	Skip   int     // so many calls pass first
	Times  int     // so many calls are hit: 0 is one, or without end where Chance is set; negative is without end
	Chance float64 // of each call to be hit, from 0 to 1; 0 is certainty
	Seed   uint64  // of what is random

	Effect  Effect        // what the caller gets to see
	Err     error         // instead of Effect: an error of the SDK's types package, or any smithy.APIError
	Applied bool          // the operation has its effect all the same; only the caller does not know
	Share   float64       // of a batch that Unprocessed leaves, each item by chance; 0 is all of it
	Latency time.Duration // before anything else; ends early with the caller's context
}

// An Effect is what a caller sees of a fault.
//
// A call of the DB's own methods has no bytes that could be cut or flipped. There
// the connection's faults are the errors that an SDK client would return, with
// its retries left out, and what an SDK client would not notice is refused with
// an error that says so.
type Effect int

// Errors of DynamoDB. The operation is not carried out, unless Applied is set.
const (
	NoEffect      Effect = iota // for Latency alone
	Throttled                   // 400 ProvisionedThroughputExceededException
	RequestLimit                // 400 RequestLimitExceeded
	InternalError               // 500 InternalServerError
	Unavailable                 // 503 ServiceUnavailable

	// Conflict is a clash with a transaction that is under way: 400
	// TransactionConflictException, and for a transaction a
	// TransactionCanceledException whose first reason is TransactionConflict.
	Conflict

	// InProgress is 400 TransactionInProgressException: the request's own token is
	// being used right now.
	InProgress
)

// What happens to connections and answers. Up to HTMLPage the operation is not
// carried out, unless Applied is set. From CutBody on there is an answer to
// spoil, so that it always is.
const (
	Reset       Effect = iota + 100 // the connection is reset before a byte of the answer
	EmptyBody                       // 200 with nothing in it
	HTMLPage                        // 200 with a page, as of a proxy that wants a login
	CutBody                         // the connection ends in mid-body
	ResetBody                       // the connection is reset in mid-body
	StallBody                       // half of the body, and then nothing until the caller gives up
	ShortBody                       // half of the body, with a Content-Length that agrees
	FlippedBody                     // a bit of the body is flipped; the checksum is that of the body as it was
	BadChecksum                     // the body is right, its checksum is not
	Unprocessed                     // a batch is left undone in part; see Share
)

var effectNames = map[Effect]string{
	NoEffect: "NoEffect", Throttled: "Throttled", RequestLimit: "RequestLimit", InternalError: "InternalError",
	Unavailable: "Unavailable", Conflict: "Conflict", InProgress: "InProgress",
	Reset: "Reset", EmptyBody: "EmptyBody", HTMLPage: "HTMLPage", CutBody: "CutBody", ResetBody: "ResetBody",
	StallBody: "StallBody", ShortBody: "ShortBody", FlippedBody: "FlippedBody", BadChecksum: "BadChecksum", Unprocessed: "Unprocessed",
}

// String is the name of the constant.
func (e Effect) String() string {
	if name, ok := effectNames[e]; ok {
		return name
	}
	return fmt.Sprintf("Effect(%d)", int(e))
}

// spoils tells that the effect is one on connections and answers.
func (e Effect) spoils() bool { return e >= Reset && e < Unprocessed }

// Inject makes calls fail as f says, through all doors, until the returned
// function is called or f has hit its last call. A retry of an SDK client is a
// call of its own.
//
// Faults are asked in the order of their injection. The first that hits a call
// has it; those after it do not see the call. It panics where f makes no sense:
// that is a mistake in the program.
func (db *DB) Inject(f Fault) (remove func()) {
	if err := f.check(); err != nil {
		panic("dynamotest: " + err.Error())
	}
	in := &injection{Fault: f, random: rand.New(rand.NewPCG(f.Seed, 0))}
	db.injected.add(in)
	return func() { db.injected.remove(in) }
}

// An injection is a fault in force.
type injection struct {
	Fault
	random    *rand.Rand
	seen, hit int
}

// injections are the faults in force, in order.
type injections struct {
	mu   sync.Mutex
	list []*injection
}

func (s *injections) add(in *injection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, in)
}

func (s *injections) remove(in *injection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(other *injection) bool { return other == in })
}

// A strike is a fault that hits a call.
type strike struct {
	Fault
	random *rand.Rand // of this call alone
}

// next is what hits the call, nil where nothing does.
func (s *injections) next(c Call) *strike {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.list {
		if hit := in.take(c); hit != nil {
			return hit
		}
	}
	return nil
}

func (in *injection) take(c Call) *strike {
	if in.Operation != "" && in.Operation != c.Operation || in.Table != "" && in.Table != c.Table || in.spent() {
		return nil
	}
	if in.seen++; in.seen <= in.Skip || in.Chance > 0 && in.random.Float64() >= in.Chance {
		return nil
	}
	in.hit++
	return &strike{Fault: in.Fault, random: rand.New(rand.NewPCG(in.random.Uint64(), 1))}
}

func (in *injection) spent() bool {
	times := in.Times
	if times == 0 && in.Chance == 0 {
		times = 1
	}
	return times > 0 && in.hit >= times
}

// wait waits for the latency, or the end of the context.
func (s *strike) wait(ctx context.Context) error {
	if s.Latency <= 0 {
		return nil
	}
	timer := time.NewTimer(s.Latency)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
