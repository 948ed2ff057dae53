package dynamo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// bulk is a table for batches. It holds requests to DynamoDB's rules, and to the
// one of ours that two writes of one key are never under way together.
type bulk struct {
	Client
	t testing.TB

	mu       sync.Mutex
	rnd      *rand.Rand
	items    map[string]item
	flying   map[string]bool
	attempts map[string]int // of each key since it was last written
	requests int
	most     int // requests under way together
	now      int

	latency   time.Duration
	unwritten float64                                                 // the part left unprocessed
	refuse    func(keys []string) error                               // not applied
	lose      func(n int) error                                       // applied, and the answer lost
	reads     func(in types.KeysAndAttributes) (process int, ok bool) // how many keys of a read are processed
}

func newBulk(t testing.TB, seed uint64) *bulk {
	t.Logf("seed %d", seed)
	return &bulk{t: t, rnd: rand.New(rand.NewPCG(seed, 0)), items: map[string]item{}, flying: map[string]bool{}, attempts: map[string]int{}}
}

func (b *bulk) enter(keys []string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
	b.now++
	b.most = max(b.most, b.now)
	for _, k := range keys {
		if b.flying[k] {
			b.t.Errorf("two requests with one key under way")
		}
		b.flying[k] = true
		b.attempts[k]++
	}
	return b.requests
}

func (b *bulk) leave(keys []string) {
	b.now--
	for _, k := range keys {
		delete(b.flying, k)
	}
}

func (b *bulk) wait(ctx context.Context) error {
	if b.latency == 0 {
		return ctx.Err()
	}
	b.mu.Lock()
	d := time.Duration(b.rnd.Int64N(int64(b.latency)))
	b.mu.Unlock()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func idOf(m item) string { return m["id"].(*types.AttributeValueMemberN).Value }

func (b *bulk) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	list := in.RequestItems["ausg"]
	keys := make([]string, len(list))
	for i, w := range list {
		if w.PutRequest != nil {
			keys[i] = idOf(w.PutRequest.Item)
		} else {
			keys[i] = idOf(w.DeleteRequest.Key)
		}
	}
	if len(list) == 0 || len(list) > 25 || len(in.RequestItems) != 1 {
		b.t.Errorf("%d writes in a request", len(list))
	}
	n := b.enter(keys)
	err := b.wait(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.leave(keys)
	if err != nil {
		return nil, err
	}
	if b.refuse != nil {
		if err := b.refuse(keys); err != nil {
			return nil, err
		}
	}
	out := &dynamodb.BatchWriteItemOutput{UnprocessedItems: map[string][]types.WriteRequest{}}
	for i, w := range list {
		if b.rnd.Float64() < b.unwritten {
			out.UnprocessedItems["ausg"] = append(out.UnprocessedItems["ausg"], w)
			continue
		}
		delete(b.attempts, keys[i])
		if w.PutRequest != nil {
			b.items[keys[i]] = w.PutRequest.Item
		} else {
			delete(b.items, keys[i])
		}
	}
	if b.lose != nil {
		if err := b.lose(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *bulk) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	ask := in.RequestItems["ausg"]
	keys := make([]string, len(ask.Keys))
	for i, k := range ask.Keys {
		keys[i] = idOf(k)
	}
	if len(keys) == 0 || len(keys) > 100 || len(in.RequestItems) != 1 {
		b.t.Errorf("%d keys in a request", len(keys))
	}
	b.enter(keys)
	err := b.wait(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.leave(keys)
	if err != nil {
		return nil, err
	}
	process := len(keys)
	if b.reads != nil {
		process, _ = b.reads(ask)
	}
	out := &dynamodb.BatchGetItemOutput{Responses: map[string][]item{"ausg": {}}, UnprocessedKeys: map[string]types.KeysAndAttributes{}}
	for _, i := range b.rnd.Perm(len(keys)) {
		if i >= process {
			left := out.UnprocessedKeys["ausg"]
			left.Keys = append(left.Keys, ask.Keys[i]) // without the options, which must be kept all the same
			out.UnprocessedKeys["ausg"] = left
		} else if m, ok := b.items[keys[i]]; ok {
			out.Responses["ausg"] = append(out.Responses["ausg"], m)
		}
	}
	return out, nil
}

func numbered(n int) func(yield func(user) bool) {
	return func(yield func(user) bool) {
		for i := range n {
			if !yield(user{ID: i, Name: "u"}) {
				return
			}
		}
	}
}

func keysTo(n int) []Key {
	keys := make([]Key, n)
	for i := range keys {
		keys[i] = KeyOf(i)
	}
	return keys
}

var errThrottled = &types.ProvisionedThroughputExceededException{}

func TestPutAllWritesEverything(t *testing.T) {
	for _, tc := range []struct {
		n, requests int
		opts        []BatchOption
	}{
		{0, 0, nil},
		{1, 1, nil},
		{25, 1, nil},
		{26, 2, nil},
		{1000, 40, nil},
		{1000, 40, []BatchOption{Parallel(1)}},
		{1003, 41, []BatchOption{Parallel(16)}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBulk(t, 1)
			b.latency = 10 * time.Millisecond
			var last Progress
			opts := append(tc.opts, OnProgress(func(p Progress) { last = p }))
			r := repo[user](t, b)
			require.NoError(t, r.PutAll(t.Context(), numbered(tc.n), opts...))
			require.Len(t, b.items, tc.n)
			require.Equal(t, tc.requests, b.requests)
			require.Equal(t, Progress{Taken: tc.n, Done: tc.n}, last)

			all, err := r.GetAll(t.Context(), keysTo(tc.n))
			require.NoError(t, err)
			require.Equal(t, slices.AppendSeq([]user{}, numbered(tc.n)), all)

			require.NoError(t, r.DeleteAll(t.Context(), slices.Values(keysTo(tc.n)), tc.opts...))
			require.Empty(t, b.items)
		})
	}
}

func TestBatchesGoSeveralAtATime(t *testing.T) {
	for n, opts := range map[int][]BatchOption{4: nil, 1: {Parallel(1)}, 7: {Parallel(7)}} {
		synctest.Test(t, func(t *testing.T) {
			b := newBulk(t, 2)
			b.latency = time.Second
			require.NoError(t, repo[user](t, b).PutAll(t.Context(), numbered(1000), opts...))
			require.Equal(t, n, b.most)
		})
	}
}

// The sequence may be endless: what is taken and not written is bounded.
func TestPutAllTakesNoMoreThanItCanSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 3)
		b.latency, b.unwritten = time.Second, 0.5
		var most int
		err := repo[user](t, b).PutAll(t.Context(), numbered(5000), Parallel(2), Attempts(100), OnProgress(func(p Progress) {
			most = max(most, p.Taken-p.Done)
		}))
		require.NoError(t, err)
		require.Len(t, b.items, 5000)
		require.LessOrEqual(t, most, 2*2*25)
	})
}

