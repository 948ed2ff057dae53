package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// wire is DynamoDB as an SDK client sees it through its HTTP client, as far as
// these tests need: PutItem and DeleteItem on items with the number id, under
// attribute_not_exists or name = value. Faults come between engine and client.
type wire struct {
	items    map[string]map[string]any
	requests int
	fault    func(request int, serve func() *http.Response) (*http.Response, error)
}

func (w *wire) Do(req *http.Request) (*http.Response, error) {
	w.requests++
	serve := func() *http.Response { return w.serve(req) }
	if w.fault == nil {
		return serve(), nil
	}
	return w.fault(w.requests, serve)
}

func (w *wire) serve(req *http.Request) *http.Response {
	var in struct {
		Item, Key, ExpressionAttributeValues map[string]any
		ConditionExpression                  string
	}
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		return answer(400, `{"__type":"com.amazon.coral.service#SerializationException"}`)
	}
	key := in.Key
	if in.Item != nil {
		key = in.Item
	}
	id := fmt.Sprint(key["id"])
	old := w.items[id]
	holds := true
	switch {
	case strings.HasPrefix(in.ConditionExpression, "attribute_not_exists"):
		holds = old == nil
	case in.ConditionExpression != "":
		holds = old != nil && fmt.Sprint(old["name"]) == fmt.Sprint(in.ExpressionAttributeValues[":0"])
	}
	if !holds {
		body, _ := json.Marshal(map[string]any{
			"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "The conditional request failed", "Item": old,
		})
		return answer(400, string(body))
	}
	if w.items[id] = in.Item; in.Item == nil {
		delete(w.items, id)
	}
	return answer(200, "{}")
}

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode:    status,
		ProtoMajor:    1,
		ProtoMinor:    1,
		ContentLength: int64(len(body)),
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "Content-Length": {fmt.Sprint(len(body))}},
		Body:          io.NopCloser(strings.NewReader(body)),
	}
}

func newWire() *wire { return &wire{items: map[string]map[string]any{}} }

// client is a real SDK client on w. Retries pause in the bubble's time.
func (w *wire) client(opts ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:      "eu-north-1",
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:  w,
	}, opts...)
}

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// lost are the ways in which the answer to an applied write gets lost.
var lost = map[string]func(serve func() *http.Response) (*http.Response, error){
	"500": func(serve func() *http.Response) (*http.Response, error) {
		serve()
		return answer(500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`), nil
	},
	"503 with a page": func(serve func() *http.Response) (*http.Response, error) {
		serve()
		return answer(503, "<html>try again</html>"), nil
	},
	"reset": func(serve func() *http.Response) (*http.Response, error) { serve(); return nil, errReset },
	"end in mid-body": func(serve func() *http.Response) (*http.Response, error) {
		out := serve()
		out.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{}))
		return out, nil
	},
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func nameIs(name string) WriteOption {
	return If(expression.Name("name").Equal(expression.Value(name)))
}

// An applied write whose answer is lost is neither a failure nor a doubt.
func TestLostAnswerOfAConditionalPut(t *testing.T) {
	for name, lose := range lost {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
					if n == 1 {
						return lose(serve)
					}
					return serve(), nil
				}
				r := repo[user](t, w.client())
				require.NoError(t, r.Put(t.Context(), user{ID: 1, Name: "Kim"}, IfNotExists()))
				require.Equal(t, 2, w.requests)
				err := r.Put(t.Context(), user{ID: 1, Name: "Kim"}, IfNotExists())
				require.ErrorIs(t, err, ErrConditionFailed, "without a lost answer the same item is in the way")
				var failed *ConditionError[user]
				require.ErrorAs(t, err, &failed)
				require.Equal(t, &user{ID: 1, Name: "Kim"}, failed.Old)
			})
		})
	}
}

// 500 conditional puts, every fifth answer lost after the write. The SDK alone
// reports dozens of failed conditions that never were.
func TestNoFalseConditionFailures(t *testing.T) {
	const seed, puts = 7, 500
	t.Logf("seed %d", seed)
	faults := func(w *wire) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		w.fault = func(_ int, serve func() *http.Response) (*http.Response, error) {
			switch rnd.IntN(10) {
			case 0:
				return lost["500"](serve)
			case 1:
				return lost["reset"](serve)
			case 2: // refused, not applied
				return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`), nil
			}
			return serve(), nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		faults(w)
		client := w.client(func(o *dynamodb.Options) { o.RetryMaxAttempts = 10 })
		failed := 0
		for id := range puts {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: aws.String("ausg"), Item: userItem(fmt.Sprint(id), "u"), ConditionExpression: aws.String("attribute_not_exists(id)"),
			})
			if sdk := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &sdk) {
				failed++
			}
		}
		require.Greater(t, failed, 20, "the faults are such that the SDK alone goes wrong")

		w = newWire()
		faults(w)
		r := repo[user](t, w.client(func(o *dynamodb.Options) { o.RetryMaxAttempts = 10 }))
		unknown := 0
		for id := range puts {
			err := r.Put(t.Context(), user{ID: id, Name: "u"}, IfNotExists())
			if errors.Is(err, ErrUnknownOutcome) {
				unknown++
				continue
			}
			require.NoError(t, err)
			require.NotNil(t, w.items[fmt.Sprint(map[string]any{"N": fmt.Sprint(id)})], "success means written")
		}
		require.LessOrEqual(t, unknown, puts/100, "four answers lost in a row")
	})
}

func TestLostAnswerAndAnotherItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if n == 1 {
				out, err := lost["500"](serve)
				for id := range w.items { // somebody else writes in between
					w.items[id] = map[string]any{"id": map[string]any{"N": "1"}, "name": map[string]any{"S": "Lee"}}
				}
				return out, err
			}
			return serve(), nil
		}
		err := repo[user](t, w.client()).Put(t.Context(), user{ID: 1, Name: "Kim"}, IfNotExists())
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.NotErrorIs(t, err, ErrConditionFailed)
		require.EqualError(t, err, "dynamo: put ausg: outcome unknown: an attempt whose answer was lost may have been applied, and the condition does not hold now")
	})
}

func TestLostAnswerOfAConditionalDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		r := repo[user](t, w.client())
		require.NoError(t, r.Put(t.Context(), user{ID: 1, Name: "Kim"}))
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if n == 2 {
				return lost["reset"](serve)
			}
			return serve(), nil
		}
		err := r.Delete(t.Context(), KeyOf(1), nameIs("Kim"))
		require.ErrorIs(t, err, ErrUnknownOutcome, "who deleted it cannot be known")
		require.NotErrorIs(t, err, ErrConditionFailed)
		require.Empty(t, w.items)
	})
}

// A write that can be repeated without harm is left to the SDK.
func TestLostAnswerOfAnUnconditionalWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if n%2 == 1 {
				return lost["500"](serve)
			}
			return serve(), nil
		}
		r := repo[user](t, w.client())
		require.NoError(t, r.Put(t.Context(), user{ID: 1}))
		require.NoError(t, r.Delete(t.Context(), KeyOf(1)))
		require.Equal(t, 4, w.requests)
	})
}

