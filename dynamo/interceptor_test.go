package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// Interceptors see what they would see of the plain SDK, whatever is read and written
// past it: each kind alone, as one kind can switch off what another one could tell.

// saw is what an interceptor sees of a call.
type saw struct {
	target, response       string
	request, input, output any
}

// spy is an interceptor of every kind.
type spy struct{ saw []saw }

func (s *spy) look(in *smithyhttp.InterceptorContext) error {
	now := saw{input: bare(in.Input), output: bare(in.Output)}
	if in.Request != nil {
		now.target = in.Request.Header.Get("X-Amz-Target")
		rewound := in.Request.RewindStream()
		body, err := io.ReadAll(in.Request.GetStream())
		if err := errors.Join(rewound, err, in.Request.RewindStream(), json.Unmarshal(body, &now.request)); err != nil {
			return err
		}
	}
	if in.Response != nil {
		body, err := io.ReadAll(in.Response.Body)
		if in.Output == nil { // nobody has read it
			if err != nil {
				return err
			}
			in.Response.Body = io.NopCloser(bytes.NewReader(body))
		}
		now.response = in.Response.Status + " " + string(body)
	}
	s.saw = append(s.saw, now)
	return nil
}

// bare is an input or output as it is now, without metadata.
func bare(v any) any {
	if v == nil {
		return nil
	}
	now := reflect.New(reflect.TypeOf(v).Elem()).Elem()
	now.Set(reflect.ValueOf(v).Elem())
	if metadata := now.FieldByName("ResultMetadata"); metadata.IsValid() {
		metadata.SetZero()
	}
	return now.Interface()
}

func (s *spy) BeforeExecution(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeSerialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterSerialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeRetryLoop(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeAttempt(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeSigning(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterSigning(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeTransmit(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterTransmit(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) BeforeDeserialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterDeserialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterAttempt(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

func (s *spy) AfterExecution(_ context.Context, in *smithyhttp.InterceptorContext) error {
	return s.look(in)
}

// hooks are the kinds of interceptors; the names of the lists are those of the methods.
func hooks() (names []string) {
	for f := range reflect.TypeFor[smithyhttp.InterceptorRegistry]().Fields() {
		names = append(names, f.Name)
	}
	return names
}

// as makes s one interceptor of a client.
func (s *spy) as(hook string) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		list := reflect.ValueOf(&o.Interceptors).Elem().FieldByName(hook)
		list.Set(reflect.Append(list, reflect.ValueOf(s)))
	}
}

// interceptedAnswers is a network that has an answer for each operation.
func interceptedAnswers(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	return summed(200, map[string]string{
		"Scan":           lastPage,
		"GetItem":        `{"Item":{"id":{"N":"7"},"name":{"S":"Kim"}}}`,
		"BatchGetItem":   `{"Responses":{"ausg":[{"id":{"N":"7"},"name":{"S":"Kim"}}]},"UnprocessedKeys":{}}`,
		"PutItem":        `{}`,
		"BatchWriteItem": `{"UnprocessedItems":{}}`,
	}[operation]), nil
}

func TestInterceptorsSeeWhatTheyWouldSee(t *testing.T) {
	calls := map[string]func(r *Repository[user]) error{
		"Scan": func(r *Repository[user]) error {
			all, err := r.All(t.Context())
			require.Equal(t, []user{kim}, all)
			return err
		},
		"GetItem": func(r *Repository[user]) error {
			got, err := r.Get(t.Context(), KeyOf(7))
			require.Equal(t, kim, got)
			return err
		},
		"BatchGetItem": func(r *Repository[user]) error {
			all, err := r.GetAll(t.Context(), []Key{KeyOf(7)})
			require.Equal(t, []user{kim}, all)
			return err
		},
		"PutItem": func(r *Repository[user]) error { return r.Put(t.Context(), kim) },
		"BatchWriteItem": func(r *Repository[user]) error {
			return r.PutAll(t.Context(), func(yield func(user) bool) { yield(kim) })
		},
	}
	require.Len(t, hooks(), 13, "another kind of interceptor: what does it see?")
	for name, call := range calls {
		inputs := &spy{}
		require.NoError(t, call(repo[user](t, httpFunc(interceptedAnswers).client(inputs.as("BeforeExecution")))))
		for _, hook := range hooks() {
			t.Run(name+"/"+hook, func(t *testing.T) {
				var ours, sdk spy
				require.NoError(t, call(repo[user](t, httpFunc(interceptedAnswers).client(ours.as(hook)))))
				require.NoError(t, callSDK(t.Context(), httpFunc(interceptedAnswers).client(sdk.as(hook)), inputs.saw[0].input))
				require.Len(t, sdk.saw, 1)
				require.Equal(t, sdk.saw, ours.saw)
			})
		}
	}
}

// callSDK makes the call that an input is for.
func callSDK(ctx context.Context, c *dynamodb.Client, input any) (err error) {
	switch in := input.(type) {
	case dynamodb.ScanInput:
		_, err = c.Scan(ctx, &in)
	case dynamodb.GetItemInput:
		_, err = c.GetItem(ctx, &in)
	case dynamodb.BatchGetItemInput:
		_, err = c.BatchGetItem(ctx, &in)
	case dynamodb.PutItemInput:
		_, err = c.PutItem(ctx, &in)
	case dynamodb.BatchWriteItemInput:
		_, err = c.BatchWriteItem(ctx, &in)
	}
	return err
}

// Items are decoded from the wire unless an interceptor sees the output, and written
// onto it unless there is one.
func TestInterceptorsThatSeeNoItemsCostNothing(t *testing.T) {
	for _, hook := range hooks() {
		o := httpFunc(interceptedAnswers).client((&spy{}).as(hook)).Options()
		r := received{decode: func(body []byte) []byte { return body }}
		r.hook(&o)
		sees := hook == "AfterDeserialization" || hook == "AfterAttempt" || hook == "AfterExecution"
		require.Equal(t, !sees, r.decode != nil, hook)
		require.False(t, sendsAsIs(httpFunc(interceptedAnswers).client((&spy{}).as(hook)), false), hook)
	}
}