// With 30 % unprocessed every item is written or in the error, and none is sent
// more than eight times.
func TestUnprocessedItemsAreWrittenOrReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, share := range []float64{0.05, 0.3, 0.8, 1} {
			b := newBulk(t, 4)
			b.unwritten = share
			err := repo[user](t, b).PutAll(t.Context(), numbered(10_000))
			var left *BatchError[user]
			for _, n := range b.attempts {
				require.LessOrEqual(t, n, 8)
			}
			reported := map[int]bool{}
			taken := 10_000
			if err != nil {
				require.ErrorAs(t, err, &left)
				require.NotErrorIs(t, err, ErrUnknownOutcome, "unprocessed is a clear word")
				taken = left.Taken
				require.Equal(t, left.Taken, left.Done+len(left.Left))
				for _, l := range left.Left {
					require.Equal(t, l.Index, l.Value.ID)
					require.False(t, l.Doubtful)
					reported[l.Value.ID] = true
				}
			}
			if share < 1 {
				require.Equal(t, 10_000, taken)
			} else {
				require.Less(t, taken, 1000, "nothing gets through: the sequence is not read to its end")
			}
			for id := range taken {
				_, written := b.items[fmt.Sprint(id)]
				require.NotEqual(t, written, reported[id], "item %d", id)
			}
			t.Logf("%.0f %% unprocessed: %d requests, %d of %d reported", 100*share, b.requests, len(reported), taken)
		}
	})
}

// Of the items with one key the last wins, whatever becomes of the chunks.
func TestTheLastOfAKeyWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(20) {
			b := newBulk(t, seed)
			b.latency, b.unwritten = 100*time.Millisecond, 0.3
			b.lose = func(n int) error {
				if n%7 == 0 {
					return errReset
				}
				return nil
			}
			want := map[int]string{}
			keys := rand.New(rand.NewPCG(seed, 1))
			err := repo[user](t, b).PutAll(t.Context(), func(yield func(user) bool) {
				for i := range 2000 {
					u := user{ID: keys.IntN(60), Name: fmt.Sprint(i)}
					want[u.ID] = u.Name
					if !yield(u) {
						return
					}
				}
			}, Attempts(100))
			require.NoError(t, err)
			require.Len(t, b.items, len(want))
			for id, name := range want {
				require.Equal(t, avS(name), b.items[fmt.Sprint(id)]["name"])
			}
		}
	})
}

