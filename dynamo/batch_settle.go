package dynamo

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/smithy-go"
)

// What becomes of the entries of a chunk when its answer is there.

// settle takes one answer.
func (b *batch) settle(answer reply) {
	b.flights--
	if answer.panicked != nil {
		b.panicked, b.fatal = answer.panicked, errors.New("panic")
		return
	}
	if ended := b.ctx.Err(); ended != nil && b.fatal == nil {
		b.fatal = ended
	}
	v, processed := answer.verdict, len(answer.chunk)-len(answer.left)
	b.jitter = rand.Float64()
	for _, e := range answer.chunk { // what is done first, as rest asks whether anything is
		e.flying = false
		e.doubtful = e.doubtful || v.doubtful
		if v.err == nil && !answer.left[e.id] {
			b.finish(e)
		}
	}
	for _, e := range answer.chunk {
		switch {
		case v.err != nil:
			b.failure(e, answer.chunk, v)
		case answer.left[e.id]:
			if b.patient && processed > 0 {
				e.attempts--
			}
			b.rest(e, errUnprocessed)
		}
	}
	if b.onProgress != nil {
		b.onProgress(Progress{Taken: b.taken, Done: b.done, Failed: len(b.invalid) + len(b.failed)})
	}
}

// failure takes note of the failure of a chunk for one of its entries.
func (b *batch) failure(e *entry, chunk []*entry, v verdict) {
	switch {
	case v.again:
		b.rest(e, v.err)
	case !refused(v):
		b.stop(v.err)
	case len(chunk) == 1:
		b.convict(e, v.err)
	case e == chunk[0]:
		e.suspects = &suspects{size: len(chunk)}
		b.waiting = append(b.waiting, e)
	default:
		e.suspects = chunk[0].suspects
		b.waiting = append(b.waiting, e)
	}
}

// refused tells whether DynamoDB found something in the request invalid, which
// may be one entry of many: a value that does not fit an index, say.
func refused(v verdict) bool {
	var api smithy.APIError
	return !v.again && errors.As(v.err, &api) && api.ErrorCode() == "ValidationException"
}

// stop ends the batch: nothing more is sent.
func (b *batch) stop(err error) {
	if b.fatal == nil {
		b.fatal = err
	}
}

// finish is the end of e, which is written.
func (b *batch) finish(e *entry) {
	b.done++
	b.written++
	b.release(e)
}

// release lets go of e, and of what stays behind it.
func (b *batch) release(e *entry) {
	delete(b.held, e.id)
	if e.later != nil {
		b.hold(e.later)
	}
}

// yields tells whether a later entry takes the place of e, which is not written.
func (b *batch) yields(e *entry) bool {
	if e.later == nil {
		return false
	}
	b.supersede(e, e.later)
	b.release(e)
	return true
}

// rest lets e be sent again after a while, unless it has been sent often enough.
// If nothing at all got through meanwhile there is no use in going on.
func (b *batch) rest(e *entry, err error) {
	switch {
	case e.attempts < b.attempts:
		if e.later != nil {
			b.replace(e, e.later)
		}
		e.due = time.Now().Add(b.backoff.pause(max(e.attempts, 1), b.jitter))
		at, _ := slices.BinarySearchFunc(b.resting, e, func(a, e *entry) int { return a.due.Compare(e.due) })
		b.resting = slices.Insert(b.resting, at, e)
	case !b.yields(e):
		b.giveUp(e, err)
	}
	if e.attempts >= b.attempts && e.mark == b.written {
		b.stop(err)
	}
}

func (b *batch) giveUp(e *entry, err error) {
	e.err = err
	delete(b.held, e.id)
	b.failed[e.id] = e
}

// convict gives up an entry that was refused by itself. If a whole chunk was
// refused one by one, it is the table or the type that is wrong.
func (b *batch) convict(e *entry, err error) {
	if !b.yields(e) {
		b.giveUp(e, err)
	}
	if e.suspects != nil {
		if e.suspects.guilty++; e.suspects.guilty == e.suspects.size {
			b.stop(err)
		}
	}
}

// leftovers are the entries that are not done, in the order of the sequence.
// What was superseded is not among them, what was to supersede it is.
func (b *batch) leftovers() []*entry {
	left := slices.AppendSeq(b.invalid, maps.Values(b.failed))
	for _, e := range b.held {
		if e.later != nil {
			b.supersede(e, e.later)
			e = e.later
		}
		left = append(left, e)
	}
	slices.SortFunc(left, func(a, b *entry) int { return a.index - b.index })
	return left
}
