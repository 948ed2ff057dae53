package dynamo

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"
)

// httpFunc is a network of one function.
type httpFunc func(*http.Request) (*http.Response, error)

func (f httpFunc) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	return f(req)
}

func (f httpFunc) client(opts ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "eu-north-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""), HTTPClient: f,
	}, opts...)
}

// summed is an answer with its checksum.
func summed(status int, body string) *http.Response {
	resp := answer(status, body)
	resp.Header.Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte(body))))
	return resp
}

// damaged is an answer whose checksum is that of another body.
func damaged(status int, body string) *http.Response {
	resp := answer(status, body)
	resp.Header.Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte(body))^1))
	return resp
}

// inTurn answers each request with the next, and the last for ever.
func inTurn(requests *int, answers ...func() *http.Response) httpFunc {
	return func(*http.Request) (*http.Response, error) {
		*requests++
		return answers[min(*requests, len(answers))-1](), nil
	}
}

const lastPage = `{"Count":1,"Items":[{"id":{"N":"7"},"name":{"S":"Kim"}}],"ScannedCount":1}`

var kim = user{ID: 7, Name: "Kim"}

func good() *http.Response { return summed(200, lastPage) }

// What did not arrive whole is asked for again, as often as the retryer likes.
func TestDamagedAnswersAreAskedForAgain(t *testing.T) {
	short := func() *http.Response {
		resp := summed(200, lastPage)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(lastPage[:20]), broken{}))
		return resp
	}
	cut := func() *http.Response { // of valid length for the connection
		resp := summed(200, lastPage)
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(lastPage[:20])), 20
		return resp
	}
	for name, bad := range map[string]func() *http.Response{
		"checksum":         func() *http.Response { return damaged(200, lastPage) },
		"checksum of text": func() *http.Response { r := summed(200, lastPage); r.Header.Set("X-Amz-Crc32", "x"); return r },
		"end in mid-body":  short,
		"truncated":        cut,
		"an error's":       func() *http.Response { return damaged(400, `{"__type":"ValidationException"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				all, err := repo[user](t, inTurn(&requests, bad, bad, good).client()).All(t.Context())
				require.NoError(t, err)
				require.Equal(t, []user{kim}, all)
				require.Equal(t, 3, requests)

				requests = 0
				all, err = repo[user](t, inTurn(&requests, bad).client()).All(t.Context())
				require.Error(t, err)
				require.Nil(t, all)
				require.Equal(t, retry.DefaultMaxAttempts, requests)
				if name != "end in mid-body" {
					require.ErrorIs(t, err, ErrCorruptResponse)
				}
				require.NotContains(t, err.Error(), "Kim")
			})
		})
	}
}

// What arrived whole and cannot be right is never an item.
func TestCorruptAnswersAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"no kind":               `{"Items":[{"id":{"N":"7"},"name":{}}]}`,
		"unknown kind":          `{"Items":[{"id":{"N":"7"},"name":{"X":"s3cret"}}]}`,
		"two kinds":             `{"Items":[{"id":{"N":"7"},"name":{"S":"s3cret","N":"1"}}]}`,
		"two kinds, expected":   `{"Items":[{"id":{"N":"1"},"name":{"S":""}},{"id":{"N":"7"},"name":{"S":"s3cret","N":"1"}}]}`,
		"null for a value":      `{"Items":[{"id":{"N":"7"},"name":null}]}`,
		"null for text":         `{"Items":[{"id":{"N":"7"},"name":{"S":null}}]}`,
		"text that is a number": `{"Items":[{"id":{"N":7}}]}`,
		"not UTF-8":             "{\"Items\":[{\"id\":{\"N\":\"7\"},\"name\":{\"S\":\"s3cret\xff\"}}]}",
		"one name twice":        `{"Items":[{"id":{"N":"7"},"name":{"S":"s3cret"},"name":{"S":"b"}}]}`,
		"items are none":        `{"Items":{"id":{"N":"7"}}}`,
		"an item is none":       `{"Items":[[]]}`,
		"truncated":             `{"Items":[{"id":{"N":"7"}`,
		"something after it":    lastPage + `{}`,
		"position of no kind":   `{"Items":[{"id":{"N":"7"}}],"LastEvaluatedKey":{"id":{"N":"7"},"x":{}}}`,
		"not an object":         `[]`,
		"no items":              `{}`,
		"wrong count":           `{"Items":[],"Count":1}`,
		"key missing":           `{"Items":[{"name":{"S":"s3cret"}}]}`,
		"key of another kind":   `{"Items":[{"id":{"S":"7"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, opts := range [][]func(*dynamodb.Options){nil, {withMiddleware}} {
				if name == "one name twice" && opts != nil {
					continue // the SDK takes the last, as it always did
				}
				synctest.Test(t, func(t *testing.T) {
					requests := 0
					r := repo[user](t, inTurn(&requests, func() *http.Response { return summed(200, body) }).client(opts...))
					all, err := r.All(t.Context())
					require.ErrorIs(t, err, ErrCorruptResponse)
					require.Nil(t, all)
					require.LessOrEqual(t, requests, readAttempts)
					require.NotContains(t, err.Error(), "s3cret")
				})
			}
		})
	}
}

// withMiddleware gives a client a middleware of its own, which may be one that
// wants to see the items.
func withMiddleware(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(*middleware.Stack) error { return nil })
}

func TestLoginPage(t *testing.T) { synctest.Test(t, testLoginPage) }

func testLoginPage(t *testing.T) {
	requests := 0
	f := inTurn(&requests, func() *http.Response {
		resp := answer(200, "<html>please log in</html>")
		resp.Header.Set("Content-Type", "text/html")
		return resp
	})
	_, err := repo[user](t, f.client()).All(t.Context())
	require.ErrorIs(t, err, ErrCorruptResponse)
	require.ErrorContains(t, err, `content type "text/html"`)
}

// The old item in the error of a failed condition is checked as well.
func TestCorruptOldItem(t *testing.T) {
	requests := 0
	f := inTurn(&requests, func() *http.Response {
		return summed(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"id":{"N":"7"},"name":{}}}`)
	})
	err := repo[user](t, f.client()).Put(t.Context(), kim, IfNotExists())
	require.ErrorIs(t, err, ErrCorruptResponse)
	require.NotErrorIs(t, err, ErrConditionFailed)
}

// A write whose answer is damaged may have been applied.
func TestDamagedAnswerOfAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		bad := func() *http.Response { return damaged(200, "{}") }
		f := inTurn(&requests, bad)
		err := repo[user](t, f.client()).Put(t.Context(), kim)
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.Equal(t, retry.DefaultMaxAttempts, requests)

		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if resp := serve(); n > 1 {
				return resp, nil
			}
			return bad(), nil
		}
		require.NoError(t, repo[user](t, w.client()).Put(t.Context(), kim, IfNotExists()), "the repetition finds its own item")
	})
}

func TestMissingOrUnwantedChecksum(t *testing.T) {
	requests := 0
	all, err := repo[user](t, inTurn(&requests, func() *http.Response { return answer(200, lastPage) }).client()).All(t.Context())
	require.NoError(t, err)
	require.Equal(t, []user{kim}, all)

	f := inTurn(&requests, func() *http.Response { return damaged(200, lastPage) })
	all, err = repo[user](t, f.client(func(o *dynamodb.Options) { o.DisableValidateResponseChecksum = true })).All(t.Context())
	require.NoError(t, err, "the client's own option")
	require.Equal(t, []user{kim}, all)
}

// The checksum is that of the bytes on the connection, compressed if they are.
func TestChecksumOfACompressedAnswer(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(lastPage))
	require.NoError(t, z.Close())
	for _, compressed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			f := inTurn(&requests, func() *http.Response {
				resp := summed(200, zipped.String())
				if !compressed {
					resp.Header.Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte(lastPage))))
				}
				resp.Header.Set("Content-Encoding", "gzip")
				return resp
			})
			all, err := repo[user](t, f.client(func(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = true })).All(t.Context())
			if !compressed {
				require.ErrorIs(t, err, ErrCorruptResponse)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []user{kim}, all)
		})
	}
}

// Of ten thousand bodies with one bit flipped none is accepted.
func TestFlippedBodies(t *testing.T) {
	_, g := campaign(t, 0)
	accepted := 0
	for range 10_000 {
		body := []byte(lastPage)
		flip := g.IntN(8 * len(body))
		f := httpFunc(func(*http.Request) (*http.Response, error) {
			resp := summed(200, lastPage)
			body[flip/8] = lastPage[flip/8] ^ 1<<(flip%8)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			return resp, nil
		})
		_, err := repo[user](t, f.client(once)).All(t.Context())
		require.ErrorIs(t, err, ErrCorruptResponse)
		if err == nil {
			accepted++
		}
	}
	require.Zero(t, accepted)
}

func once(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }

// A middleware of the client's own sees the items, unless it is said that it
// does not want to.
func TestMiddlewareSeesItems(t *testing.T) {
	var seen []int
	spy := func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Initialize.Add(middleware.InitializeMiddlewareFunc("spy", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				out, md, err := next.HandleInitialize(ctx, in)
				page := out.Result.(*dynamodb.ScanOutput)
				for _, item := range page.Items {
					item["name"] = avS("decrypted")
				}
				seen = append(seen, len(page.Items))
				return out, md, err
			}), middleware.After)
		})
	}
	requests := 0
	client := inTurn(&requests, good).client(spy)
	all, err := repo[user](t, client).All(t.Context())
	require.NoError(t, err)
	require.Equal(t, []user{{ID: 7, Name: "decrypted"}}, all)
	all, err = repo[user](t, client, PassiveMiddleware()).All(t.Context())
	require.NoError(t, err)
	require.Equal(t, []user{kim}, all)
	require.Equal(t, []int{1, 0}, seen)
}

// What the SDK tells besides the items stays filled.
func TestTheRestOfAnAnswer(t *testing.T) {
	body := `{"ConsumedCapacity":{"CapacityUnits":2.5,"TableName":"Item"},"Count":1,"Items":[{"id":{"N":"7"}}],"LastEvaluatedKey":{"id":{"N":"7"}},"ScannedCount":9,"Unknown":[{}]}`
	requests := 0
	client := inTurn(&requests, func() *http.Response { return summed(200, body) }).client()
	r := repo[user](t, client)
	a := r.store.codec.intake(new(received), r.store.schema.keys, r.store.codec.newList())
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("ausg")}, a.received.hook)
	require.NoError(t, err)
	require.NoError(t, a.take(out.Items))
	require.Nil(t, out.Items)
	require.Equal(t, []user{{ID: 7}}, a.into.Interface())
	require.Equal(t, item{"id": avN("7")}, a.key(0))
	require.Equal(t, [2]int32{1, 9}, [2]int32{out.Count, out.ScannedCount})
	require.Equal(t, item{"id": avN("7")}, out.LastEvaluatedKey)
	require.Equal(t, &types.ConsumedCapacity{CapacityUnits: aws.Float64(2.5), TableName: aws.String("Item")}, out.ConsumedCapacity)
	require.NotZero(t, out.ResultMetadata)
}

// Names of tables and indexes are not taken for members of the API.
func TestVerify(t *testing.T) {
	for _, body := range []string{
		`{"UnprocessedKeys":{"Item":{"Keys":[{"id":{"N":"7"}}],"ConsistentRead":true}},"Responses":{"Keys":[]}}`,
		`{"UnprocessedItems":{"Attributes":[{"PutRequest":{"Item":{"id":{"N":"7"}}}}]}}`,
		`{"ConsumedCapacity":{"GlobalSecondaryIndexes":{"Item":{"CapacityUnits":1}}}}`,
		`{"Responses":[{"Item":{"id":{"L":[{"M":{}}]}}},{}]}`,
	} {
		require.NoError(t, verify([]byte(body)), body)
	}
	for _, body := range []string{
		`{"UnprocessedKeys":{"Item":{"Keys":[{"id":{}}]}}}`,
		`{"UnprocessedItems":{"Attributes":[{"PutRequest":{"Item":{"id":{"Q":"7"}}}}]}}`,
		`{"Responses":[{"Item":{"id":{"L":[{"M":{"x":{}}}]}}},{}]}`,
		`{"Responses":{"ausg":[{"id":{}}]}}`,
		`{"Attributes":{"id":{}}}`,
	} {
		require.ErrorIs(t, verify([]byte(body)), ErrCorruptResponse, body)
	}
}
