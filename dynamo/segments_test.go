package dynamo

import (
	"context"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// dealt is a table of items 1…n that are dealt out to segments in turn, in pages
// of ten, a second each.
type dealt struct {
	Client
	n int

	mu           sync.Mutex
	sent         []*dynamodb.ScanInput
	flying, most int
	fail         func(in *dynamodb.ScanInput) error
}

func (d *dealt) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	d.mu.Lock()
	d.sent = append(d.sent, in)
	d.flying++
	d.most = max(d.most, d.flying)
	d.mu.Unlock()
	defer func() { d.mu.Lock(); d.flying--; d.mu.Unlock() }()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if d.fail != nil {
		if err := d.fail(in); err != nil {
			return nil, err
		}
	}
	segment, total, id := 0, 1, 0
	if in.TotalSegments != nil {
		segment, total = int(*in.Segment), int(*in.TotalSegments)
	}
	if in.ExclusiveStartKey != nil {
		id, _ = strconv.Atoi(in.ExclusiveStartKey["id"].(*types.AttributeValueMemberN).Value)
	}
	out := &dynamodb.ScanOutput{Items: []item{}}
	for id++; id <= d.n && len(out.Items) < 10; id++ {
		if id%total == segment {
			out.Items = append(out.Items, userItem(strconv.Itoa(id), "u"))
		}
	}
	out.Count = int32(len(out.Items))
	if id <= d.n {
		out.LastEvaluatedKey = item{"id": avN(strconv.Itoa(id - 1))}
	}
	return out, nil
}

func TestSegmentsGiveEveryItemOnce(t *testing.T) {
	for _, n := range []int{1, 2, 4, 16} {
		synctest.Test(t, func(t *testing.T) {
			d := &dealt{n: 1000}
			start := time.Now()
			all, err := repo[user](t, d).All(t.Context(), Segments(n))
			require.NoError(t, err)
			got := ids(all)
			slices.Sort(got)
			require.Equal(t, upTo(1000), got)
			require.Equal(t, n, d.most, "requests at a time")
			require.Less(t, time.Since(start), time.Duration(1000/10/n+4)*time.Second)
		})
	}
}

func TestSegmentsKeepOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &dealt{n: 100}
		some, err := repo[user](t, d).All(t.Context(), Segments(3), Limit(7), Consistent(), Project("name"))
		require.NoError(t, err)
		require.Len(t, some, 7)
		for _, in := range d.sent {
			require.EqualValues(t, 3, *in.TotalSegments)
			require.True(t, *in.ConsistentRead)
			require.NotNil(t, in.ProjectionExpression)
			require.LessOrEqual(t, *in.Limit, int32(7))
		}
	})
	for _, opt := range []ReadOption{Segments(0), Segments(1_000_001)} {
		_, err := repo[user](t, &fake{}).All(t.Context(), opt)
		require.ErrorContains(t, err, "dynamo: scan ausg: there can be 1 to 1000000 segments")
	}
	_, err := repo[user](t, &fake{}).ScanPage(t.Context(), "", 1, Segments(2))
	require.ErrorContains(t, err, "option Segments does not apply")
}

func TestTheFirstErrorEndsAllSegments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &dealt{n: 1000}
		d.fail = func(in *dynamodb.ScanInput) error {
			if *in.Segment == 2 && in.ExclusiveStartKey != nil {
				return errReset
			}
			return nil
		}
		var errs []error
		for _, err := range repo[user](t, d).Scan(t.Context(), Segments(4)) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], errReset)
		require.Zero(t, d.flying)
		require.LessOrEqual(t, len(d.sent), 16)
	})
}

