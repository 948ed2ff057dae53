package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// Random values go onto the wire as their attribute values would, or are refused
// with the same words.
func TestWiresAsAttributeValues(t *testing.T) {
	n, g := campaign(t, 1000)
	for range n {
		typ := g.structOf(3)
		v := reflect.New(typ).Elem()
		g.fill(v, 3)
		p, err := planOf(typ, 0)
		require.NoError(t, err)
		want, wantErr := p.encodeAV(v)
		got, gotErr := p.appendWire([]byte("["), v)
		if wantErr != nil || gotErr != nil {
			require.Equal(t, wantErr != nil, gotErr != nil, "%v: %v, onto the wire %v", typ, wantErr, gotErr)
			continue
		}
		require.True(t, json.Valid(append(got, ']')), "%s", got)
		if want == nil {
			require.Equal(t, "[", string(got))
			continue
		}
		w := readWire(got[1:])
		back := w.av()
		require.NoError(t, w.bad(), "%s", got)
		require.Equal(t, canonical(nil, want), canonical(nil, back), "%v: %s", typ, got)
		var asJSON any
		require.NoError(t, json.Unmarshal(got[1:], &asJSON))
		require.Equal(t, throughJSON(t, onWire(want)), asJSON) // numbers as they are spelled
	}
}

func throughJSON(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// sent are the requests of a client whose every write succeeds.
type sent struct {
	bodies  []any
	headers []http.Header
}

func (s *sent) Do(req *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var body any
	if err := json.Unmarshal(text, &body); err != nil {
		return nil, err
	}
	if req.ContentLength != int64(len(text)) {
		return nil, errors.New("wrong length")
	}
	s.bodies, s.headers = append(s.bodies, body), append(s.headers, req.Header)
	return answer(200, `{"UnprocessedItems":{}}`), nil
}

func (s *sent) client(opts ...func(*dynamodb.Options)) *dynamodb.Client {
	return httpFunc(nil).client(append(opts, func(o *dynamodb.Options) { o.HTTPClient = s })...)
}

// wrapper is a client that hands on.
type wrapper struct{ *dynamodb.Client }

func sameRequests(t *testing.T, own, sdk *sent) {
	t.Helper()
	require.NotEmpty(t, own.bodies)
	require.Equal(t, sdk.bodies, own.bodies)
	for i, header := range own.headers {
		for _, name := range []string{"X-Amz-Target", "Content-Type", "X-Amzn-Query-Mode"} {
			require.Equal(t, sdk.headers[i].Values(name), header.Values(name))
		}
	}
}

type manyThings struct {
	ID      string         `dynamodbav:"id" dynamo:"partition"`
	At      time.Time      `dynamodbav:"at,unixtime" dynamo:"sort"`
	Mail    string         `dynamodbav:"mail,omitempty" dynamo:"index=byMail,partition"`
	Version int            `dynamodbav:"version" dynamo:"version"`
	Price   float64        `dynamodbav:"price"`
	Raw     []byte         `dynamodbav:"raw"`
	Tags    []string       `dynamodbav:"tags,stringset,omitempty"`
	More    map[string]any `dynamodbav:"more"`
	Note    *string        `dynamodbav:"note"`
}

var whole = manyThings{"a\"b\u2028한\x7f\x01", time.Unix(1e9, 5), "kim@example.com", 3, 1e21, []byte{0, 255}, []string{"x", "y"}, map[string]any{"n": 1, "l": []any{true, nil}}, new(string)}

// What is written here is what the SDK would have written.
func TestPutSendsWhatTheSDKWould(t *testing.T) {
	meter := new(Consumed)
	for name, opts := range map[string][]WriteOption{
		"plain":     nil,
		"condition": {If(expression.Name("a.b").Equal(expression.Value([]int{1}))), If(expression.Name("price").LessThan(expression.Value(7)))},
		"new":       {IfNotExists()},
		"old":       {Old(new(*manyThings)), Capacity(meter)},
		"once":      {Once("token")},
	} {
		t.Run(name, func(t *testing.T) {
			var own, sdk sent
			r := repo[manyThings](t, own.client())
			require.True(t, r.store.asText)
			require.NoError(t, r.Put(t.Context(), whole, opts...))
			require.NoError(t, repo[manyThings](t, sdk.client(withMiddleware)).Put(t.Context(), whole, opts...))
			sameRequests(t, &own, &sdk)
		})
	}
}

type row struct {
	ID  int            `dynamodbav:"id" dynamo:"partition"`
	Map map[string]int `dynamodbav:"map,omitempty"`
}

func rowsUpTo(n int) iter.Seq[row] {
	return func(yield func(row) bool) {
		for i := range n {
			if !yield(row{ID: i, Map: map[string]int{"x": i}}) {
				return
			}
		}
	}
}

func TestBatchesSendWhatTheSDKWould(t *testing.T) {
	var own, sdk sent
	meter := new(Consumed)
	for _, w := range []struct {
		c *dynamodb.Client
		s *sent
	}{{own.client(), &own}, {sdk.client(withMiddleware), &sdk}} {
		r := repo[row](t, w.c)
		require.NoError(t, r.PutAll(t.Context(), rowsUpTo(60), Parallel(1), Capacity(meter)))
		require.NoError(t, r.DeleteAll(t.Context(), slices.Values([]Key{KeyOf(1), KeyOf(2)})))
	}
	sameRequests(t, &own, &sdk)
}

// Whoever looks at the input of a client gets all of it.
func TestOthersGetTheWholeInput(t *testing.T) {
	var s sent
	interceptor := func(o *dynamodb.Options) { o.Interceptors.AddBeforeSerialization(seesInput{t}) }
	for name, c := range map[string]Client{
		"a wrapper":      wrapper{s.client()},
		"a middleware":   s.client(withMiddleware),
		"an interceptor": s.client(interceptor),
		"no client":      (*dynamodb.Client)(nil),
	} {
		require.False(t, repo[row](t, c).store.asText, name)
	}
	require.NoError(t, repo[row](t, s.client(interceptor)).Put(t.Context(), row{ID: 1}))
	require.True(t, repo[row](t, s.client(withMiddleware), PassiveMiddleware()).store.asText)
	require.NoError(t, repo[row](t, s.client(seesItem(t))).Put(t.Context(), row{ID: 1}))
}

type seesInput struct{ t *testing.T }

func (s seesInput) BeforeSerialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	require.Equal(s.t, item{"id": avN("1")}, in.Input.(*dynamodb.PutItemInput).Item)
	return nil
}

