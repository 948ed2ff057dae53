package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Every fault, for every operation, at the first, middle and last request and
// with probabilities of 5 %, 20 % and 1: what a call says must be true.
//
// A success has done exactly what it says. ErrUnknownOutcome may have done it or
// not. Any other error has done nothing, and is one that can be told from others.

// campaignSize is the number of seeds for .ci/campaign-dynamo, 0 for go test alone.
func campaignSize(t testing.TB) int {
	n, err := strconv.Atoi("0" + os.Getenv("BULK_CAMPAIGN"))
	require.NoError(t, err)
	return n
}

func campaignSeed(t testing.TB) uint64 {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d", seed)
	return seed
}

// trial is one run of one operation, several times, behind the proxy.
type trial struct {
	t     *testing.T
	ctx   context.Context
	r     *dynamo.Repository[Doc] // through the proxy
	truth *dynamo.Repository[Doc] // past it
	run   string                  // no two trials share keys
}

const steps = 6

// each calls f for the steps of a trial.
func (x *trial) each(f func(i int, key dynamo.Key, doc Doc)) {
	for i := range steps {
		f(i, dynamo.KeyOf(x.run, i), Doc{ID: x.run, Rev: i, Body: "b", Size: i})
	}
}

func (x *trial) prefill() {
	var all []Doc
	x.each(func(_ int, _ dynamo.Key, d Doc) { all = append(all, d) })
	require.NoError(x.t, x.truth.PutAll(context.Background(), slices.Values(all)))
}

// typed requires that an error can be told from others.
func (x *trial) typed(err error) {
	x.t.Helper()
	var operation *smithy.OperationError
	known := errors.As(err, &operation)
	for _, sentinel := range []error{dynamo.ErrUnknownOutcome, dynamo.ErrThrottled, dynamo.ErrCorruptResponse, context.DeadlineExceeded} {
		known = known || errors.Is(err, sentinel)
	}
	require.True(x.t, known, "%v", err)
	for _, wrong := range []error{dynamo.ErrNotFound, dynamo.ErrConditionFailed, dynamo.ErrCursor} {
		require.NotErrorIs(x.t, err, wrong)
	}
}

// there is the item with that key as it is, nil if there is none.
func (x *trial) there(key dynamo.Key) *Doc {
	x.t.Helper()
	d, err := x.truth.Get(context.Background(), key, dynamo.Consistent())
	if errors.Is(err, dynamo.ErrNotFound) {
		return nil
	}
	require.NoError(x.t, err)
	return &d
}

// wrote checks what a write of one item says.
func (x *trial) wrote(err error, key dynamo.Key, before, after *Doc) {
	x.t.Helper()
	now := x.there(key)
	switch {
	case err == nil:
		require.Equal(x.t, after, now, "a success is one")
		return
	case errors.Is(err, dynamo.ErrUnknownOutcome):
		require.Contains(x.t, []*Doc{before, after}, now)
	default:
		require.Equal(x.t, before, now, "%v", err)
	}
	x.typed(err)
}