// However a loop ends, no request is begun after it and none is under way, and
// no goroutine is left, which synctest sees to.
func TestLeavingALoopEndsItsRequests(t *testing.T) {
	for name, opts := range map[string][]ReadOption{
		"lazy": nil, "prefetch": {Prefetch(true)}, "1 segment": {Segments(1)}, "4 segments": {Segments(4)}, "16 segments": {Segments(16)},
	} {
		for _, way := range []string{"break", "panic", "cancel"} {
			t.Run(name+", "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := &dealt{n: 1000}
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					requests := 0
					leave := func(seq iter.Seq2[user, error]) (last error) {
						defer func() { _ = recover() }()
						n := 0
						for _, err := range seq {
							if n++; n == 15 {
								time.Sleep(time.Minute)
								synctest.Wait()
								switch requests = len(d.sent); way {
								case "break":
									return nil
								case "panic":
									panic("loop")
								case "cancel":
									cancel()
								}
							}
							last = err
						}
						return last
					}
					err := leave(repo[user](t, d).Scan(ctx, opts...))
					require.Zero(t, d.flying)
					require.Len(t, d.sent, requests, "no request after the loop")
					if way == "cancel" {
						require.ErrorIs(t, err, context.Canceled)
					}
					if name == "lazy" || name == "1 segment" {
						require.Equal(t, 2, requests, "none for what the loop has not come to")
					}
				})
			})
		}
	}
}

func TestPrefetchOverlapsRequestsAndTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := func(opts ...ReadOption) time.Duration {
			start, n := time.Now(), 0
			for u, err := range repo[user](t, &dealt{n: 100}).Scan(t.Context(), opts...) {
				n++
				require.NoError(t, err)
				require.Equal(t, n, u.ID, "in order")
				time.Sleep(100 * time.Millisecond)
			}
			require.Equal(t, 100, n)
			return time.Since(start)
		}
		require.Equal(t, 20*time.Second, took())
		require.Equal(t, 11*time.Second, took(Prefetch(true)))
		require.Equal(t, 20*time.Second, took(Prefetch(true), Prefetch(false)))
	})
}

func TestPrefetchKeepsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &dealt{n: 100}
		filter := Filter(expression.Name("id").GreaterThan(expression.Value(0)))
		some, err := repo[user](t, d).All(t.Context(), Limit(15), filter)
		require.NoError(t, err)
		require.Equal(t, upTo(15), ids(some))
		require.Len(t, d.sent, 2, "no page that the limit makes useless")
	})
}

// endless generates pages of 1 MB as the wire would carry them, until it has
// given size bytes in all.
type endless struct {
	Client
	size, given int64
	body        string
}

func (e *endless) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	out := &dynamodb.ScanOutput{Items: make([]item, 0, 1024)}
	for i := range 1024 {
		out.Items = append(out.Items, item{"id": avN(strconv.FormatInt(e.given+int64(i), 10)), "name": avS(strings.Clone(e.body))})
	}
	if e.given += 1 << 20; e.given < e.size {
		out.LastEvaluatedKey = item{"id": avN(strconv.FormatInt(e.given, 10))}
	}
	return out, nil
}

// Memory does not grow with the table. In .ci/campaign-dynamo, on a machine that does nothing else, 1 GB is read, and the
// heap may grow by 64 MB with all that the collector has not come to yet. Otherwise 64 MB are read, and what counts is
// what the loop holds, since a busy machine's collector comes late.
func TestMemoryIsConstantInTheTable(t *testing.T) {
	size, most, collect := int64(64<<20), uint64(16), runtime.GC
	if os.Getenv("BULK_CAMPAIGN") != "" {
		size, most, collect = 1<<30, 64, func() {}
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, opts := range [][]ReadOption{nil, {Prefetch(true)}} {
		runtime.GC()
		start, peak, n := heap(), uint64(0), 0
		for _, err := range repo[user](t, &endless{size: size, body: strings.Repeat("x", 1000)}).Scan(t.Context(), opts...) {
			require.NoError(t, err)
			if n++; n%4096 == 0 {
				collect()
				peak = max(peak, heap())
			}
		}
		require.EqualValues(t, size/1024, n)
		grown := (max(peak, start) - start) >> 20
		t.Logf("%d MB read, peak %d MB above start", size>>20, grown)
		require.LessOrEqual(t, grown, most)
	}
}
