package dynamo

import (
	"context"
	"iter"
	"slices"
	"time"
)

// A batch takes any number of entries from a sequence and sends them in chunks,
// several at a time, until each is done or given up.
//
// One goroutine, the caller's, owns all of the state: it runs the sequence, cuts
// chunks, and takes the answers. Each chunk on its way is with a goroutine that
// makes one call of the client and hands the answer back; nothing is shared. These
// go from chunk to chunk, as a call of the SDK makes a new one's stack grow for long.
//
//	sequence → waiting → chunk in flight → done
//	              ↑            ↓ unprocessed, throttled, answer lost
//	              └── resting (until due)
//
// What comes back rests for a while and then goes with others into new chunks,
// so that a table that leaves a third of everything unprocessed does not turn
// chunks of 25 into chunks of 8, 3 and 1.
//
// A key is in at most one place. When the sequence brings a key again while the
// earlier entry waits or rests, the later one takes its place; while that one is
// in flight, the later one stays behind it and waits for the answer. So writes
// of one key reach the table in the order of the sequence, and the last one
// counts, however the chunks overtake each other.

// entry is one write, or one key to read.
type entry struct {
	value any    // pointer to what the caller gave
	index int    // in the sequence, from 0
	id    string // canonical key: what makes two entries the same
	key   item
	item  item   // what a put puts
	text  string // or the same as it goes over the wire
	size  int    // bytes on the wire

	attempts int
	mark     int       // what was written in all when it was first sent
	doubtful bool      // an attempt may have been applied
	due      time.Time // when it has rested
	flying   bool
	later    *entry    // to be sent after this one
	suspects *suspects // the chunk that was refused with this entry in it
	err      error     // why it was given up
}

// suspects are the entries of a chunk that DynamoDB refused as invalid. It says
// that of the whole request, so each is sent again by itself, and the guilty one
// is found. If all are, it is not the entries that are wrong.
type suspects struct{ size, guilty int }

// reply is the answer to one chunk.
type reply struct {
	chunk    []*entry
	verdict  verdict
	left     map[string]bool // ids of what was not processed
	panicked any
}

// sender sends one chunk, once.
type sender func(ctx context.Context, chunk []*entry) reply

// chunkLimits are the most that one request may hold; 0 bytes are any number.
type chunkLimits struct{ count, bytes int }

// batch runs entries. Make it with newBatch, use it once.
type batch struct {
	batchConfig
	limits chunkLimits
	send   sender

	ctx     context.Context
	chunks  chan []*entry
	replies chan reply
	flights int
	workers int // goroutines that send chunks

	held    map[string]*entry // everything that is taken and not settled
	waiting []*entry
	resting []*entry // by due
	jitter  float64  // of the answer that is being settled: what came back together goes together

	taken, done int
	written     int               // of what is done: the rest is superseded
	invalid     []*entry          // cannot even be sent
	failed      map[string]*entry // given up
	fatal       error             // why nothing more is sent
	panicked    any
}

func newBatch(cfg batchConfig, limits chunkLimits, send sender) *batch {
	return &batch{
		batchConfig: cfg,
		limits:      limits,
		send:        send,
		chunks:      make(chan []*entry, cfg.parallel),
		replies:     make(chan reply, cfg.parallel),
		held:        map[string]*entry{},
		failed:      map[string]*entry{},
	}
}

// errUnprocessed is why an entry is left that DynamoDB did not get to.
var errUnprocessed = errorf("%w: left unprocessed", ErrThrottled)

// run takes entries until the sequence ends or nothing more can be sent. When it
// returns, or panics because the sequence or a callback did, nothing is in
// flight.
func (b *batch) run(ctx context.Context, entries iter.Seq[*entry]) {
	var cancel context.CancelFunc
	b.ctx, cancel = context.WithCancel(ctx)
	defer func() {
		cancel()
		close(b.chunks)
		for ; b.flights > 0; b.flights-- {
			<-b.replies
		}
	}()
	if b.fatal = ctx.Err(); b.fatal != nil {
		return
	}
	for e := range entries {
		if !b.take(e) {
			break
		}
	}
	for b.fatal == nil && len(b.held) > 0 {
		if b.dispatch(true); b.fatal == nil {
			b.await()
		}
	}
	for b.flights > 0 { // what is on its way may still arrive
		b.settle(<-b.replies)
	}
	if b.panicked != nil {
		panic(b.panicked)
	}
}

// take takes one entry, and makes room for the next: it tells whether there is
// to be a next. What is held is bounded.
func (b *batch) take(e *entry) bool {
	b.taken++
	if e.err != nil {
		b.invalid = append(b.invalid, e)
	} else {
		b.add(e)
	}
	b.collect()
	b.dispatch(false) // or there may be nothing to await
	for b.fatal == nil && len(b.held) >= 2*b.parallel*b.limits.count {
		b.await()
		b.dispatch(false)
	}
	return b.fatal == nil
}