// trials are all operations.
var trials = map[string]func(x *trial){
	"put": func(x *trial) {
		x.each(func(_ int, key dynamo.Key, d Doc) { x.wrote(x.r.Put(x.ctx, d), key, nil, &d) })
	},
	"put if not exists": func(x *trial) {
		x.each(func(_ int, key dynamo.Key, d Doc) { x.wrote(x.r.Put(x.ctx, d, dynamo.IfNotExists()), key, nil, &d) })
	},
	"delete": func(x *trial) {
		x.prefill()
		x.each(func(_ int, key dynamo.Key, d Doc) { x.wrote(x.r.Delete(x.ctx, key), key, &d, nil) })
	},
	"delete if": func(x *trial) {
		x.prefill()
		body := dynamo.If(expression.Name("body").Equal(expression.Value("b")))
		x.each(func(_ int, key dynamo.Key, d Doc) { x.wrote(x.r.Delete(x.ctx, key, body), key, &d, nil) })
	},
	"count": func(x *trial) {
		x.count(func(k dynamo.Key, u expression.UpdateBuilder) error { _, err := x.r.Update(x.ctx, k, u); return err })
	},
	"count once": func(x *trial) {
		x.count(func(k dynamo.Key, u expression.UpdateBuilder) error {
			_, err := x.r.Update(x.ctx, k, u, dynamo.Once())
			return err
		})
	},
	"count in a transaction": func(x *trial) {
		x.count(func(k dynamo.Key, u expression.UpdateBuilder) error {
			return dynamo.Transact(x.ctx, x.r.UpdateOp(k, u), x.r.PutOp(Doc{ID: x.run, Rev: 99}))
		})
	},
	"get": func(x *trial) {
		x.prefill()
		x.each(func(_ int, key dynamo.Key, d Doc) {
			if got, err := x.r.Get(x.ctx, key); err != nil {
				x.typed(err)
			} else {
				require.Equal(x.t, d, got)
			}
		})
	},
	"get in a transaction": func(x *trial) {
		x.prefill()
		x.each(func(i int, key dynamo.Key, d Doc) {
			var one, other Doc
			if err := dynamo.TransactGet(x.ctx, x.r.GetOp(key, &one), x.r.GetOp(dynamo.KeyOf(x.run, (i+1)%steps), &other)); err != nil {
				x.typed(err)
				require.Zero(x.t, one)
			} else {
				require.Equal(x.t, d, one)
			}
		})
	},
	"get all": func(x *trial) {
		x.prefill()
		var keys []dynamo.Key
		var want []Doc
		x.each(func(_ int, key dynamo.Key, d Doc) { keys, want = append(keys, key), append(want, d) })
		for range steps {
			if got, err := x.r.GetAll(x.ctx, keys); err != nil {
				x.typed(err)
			} else {
				require.Equal(x.t, want, got)
			}
		}
	},
	"put all": func(x *trial) {
		var all []Doc
		x.each(func(_ int, _ dynamo.Key, d Doc) { all = append(all, d) })
		err := x.r.PutAll(x.ctx, slices.Values(all), dynamo.Parallel(1))
		x.batch(err, func(i int, left map[int]bool) bool { return (x.there(dynamo.KeyOf(x.run, i)) != nil) != left[i] })
	},
	"delete all": func(x *trial) {
		x.prefill()
		var keys []dynamo.Key
		x.each(func(_ int, key dynamo.Key, _ Doc) { keys = append(keys, key) })
		err := x.r.DeleteAll(x.ctx, slices.Values(keys), dynamo.Parallel(1))
		x.batch(err, func(i int, left map[int]bool) bool { return (x.there(dynamo.KeyOf(x.run, i)) == nil) != left[i] })
	},
	"query":             func(x *trial) { x.read(dynamo.PageSize(1)) },
	"query, prefetched": func(x *trial) { x.read(dynamo.PageSize(1), dynamo.Prefetch(true)) },
}

// count adds one to a counter in every step.
func (x *trial) count(add func(dynamo.Key, expression.UpdateBuilder) error) {
	done, unknown := 0, 0
	key := dynamo.KeyOf(x.run, 0)
	for range steps {
		err := add(key, expression.Add(expression.Name("size"), expression.Value(1)))
		switch {
		case err == nil:
			done++
			continue
		case errors.Is(err, dynamo.ErrUnknownOutcome):
			unknown++
		}
		x.typed(err)
	}
	counted := 0
	if d := x.there(key); d != nil {
		counted = d.Size
	}
	require.GreaterOrEqual(x.t, counted, done, "nothing is lost")
	require.LessOrEqual(x.t, counted, done+unknown, "nothing is counted twice")
}

// batch checks what a batch says of each item; right compares it with the table.
func (x *trial) batch(err error, right func(i int, left map[int]bool) bool) {
	left, doubtful, taken := map[int]bool{}, map[int]bool{}, steps
	note := func(index int, doubt bool) {
		left[index] = true
		doubtful[index] = doubt
	}
	var puts *dynamo.BatchError[Doc]
	var deletes *dynamo.BatchError[dynamo.Key]
	switch {
	case errors.As(err, &puts):
		taken = puts.Taken
		for _, l := range puts.Left {
			note(l.Index, l.Doubtful)
		}
	case errors.As(err, &deletes):
		taken = deletes.Taken
		for _, l := range deletes.Left {
			note(l.Index, l.Doubtful)
		}
	}
	if err != nil {
		x.typed(err)
	}
	for i := range taken {
		require.True(x.t, doubtful[i] || right(i, left), "item %d: %v", i, err)
	}
}

