package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// One test code, three doors: the engine called as a Go value, the engine
// behind a real SDK client, and DynamoDB Local.

type Doc struct {
	ID   string   `dynamodbav:"id"   dynamo:"partition"`
	Rev  int      `dynamodbav:"rev"  dynamo:"sort"`
	Body string   `dynamodbav:"body"`
	Size int      `dynamodbav:"size"` // a reserved word
	Tags []string `dynamodbav:"tags,stringset,omitempty"`
}

const docs = "docs"

func eachDoor(t *testing.T, test func(t *testing.T, c dynamo.Client)) { eachDoorOf[Doc](t, docs, test) }

// eachDoorOf has a table for items of type T behind each door.
func eachDoorOf[T any](t *testing.T, table string, test func(t *testing.T, c dynamo.Client)) {
	t.Run("engine", func(t *testing.T) {
		test(t, dynamotest.New(dynamotest.TableFor[T](table)))
	})
	t.Run("engine behind the SDK", func(t *testing.T) {
		test(t, dynamotest.New(dynamotest.TableFor[T](table)).Client())
	})
	t.Run("DynamoDB Local", func(t *testing.T) {
		test(t, localClient[T](t, table))
	})
}

// localClient gives a client of DynamoDB Local on this machine, with a table
// that is deleted after the test.
func localClient[T any](t *testing.T, table string) *dynamodb.Client {
	t.Helper()
	const env = "DYNAMODB_LOCAL_URL"
	endpoint := os.Getenv(env)
	if endpoint == "" {
		t.Skipf("%s is not set: behaviour is not compared with AWS's own engine", env)
	}
	u, err := url.Parse(endpoint)
	require.NoError(t, err)
	require.Contains(t, []string{"127.0.0.1", "localhost", "::1"}, u.Hostname(), "tests stay on this machine")
	c := dynamodb.New(dynamodb.Options{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(endpoint),
		// DynamoDB Local keeps tables apart by access key: letters and digits.
		Credentials: credentials.NewStaticCredentialsProvider(fmt.Sprintf("t%d", time.Now().UnixNano()), "secret", ""),
	})
	in, err := dynamo.CreateTableInput[T](table)
	require.NoError(t, err)
	_, err = c.CreateTable(t.Context(), in)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := c.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: aws.String(table)})
		if err != nil {
			t.Errorf("delete table: %v", err)
		}
	})
	return c
}

// counted counts the scans that go through it.
type counted struct {
	dynamo.Client
	scans atomic.Int64
}

func (c *counted) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.scans.Add(1)
	return c.Client.Scan(ctx, in, opts...)
}

func newDocs(t *testing.T, c dynamo.Client, opts ...dynamo.Option) *dynamo.Repository[Doc] {
	t.Helper()
	r, err := dynamo.New[Doc](c, docs, opts...)
	require.NoError(t, err)
	return r
}

func TestPutGetDelete(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c), t.Context()
		doc := Doc{ID: "a", Rev: 1, Body: "", Size: 3, Tags: []string{"x", "y"}}
		_, err := r.Get(ctx, dynamo.KeyOf("a", 1))
		require.ErrorIs(t, err, dynamo.ErrNotFound)
		require.NoError(t, r.Put(ctx, doc))
		got, err := r.Get(ctx, dynamo.KeyOf("a", 1), dynamo.Consistent())
		require.NoError(t, err)
		require.Equal(t, doc, got)
		_, err = r.Get(ctx, dynamo.KeyOf("a", 2))
		require.ErrorIs(t, err, dynamo.ErrNotFound)

		got, err = r.Get(ctx, dynamo.KeyOf("a", 1), dynamo.Project("size"))
		require.NoError(t, err)
		require.Equal(t, Doc{ID: "a", Rev: 1, Size: 3}, got)

		require.NoError(t, r.Delete(ctx, dynamo.KeyOf("a", 1)))
		require.NoError(t, r.Delete(ctx, dynamo.KeyOf("a", 1)), "nothing to delete is no error")
		_, err = r.Get(ctx, dynamo.KeyOf("a", 1), dynamo.Consistent())
		require.ErrorIs(t, err, dynamo.ErrNotFound)
	})
}

func TestConditions(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c), t.Context()
		sizeIs := func(n int) dynamo.WriteOption {
			return dynamo.If(expression.Name("size").Equal(expression.Value(n)))
		}
		first := Doc{ID: "a", Rev: 1, Size: 1, Tags: []string{"x"}}
		require.NoError(t, r.Put(ctx, first, dynamo.IfNotExists()))

		for _, err := range []error{
			r.Put(ctx, Doc{ID: "a", Rev: 1, Size: 2}, dynamo.IfNotExists()),
			r.Put(ctx, Doc{ID: "a", Rev: 1, Size: 2}, sizeIs(7)),
			r.Put(ctx, Doc{ID: "a", Rev: 1, Size: 2}, sizeIs(1), dynamo.IfNotExists()),
			r.Delete(ctx, dynamo.KeyOf("a", 1), sizeIs(7)),
		} {
			require.ErrorIs(t, err, dynamo.ErrConditionFailed)
			var failed *dynamo.ConditionError[Doc]
			require.ErrorAs(t, err, &failed)
			require.Equal(t, &first, failed.Old, "with the item that is in the way")
		}
		err := r.Delete(ctx, dynamo.KeyOf("b", 1), sizeIs(1))
		var failed *dynamo.ConditionError[Doc]
		require.ErrorAs(t, err, &failed)
		require.Nil(t, failed.Old, "nothing is there")

		require.NoError(t, r.Put(ctx, Doc{ID: "a", Rev: 1, Size: 2}, sizeIs(1)))
		require.NoError(t, r.Delete(ctx, dynamo.KeyOf("a", 1), sizeIs(2)))
	})
}