func TestWhatCannotBeWrittenDoesNotKeepTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 5)
		b.refuse = func(keys []string) error {
			if slices.Contains(keys, "77") {
				return &smithy.GenericAPIError{Code: "ValidationException", Message: "Type mismatch for Index Key", Fault: smithy.FaultClient}
			}
			return nil
		}
		big := strings.Repeat("x", 400<<10)
		err := repo[user](t, b).PutAll(t.Context(), func(yield func(user) bool) {
			for u := range numbered(100) {
				if u.ID == 40 {
					u.Name = big
				}
				if !yield(u) {
					return
				}
			}
		})
		var left *BatchError[user]
		require.ErrorAs(t, err, &left)
		require.EqualError(t, err, "dynamo: put all ausg: 2 of 100 not done: value 40: the item has 409608 bytes with its attribute names, DynamoDB takes 409600")
		require.Equal(t, []int{40, 77}, []int{left.Left[0].Index, left.Left[1].Index})
		require.ErrorContains(t, left.Left[1].Err, "Type mismatch")
		require.Equal(t, 98, left.Done)
		require.Len(t, b.items, 98)
		require.Less(t, b.requests, 40)
	})
}

// Where every item of a chunk is refused, it is not the items.
func TestARefusedTableEndsTheBatch(t *testing.T) {
	for name, refusal := range map[string]error{
		"ValidationException":       &smithy.GenericAPIError{Code: "ValidationException", Fault: smithy.FaultClient},
		"ResourceNotFoundException": &types.ResourceNotFoundException{},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBulk(t, 6)
			b.refuse = func([]string) error { return refusal }
			err := repo[user](t, b).PutAll(t.Context(), numbered(100_000))
			var left *BatchError[user]
			require.ErrorAs(t, err, &left)
			require.ErrorIs(t, err, refusal, name)
			require.NotErrorIs(t, err, ErrUnknownOutcome)
			require.Equal(t, slices.AppendSeq([]user{}, numbered(left.Taken)), slices.AppendSeq([]user{}, left.Values()))
			require.Less(t, left.Taken, 1000)
			require.Less(t, b.requests, 200)
		})
	}
}

// An item whose last answer was lost may be there; the error says so.
func TestDoubtfulItemsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 7)
		b.lose = func(int) error { return errReset }
		err := repo[user](t, b).PutAll(t.Context(), numbered(3))
		var left *BatchError[user]
		require.ErrorAs(t, err, &left)
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.ErrorIs(t, err, errReset)
		require.Len(t, left.Left, 3)
		for _, l := range left.Left {
			require.True(t, l.Doubtful)
		}
		require.Equal(t, 8, b.requests)
		b.lose = nil
		require.NoError(t, repo[user](t, b).PutAll(t.Context(), left.Values()))
	})
}

func TestBatchesEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 8)
		b.latency, b.unwritten = 5*time.Second, 0.5
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		err := repo[user](t, b).PutAll(ctx, numbered(100_000))
		require.Equal(t, 30*time.Second, time.Since(start), "at once")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var left *BatchError[user]
		require.ErrorAs(t, err, &left)
		require.Equal(t, left.Taken, left.Done+len(left.Left))
		require.Equal(t, 0, b.now, "nothing is in flight")
		for _, l := range left.Left {
			if _, written := b.items[fmt.Sprint(l.Value.ID)]; written {
				require.True(t, l.Doubtful)
			}
		}
		requests := b.requests
		err = repo[user](t, b).PutAll(ctx, numbered(10))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = repo[user](t, b).GetAll(ctx, keysTo(10))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, requests, b.requests, "an ended context sends nothing")
	})
}

// A panic of the caller's code ends the batch in the caller's goroutine, with
// nothing left behind; synctest fails if a goroutine is.
func TestPanicsReachTheCaller(t *testing.T) {
	for name, run := range map[string]func(ctx context.Context, r *Repository[user], b *bulk) error{
		"sequence": func(ctx context.Context, r *Repository[user], _ *bulk) error {
			return r.PutAll(ctx, func(yield func(user) bool) {
				for u := range numbered(60) {
					yield(u)
				}
				panic("here")
			})
		},
		"callback": func(ctx context.Context, r *Repository[user], _ *bulk) error {
			return r.PutAll(ctx, numbered(1000), OnProgress(func(Progress) { panic("here") }))
		},
		"client": func(ctx context.Context, r *Repository[user], b *bulk) error {
			b.refuse = func([]string) error { panic("here") }
			return r.PutAll(ctx, numbered(1000))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBulk(t, 9)
			b.latency = time.Second
			require.PanicsWithValue(t, "here", func() { _ = run(t.Context(), repo[user](t, b), b) }, name)
			require.Equal(t, 0, b.now)
		})
	}
}