// read goes through the items page by page.
func (x *trial) read(opts ...dynamo.ReadOption) {
	x.prefill()
	n := 0
	for d, err := range x.r.Query(x.ctx, expression.Key("id").Equal(expression.Value(x.run)), opts...) {
		if err != nil {
			x.typed(err)
			return
		}
		require.Equal(x.t, n, d.Rev, "each item once, in order")
		n++
	}
	require.Equal(x.t, steps, n, "never silently short")
}

// planned is one way of a fault to strike.
type planned struct {
	name string
	plan func(f *fault, requests int) plan
}

func plans() []planned {
	at := func(where func(n int) int) func(*fault, int) plan {
		return func(f *fault, n int) plan { return atRequest(f, where(n)) }
	}
	chance := func(p float64) func(*fault, int) plan {
		return func(f *fault, _ int) plan { return withChance(f, p) }
	}
	return []planned{
		{"first", at(func(int) int { return 1 })},
		{"middle", at(func(n int) int { return (n + 1) / 2 })},
		{"last", at(func(n int) int { return n })},
		{"5 %", chance(0.05)}, {"20 %", chance(0.2)}, {"always", chance(1)},
	}
}

// matrix runs every trial under every fault. Without full each pair meets one of
// the plans, drawn by the seed, and every third pair none.
type matrix struct {
	proxy         *proxy
	client, truth dynamo.Client
	rnd           *rand.Rand
	full          bool

	runs, hits int
	late       []time.Duration // after the context's end
}

func (m *matrix) run(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		m.trial(t.Context(), t, name, nil)
		clean, _ := m.proxy.seen()
		for _, f := range faults() {
			some := plans()
			if !m.full {
				some = some[m.rnd.IntN(len(some)):][:min(1, m.rnd.IntN(3))]
			}
			for _, p := range some {
				ok := t.Run(name+"/"+f.name+"/"+p.name, func(t *testing.T) { m.struck(t, name, f, p.plan(f, clean)) })
				if !ok {
					t.FailNow()
				}
			}
		}
	}
	require.NotEmpty(t, m.late, "some answers stall")
	slices.Sort(m.late)
	t.Logf("%d runs, %d faults; %d calls ended with their context, the last %v after it", m.runs, m.hits, len(m.late), m.late[len(m.late)-1])
	if m.full { // otherwise the machine may be busy, and TestStalledAnswers is exact
		require.LessOrEqual(t, m.late[len(m.late)/2], 50*time.Millisecond, "calls return when the context ends")
	}
}

// struck is a trial under a fault; one that stalls ends with the context.
func (m *matrix) struck(t *testing.T, name string, f *fault, plan plan) {
	ctx := t.Context()
	if f.stalls() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
	}
	m.trial(ctx, t, name, plan)
	_, hits := m.proxy.seen()
	m.hits += hits
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() != nil {
		m.late = append(m.late, time.Since(deadline))
	}
}

func (m *matrix) trial(ctx context.Context, t *testing.T, name string, plan plan) {
	m.proxy.reset(plan)
	m.runs++
	trials[name](&trial{
		t:     t,
		ctx:   ctx,
		r:     newDocs(t, m.client, dynamo.Backoff(0, time.Millisecond)),
		truth: newDocs(t, m.truth),
		run:   fmt.Sprint("run-", m.runs),
	})
}

func TestEveryFaultForEveryOperation(t *testing.T) {
	seed := campaignSeed(t)
	t.Run("engine", func(t *testing.T) {
		db := dynamotest.New(dynamotest.TableFor[Doc](docs))
		p := &proxy{upstream: handled(db.Handler())}
		m := &matrix{proxy: p, client: p.start(t, seed, 4, "id"), truth: db, rnd: rand.New(rand.NewPCG(seed, 2)), full: campaignSize(t) > 0}
		m.run(t)
	})
	t.Run("DynamoDB Local", func(t *testing.T) {
		local := localClient[Doc](t, docs)
		who, err := local.Options().Credentials.Retrieve(t.Context())
		require.NoError(t, err)
		p := &proxy{upstream: forwarded(t, *local.Options().BaseEndpoint)}
		m := &matrix{proxy: p, client: p.start(t, seed, 4, who.AccessKeyID), truth: local, rnd: rand.New(rand.NewPCG(seed, 2)), full: campaignSize(t) > 0}
		m.run(t)
	})
}

