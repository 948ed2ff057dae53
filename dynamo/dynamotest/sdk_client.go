package dynamotest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithyauth "github.com/aws/smithy-go/auth"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	"github.com/aws/smithy-go/middleware"
)

// Client returns an SDK client whose requests end in this DB, without a
// socket: they pass through the SDK's own serializers, retries and
// deserializers, which calls of the DB's methods do not. It needs no
// configuration and reads none. Requests are not signed, as nobody would check.
//
// Use it where code under test wants a *dynamodb.Client, sets options, or
// depends on how the SDK behaves. Between its retries the SDK waits, for seconds
// in all where [DB.Inject] lets every one of them fail; in a bubble of
// testing/synctest that takes no time.
func (db *DB) Client() *dynamodb.Client { return db.client() }

func (db *DB) newClient() *dynamodb.Client {
	handler := db.wire()
	handler.unsigned = true
	return dynamodb.New(dynamodb.Options{
		Region:             "us-east-1",
		HTTPClient:         inProcess{handler},
		EndpointResolverV2: nowhere{},
		AuthSchemeResolver: unsigned{},
		APIOptions:         []func(*middleware.Stack) error{signer.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware},
	})
}

// nowhere stands in for the rules by which the SDK finds the endpoint of each call.
type nowhere struct{}

func (nowhere) ResolveEndpoint(context.Context, dynamodb.EndpointParameters) (smithyendpoints.Endpoint, error) {
	return smithyendpoints.Endpoint{URI: url.URL{Scheme: "http", Host: "dynamodb.dynamotest.invalid"}}, nil
}

// unsigned chooses no signature: with one, a call would take a third longer.
type unsigned struct{}

func (unsigned) ResolveAuthSchemes(context.Context, *dynamodb.AuthResolverParameters) ([]*smithyauth.Option, error) {
	return []*smithyauth.Option{{SchemeID: smithyauth.SchemeIDAnonymous}}, nil
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

// recorder keeps one response.
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
