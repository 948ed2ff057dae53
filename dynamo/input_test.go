package dynamo

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// sealing is an interceptor that changes all text of an input, in place.
type sealing struct{}

func (sealing) BeforeSerialization(_ context.Context, in *smithyhttp.InterceptorContext) error {
	seal(reflect.ValueOf(in.Input))
	return nil
}

func seal(v reflect.Value) {
	if s, ok := v.Interface().(*types.AttributeValueMemberS); ok {
		s.Value += "!"
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if s, ok := v.Interface().(*string); ok && s != nil && *s == "ausg" {
			*s += "!"
		} else if !v.IsNil() {
			seal(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				seal(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			seal(v.Index(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			seal(entries.Value())
		}
	}
}

// What is changed in place for one attempt, one page or one segment is as it was for
// the next: nothing is encrypted twice.
func TestInputsAreTheClientsOwn(t *testing.T) {
	set := expression.Set(expression.Name("name"), expression.Value("Kim"))
	isKim := expression.Name("name").Equal(expression.Value("Kim"))
	const (
		none = `{"Count":0,"Items":[]}`
		more = `{"Count":0,"Items":[],"LastEvaluatedKey":{"id":{"S":"kim"}}}`
		kept = `{"Attributes":{"id":{"S":"kim"}}}`
		left = `{"UnprocessedItems":{"ausg":[{"PutRequest":{"Item":{"id":{"S":"kim"}}}}]}}`
		lost = ""
	)
	type named struct {
		ID   string `dynamodbav:"id" dynamo:"partition"`
		Name string `dynamodbav:"name"`
	}
	kim := named{"kim", "Kim"}
	for name, tc := range map[string]struct {
		answers []string
		call    func(ctx context.Context, r *Repository[named]) error
	}{
		"Put":    {[]string{lost, "{}"}, func(ctx context.Context, r *Repository[named]) error { return r.Put(ctx, kim, If(isKim)) }},
		"Delete": {[]string{lost, "{}"}, func(ctx context.Context, r *Repository[named]) error { return r.Delete(ctx, KeyOf("kim"), If(isKim)) }},
		"Update": {[]string{lost, kept}, func(ctx context.Context, r *Repository[named]) error {
			_, err := r.Update(ctx, KeyOf("kim"), set, If(isKim))
			return err
		}},
		"Once": {[]string{lost, "{}"}, func(ctx context.Context, r *Repository[named]) error { return r.Put(ctx, kim, Once()) }},
		"Transact": {[]string{lost, "{}"}, func(ctx context.Context, r *Repository[named]) error {
			return Transact(ctx, r.PutOp(kim), r.CheckOp(KeyOf("lee"), isKim))
		}},
		"TransactGet": {[]string{lost, `{"Responses":[{"Item":{"id":{"S":"kim"}}}]}`}, func(ctx context.Context, r *Repository[named]) error {
			return TransactGet(ctx, r.GetOp(KeyOf("kim"), new(named)))
		}},
		"PutAll": {[]string{left, `{"UnprocessedItems":{}}`}, func(ctx context.Context, r *Repository[named]) error {
			return r.PutAll(ctx, func(yield func(named) bool) { yield(kim) })
		}},
		"GetAll": {[]string{lost, `{"Responses":{},"UnprocessedKeys":{}}`}, func(ctx context.Context, r *Repository[named]) error {
			_, err := r.GetAll(ctx, []Key{KeyOf("kim")})
			return err
		}},
		"Get": {[]string{lost, `{"Item":{"id":{"S":"kim"}}}`}, func(ctx context.Context, r *Repository[named]) error {
			_, err := r.Get(ctx, KeyOf("kim"))
			return err
		}},
		"Scan": {[]string{more, none}, func(ctx context.Context, r *Repository[named]) error {
			_, err := r.All(ctx, Filter(isKim))
			return err
		}},
		"Query": {[]string{more, none}, func(ctx context.Context, r *Repository[named]) error {
			_, err := r.QueryPage(ctx, expression.Key("id").Equal(expression.Value("kim")), "", 1)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bodies []string
				client := httpFunc(nil).client(func(o *dynamodb.Options) {
					o.Interceptors.AddBeforeSerialization(sealing{})
					o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
						body, err := io.ReadAll(req.Body)
						bodies = append(bodies, string(body))
						return answer(200, tc.answers[min(len(bodies), len(tc.answers))-1]), err
					})
				})
				require.NoError(t, tc.call(t.Context(), repo[named](t, client)))
				require.Len(t, bodies, 2)
				for _, body := range bodies {
					require.Contains(t, body, `!"`)
					require.NotContains(t, body, "!!")
				}
			})
		})
	}
}