// Cell is a small item, of which there are many.
type Cell struct {
	ID   int    `dynamodbav:"id" dynamo:"partition"`
	Name string `dynamodbav:"name"`
}

func cells(n int) iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for i := range n {
			if !yield(Cell{i, "cell"}) {
				return
			}
		}
	}
}

// fullTable is an engine with n cells, and its proxy.
func fullTable(t *testing.T, n int) (*proxy, *dynamo.Repository[Cell]) {
	t.Helper()
	db := dynamotest.New(dynamotest.TableFor[Cell]("cells"))
	truth, err := dynamo.New[Cell](db, "cells")
	require.NoError(t, err)
	require.NoError(t, truth.PutAll(t.Context(), cells(n)))
	return &proxy{upstream: handled(db.Handler())}, truth
}

// A scan of 100,000 items in 1,000 pages under 20 % mixed faults, in 1, 4 and 16
// segments, with 200 seeds: each item exactly once, or a typed error.
func TestScansUnderMixedFaults(t *testing.T) {
	n, seeds := 1000, 2
	if campaignSize(t) > 0 {
		n, seeds = 100_000, campaignSize(t)
	}
	seed := campaignSeed(t)
	p, _ := fullTable(t, n)
	r, err := dynamo.New[Cell](p.start(t, seed, 8, "id"), "cells", dynamo.Backoff(0, time.Millisecond))
	require.NoError(t, err)
	before := runtime.NumGoroutine()
	for _, segments := range []int{1, 4, 16} {
		whole, failed, requests, hits := 0, 0, 0, 0
		for i := range uint64(seeds) {
			p.reseed(seed+i, mixed(0.2, "Scan"))
			if scanOnce(t, r, n, dynamo.Segments(segments), dynamo.PageSize(100)) {
				whole++
			} else {
				failed++
			}
			more, struck := p.seen()
			requests, hits = requests+more, hits+struck
		}
		t.Logf("%d segments: %d scans of %d items whole, %d ended with an error; %d requests, %d faults", segments, whole, n, failed, requests, hits)
		require.Greater(t, whole, 0)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+64 }, 10*time.Second, 10*time.Millisecond, "connections alone are left")
}

// scanOnce tells whether a scan was whole.
func scanOnce(t *testing.T, r *dynamo.Repository[Cell], n int, opts ...dynamo.ReadOption) bool {
	t.Helper()
	seen, count := make([]bool, n), 0
	for c, err := range r.Scan(t.Context(), opts...) {
		if err != nil {
			(&trial{t: t}).typed(err)
			return false
		}
		require.False(t, seen[c.ID], "an item came twice")
		seen[c.ID] = true
		count++
	}
	require.Equal(t, n, count, "never silently short")
	return true
}

