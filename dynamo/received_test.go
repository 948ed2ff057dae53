package dynamo

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"
	"github.com/stretchr/testify/require"
)

// over gives an SDK client of a server that answers each request with the next
// of bodies, and the last for ever. The length of a body is never announced.
func over(t *testing.T, http2 bool, bodies ...string) *dynamodb.Client {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		_, _ = fmt.Fprint(w, bodies[0])
		bodies = bodies[min(1, len(bodies)-1):]
	}))
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:   s.Client(),
	})
}

const onePage = `{"Count":1,"ScannedCount":1,"Items":[{"id":{"N":"1"}}],"LastEvaluatedKey":{"id":{"N":"1"}}}`

// The SDK empties and closes the body of an answer after this package has, and would log a warning about one
// that is closed already.
func TestTheSDKHasNothingToWarnOf(t *testing.T) {
	for _, body := range []string{"{}", "", "nonsense", onePage} {
		var log strings.Builder
		c := dynamodb.New(over(t, false, body).Options(), once, func(o *dynamodb.Options) { o.Logger = logging.NewStandardLogger(&log) })
		r := repo[user](t, c, Backoff(0, 0))
		for name, call := range map[string]func() error{
			"put":      func() error { return r.Put(t.Context(), user{ID: 1}) },
			"delete":   func() error { return r.Delete(t.Context(), KeyOf(1)) },
			"get":      func() error { _, err := r.Get(t.Context(), KeyOf(1)); return err },
			"page":     func() error { _, err := r.ScanPage(t.Context(), "", 1); return err },
			"transact": func() error { return Transact(t.Context(), r.DeleteOp(KeyOf(1))) },
		} {
			err := call()
			require.Empty(t, log.String(), "%s, body %q: %v", name, body, err)
		}
	}
}

// An empty body looks like "{}" to the SDK: no item, or the end of the scan.
func TestEmptyBodyIsCorrupt(t *testing.T) {
	clients := map[string]func(bodies ...string) Client{
		"Content-Length: 0": func(bodies ...string) Client {
			w := newWire()
			w.fault = func(n int, _ func() *http.Response) (*http.Response, error) {
				return answer(200, bodies[min(n, len(bodies))-1]), nil
			}
			return w.client()
		},
		"chunked": func(bodies ...string) Client { return over(t, false, bodies...) },
		"HTTP/2":  func(bodies ...string) Client { return over(t, true, bodies...) },
	}
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			_, err := repo[user](t, client(""), Backoff(0, 0)).Get(t.Context(), KeyOf(1))
			require.EqualError(t, err, "dynamo: get ausg: corrupt response: empty body")
			require.ErrorIs(t, err, ErrCorruptResponse)
			_, err = repo[user](t, client("{}"), Backoff(0, 0)).Get(t.Context(), KeyOf(1))
			require.ErrorIs(t, err, ErrNotFound)

			for _, bodies := range [][]string{{""}, {"{}"}, {onePage, ""}, {onePage, "{}"}, {onePage, `{"Items":null}`}} {
				all, err := repo[user](t, client(bodies...), Backoff(0, 0)).All(t.Context())
				require.ErrorIs(t, err, ErrCorruptResponse, bodies)
				require.Nil(t, all)
			}
			all, err := repo[user](t, client(onePage, `{"Count":0,"Items":[]}`), Backoff(0, 0)).All(t.Context())
			require.NoError(t, err)
			require.Equal(t, []user{{ID: 1}}, all)
		})
	}
}

// Each answer is counted by itself: the body of a failure is not that of the
// success after it.
func TestEmptyBodyAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if n == 1 {
				return lost["500"](serve)
			}
			return answer(200, ""), nil
		}
		_, err := repo[user](t, w.client()).Get(t.Context(), KeyOf(1))
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.Equal(t, 1+readAttempts, w.requests)
	})
}

// A write whose answer has no body may be done or not; DynamoDB says {}.
func TestEmptyBodyOfAWriteIsADoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		r := repo[user](t, w.client())
		w.fault = func(_ int, serve func() *http.Response) (*http.Response, error) {
			serve()
			return answer(200, ""), nil
		}
		for _, err := range []error{r.Put(t.Context(), user{ID: 1}), r.Delete(t.Context(), KeyOf(1))} {
			require.ErrorIs(t, err, ErrUnknownOutcome)
			require.ErrorIs(t, err, ErrCorruptResponse)
		}
		require.Equal(t, 2, w.requests)

		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			out := serve()
			if n == 3 {
				return answer(200, ""), nil
			}
			return out, nil
		}
		require.NoError(t, r.Put(t.Context(), user{ID: 2}, IfNotExists()), "the repetition finds its own item")
		require.Equal(t, 4, w.requests)
	})
}

// callsOptions is a fake that calls the options of a call with what it has.
type callsOptions struct {
	fake
	has dynamodb.Options
}

func (c *callsOptions) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	for _, opt := range opts {
		o := c.has
		opt(&o)
	}
	return c.fake.GetItem(ctx, in)
}

// What is missing from the options of other clients is not watched.
func TestOptionsOfOtherClients(t *testing.T) {
	for _, has := range []dynamodb.Options{{}, {HTTPClient: http.DefaultClient}} {
		c := &callsOptions{has: has}
		c.get = func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
			return &dynamodb.GetItemOutput{Item: userItem("7", "Kim")}, nil
		}
		u, err := repo[user](t, c).Get(t.Context(), KeyOf(7))
		require.NoError(t, err)
		require.Equal(t, user{ID: 7, Name: "Kim"}, u)
	}
}

// silent is a client that answers a transaction with neither an output nor an error.
type silent struct{ fake }

func (silent) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, nil
}

func TestNothingForAWriteThatHappensOnce(t *testing.T) {
	require.NotPanics(t, func() { _ = repo[user](t, &silent{}).Put(t.Context(), user{ID: 1}, Once()) })
}
