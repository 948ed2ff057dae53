package dynamotest

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// requireGrowth fails where large takes more than limit times as long as small, by the clock
// and by the processor: the least of many rounds, as other programs make the clock's longer, and
// the collector and coarse accounts the processor's.
func requireGrowth(t *testing.T, limit float64, small, large func()) {
	t.Helper()
	clock, processor := growth{time.Hour, time.Hour}, growth{time.Hour, time.Hour}
	for round := range 300 {
		for i, work := range []func(){small, large} {
			start, used := time.Now(), processorTime()
			work()
			processor[i] = min(processor[i], max(processorTime()-used, time.Microsecond))
			clock[i] = min(clock[i], time.Since(start))
		}
		if round >= 4 && min(clock.ratio(), processor.ratio()) <= limit/2 { // the first rounds are cold
			return
		}
	}
	require.Less(t, min(clock.ratio(), processor.ratio()), limit)
}

// growth is what the small and the large work took at least.
type growth [2]time.Duration

func (g growth) ratio() float64 { return float64(g[1]) / float64(g[0]) }

// Work on a set grows with its size, not with its square: for 32 times the members
// it takes some 40 times as long, and took a thousand times.
func TestLargeSetsAreQuick(t *testing.T) {
	work := func(members int) func() {
		up, down := value{kind: kindSS}, value{kind: kindSS}
		for i := range members {
			up.list = append(up.list, value{kind: kindS, text: fmt.Sprint(i)})
			down.list = append(down.list, value{kind: kindS, text: fmt.Sprint(members - 1 - i)})
		}
		return func() {
			require.True(t, up.equal(down))
			require.Len(t, up.plus(down).list, members)
			require.Empty(t, up.minus(down).list)
		}
	}
	requireGrowth(t, 250, work(100), work(3_200))
}

// What one item or a range of them costs grows with the logarithm of the table: 64
// times the items are a level of the tree more, and no row is passed over.
func TestLargeTablesAreQuick(t *testing.T) {
	questions := map[string]func(db *DB, n int) error{
		"GetItem": func(db *DB, n int) error {
			_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("rows"), Key: map[string]types.AttributeValue{"id": text("p"), "so": count(n / 2)}})
			return err
		},
		"Query": func(db *DB, n int) error { return askRange(t, db, nil, "id", "so", n/2) },
		"Query of a global index": func(db *DB, n int) error {
			return askRange(t, db, aws.String("global"), "o", "so", n/2)
		},
		"Query of a local index": func(db *DB, n int) error { return askRange(t, db, aws.String("local"), "id", "r", n/2) },
	}
	small, large := rows(t, 250), rows(t, 16_000)
	for name, ask := range questions {
		t.Run(name, func(t *testing.T) {
			of := func(db *DB, n int) func() { return func() { require.NoError(t, ask(db, n)) } }
			requireGrowth(t, 5, of(small, 250), of(large, 16_000))
		})
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func count(n int) types.AttributeValue   { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// askRange asks for ten rows of a partition, from one in the middle on.
func askRange(t *testing.T, db *DB, index *string, partition, sort string, from int) error {
	out, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("rows"), IndexName: index, KeyConditionExpression: aws.String(partition + " = :p AND " + sort + " BETWEEN :a AND :b"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text("p"), ":a": count(from), ":b": count(from + 9)},
	})
	if err == nil && out.ScannedCount != 10 {
		err = fmt.Errorf("%d rows were read for 10", out.ScannedCount)
	}
	return err
}

// rows is an engine with a table of n items in one partition, and two indexes.
func rows(t *testing.T, n int) *DB {
	db := New(Table{Name: "rows", Partition: S("id"), Sort: N("so"), Indexes: []Index{
		{Name: "global", Partition: S("o"), Sort: N("so")}, {Name: "local", Local: true, Sort: N("r")},
	}})
	for i := range n {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("rows"), Item: map[string]types.AttributeValue{
			"id": text("p"), "so": count(i), "o": text("p"), "r": count(n - i),
		}})
		require.NoError(t, err)
	}
	return db
}

// discarded is a writer of answers that keeps none, and counts their bytes.
type discarded struct {
	header http.Header
	bytes  uint64
}

func (d *discarded) Header() http.Header { return d.header }
func (d *discarded) WriteHeader(int)     {}
func (d *discarded) Write(b []byte) (int, error) {
	d.bytes += uint64(len(b))
	return len(b), nil
}

// Whoever scans a large table over HTTP has the memory of one answer for all of them.
func TestAnswersShareMemory(t *testing.T) {
	handler := rows(t, 16_000).Handler()
	least, answer := uint64(math.MaxUint64), uint64(0)
	for range 20 { // of many, as the collector may have come in between
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"TableName":"rows"}`))
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.Scan")
		r.Header.Set("X-Amz-Date", "20260101T000000Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=x")
		w := &discarded{header: http.Header{}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		handler.ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		least, answer = min(least, after.TotalAlloc-before.TotalAlloc), w.bytes
	}
	require.Greater(t, answer, uint64(900_000))
	require.Less(t, least, answer)
}

// A container is copied once for an update, however many actions there are.
func TestUpdatesOfLargeContainersAreQuick(t *testing.T) {
	list := make([]value, 20_000)
	for i := range list {
		list[i] = value{kind: kindNULL}
	}
	paths := make([]string, 500)
	for i := range paths {
		paths[i] = fmt.Sprintf("l[%d]", i)
	}
	h, _ := newPlaceholders(nil, nil)
	u, f := parseUpdate("REMOVE "+strings.Join(paths, ","), h)
	require.Nil(t, f)
	allocated := testing.AllocsPerRun(1, func() {
		after, f := u.apply(item{"l": {kind: kindL, list: list}})
		require.Nil(t, f)
		require.Len(t, after["l"].list, len(list)-len(paths))
	})
	require.Less(t, allocated, 3000.0)
	one, f := parseUpdate("REMOVE "+paths[0], h)
	require.Nil(t, f)
	apply := func(u *update) func() {
		return func() {
			_, f := u.apply(item{"l": {kind: kindL, list: list}})
			require.Nil(t, f)
		}
	}
	requireGrowth(t, 100, apply(one), apply(u)) // 500 actions
}

// Transactions, each with a token that is still alive, do not look at all the live
// ones: 32 times as many take some 40 times as long, and not a thousand times.
func TestManyLiveTokensAreQuick(t *testing.T) {
	now := time.Now()
	keep := func(n int) func() {
		return func() {
			var kept tokens
			for i := range n {
				kept.keep(fmt.Sprint(i), spent{}, now)
			}
			require.Len(t, kept.live, n)
		}
	}
	requireGrowth(t, 250, keep(200), keep(6_400))
}