// The outcome stays unknown if the attempts run out, and if a later attempt is
// refused for certain.
func TestUnknownOutcome(t *testing.T) {
	throttled := func() (*http.Response, error) {
		return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`), nil
	}
	for _, tc := range []struct {
		name     string
		opts     []WriteOption
		fault    func(n int, serve func() *http.Response) (*http.Response, error)
		requests int
		unknown  bool
	}{
		{"conditional, always lost", []WriteOption{nameIs("Kim")}, func(_ int, _ func() *http.Response) (*http.Response, error) { return nil, errReset }, writeAttempts, true},
		{"unconditional, always lost", nil, func(_ int, _ func() *http.Response) (*http.Response, error) { return nil, errReset }, 3, true},
		{"conditional, lost then throttled", []WriteOption{IfNotExists()}, func(n int, _ func() *http.Response) (*http.Response, error) {
			if n == 1 {
				return nil, errReset
			}
			return throttled()
		}, 4, true},
		{"unconditional, lost then throttled", nil, func(n int, _ func() *http.Response) (*http.Response, error) {
			if n == 1 {
				return nil, errReset
			}
			return throttled()
		}, 3, true},
		{"conditional, throttled", []WriteOption{IfNotExists()}, func(int, func() *http.Response) (*http.Response, error) { return throttled() }, 3, false},
		{"unconditional, throttled", nil, func(int, func() *http.Response) (*http.Response, error) { return throttled() }, 3, false},
		{"no connection", nil, func(int, func() *http.Response) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}, 3, false},
		{"a login page", nil, func(int, func() *http.Response) (*http.Response, error) { return answer(200, "<html>"), nil }, 1, true},
		{"refused by a proxy", nil, func(int, func() *http.Response) (*http.Response, error) { return answer(403, "<html>"), nil }, 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.fault = tc.fault
				err := repo[user](t, w.client()).Put(t.Context(), user{ID: 1}, tc.opts...)
				require.Error(t, err)
				require.Equal(t, tc.unknown, errors.Is(err, ErrUnknownOutcome), "%v", err)
				require.Equal(t, tc.requests, w.requests)
				require.Contains(t, err.Error(), "dynamo: put ausg: ")
				require.Equal(t, 1, strings.Count(err.Error(), "dynamo: "), "%v", err)
			})
		})
	}
}

func TestWhatIsNeverSentLeavesNoDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		noCredentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("no credentials here")
		})
		r := repo[user](t, w.client(func(o *dynamodb.Options) { o.Credentials = noCredentials }))
		err := r.Put(t.Context(), user{ID: 1}, IfNotExists())
		require.ErrorContains(t, err, "no credentials here")
		require.NotErrorIs(t, err, ErrUnknownOutcome)
		require.Zero(t, w.requests)
	})
}

// The context ends the wait between attempts at once, and stays visible.
func TestConditionalWriteHonoursTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(int, func() *http.Response) (*http.Response, error) { return nil, errReset }
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		start := time.Now()
		err := repo[user](t, w.client()).Put(ctx, user{ID: 1}, IfNotExists())
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		require.Equal(t, time.Millisecond, time.Since(start))
		require.Equal(t, 1, w.requests)
	})
}

// The pauses double, and the time between attempts is jittered but bounded.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		var at []time.Time
		w.fault = func(int, func() *http.Response) (*http.Response, error) {
			at = append(at, time.Now())
			return nil, errReset
		}
		require.Error(t, repo[user](t, w.client()).Put(t.Context(), user{ID: 1}, IfNotExists()))
		require.Len(t, at, writeAttempts)
		for i := 1; i < len(at); i++ {
			pause, limit := at[i].Sub(at[i-1]), defaultBackoff.first<<(i-1)
			require.GreaterOrEqual(t, pause, limit/2)
			require.Less(t, pause, limit)
		}
	})
}

// A client that is not the SDK's gets the same treatment, by its errors alone.
func TestLostAnswerThroughAFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.put = func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
			if f.requests == 1 {
				return nil, &types.InternalServerError{}
			}
			return nil, &types.ConditionalCheckFailedException{Item: in.Item}
		}
		require.NoError(t, repo[user](t, f).Put(t.Context(), user{ID: 1}, IfNotExists()))
		require.Equal(t, 2, f.requests)
	})
}

// An old Retryer without attempt tokens works as in the SDK.
func TestOldRetryers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		r := repo[user](t, w.client(func(o *dynamodb.Options) { o.Retryer = oldRetryer{aws.NopRetryer{}} }))
		require.NoError(t, r.Put(t.Context(), user{ID: 1}, IfNotExists()))
		w.fault = func(int, func() *http.Response) (*http.Response, error) { return nil, errReset }
		require.ErrorIs(t, r.Put(t.Context(), user{ID: 1}), ErrUnknownOutcome)
		require.ErrorIs(t, r.Put(t.Context(), user{ID: 1}, IfNotExists()), ErrUnknownOutcome)
	})
}

// oldRetryer hides NopRetryer's GetAttemptToken.
type oldRetryer struct{ aws.Retryer }
