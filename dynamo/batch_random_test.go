package dynamo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Random batches, several at once on one Repository, through the SDK's client and
// faults. A map says what each item may be: what a batch does not name in its error
// is the last value of its key, what it does is not, unless it is doubtful.

func TestRandomBatches(t *testing.T) {
	s := &soak{rounds: max(1, campaignSize(t)/4), rnd: rand.New(rand.NewPCG(campaignSeed(t), 0))}
	soakKind(t, s, "text", func(*dynamo.Repository[textKeyed]) kind[textKeyed] { return textKind() })
	soakKind(t, s, "number", func(*dynamo.Repository[numberKeyed]) kind[numberKeyed] { return numberKind() })
	soakKind(t, s, "bytes and sort key", func(*dynamo.Repository[bytesKeyed]) kind[bytesKeyed] { return bytesKind() })
	soakKind(t, s, "templates", func(r *dynamo.Repository[templateKeyed]) kind[templateKeyed] {
		return templateKind(func() *dynamo.Repository[templateKeyed] { return r })
	})
	t.Logf("%d batches, %d without an error; %d values, %d left, %d of them doubtful", s.batches.Load(), s.whole.Load(), s.values.Load(), s.left.Load(), s.doubtful.Load())
	require.GreaterOrEqual(t, 2*s.whole.Load(), s.batches.Load(), "at least half of the batches are whole")
	require.NotZero(t, s.left.Load())
	require.NotZero(t, s.doubtful.Load())
}

// soak is how much there is to do, and what has been done.
type soak struct {
	rounds                                 int
	rnd                                    *rand.Rand
	batches, whole, values, left, doubtful atomic.Int64
}

const (
	soakWorkers = 4
	soakKeys    = 400 // of each worker
)

func soakKind[T any](t *testing.T, s *soak, name string, of func(*dynamo.Repository[T]) kind[T]) {
	for _, door := range []struct {
		name   string
		client func(t *testing.T, db *dynamotest.DB, l *lingering) dynamo.Client
	}{
		{"in memory", func(_ *testing.T, db *dynamotest.DB, _ *lingering) dynamo.Client { return db.Client() }},
		{"over HTTP", overHTTP},
		{"attribute values", func(_ *testing.T, db *dynamotest.DB, _ *lingering) dynamo.Client {
			return struct{ dynamo.Client }{db.Client()}
		}},
	} {
		ok := t.Run(name+"/"+door.name, func(t *testing.T) {
			db := dynamotest.New(dynamotest.TableFor[T]("soak"))
			strikeBatches(db, s.rnd)
			var l lingering
			r, err := dynamo.New[T](door.client(t, db, &l), "soak", dynamo.Backoff(0, 200*time.Microsecond))
			require.NoError(t, err)
			truth, err := dynamo.New[T](db, "soak")
			require.NoError(t, err)
			for i := range soakWorkers {
				w := &worker[T]{
					soak: s, lingering: &l, kind: of(r), r: r, truth: truth,
					first: i * soakKeys,
					rnd:   rand.New(rand.NewPCG(s.rnd.Uint64(), 0)),
					now:   make([]string, soakKeys),
				}
				t.Run("worker", func(t *testing.T) {
					t.Parallel()
					w.t = t
					w.work()
				})
			}
		})
		if !ok {
			t.FailNow()
		}
	}
}

// lingering keeps requests going whose context ends, as a server does. Its settle
// waits for these, so that nothing changes the table between batches.
type lingering struct {
	http.RoundTripper
	abandoned atomic.Int64
}

func (l *lingering) RoundTrip(req *http.Request) (*http.Response, error) {
	type answer struct {
		resp *http.Response
		err  error
	}
	body, err := io.ReadAll(req.Body) // the SDK closes it when it has been answered, while it may be on its way
	if err != nil {
		return nil, err
	}
	_ = req.Body.Close()
	own := req.WithContext(context.WithoutCancel(req.Context()))
	own.Body, own.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	ready := make(chan answer, 1)
	go func() {
		resp, err := l.RoundTripper.RoundTrip(own)
		ready <- answer{resp, err}
	}()
	select {
	case a := <-ready:
		return a.resp, a.err
	case <-req.Context().Done():
		l.abandoned.Add(1)
		go func() {
			if a := <-ready; a.err == nil {
				_ = a.resp.Body.Close()
			}
			l.abandoned.Add(-1)
		}()
		return nil, req.Context().Err()
	}
}

func (l *lingering) settle() {
	for l.abandoned.Load() > 0 {
		runtime.Gosched()
	}
}

func overHTTP(t *testing.T, db *dynamotest.DB, l *lingering) dynamo.Client {
	server := httptest.NewServer(db.Handler())
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	l.RoundTripper = transport
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
	})
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(server.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:   &http.Client{Transport: l},
	})
}