// 100,000 items of which each request leaves 30 % unprocessed, and other faults
// on top: nothing is lost, nothing unreported, nothing sent too often.
func TestBatchesUnderFaults(t *testing.T) {
	n := 2500
	if campaignSize(t) > 0 {
		n = 100_000
	}
	seed := campaignSeed(t)
	p, truth := fullTable(t, 0)
	r, err := dynamo.New[Cell](p.start(t, seed, 8, "id"), "cells", dynamo.Backoff(0, time.Millisecond))
	require.NoError(t, err)
	other := mixed(0.1, "BatchWriteItem")
	part := faults()[slices.IndexFunc(faults(), func(f *fault) bool { return f.name == "part unprocessed" })]
	p.reseed(seed, func(operation string, i int, rnd *rand.Rand) *fault {
		if f := other(operation, i, rnd); f != nil {
			return f
		}
		return part
	})
	err = r.PutAll(t.Context(), cells(n))
	left := map[int]dynamo.Leftover[Cell]{}
	if err != nil {
		var some *dynamo.BatchError[Cell]
		require.ErrorAs(t, err, &some)
		require.Equal(t, n, some.Taken, "the batch goes on to the end: %v", err)
		require.Equal(t, n, some.Done+len(some.Left))
		for _, l := range some.Left {
			left[l.Value.ID] = l
		}
	}
	requests, hits := p.seen()
	t.Logf("%d items in %d requests, %d faults: %d reported as not written", n, requests, hits, len(left))
	written := 0
	for c, err := range truth.Scan(t.Context()) {
		require.NoError(t, err)
		written++
		if l, reported := left[c.ID]; reported {
			require.True(t, l.Doubtful, "item %d is written and reported", c.ID)
			delete(left, c.ID)
		}
	}
	require.Equal(t, n, written+len(left), "nothing is lost and nothing unreported")
}

// 500 increments, of which every fifth answer is lost after the write.
func TestCountersUnderFaults(t *testing.T) {
	const calls = 500
	seed := campaignSeed(t)
	p, _ := fullTable(t, 0)
	r, err := dynamo.New[Cell](p.start(t, seed, 8, "id"), "cells", dynamo.Backoff(0, time.Millisecond))
	require.NoError(t, err)
	lost := faults()[slices.IndexFunc(faults(), func(f *fault) bool { return f.name == "applied, then 500" }):][:2]
	p.reseed(seed, func(_ string, i int, rnd *rand.Rand) *fault {
		if rnd.Float64() < 0.2 {
			return lost[i%2]
		}
		return nil
	})
	add, unknown := expression.Add(expression.Name("n"), expression.Value(1)), 0
	for i := range calls {
		switch i % 2 {
		case 0:
			_, err = r.Update(t.Context(), dynamo.KeyOf(1), add, dynamo.Once())
		case 1:
			err = dynamo.Transact(t.Context(), r.UpdateOp(dynamo.KeyOf(1), add))
		}
		require.NoError(t, err)
		if err := r.Put(t.Context(), Cell{ID: 1000 + i, Name: "own"}, dynamo.IfNotExists()); err != nil {
			require.ErrorIs(t, err, dynamo.ErrUnknownOutcome, "no false condition failure")
			unknown++
		}
	}
	require.LessOrEqual(t, unknown, calls/50, "four answers lost in a row")
	type counter struct {
		ID int `dynamodbav:"id" dynamo:"partition"`
		N  int `dynamodbav:"n"`
	}
	p.reset(nil)
	counters, err := dynamo.New[counter](p.start(t, seed, 1, "id"), "cells")
	require.NoError(t, err)
	got, err := counters.Get(t.Context(), dynamo.KeyOf(1))
	require.NoError(t, err)
	require.Equal(t, calls, got.N)
}

// A flipped bit is never taken for data.
func TestFlippedBodiesAreNotAccepted(t *testing.T) {
	n := 300
	if campaignSize(t) > 0 {
		n = 10_000
	}
	seed := campaignSeed(t)
	p, _ := fullTable(t, 100)
	r, err := dynamo.New[Cell](p.start(t, seed, 1, "id"), "cells", dynamo.Backoff(0, 0))
	require.NoError(t, err)
	flip := faults()[slices.IndexFunc(faults(), func(f *fault) bool { return f.name == "flipped bit" })]
	p.reseed(seed, withChance(flip, 1))
	for i := range n {
		switch i % 4 {
		case 0:
			_, err = r.Get(t.Context(), dynamo.KeyOf(i%100))
		case 1:
			_, err = r.All(t.Context(), dynamo.Limit(10))
		case 2:
			err = dynamo.TransactGet(t.Context(), r.GetOp(dynamo.KeyOf(i%100), new(Cell)))
		case 3:
			_, err = r.GetAll(t.Context(), []dynamo.Key{dynamo.KeyOf(i % 100)})
		}
		require.ErrorIs(t, err, dynamo.ErrCorruptResponse, "body %d", i)
	}
	_, flipped := p.seen()
	t.Logf("%d bodies flipped, none accepted", flipped)
}