// add puts e where it does not overtake an earlier entry with the same key, nor
// leaves one to be tried again: it would come after e.
func (b *batch) add(e *entry) {
	earlier := b.held[e.id]
	switch {
	case earlier == nil:
		if lost := b.failed[e.id]; lost != nil {
			delete(b.failed, e.id)
			b.supersede(lost, e)
		}
		b.hold(e)
	case earlier.flying:
		if earlier.later != nil {
			b.supersede(earlier.later, e)
		}
		earlier.later = e
	default:
		if earlier.later != nil { // it was in flight, and was refused
			b.supersede(earlier.later, e)
		}
		b.replace(earlier, e)
	}
}

// replace puts later where e waits or rests. The attempts at the key go on, and what
// it is suspected of: of a key that comes again and again there would be no end, and
// no longer pause.
func (b *batch) replace(e, later *entry) {
	b.supersede(e, later)
	later.due, later.attempts, later.mark, later.suspects = e.due, e.attempts, e.mark, e.suspects
	*e = *later
}

// supersede is the end of e, which may have been written: later takes its place.
func (b *batch) supersede(e, later *entry) {
	b.done++
	later.doubtful = later.doubtful || e.doubtful
}

func (b *batch) hold(e *entry) {
	b.held[e.id] = e
	b.waiting = append(b.waiting, e)
}

// dispatch sends what can be sent now: full chunks, and to flush others as well.
func (b *batch) dispatch(flush bool) {
	if b.ctx.Err() != nil && b.fatal == nil {
		b.fatal = b.ctx.Err()
	}
	b.wake()
	for b.fatal == nil && b.flights < b.parallel {
		chunk := b.cut(flush)
		if chunk == nil {
			return
		}
		for _, e := range chunk {
			if e.attempts == 0 {
				e.mark = b.written
			}
			e.attempts++
			e.flying = true
		}
		if b.flights++; b.flights > b.workers {
			b.workers++
			go b.work()
		}
		b.chunks <- chunk
	}
}

// work sends chunks until there are no more.
func (b *batch) work() {
	for chunk := range b.chunks {
		b.fly(chunk)
	}
}

// fly sends one chunk. A panic in the client, or in T's own Unmarshaler, goes to
// the caller's goroutine, where it can be recovered.
func (b *batch) fly(chunk []*entry) {
	answer := reply{panicked: "dynamo: a goroutine of a batch was ended with runtime.Goexit"}
	defer func() {
		if p := recover(); p != nil {
			answer.panicked = p
		}
		answer.chunk = chunk
		b.replies <- answer
	}()
	answer = b.send(b.ctx, chunk)
}

// wake moves what has rested enough in front of what waits.
func (b *batch) wake() {
	if len(b.resting) == 0 {
		return
	}
	now, n := time.Now(), 0
	for n < len(b.resting) && !b.resting[n].due.After(now) {
		n++
	}
	if n > 0 {
		b.waiting = append(b.resting[:n:n], b.waiting...)
		b.resting = slices.Clone(b.resting[n:])
	}
}

// cut takes the next chunk from what waits: nil if there is none, or none that
// is full and flush is false. A suspect goes alone.
func (b *batch) cut(flush bool) []*entry {
	n, bytes, full := 0, 0, false
	for ; n < len(b.waiting) && !full; n++ {
		e := b.waiting[n]
		bytes += e.size
		if n > 0 && (e.suspects != nil || b.limits.bytes > 0 && bytes > b.limits.bytes) {
			full = true
			break
		}
		full = e.suspects != nil || n+1 == b.limits.count
	}
	if n == 0 || !full && !flush {
		return nil
	}
	chunk := slices.Clone(b.waiting[:n])
	b.waiting = b.waiting[n:]
	return chunk
}

// await waits until something can be done: an answer, the end of a rest, or that
// of the context.
func (b *batch) await() {
	var rested <-chan time.Time
	if len(b.resting) > 0 && b.flights < b.parallel {
		timer := time.NewTimer(time.Until(b.resting[0].due))
		defer timer.Stop()
		rested = timer.C
	}
	select {
	case <-b.ctx.Done():
		b.fatal = b.ctx.Err()
	case answer := <-b.replies:
		b.settle(answer)
	case <-rested:
	}
}

// collect takes the answers that are there.
func (b *batch) collect() {
	for {
		select {
		case answer := <-b.replies:
			b.settle(answer)
		default:
			return
		}
	}
}
