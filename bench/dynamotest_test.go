package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

const (
	speedRounds  = 12
	speedShare   = 250 * time.Millisecond // of a contender, in a round
	speedClients = 4
	speedItems   = 1000
)

// An asker does one operation on the i-th item.
type asker func(operation string, i int) error

// DynamoDB Local and dynamotest in one run, in turns; the ratios are medians of the
// rounds' ratios, because the machine drifts. What is compared is the operations in a
// second of processor time, client and server together: on a machine that does nothing
// else that is the same as in a second, and on a busy one it is still true. Through HTTP
// both get the same bytes from the same plain client; with the SDK's client, the way
// that needs no socket is compared with the way to DynamoDB Local, as a test suite
// would see them.
//
//	.ci/with-dynamodb-local go -C bench test -v -run DynamoDBLocal
func TestSpeedAgainstDynamoDBLocal(t *testing.T) {
	local := os.Getenv("DYNAMODB_LOCAL_URL")
	if local == "" || os.Getenv("DYNAMODB_LOCAL_PID") == "" {
		t.Skip("DYNAMODB_LOCAL_URL and DYNAMODB_LOCAL_PID are not set: the engine's speed is not compared with DynamoDB Local's")
	}
	table := fmt.Sprintf("speed-%d", time.Now().UnixNano())
	db := dynamotest.New()
	server := httptest.NewServer(db.Handler())
	defer server.Close()
	createSpeedTable(t, sdkClient(local), table)
	createSpeedTable(t, db.Client(), table)
	ways := map[string]func() asker{
		"DynamoDB Local":               func() asker { return plainAsker(t, local, table) },
		"HTTP door":                    func() asker { return plainAsker(t, server.URL, table) },
		"DynamoDB Local, SDK's client": func() asker { return sdkAsker(t, sdkClient(local), table) },
		"HTTP door, SDK's client":      func() asker { return sdkAsker(t, sdkClient(server.URL), table) },
		"without a socket":             func() asker { return sdkAsker(t, db.Client(), table) },
	}
	for _, operation := range []string{"GetItem", "PutItem"} {
		for _, way := range ways { // what is compiled and connected once
			measure(t, way, operation)
		}
		busy, elapsed := map[string][]float64{}, map[string][]float64{}
		for range sizeFrom("ENGINE_ROUNDS", speedRounds) {
			for name, way := range ways {
				b, e := measure(t, way, operation)
				busy[name], elapsed[name] = append(busy[name], b), append(elapsed[name], e)
				figure.Print("Engine/"+operation+"/"+name, e, "ops/s")
				figure.Print("Engine/"+operation+"/"+name, b, "ops/cpu-s")
			}
		}
		for _, row := range []struct {
			name, peer string
			least      float64
		}{
			{"HTTP door", "DynamoDB Local", 5},
			{"without a socket", "DynamoDB Local, SDK's client", 10},
			{"HTTP door, SDK's client", "DynamoDB Local, SDK's client", 1},
		} {
			ratio := medianRatio(busy[row.name], busy[row.peer])
			t.Logf("%s: %s: %.1f times the operations of %s in a second of processor time, %.0f; %.1f times in a second, %.0f",
				operation, row.name, ratio, row.peer, median(busy[row.name]), medianRatio(elapsed[row.name], elapsed[row.peer]), median(elapsed[row.name]))
			if ratio < row.least {
				t.Errorf("%s: %s: want %.0f times", operation, row.name, row.least)
			}
		}
	}
}

// measure lets several clients ask for a while. It returns operations in a second
// of processor time, and in a second.
func measure(t *testing.T, way func() asker, operation string) (busy, elapsed float64) {
	var done atomic.Int64
	var wg sync.WaitGroup
	askers := make([]asker, speedClients)
	for i := range askers {
		askers[i] = way()
	}
	runtime.GC()
	start, used := time.Now(), processorTime(t)
	for worker, ask := range askers {
		wg.Go(func() {
			for i := worker; time.Since(start) < speedShare; i += 7 {
				if err := ask(operation, i%speedItems); err != nil {
					t.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	n := float64(done.Load())
	return n / (processorTime(t) - used).Seconds(), n / time.Since(start).Seconds()
}

// processorTime is what this process and DynamoDB Local have used so far.
func processorTime(t *testing.T) time.Duration {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		t.Fatal(err)
	}
	used := time.Duration(own.Utime.Nano() + own.Stime.Nano())
	stat, err := os.ReadFile("/proc/" + os.Getenv("DYNAMODB_LOCAL_PID") + "/stat")
	if err != nil {
		t.Skipf("the processor time of DynamoDB Local is not known: %v", err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, ticks := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(ticks)
		if err != nil {
			t.Fatal(err)
		}
		used += time.Duration(n) * 10 * time.Millisecond
	}
	return used
}

func sdkClient(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
	})
}

func sdkAsker(t testing.TB, c *dynamodb.Client, table string) asker {
	return func(operation string, i int) (err error) {
		if operation == "GetItem" {
			_, err = c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: speedKey(i)})
		} else {
			_, err = c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: speedItem(i)})
		}
		return err
	}
}

// plainAsker writes requests to a connection of its own and reads the answers.
func plainAsker(t *testing.T, url, table string) asker {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	in := bufio.NewReader(conn)
	return func(operation string, i int) error {
		body := fmt.Sprintf(`{"TableName":%q,"Key":{"id":{"S":"user#%d"}}}`, table, i)
		if operation == "PutItem" {
			body = fmt.Sprintf(`{"TableName":%q,"Item":{"id":{"S":"user#%d"},"n":{"N":"12345"},"on":{"BOOL":true},"tags":{"SS":["a","b"]},"data":{"S":%q}}}`, table, i, speedData)
		}
		_, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n"+
			"Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\nX-Amz-Date: 20260101T000000Z\r\nContent-Length: %d\r\n\r\n%s",
			operation, len(body), body)
		if err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if _, err = io.Copy(io.Discard, res.Body); err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", operation, res.Status)
		}
		return err
	}
}