// A client that ends its goroutine has written nothing that anybody knows of.
func TestGoexitIsNoSuccess(t *testing.T) {
	b := newBulk(t, 9)
	b.refuse = func([]string) error { runtime.Goexit(); return nil }
	require.PanicsWithValue(t, "dynamo: a goroutine of a batch was ended with runtime.Goexit", func() {
		_ = repo[user](t, b).PutAll(t.Context(), numbered(1000))
	})
}

func TestBatchOptionsAreChecked(t *testing.T) {
	r := repo[user](t, &fake{})
	for _, opt := range []BatchOption{Parallel(0), Attempts(0)} {
		require.ErrorContains(t, r.PutAll(t.Context(), numbered(1), opt), "dynamo: put all ausg: ")
		require.ErrorContains(t, r.DeleteAll(t.Context(), slices.Values(keysTo(1)), opt), "at least 1")
	}
	for _, opt := range []ReadOption{Limit(1), PageSize(1), Scope("x")} {
		_, err := r.GetAll(t.Context(), keysTo(1), opt)
		require.ErrorContains(t, err, "does not apply")
	}
	_, err := New[user](&fake{}, "ausg", Backoff(2, 1))
	require.ErrorContains(t, err, "Backoff")
}

func TestGetAllKeepsOrderAndOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 10)
		r := repo[user](t, b)
		require.NoError(t, r.PutAll(t.Context(), numbered(500)))
		calls := 0
		b.reads = func(in types.KeysAndAttributes) (int, bool) {
			if !*in.ConsistentRead || in.ProjectionExpression == nil || len(in.ExpressionAttributeNames) != 2 {
				t.Errorf("options are lost: %+v", in)
			}
			calls++
			if calls == 1 {
				return 0, true // an empty first answer is not "not found"
			}
			return 1 + b.rnd.IntN(40), true
		}
		keys := keysTo(1000) // half of them missing
		keys = append(keys, keysTo(300)...)
		b.rnd.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		var want []user
		seen := map[int]bool{}
		for _, k := range keys {
			if id := k.partition.(int); id < 500 && !seen[id] {
				seen[id] = true
				want = append(want, user{ID: id, Name: "u"})
			}
		}
		got, err := r.GetAll(t.Context(), keys, Consistent(), Project("name"))
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestGetAllReportsKeysThatCouldNotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 11)
		b.reads = func(types.KeysAndAttributes) (int, bool) { return 0, true }
		got, err := repo[user](t, b).GetAll(t.Context(), keysTo(3))
		require.Nil(t, got)
		var left *BatchError[Key]
		require.ErrorAs(t, err, &left)
		require.Equal(t, keysTo(3), slices.AppendSeq([]Key{}, left.Values()))
		require.EqualError(t, err, "dynamo: get all ausg: 3 of 3 not done: throttled: left unprocessed")
		require.NotErrorIs(t, err, ErrUnknownOutcome)
		require.Equal(t, 8, b.requests)

		_, err = repo[user](t, b).GetAll(t.Context(), []Key{KeyOf(1), KeyOf("x")})
		require.EqualError(t, err, `dynamo: get all ausg: key 1: key attribute "id" (field ID): want a value for int (N), got string`)
		require.Equal(t, 8, b.requests)
	})
}

// Answers that cannot be right are asked for again, and never believed.
func TestImpossibleBatchAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stranger := &oneAnswer{
			write: &dynamodb.BatchWriteItemOutput{UnprocessedItems: map[string][]types.WriteRequest{"ausg": {{DeleteRequest: &types.DeleteRequest{Key: item{"id": avN("9")}}}}}},
			get:   &dynamodb.BatchGetItemOutput{Responses: map[string][]item{"ausg": {userItem("9", "u")}}},
		}
		r := repo[user](t, stranger)
		err := r.PutAll(t.Context(), numbered(2))
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.ErrorIs(t, err, ErrUnknownOutcome)
		_, err = r.GetAll(t.Context(), keysTo(2))
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.NotContains(t, err.Error(), "9")
		stranger.get.Responses["ausg"] = []item{userItem("0", "u"), userItem("0", "u")}
		_, err = r.GetAll(t.Context(), keysTo(2))
		require.ErrorIs(t, err, ErrCorruptResponse, "an item twice")
		stranger.get, stranger.write = nil, nil
		_, err = r.GetAll(t.Context(), keysTo(2))
		require.ErrorIs(t, err, ErrCorruptResponse, "no answer")
		require.ErrorIs(t, r.PutAll(t.Context(), numbered(2)), ErrCorruptResponse)

		stranger.get = &dynamodb.BatchGetItemOutput{Responses: map[string][]item{"ausg": {{"id": avN("0"), "name": avM(nil)}}}}
		stranger.requests = 0
		_, err = r.GetAll(t.Context(), keysTo(2))
		var bad *DecodeError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, 1, stranger.requests, "what does not fit will not fit the next time")
	})
}