// strikeBatches makes about two of five requests of batches go wrong.
func strikeBatches(db *dynamotest.DB, rnd *rand.Rand) {
	for _, f := range []dynamotest.Fault{
		{Chance: 0.2, Effect: dynamotest.Unprocessed, Share: 0.3},
		{Chance: 0.03, Effect: dynamotest.Unprocessed},
		{Chance: 0.05, Effect: dynamotest.Throttled},
		{Chance: 0.02, Effect: dynamotest.RequestLimit},
		{Chance: 0.02, Effect: dynamotest.InternalError, Applied: true},
		{Chance: 0.02, Effect: dynamotest.Unavailable},
		{Chance: 0.02, Effect: dynamotest.Reset, Applied: true},
		{Chance: 0.02, Effect: dynamotest.CutBody},
		{Chance: 0.02, Effect: dynamotest.FlippedBody},
		{Chance: 0.02, Effect: dynamotest.EmptyBody, Applied: true},
		{Chance: 0.1, Latency: 300 * time.Microsecond},
	} {
		for _, f.Operation = range []string{"BatchWriteItem", "BatchGetItem"} {
			f.Seed = rnd.Uint64()
			db.Inject(f)
		}
	}
}

// worker runs batches on keys of its own, one after the other.
type worker[T any] struct {
	t *testing.T
	*soak
	*lingering
	kind  kind[T]
	r     *dynamo.Repository[T] // through the faults
	truth *dynamo.Repository[T] // past them
	rnd   *rand.Rand
	first int      // number of its first key
	now   []string // the mark of each of its items, "" for none
	marks int
}

// step is one value of a batch.
type step struct {
	n    int // of the key, -1 for what cannot be written
	form int
	mark string // "" to delete
}

func (w *worker[T]) work() {
	for range 5 * w.rounds {
		w.write()
		w.read()
	}
}

// steps are random values: some of few keys, some with no key twice.
func (w *worker[T]) steps(deletes bool) (list []step, unique bool) {
	n, keys := 1+w.rnd.IntN(300), soakKeys
	order := w.rnd.Perm(keys)
	if unique = w.rnd.IntN(2) == 0; !unique {
		keys = 1 + w.rnd.IntN(keys)
	}
	bad := w.rnd.IntN(10) == 0 && !deletes
	for i := range n {
		s := step{n: order[w.rnd.IntN(keys)], form: w.rnd.IntN(4)}
		if unique {
			s.n = order[i]
		}
		if !deletes {
			w.marks++
			s.mark = fmt.Sprint(w.marks)
		}
		if bad && w.rnd.IntN(50) == 0 {
			s.n = -1
		}
		list = append(list, s)
	}
	return list, unique && !bad
}

// write puts or deletes, and once more what is left.
func (w *worker[T]) write() {
	deletes := w.rnd.IntN(3) == 0
	list, unique := w.steps(deletes)
	var used dynamo.Consumed
	opts := []dynamo.BatchOption{dynamo.Parallel(1 + w.rnd.IntN(8)), dynamo.Capacity(&used)}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	stop := -1 // the value at which the context ends
	switch w.rnd.IntN(8) {
	case 0, 3:
		opts = append(opts, dynamo.Attempts(1+w.rnd.IntN(2)))
	case 1:
		stop = w.rnd.IntN(len(list))
	case 2:
		var soon context.CancelFunc
		ctx, soon = context.WithTimeout(ctx, time.Duration(w.rnd.IntN(int(2*time.Millisecond))))
		defer soon()
	}
	whole, left := w.run(ctx, list, deletes, opts, func(i int) {
		if i == stop {
			cancel()
		}
	})
	if whole && unique && w.kind.single {
		require.Equal(w.t, float64(len(list)), used.Write, "each is written once")
	}
	if !whole && ctx.Err() == nil { // again, as the documentation has it: no older value comes back
		w.run(w.t.Context(), left, deletes, nil, func(int) {})
	}
}

// run runs one batch, checks what it says, and gives what it has left.
func (w *worker[T]) run(ctx context.Context, list []step, deletes bool, opts []dynamo.BatchOption, at func(i int)) (whole bool, left []step) {
	yielded := 0
	opts = append(opts, dynamo.OnProgress(func(p dynamo.Progress) {
		require.LessOrEqual(w.t, p.Done+p.Failed, p.Taken)
		require.GreaterOrEqual(w.t, min(p.Done, p.Failed), 0)
	}))
	var told *told
	if deletes {
		told = tell(w.r.DeleteAll(ctx, through(list, &yielded, at, w.toKey), opts...), func(i int, k dynamo.Key) {
			require.Equal(w.t, w.toKey(list[i]), k)
		})
	} else {
		told = tell(w.r.PutAll(ctx, through(list, &yielded, at, w.toItem), opts...), func(i int, v T) {
			require.Equal(w.t, w.toItem(list[i]), v)
		})
	}
	w.batches.Add(1)
	w.values.Add(int64(yielded))
	if told == nil {
		w.whole.Add(1)
		require.Equal(w.t, len(list), yielded)
		w.check(list, nil)
		return true, nil
	}
	w.left.Add(int64(len(told.left)))
	require.NotErrorIs(w.t, told.err, dynamo.ErrConditionFailed)
	require.Equal(w.t, ctx.Err() != nil, errors.Is(told.err, context.Canceled) || errors.Is(told.err, context.DeadlineExceeded), "%v", told.err)
	require.Equal(w.t, yielded, told.taken)
	require.Equal(w.t, told.taken, told.done+len(told.left), "%v", told.err)
	w.check(list[:yielded], told)
	for _, l := range told.left {
		left = append(left, list[l.index])
	}
	return false, left
}