func seesItem(t *testing.T) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Initialize.Add(middleware.InitializeMiddlewareFunc("spy", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				require.Equal(t, item{"id": avN("1")}, in.Parameters.(*dynamodb.PutItemInput).Item)
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
		})
	}
}

// FuzzPut holds what Put sends against attributevalue and the SDK's serializer.
func FuzzPut(f *testing.F) {
	f.Add("id", "text", int64(1), uint64(2), 1.5, float32(0.1), []byte("raw"), true, int64(1e9), "key")
	f.Add("a\"\\b", "\u2028\u2029\x00\x1f\x7f<>&", int64(math.MinInt64), uint64(math.MaxUint64), 1e-7, float32(3e38), []byte{}, false, int64(-1), "")
	f.Add("한국어", "\xff", int64(0), uint64(0), math.Copysign(0, -1), float32(1e-40), []byte(nil), false, int64(0), "\xff")
	f.Add("x", "y", int64(0), uint64(0), math.NaN(), float32(math.Inf(1)), []byte("z"), false, int64(1<<40), "k")
	f.Add("x", "y", int64(0), uint64(0), 1e126, float32(0), []byte("z"), false, int64(1<<40), "k")
	f.Add("x", "y", int64(0), uint64(0), 1e-131, float32(0), []byte("z"), false, int64(1<<40), "k")
	type inner struct {
		U uint64   `dynamodbav:"u,omitempty"`
		F *float32 `dynamodbav:"f"`
	}
	type thing struct {
		ID   string           `dynamodbav:"id" dynamo:"partition"`
		Text string           `dynamodbav:"te\"xt,omitempty"`
		I    int64            `dynamodbav:"i"`
		F    float64          `dynamodbav:"f"`
		Raw  []byte           `dynamodbav:"raw"`
		B    bool             `dynamodbav:"b,nullempty"`
		T    time.Time        `dynamodbav:"t"`
		Unix time.Time        `dynamodbav:"unix,unixtime"`
		Map  map[string]inner `dynamodbav:"map"`
		Any  any              `dynamodbav:"any"`
		List []*inner         `dynamodbav:"list"`
		Set  [][]byte         `dynamodbav:"set"`
	}
	f.Fuzz(func(t *testing.T, id, text string, i int64, u uint64, f64 float64, f32 float32, raw []byte, b bool, sec int64, key string) {
		in := inner{u, &f32}
		at := time.Unix(sec%1e11, i%1e9).UTC()
		v := thing{id, text, i, f64, raw, b, at, at, map[string]inner{key: in}, []any{text, i, b, nil, map[string]any{key: f64}}, []*inner{&in, nil}, [][]byte{raw}}
		var own, sdk sent
		err := repo[thing](t, own.client()).Put(t.Context(), v)
		m, wantErr := attributevalue.MarshalMap(v)
		if bad := checkValue(avM(m)); wantErr == nil && bad != nil {
			wantErr = bad
		}
		if id == "" || len(id) > 2048 || key == "" { // which attributevalue does not mind
			require.Error(t, err)
			return
		}
		require.Equal(t, wantErr == nil, err == nil, "%v, here %v", wantErr, err)
		if err != nil {
			return
		}
		_, err = sdk.client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("ausg"), Item: m})
		require.NoError(t, err)
		sameRequests(t, &own, &sdk)
	})
}