type oneAnswer struct {
	Client
	write    *dynamodb.BatchWriteItemOutput
	get      *dynamodb.BatchGetItemOutput
	requests int
}

func (o *oneAnswer) BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	o.requests++
	return o.write, nil
}

func (o *oneAnswer) BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	o.requests++
	return o.get, nil
}

// A real client on HTTP bodies: what the SDK alone takes for success.
func TestBatchAnswersWithoutContent(t *testing.T) {
	for _, body := range []string{"", "{}", "<html>log in</html>", `{"UnprocessedItems":`} {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			client := w.client()
			w.fault = answers(body)
			err := repo[user](t, client).PutAll(t.Context(), numbered(2))
			require.ErrorIs(t, err, ErrUnknownOutcome, body)
			require.Equal(t, 8, w.requests, "the SDK repeats nothing by itself")
			_, err = repo[user](t, client).GetAll(t.Context(), keysTo(2))
			require.Error(t, err, body)
			require.NotErrorIs(t, err, ErrUnknownOutcome)
		})
	}
	w := newWire()
	w.fault = answers(`{"UnprocessedItems":{},"UnprocessedKeys":{},"Responses":{}}`)
	require.NoError(t, repo[user](t, w.client()).PutAll(t.Context(), numbered(2)))
	got, err := repo[user](t, w.client()).GetAll(t.Context(), keysTo(2))
	require.NoError(t, err)
	require.Empty(t, got)
}

// answers is a fault that answers everything with one body.
func answers(body string) func(int, func() *http.Response) (*http.Response, error) {
	return func(int, func() *http.Response) (*http.Response, error) { return answer(200, body), nil }
}

// unprocessedOnce is a table that leaves the first item of the first request
// unprocessed.
type unprocessedOnce struct {
	Client
	requests int
}

func (c *unprocessedOnce) BatchWriteItem(_ context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	left := map[string][]types.WriteRequest{}
	if c.requests++; c.requests == 1 {
		left["ausg"] = in.RequestItems["ausg"][:1]
	}
	return &dynamodb.BatchWriteItemOutput{UnprocessedItems: left}, nil
}

// The end of one item's attempts is not the end of the batch if the same answer
// says that others are written.
func TestAnItemThatIsGivenUpDoesNotEndTheBatch(t *testing.T) {
	err := repo[user](t, &unprocessedOnce{}).PutAll(t.Context(), numbered(100), Attempts(1), Parallel(1))
	var left *BatchError[user]
	require.ErrorAs(t, err, &left)
	require.Equal(t, 100, left.Taken)
	require.Equal(t, 99, left.Done)
	require.Len(t, left.Left, 1)
}

// Every value counts once, also one that was to follow an item in flight and is
// itself superseded after that one was refused.
func TestProgressCountsSupersededValues(t *testing.T) { synctest.Test(t, testProgressCounts) }

func testProgressCounts(t *testing.T) {
	b := newBulk(t, 1)
	b.latency = time.Second
	b.refuse = func(keys []string) error {
		if len(keys) == 1 {
			return nil
		}
		return &smithy.GenericAPIError{Code: "ValidationException", Fault: smithy.FaultClient}
	}
	var last Progress
	err := repo[user](t, b).PutAll(t.Context(), func(yield func(user) bool) {
		for i := range 25 {
			yield(user{ID: i})
		}
		yield(user{ID: 3, Name: "behind the one in flight"})
		time.Sleep(time.Minute)
		yield(user{ID: 100}) // takes the answer
		yield(user{ID: 3, Name: "in place of both"})
	}, Parallel(1), OnProgress(func(p Progress) { last = p }))
	require.NoError(t, err)
	require.Equal(t, Progress{Taken: 28, Done: 28}, last)
	require.Equal(t, avS("in place of both"), b.items["3"]["name"])
}