func (w *worker[T]) toItem(s step) T {
	if s.n < 0 {
		return w.kind.bad
	}
	return w.kind.item(w.first+s.n, s.form, s.mark)
}

func (w *worker[T]) toKey(s step) dynamo.Key { return w.kind.key(w.first+s.n, s.form) }

// through is the sequence of a batch.
func through[V any](list []step, yielded *int, at func(i int), value func(step) V) func(yield func(V) bool) {
	return func(yield func(V) bool) {
		for i, s := range list {
			at(i)
			*yielded++
			if !yield(value(s)) {
				return
			}
		}
	}
}

// told is what an error of a batch says.
type told struct {
	err         error
	taken, done int
	left        []leftover
}

type leftover struct {
	index    int
	doubtful bool
	err      error
}

// tell reads the error of a batch; same checks that a leftover is the value it was.
func tell[V any](err error, same func(i int, v V)) *told {
	var some *dynamo.BatchError[V]
	if err == nil || !errors.As(err, &some) {
		must(err)
		return nil
	}
	out := &told{err: err, taken: some.Taken, done: some.Done}
	for _, l := range some.Left {
		same(l.Index, l.Value)
		out.left = append(out.left, leftover{l.Index, l.Doubtful, l.Err})
	}
	return out
}

// check holds the table against what a batch says of its values.
func (w *worker[T]) check(list []step, told *told) {
	left := map[int]bool{} // doubtful or not, by index
	if told != nil {
		require.True(w.t, slices.IsSortedFunc(told.left, func(a, b leftover) int { return a.index - b.index }))
		unknown := false
		for _, l := range told.left {
			left[l.index] = l.doubtful
			if unknown = unknown || l.doubtful; l.doubtful {
				w.doubtful.Add(1)
			}
			if list[l.index].n >= 0 && l.err != nil {
				(&trial{t: w.t}).typed(l.err) // of a request, not of the value
			}
		}
		require.Equal(w.t, unknown, errors.Is(told.err, dynamo.ErrUnknownOutcome))
	}
	may := map[int][]string{} // what an item may be
	last := map[int]int{}
	for i, s := range list {
		last[s.n] = i
	}
	for i, s := range list {
		doubtful, isLeft := left[i]
		switch {
		case s.n < 0:
			require.True(w.t, isLeft && !doubtful, "value %d cannot be written", i)
			continue
		case last[s.n] != i:
			require.False(w.t, isLeft, "value %d is superseded by value %d", i, last[s.n])
		}
		if may[s.n] == nil {
			may[s.n] = []string{w.now[s.n]}
		}
		switch {
		case last[s.n] == i && !isLeft:
			may[s.n] = []string{s.mark}
		case last[s.n] != i || doubtful:
			may[s.n] = append(may[s.n], s.mark)
		}
	}
	w.settle()
	for n, marks := range may {
		w.now[n] = w.there(n)
		require.Contains(w.t, marks, w.now[n], "item %d", n)
	}
}

// there is the mark of an item as it is, "" if there is none.
func (w *worker[T]) there(n int) string {
	v, err := w.truth.Get(context.Background(), w.kind.key(w.first+n, 0))
	if errors.Is(err, dynamo.ErrNotFound) {
		return ""
	}
	require.NoError(w.t, err)
	return w.kind.mark(v)
}

// read asks for items of which some are missing and some asked for twice.
func (w *worker[T]) read() {
	list, _ := w.steps(true)
	var keys []dynamo.Key
	var want []string
	seen := map[int]bool{}
	for _, s := range list {
		keys = append(keys, w.toKey(s))
		if w.now[s.n] != "" && !seen[s.n] {
			want = append(want, w.now[s.n])
		}
		seen[s.n] = true
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	if w.rnd.IntN(8) == 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(w.rnd.IntN(int(time.Millisecond))))
		defer cancel()
	}
	got, err := w.r.GetAll(ctx, keys, dynamo.Consistent())
	w.batches.Add(1)
	if err == nil {
		w.whole.Add(1)
		require.NotNil(w.t, got)
		require.Equal(w.t, want, marksOf(got, w.kind.mark))
		return
	}
	require.Nil(w.t, got)
	asked := map[int]bool{}
	told := tell(err, func(i int, k dynamo.Key) {
		require.Equal(w.t, keys[i], k)
		require.False(w.t, asked[list[i].n], "a key is left twice")
		asked[list[i].n] = true
	})
	require.Equal(w.t, ctx.Err() != nil, errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded), "%v", err)
	require.NotErrorIs(w.t, err, dynamo.ErrUnknownOutcome)
	require.LessOrEqual(w.t, told.taken, len(seen))
	require.Equal(w.t, told.taken, told.done+len(told.left))
}

func marksOf[T any](list []T, mark func(T) string) (marks []string) {
	for _, v := range list {
		marks = append(marks, mark(v))
	}
	return marks
}