// 5,000 items of about 1 KB are some 5 MB: five pages at least.
func TestScanGivesEveryItemOnce(t *testing.T) {
	const n = 5000
	eachDoor(t, func(t *testing.T, door dynamo.Client) {
		c := &counted{Client: door}
		r, ctx := newDocs(t, c), t.Context()
		empty, err := r.All(ctx)
		require.NoError(t, err)
		require.Equal(t, []Doc{}, empty)

		body := strings.Repeat("x", 1000)
		for i := range n {
			require.NoError(t, r.Put(ctx, Doc{ID: fmt.Sprintf("doc-%d", i/2), Rev: i % 2, Body: body, Size: i}))
		}
		c.scans.Store(0)
		seen := make(map[int]bool, n)
		for doc, err := range r.Scan(ctx) {
			require.NoError(t, err)
			require.False(t, seen[doc.Size], "an item came twice")
			seen[doc.Size] = true
		}
		require.Len(t, seen, n)
		require.Greater(t, c.scans.Load(), int64(4))

		c.scans.Store(0)
		all, err := r.All(ctx)
		require.NoError(t, err)
		require.Len(t, all, n)
		require.Greater(t, c.scans.Load(), int64(4))

		c.scans.Store(0)
		for range r.Scan(ctx) {
			break
		}
		require.EqualValues(t, 1, c.scans.Load())

		few, err := r.All(ctx, dynamo.Filter(expression.Name("size").LessThan(expression.Value(10))), dynamo.Project("size"))
		require.NoError(t, err)
		require.Len(t, few, 10)
		for _, doc := range few {
			require.Empty(t, doc.Body)
			require.NotEmpty(t, doc.ID, "the key is always read")
		}
	})
}

func TestPages(t *testing.T) {
	const n = 103
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c, dynamo.CursorKey([]byte("0123456789abcdef"))), t.Context()
		for i := range n {
			require.NoError(t, r.Put(ctx, Doc{ID: fmt.Sprint(i % 10), Rev: i, Size: i}))
		}
		odd := dynamo.Filter(expression.Name("tags").AttributeNotExists().And(expression.Name("size").LessThan(expression.Value(50))))
		for _, tc := range []struct {
			name  string
			limit int
			want  int
			opts  []dynamo.ReadOption
		}{
			{"no filter", 10, n, nil},
			{"more than there is", 1000, n, nil},
			{"exactly all", n, n, nil},
			{"filter", 7, 50, []dynamo.ReadOption{odd, dynamo.Scope("kim")}},
			{"filter in small pages", 7, 50, []dynamo.ReadOption{odd, dynamo.PageSize(3)}},
			{"one at a time", 1, n, []dynamo.ReadOption{dynamo.Consistent()}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				seen := map[int]bool{}
				cursor, pages := "", 0
				for {
					page, err := r.ScanPage(ctx, cursor, tc.limit, tc.opts...)
					require.NoError(t, err)
					pages++
					for _, doc := range page.Items {
						require.False(t, seen[doc.Size], "an item came twice")
						seen[doc.Size] = true
					}
					if page.Next == "" {
						break
					}
					require.Len(t, page.Items, tc.limit, "only the last page is short")
					cursor = page.Next
				}
				require.Len(t, seen, tc.want)
				require.LessOrEqual(t, pages, tc.want/tc.limit+1)
			})
		}
		// The item under a cursor may go away meanwhile.
		page, err := r.ScanPage(ctx, "", 5)
		require.NoError(t, err)
		last := page.Items[4]
		require.NoError(t, r.Delete(ctx, dynamo.KeyOf(last.ID, last.Rev)))
		rest, err := r.ScanPage(ctx, page.Next, 1000)
		require.NoError(t, err)
		require.Len(t, rest.Items, n-5)
	})
}

func TestMissingTable(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, err := dynamo.New[Doc](c, "nowhere")
		require.NoError(t, err)
		_, getErr := r.Get(t.Context(), dynamo.KeyOf("a", 1))
		_, allErr := r.All(t.Context())
		for _, err := range []error{getErr, allErr, r.Put(t.Context(), Doc{ID: "a"}), r.Delete(t.Context(), dynamo.KeyOf("a", 1))} {
			require.ErrorContains(t, err, " nowhere: ")
			require.False(t, errors.Is(err, dynamo.ErrNotFound) || errors.Is(err, dynamo.ErrUnknownOutcome), "%v", err)
		}
	})
}

// A repository is used by many requests at once; the race detector watches.
func TestConcurrentUse(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		const workers, each = 8, 10
		r, ctx := newDocs(t, c), t.Context()
		done := make(chan error, workers)
		for w := range workers {
			go func() {
				var all error
				for i := range each {
					id := fmt.Sprint(w)
					all = errors.Join(all, r.Put(ctx, Doc{ID: id, Rev: i}, dynamo.IfNotExists()))
					got, err := r.Get(ctx, dynamo.KeyOf(id, i), dynamo.Consistent())
					if err == nil && got.Rev != i {
						err = errors.New("the wrong item")
					}
					_, pageErr := r.ScanPage(ctx, "", 3)
					all = errors.Join(all, err, pageErr)
				}
				done <- all
			}()
		}
		for range workers {
			require.NoError(t, <-done)
		}
		all, err := r.All(ctx, dynamo.Consistent())
		require.NoError(t, err)
		require.Len(t, all, workers*each)
	})
}
