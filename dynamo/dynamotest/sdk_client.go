package dynamotest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Client returns an SDK client whose requests end in this DB, without a
// socket: they pass through the SDK's own serializers, retries and
// deserializers, which calls of the DB's methods do not. It needs no
// configuration and reads none. Requests are not signed, as nobody would check.
//
// Use it where code under test wants a *dynamodb.Client, sets options, or
// depends on how the SDK behaves.
func (db *DB) Client() *dynamodb.Client { return db.client() }

func (db *DB) newClient() *dynamodb.Client {
	handler := db.Handler()
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://dynamodb.dynamotest.invalid"),
		HTTPClient:   inProcess{handler},
		HTTPSignerV4: unsigned{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "dynamotest", SecretAccessKey: "dynamotest", Source: "dynamotest"}, nil
		}),
	})
}

// unsigned stands in for the signer, which would take a quarter of a call's time.
type unsigned struct{}

func (unsigned) SignHTTP(_ context.Context, _ aws.Credentials, r *http.Request, _, _, _ string, _ time.Time, _ ...func(*v4.SignerOptions)) error {
	r.Header["Authorization"] = []string{"dynamotest"}
	return nil
}

// inProcess is an HTTP client that hands requests to a handler.
type inProcess struct{ handler http.Handler }

func (c inProcess) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	c.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var body io.Reader = bytes.NewReader(w.body)
	if w.severed != nil && w.severed.strike.Effect == Reset {
		return nil, w.severed.end(r.Context())
	} else if w.severed != nil {
		body = io.MultiReader(body, tail{r.Context(), w.severed})
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: int64(len(w.body)),
		Request: r,
	}, nil
}

// recorder keeps one response. The handler writes its body once.
type recorder struct {
	header http.Header
	status int
	body   []byte

	severed *spoiled // where the connection is to end early
}

func (w *recorder) Header() http.Header    { return w.header }
func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(b []byte) (int, error) {
	w.body = append(w.body, b...)
	return len(b), nil
}
