package dynamo

import (
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"
)

// What stands between a repository and the SDK's client, and is not to lose or to
// change an item without its will.

// cache is a wrapper that answers from what it has kept.
type cache struct {
	*dynamodb.Client
	item *dynamodb.GetItemOutput
	page *dynamodb.ScanOutput
	many *dynamodb.BatchGetItemOutput
}

func kept[I, O any](ctx context.Context, in I, opts []func(*dynamodb.Options), out **O, ask func(context.Context, I, ...func(*dynamodb.Options)) (*O, error)) (_ *O, err error) {
	if *out == nil {
		*out, err = ask(ctx, in, opts...)
	}
	return *out, err
}

func (c *cache) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return kept(ctx, in, opts, &c.item, c.Client.GetItem)
}

func (c *cache) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return kept(ctx, in, opts, &c.page, c.Client.Scan)
}

func (c *cache) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return kept(ctx, in, opts, &c.many, c.Client.BatchGetItem)
}

// A wrapper sees the items that it hands on: one that keeps answers gives the same
// the second time.
func TestWrappersSeeItems(t *testing.T) {
	r := repo[row](t, &cache{Client: httpFunc(func(req *http.Request) (*http.Response, error) {
		const one = `{"id":{"N":"1"},"map":{"M":{"x":{"N":"2"}}}}`
		switch req.Header.Get("X-Amz-Target") {
		case "DynamoDB_20120810.GetItem":
			return summed(200, `{"Item":`+one+`}`), nil
		case "DynamoDB_20120810.Scan":
			return summed(200, `{"Count":1,"Items":[`+one+`]}`), nil
		}
		return summed(200, `{"Responses":{"ausg":[`+one+`]},"UnprocessedKeys":{}}`), nil
	}).client()})
	want := row{1, map[string]int{"x": 2}}
	for range 2 {
		one, err := r.Get(t.Context(), KeyOf(1))
		require.NoError(t, err)
		require.Equal(t, want, one)
		all, err := r.All(t.Context())
		require.NoError(t, err)
		require.Equal(t, []row{want}, all)
		many, err := r.GetAll(t.Context(), []Key{KeyOf(1)})
		require.NoError(t, err)
		require.Equal(t, []row{want}, many)
	}
}

// otherTable is a middleware without interest in items that names another table.
func otherTable(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("other table", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			switch in := in.Parameters.(type) {
			case *dynamodb.PutItemInput:
				*in.TableName = "dev-" + *in.TableName
			case *dynamodb.BatchWriteItemInput:
				in.RequestItems = map[string][]types.WriteRequest{"dev-ausg": in.RequestItems["ausg"]}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

// What a middleware says of a request holds also for those that are written here.
func TestMiddlewareNamesAnotherTable(t *testing.T) {
	for name, opts := range map[string][]Option{"whole": nil, "written here": {PassiveMiddleware()}} {
		var s sent
		r := repo[row](t, s.client(otherTable), opts...)
		require.NoError(t, r.Put(t.Context(), row{ID: 1}), name)
		require.NoError(t, r.Put(t.Context(), row{ID: 1}), name)
		require.NoError(t, r.PutAll(t.Context(), slices.Values([]row{{ID: 1}})), name)
		put := map[string]any{"Item": map[string]any{"id": map[string]any{"N": "1"}}, "TableName": "dev-ausg"}
		batch := map[string]any{"RequestItems": map[string]any{"dev-ausg": []any{map[string]any{"PutRequest": map[string]any{"Item": put["Item"]}}}}}
		require.Equal(t, []any{put, put, batch}, s.bodies, name)
	}
}

// sealed is a middleware that puts another item in the place of the one it is given.
func sealed(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("seal", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			put := in.Parameters.(*dynamodb.PutItemInput)
			put.Item = item{"id": avN("1"), "sealed": avM(put.Item)}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

// A Put that is sent again after a lost answer goes through the middleware anew, and
// begins with the same item.
func TestMiddlewareSeesTheSameItemAgain(t *testing.T) {
	var bodies []string
	client := httpFunc(nil).client(sealed, func(o *dynamodb.Options) {
		o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(req.Body)
			if bodies = append(bodies, string(body)); len(bodies) == 1 {
				return nil, io.ErrUnexpectedEOF
			}
			return answer(200, "{}"), err
		})
	})
	r := repo[row](t, client, Backoff(time.Nanosecond, time.Nanosecond))
	require.NoError(t, r.Put(t.Context(), row{ID: 1}, IfNotExists()))
	require.Len(t, bodies, 2)
	require.JSONEq(t, bodies[0], bodies[1])
}
