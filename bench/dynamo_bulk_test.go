package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Row is an item of six attributes, of some 150 bytes.
type Row struct {
	ID      int     `dynamodbav:"id"      dynamo:"partition"`
	Name    string  `dynamodbav:"name"`
	Email   string  `dynamodbav:"email"`
	Balance float64 `dynamodbav:"balance"`
	Active  bool    `dynamodbav:"active"`
	Note    string  `dynamodbav:"note"`
}

// bulkRows are 100,000, or as many as BULK_ROWS says.
var bulkRows = sizeFrom("BULK_ROWS", 100_000)

func rows(yield func(Row) bool) {
	for i := range bulkRows {
		if !yield(Row{i, fmt.Sprint("name ", i), "someone@example.com", float64(i) / 4, i%2 == 0, "a note of some length, as people write them"}) {
			return
		}
	}
}

// bulkTable is a table on a loopback socket, and an SDK client of it. Each answer
// takes the time away to come, which is a few milliseconds for DynamoDB.
func bulkTable(b *testing.B, away time.Duration) *dynamodb.Client {
	engine := dynamotest.New(dynamotest.TableFor[Row]("rows")).Handler()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(away)
		engine.ServeHTTP(w, r)
	}))
	b.Cleanup(s.Close)
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
}

func rowsOf(b *testing.B, c dynamo.Client) *dynamo.Repository[Row] {
	r, err := dynamo.New[Row](c, "rows")
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkPutAll writes 100,000 items, against the loop that one writes by hand,
// to a server that answers at once and to one that is a millisecond away.
func BenchmarkPutAll(b *testing.B) {
	for _, away := range []time.Duration{0, time.Millisecond} {
		for _, c := range []struct {
			name string
			put  func(context.Context, *dynamodb.Client) error
		}{
			{"dynamo", func(ctx context.Context, c *dynamodb.Client) error { return rowsOf(b, c).PutAll(ctx, rows) }},
			{"dynamo, one request at a time", func(ctx context.Context, c *dynamodb.Client) error {
				return rowsOf(b, c).PutAll(ctx, rows, dynamo.Parallel(1))
			}},
			{"by hand", putByHand},
		} {
			b.Run(fmt.Sprintf("%v away/%s", away, c.name), func(b *testing.B) {
				client, before := bulkTable(b, away), cpuTime(b)
				for b.Loop() {
					if err := c.put(b.Context(), client); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// putByHand is the usual loop: marshal, collect 25, send, send what is left again.
func putByHand(ctx context.Context, c *dynamodb.Client) error {
	var chunk []types.WriteRequest
	send := func() error {
		for len(chunk) > 0 {
			out, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"rows": chunk}})
			if err != nil {
				return err
			}
			chunk = out.UnprocessedItems["rows"]
		}
		return nil
	}
	for row := range rows {
		item, err := attributevalue.MarshalMap(row)
		if err != nil {
			return err
		}
		chunk = append(chunk, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		if len(chunk) == 25 {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// kept is a server without a network: what it has been asked before it answers as it did
// then, byte for byte. On the processors that a scan is to keep busy nothing else runs.
type kept struct {
	server  http.Handler
	answers sync.Map // constant by request
}

func (k *kept) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	answer, ok := k.answers.Load(string(body))
	if !ok {
		recorded := httptest.NewRecorder()
		asked := req.Clone(req.Context())
		asked.Body = io.NopCloser(bytes.NewReader(body))
		k.server.ServeHTTP(recorded, asked)
		answer = constant{recorded.Body.Bytes(), recorded.Header()}
		k.answers.Store(string(body), answer)
	}
	return answer.(constant).Do(req)
}

// BenchmarkParallelScan reads 100,000 items in one segment and in four: from a server that takes no time of the processors
// that the segments share, and from one over the loopback, which takes its part of them.
func BenchmarkParallelScan(b *testing.B) {
	loopback := bulkTable(b, 0)
	if err := rowsOf(b, loopback).PutAll(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	engine := dynamotest.New(dynamotest.TableFor[Row]("rows"))
	if err := rowsOf(b, engine.Client()).PutAll(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	inMemory := dynamodb.New(dynamodb.Options{
		Region:      "eu-north-1",
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:  &kept{server: engine.Handler()},
	})
	for _, server := range []struct {
		name   string
		client *dynamodb.Client
	}{{"in memory", inMemory}, {"loopback", loopback}} {
		r := rowsOf(b, server.client)
		for _, bm := range []struct {
			name string
			opts []dynamo.ReadOption
		}{
			{"lazy", nil},
			{"prefetched", []dynamo.ReadOption{dynamo.Prefetch(true)}},
			{"4 segments", []dynamo.ReadOption{dynamo.Segments(4)}},
		} {
			b.Run(server.name+"/"+bm.name, func(b *testing.B) {
				scanRows(b, r, bm.opts) // has the answers kept
				runtime.GC()            // of the tables and those answers: none of it is the scan's
				before := cpuTime(b)
				for b.Loop() {
					scanRows(b, r, bm.opts)
				}
				b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func scanRows(b *testing.B, r *dynamo.Repository[Row], opts []dynamo.ReadOption) {
	n := 0
	for _, err := range r.Scan(b.Context(), opts...) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n != bulkRows {
		b.Fatalf("%d items", n)
	}
}