func createSpeedTable(t testing.TB, c *dynamodb.Client, table string) {
	t.Helper()
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range speedItems {
		if _, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: speedItem(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

var speedData = strings.Repeat("x", 900)

// speedItem is an item of about 1 KB.
func speedItem(i int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"id": speedKey(i)["id"], "n": &types.AttributeValueMemberN{Value: "12345"}, "on": &types.AttributeValueMemberBOOL{Value: true},
		"data": &types.AttributeValueMemberS{Value: speedData},
		"tags": &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
	}
}

func speedKey(i int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: fmt.Sprint("user#", i)}}
}

func medianRatio(a, b []float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	return median(ratios)
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// A million items of 1 KB take at most 2.5 GB, and asking for one of them or for a
// range of them takes hardly longer than in a table of a thousand. Needs BIG=1000000, as it
// needs the memory and a minute; fewer items only show that it runs.
func TestAMillionItems(t *testing.T) {
	items := sizeFrom("BIG", 0)
	if items == 0 {
		t.Skip("BIG is not set: the memory of a million items, and the time to find one, are not measured")
	}
	small, big := filled(t, 1_000), filled(t, items)
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d items of 1 KB: %.2f GB of heap in use, %.2f GB from the system", items, float64(m.HeapInuse)/1e9, float64(m.Sys)/1e9)
	figure.Print("Million/memory", float64(m.Sys)/1e9, "GB")
	if m.Sys > 2_500_000_000 {
		t.Errorf("%d bytes, want at most 2.5 GB", m.Sys)
	}
	for name, ask := range map[string]func(db *dynamotest.DB, i int) error{
		"GetItem": func(db *dynamotest.DB, i int) error {
			_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("big"), Key: map[string]types.AttributeValue{
				"id": &types.AttributeValueMemberS{Value: fmt.Sprint("part#", i%10)}, "so": &types.AttributeValueMemberN{Value: fmt.Sprint(i)}}})
			return err
		},
		"Query": func(db *dynamotest.DB, i int) error {
			_, err := db.Query(t.Context(), &dynamodb.QueryInput{TableName: aws.String("big"), Limit: aws.Int32(1), KeyConditionExpression: aws.String("id = :p AND so >= :s"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":p": &types.AttributeValueMemberS{Value: fmt.Sprint("part#", i%10)}, ":s": &types.AttributeValueMemberN{Value: fmt.Sprint(i)}}})
			return err
		},
	} {
		var times [2][]float64
		for range speedRounds {
			for k, db := range []*dynamotest.DB{small, big} {
				size := []int{1_000, items}[k]
				start := time.Now()
				for i := range 2000 {
					if err := ask(db, i*7919%size); err != nil {
						t.Fatal(err)
					}
				}
				times[k] = append(times[k], time.Since(start).Seconds()/2000)
				figure.Print("Million/"+name+"/"+[]string{"small", "big"}[k], times[k][len(times[k])-1]*1e6, "µs")
			}
		}
		ratio := median(times[1]) / median(times[0])
		t.Logf("%s: %.1f µs of 1,000 items, %.1f µs of %d: %.1f times", name, 1e6*median(times[0]), 1e6*median(times[1]), items, ratio)
		if ratio > 6 { // linear would be a thousand; a logarithm twice as long and cold caches are not that
			t.Errorf("%s: %.1f times as long", name, ratio)
		}
	}
}

// What a global and a local index add to the memory of a million items of 1 KB: they hold
// keys, and share the items. Needs BIG=1000000, as [TestAMillionItems].
func TestIndexesOfAMillion(t *testing.T) {
	items := sizeFrom("BIG", 0)
	if items == 0 {
		t.Skip("BIG is not set: the memory of two indexes of a million items is not measured")
	}
	inUse := func(indexes ...dynamotest.Index) float64 {
		db := filled(t, items, indexes...)
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(db)
		return float64(m.HeapInuse) / 1e9
	}
	plain := inUse()
	indexed := inUse(dynamotest.Index{Name: "global", Partition: dynamotest.N("n"), Sort: dynamotest.N("so")}, dynamotest.Index{Name: "local", Local: true, Sort: dynamotest.N("n")})
	t.Logf("%d items: %.2f GB of heap in use without indexes, %.2f GB with two", items, plain, indexed)
	figure.Print("Million/indexes", indexed-plain, "GB")
}

// filled is an engine with a table of so many items of 1 KB in ten partitions.
func filled(t *testing.T, n int, indexes ...dynamotest.Index) *dynamotest.DB {
	db := dynamotest.New(dynamotest.Table{Name: "big", Partition: dynamotest.S("id"), Sort: dynamotest.N("so"), Indexes: indexes})
	for i := range n {
		data := strings.Repeat(string(rune('a'+i%26)), 970)
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("big"), Item: map[string]types.AttributeValue{
			"id": &types.AttributeValueMemberS{Value: fmt.Sprint("part#", i%10)}, "so": &types.AttributeValueMemberN{Value: fmt.Sprint(i)},
			"data": &types.AttributeValueMemberS{Value: data}, "n": &types.AttributeValueMemberN{Value: "12345"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// A new engine with a table, against DynamoDB Local's seconds.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.S("id")}).Handler()
	}
}