// A conditional Put whose answer is lost knows its own item again.
func TestLostAnswerOfAWrittenPut(t *testing.T) {
	requests := 0
	client := httpFunc(func(*http.Request) (*http.Response, error) {
		if requests++; requests == 1 {
			return nil, io.ErrUnexpectedEOF
		}
		return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"id":{"N":"1.0"},"map":{"M":{"x":{"N":"2"}}}}}`), nil
	}).client()
	r := repo[row](t, client, Backoff(time.Nanosecond, time.Nanosecond))
	require.NoError(t, r.Put(t.Context(), row{ID: 1, Map: map[string]int{"x": 2}}, IfNotExists()))
	require.Equal(t, 2, requests)
	requests = 0
	require.ErrorIs(t, r.Put(t.Context(), row{ID: 1, Map: map[string]int{"x": 3}}, IfNotExists()), ErrUnknownOutcome)
}

// An item that is too large for a table is found so by its own weight, not by
// that of its text.
func TestWeightOfWrittenItems(t *testing.T) {
	type big struct {
		ID  int    `dynamodbav:"id" dynamo:"partition"`
		Raw []byte `dynamodbav:"raw"`
	}
	for n, want := range map[int]bool{maxItemBytes - 8: true, maxItemBytes: false} {
		var s sent
		err := repo[big](t, s.client()).PutAll(t.Context(), slices.Values([]big{{1, bytes.Repeat([]byte{1}, n)}}))
		require.Equal(t, want, err == nil, "%d: %v", n, err)
	}
}

// A request that is sent again is sent whole.
func TestWrittenRequestsAreSentAgain(t *testing.T) {
	var bodies []string
	client := httpFunc(nil).client(func(o *dynamodb.Options) {
		o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(req.Body)
			if bodies = append(bodies, string(body)); len(bodies) < 3 {
				return answer(500, `{"__type":"InternalServerError"}`), err
			}
			return answer(200, "{}"), err
		})
		o.Retryer = quickRetryer{aws.NopRetryer{}}
	})
	require.NoError(t, repo[row](t, client).Put(t.Context(), row{ID: 1}))
	require.Equal(t, slices.Repeat([]string{`{"Item":{"id":{"N":"1"}},"TableName":"ausg"}`}, 3), bodies)
}

type quickRetryer struct{ aws.Retryer }

func (quickRetryer) IsErrorRetryable(error) bool                  { return true }
func (quickRetryer) MaxAttempts() int                             { return 3 }
func (quickRetryer) RetryDelay(int, error) (time.Duration, error) { return 0, nil }
func (quickRetryer) GetRetryToken(context.Context, error) (func(error) error, error) {
	return func(error) error { return nil }, nil
}

// appendAV writes every kind as the SDK does.
func TestAppendAV(t *testing.T) {
	for _, av := range []types.AttributeValue{
		avS(strings.Repeat("x\n", 9)), avN("1"), avB("\x00\xff"), &types.AttributeValueMemberBOOL{}, null(),
		&types.AttributeValueMemberSS{Value: []string{"a", "\""}}, &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		&types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}}, avL(), avL(avL(), avM(item{})), avM(item{"a": avL(avN("1"), avS(""))}),
	} {
		w := readWire(appendAV(nil, av))
		require.Equal(t, av, w.av())
		require.NoError(t, w.bad())
	}
	require.Empty(t, appendAV(nil, nil))
}

// A Put costs fewer allocations than what one would write by hand, and the more so
// the larger the item is.
func TestAllocationsOfAPut(t *testing.T) {
	type account struct {
		ID      int      `dynamodbav:"id" dynamo:"partition"`
		Name    string   `dynamodbav:"name"`
		Email   string   `dynamodbav:"email"`
		Balance float64  `dynamodbav:"balance"`
		Tags    []string `dynamodbav:"tags"`
	}
	v := account{7, "Kim", "kim@example.com", 1.5, []string{"new", "beta"}}
	c := httpFunc(func(*http.Request) (*http.Response, error) { return answer(200, "{}"), nil }).client()
	r, ctx := repo[account](t, c), t.Context()
	own := testing.AllocsPerRun(100, func() { require.NoError(t, r.Put(ctx, v)) })
	sdk := testing.AllocsPerRun(100, func() {
		m, err := attributevalue.MarshalMap(v)
		require.NoError(t, err)
		_, err = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("ausg"), Item: m})
		require.NoError(t, err)
	})
	t.Logf("%v allocations, the SDK %v", own, sdk)
	require.Less(t, own, sdk)
}

// What PutAll makes of an item is the entry, the text, the id and what is read of the key.
func TestAllocationsOfAnEntry(t *testing.T) {
	c := httpFunc(func(*http.Request) (*http.Response, error) { return answer(200, "{}"), nil }).client()
	r, room := repo[user](t, c), item{}
	v := user{ID: 7, Name: "Kim"}
	fewest := math.Inf(1) // under the race detector pools forget at random
	for range 50 {
		fewest = min(fewest, testing.AllocsPerRun(1, func() { require.NoError(t, r.store.putEntry(&v, valueAt(&v), 0, room).err) }))
	}
	require.LessOrEqual(t, fewest, 6.0)
}
