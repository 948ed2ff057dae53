package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

func TestPutSendsTheItem(t *testing.T) {
	var sent *dynamodb.PutItemInput
	f := &fake{put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		sent = in
		return &dynamodb.PutItemOutput{}, nil
	}}
	require.NoError(t, repo[user](t, f).Put(t.Context(), user{ID: 1, Name: "Kim"}))
	require.Equal(t, "ausg", *sent.TableName)
	require.Equal(t, userItem("1", "Kim"), sent.Item)
	require.Nil(t, sent.ConditionExpression)
	require.Nil(t, sent.ExpressionAttributeNames, "DynamoDB refuses empty maps")
	require.Nil(t, sent.ExpressionAttributeValues)
	require.Empty(t, sent.ReturnValuesOnConditionCheckFailure)
}

func TestPutConditions(t *testing.T) {
	nameIs := If(expression.Name("name").Equal(expression.Value("Kim")))
	for _, tc := range []struct {
		name      string
		opts      []WriteOption
		condition string
		names     map[string]string
		values    item
	}{
		{"not exists", []WriteOption{IfNotExists()}, "attribute_not_exists (#0)", map[string]string{"#0": "id"}, nil},
		{"if", []WriteOption{nameIs}, "#0 = :0", map[string]string{"#0": "name"}, item{":0": avS("Kim")}},
		{"both", []WriteOption{IfNotExists(), nameIs}, "(#0 = :0) AND (attribute_not_exists (#1))", map[string]string{"#0": "name", "#1": "id"}, item{":0": avS("Kim")}},
		{"twice", []WriteOption{nameIs, nameIs}, "(#0 = :0) AND (#0 = :1)", map[string]string{"#0": "name"}, item{":0": avS("Kim"), ":1": avS("Kim")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var sent *dynamodb.PutItemInput
			f := &fake{put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
				sent = in
				return &dynamodb.PutItemOutput{}, nil
			}}
			require.NoError(t, repo[user](t, f).Put(t.Context(), user{ID: 1}, tc.opts...))
			require.Equal(t, tc.condition, *sent.ConditionExpression)
			require.Equal(t, tc.names, sent.ExpressionAttributeNames)
			require.Equal(t, tc.values, sent.ExpressionAttributeValues)
			require.Equal(t, types.ReturnValuesOnConditionCheckFailureAllOld, sent.ReturnValuesOnConditionCheckFailure)
		})
	}
}

// A key attribute whose name has a dot is one attribute, not a path.
func TestIfNotExistsAliasesDots(t *testing.T) {
	type dotted struct {
		ID string `dynamodbav:"user.id" dynamo:"partition"`
	}
	var sent *dynamodb.PutItemInput
	f := &fake{put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		sent = in
		return &dynamodb.PutItemOutput{}, nil
	}}
	require.NoError(t, repo[dotted](t, f).Put(t.Context(), dotted{"x"}, IfNotExists()))
	require.Equal(t, "attribute_not_exists (#0)", *sent.ConditionExpression)
	require.Equal(t, map[string]string{"#0": "user.id"}, sent.ExpressionAttributeNames)
}

type everything struct {
	ID    string         `dynamodbav:"id,omitempty" dynamo:"partition"`
	Ref   *int           `dynamodbav:"ref,omitempty"`
	Price float64        `dynamodbav:"price"`
	Any   any            `dynamodbav:"any"`
	Set   []string       `dynamodbav:"set,stringset,omitempty"`
	List  []int          `dynamodbav:"list"`
	Map   map[string]any `dynamodbav:"map"`
	Bin   []byte         `dynamodbav:"bin"`
	Text  string         `dynamodbav:"text"`
	Big   json.Number    `dynamodbav:"big,omitempty"`
}

func TestPutRefusesBeforeTheWire(t *testing.T) {
	for _, tc := range []struct {
		name string
		item everything
		want string
	}{
		{"missing key", everything{}, `key attribute "id" (field ID) is missing`},
		{"NaN", everything{ID: "s3cret", Price: math.NaN()}, "attribute price: not a decimal number"},
		{"infinity", everything{ID: "s3cret", Map: map[string]any{"s3cret": []any{math.Inf(1)}}}, "attribute map[…][0]: not a decimal number"},
		{"text", everything{ID: "s3cret", Text: "s3cret\xff"}, "attribute text: not valid UTF-8"},
		{"key that is text", everything{ID: "s3cret\xff"}, "attribute id: not valid UTF-8"},
		{"name in a map", everything{ID: "s3cret", Map: map[string]any{"s3cret\xff": 1}}, "attribute map[…]: name: not valid UTF-8"},
		{"duplicate", everything{ID: "s3cret", Set: []string{"s3cret", "s3cret"}}, "attribute set: a set cannot hold a member twice"},
		{"too precise", everything{ID: "s3cret", Big: "1234567890123456789012345678901234567.89"}, "attribute big: number has 39 significant digits"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &fake{}
			err := repo[everything](t, f).Put(t.Context(), tc.item)
			require.ErrorContains(t, err, "dynamo: put ausg: ")
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "s3cret")
			require.Zero(t, f.requests)
		})
	}
	t.Run("nil pointer key", func(t *testing.T) {
		f := &fake{}
		err := repo[keyOf[*int]](t, f).Put(t.Context(), keyOf[*int]{})
		require.EqualError(t, err, `dynamo: put ausg: key attribute "k" (field K): want type N, got NULL`)
		require.Zero(t, f.requests)
	})
	t.Run("empty string key", func(t *testing.T) {
		f := &fake{}
		err := repo[keyOf[string]](t, f).Put(t.Context(), keyOf[string]{})
		require.EqualError(t, err, `dynamo: put ausg: key attribute "k" (field K): a key cannot be empty`)
		require.Zero(t, f.requests)
	})
}

// nil is NULL, empty is empty, and numbers in an interface keep their digits.
func TestRoundTrip(t *testing.T) {
	var stored item
	f := &fake{
		put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
			stored = in.Item
			return &dynamodb.PutItemOutput{}, nil
		},
		get: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
			return &dynamodb.GetItemOutput{Item: stored}, nil
		},
	}
	r := repo[everything](t, f)
	seven := 7
	in := everything{ID: "a", Ref: &seven, Any: json.Number("12345678901234567890.5"), List: []int{}, Bin: []byte{}, Text: ""}
	require.NoError(t, r.Put(t.Context(), in))
	require.Equal(t, avL(), stored["list"])
	require.Equal(t, &types.AttributeValueMemberNULL{Value: true}, stored["map"])
	require.Equal(t, avS(""), stored["text"])
	require.Equal(t, avB(""), stored["bin"])

	out, err := r.Get(t.Context(), KeyOf("a"))
	require.NoError(t, err)
	in.Any = attributevalue.Number("12345678901234567890.5")
	require.Equal(t, in, out)
}

func TestMarshalersWithPointerReceiversCount(t *testing.T) {
	var stored item
	f := &fake{put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		stored = in.Item
		return &dynamodb.PutItemOutput{}, nil
	}}
	require.NoError(t, repo[keyOf[customID]](t, f).Put(t.Context(), keyOf[customID]{customID{"z"}}))
	require.Equal(t, item{"k": avS("c-z")}, stored)
}

func TestGet(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer *dynamodb.GetItemOutput
		want   error // nil: the item
	}{
		{"found", &dynamodb.GetItemOutput{Item: userItem("1", "Kim")}, nil},
		{"the same number spelt otherwise", &dynamodb.GetItemOutput{Item: userItem("1.0", "Kim")}, nil},
		{"a value that does not fit", &dynamodb.GetItemOutput{Item: item{"id": avN("1"), "name": avL()}}, errMisfit},
		{"not found", &dynamodb.GetItemOutput{}, ErrNotFound},
		{"empty item", &dynamodb.GetItemOutput{Item: item{}}, ErrCorruptResponse},
		{"no key", &dynamodb.GetItemOutput{Item: item{"name": avS("Kim")}}, ErrCorruptResponse},
		{"another key", &dynamodb.GetItemOutput{Item: userItem("2", "Kim")}, ErrCorruptResponse},
		{"key of another type", &dynamodb.GetItemOutput{Item: item{"id": avS("1")}}, ErrCorruptResponse},
		{"attribute without a value", &dynamodb.GetItemOutput{Item: item{"id": avN("1"), "name": nil}}, ErrCorruptResponse},
		{"no answer", nil, ErrCorruptResponse},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var sent *dynamodb.GetItemInput
			f := &fake{get: func(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
				sent = in
				return tc.answer, nil
			}}
			got, err := repo[user](t, f, Backoff(0, 0)).Get(t.Context(), KeyOf(1))
			require.Equal(t, &dynamodb.GetItemInput{TableName: sent.TableName, Key: item{"id": avN("1")}}, sent)
			switch tc.want {
			case nil:
				require.NoError(t, err)
				require.Equal(t, user{ID: 1, Name: "Kim"}, got)
			case errMisfit:
				var decode *DecodeError
				require.ErrorAs(t, err, &decode)
				require.NotErrorIs(t, err, ErrCorruptResponse)
			default:
				require.ErrorIs(t, err, tc.want)
				require.Zero(t, got)
				require.ErrorContains(t, err, "dynamo: get ausg: "+tc.want.Error())
			}
		})
	}
}

var errMisfit = errors.New("does not decode into an int")

func TestGetOptions(t *testing.T) {
	var sent *dynamodb.GetItemInput
	f := &fake{get: func(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
		sent = in
		return &dynamodb.GetItemOutput{Item: userItem("1", "Kim")}, nil
	}}
	r := repo[user](t, f)
	_, err := r.Get(t.Context(), KeyOf(1), Consistent(), Project("name", "id", "name", "address.city"))
	require.NoError(t, err)
	require.True(t, *sent.ConsistentRead)
	require.Equal(t, "#0, #1, #2.#3", *sent.ProjectionExpression)
	require.Equal(t, map[string]string{"#0": "id", "#1": "name", "#2": "address", "#3": "city"}, sent.ExpressionAttributeNames)

	for name, opt := range map[string]ReadOption{
		"Filter": Filter(expression.Name("a").AttributeExists()), "Limit": Limit(1), "PageSize": PageSize(1), "Scope": Scope("s"),
	} {
		_, err := r.Get(t.Context(), KeyOf(1), opt)
		require.EqualError(t, err, "dynamo: get ausg: option "+name+" does not apply")
	}
	_, err = r.Get(t.Context(), KeyOf(1), Project())
	require.EqualError(t, err, "dynamo: get ausg: Project needs the name of an attribute")
	_, err = r.Get(t.Context(), KeyOf(1), Project(""))
	require.ErrorContains(t, err, "dynamo: get ausg: expression: ")
	require.Equal(t, 1, f.requests)
}

func TestProjectTakesAnAttributeNameWithDotsWhole(t *testing.T) {
	type dotted struct {
		ID   string `dynamo:"partition"`
		City string `dynamodbav:"address.city"`
	}
	s, err := schemaOf(reflect.TypeFor[dotted]())
	require.NoError(t, err)
	cfg, err := newReadConfig([]ReadOption{Project("address.city")}, "Project")
	require.NoError(t, err)
	err = s.forRead(cfg, nil)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"#0": "ID", "#1": "address.city"}, cfg.e.names)
}

// Where two attributes differ in case only the exact one wins, in any order.
func TestExactAttributeNameWins(t *testing.T) {
	r := repo[user](t, &fake{})
	for range 100 { // attributevalue's own choice is random
		var u user
		require.NoError(t, r.store.codec.decode(item{"id": avN("1"), "Name": avS("wrong"), "name": avS("right"), "NAME": avS("wrong"), "other": avS("x")}, reflect.ValueOf(&u).Elem()))
		require.Equal(t, user{ID: 1, Name: "right"}, u)
		u = user{}
		require.NoError(t, r.store.codec.decode(item{"id": avN("1"), "Name": avS("second"), "NAME": avS("first")}, reflect.ValueOf(&u).Elem()))
		require.Equal(t, user{ID: 1, Name: "first"}, u)
	}
}

func TestDecodeErrorsNameTheAttributeAndNotTheValue(t *testing.T) {
	f := &fake{get: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
		return &dynamodb.GetItemOutput{Item: item{"id": avN("1"), "email": avL(avS("s3cret")), "name": avS("s3cret")}}, nil
	}}
	got, err := repo[user](t, f).Get(t.Context(), KeyOf(1))
	require.EqualError(t, err, `dynamo: get ausg: attribute "email": cannot decode L into string`)
	require.Zero(t, got, "half an item is no result")
	var decode *DecodeError
	require.ErrorAs(t, err, &decode)
	require.Equal(t, DecodeError{Attribute: "email", Kind: "L", Type: reflect.TypeFor[string]()}, *decode)
}

func TestDelete(t *testing.T) {
	var sent *dynamodb.DeleteItemInput
	f := &fake{delete: func(in *dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) {
		sent = in
		return &dynamodb.DeleteItemOutput{}, nil
	}}
	r := repo[user](t, f)
	require.NoError(t, r.Delete(t.Context(), KeyOf(1)))
	require.Equal(t, &dynamodb.DeleteItemInput{TableName: sent.TableName, Key: item{"id": avN("1")}}, sent)
	require.NoError(t, r.Delete(t.Context(), KeyOf(1), If(expression.Name("name").Equal(expression.Value("Kim")))))
	require.Equal(t, "#0 = :0", *sent.ConditionExpression)
	require.EqualError(t, r.Delete(t.Context(), KeyOf(1), IfNotExists()), "dynamo: delete ausg: option IfNotExists does not apply")
	require.Equal(t, 2, f.requests)
}

func TestConditionFailure(t *testing.T) {
	for _, tc := range []struct {
		name    string
		old     item
		want    *user
		corrupt bool
	}{
		{"mismatch", userItem("1", "Lee"), &user{ID: 1, Name: "Lee"}, false},
		{"missing", nil, nil, false},
		{"another item", userItem("2", "Lee"), nil, true},
		{"no key", item{"name": avS("Lee")}, nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fail := &types.ConditionalCheckFailedException{Item: tc.old}
			f := &fake{
				put:    func(*dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) { return nil, fail },
				delete: func(*dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) { return nil, fail },
			}
			r := repo[user](t, f)
			cond := If(expression.Name("name").Equal(expression.Value("Kim")))
			for op, err := range map[string]error{
				"put":    r.Put(t.Context(), user{ID: 1}, cond),
				"delete": r.Delete(t.Context(), KeyOf(1), cond),
			} {
				require.EqualError(t, err, "dynamo: "+op+" ausg: condition failed")
				require.ErrorIs(t, err, ErrConditionFailed)
				require.NotErrorIs(t, err, ErrUnknownOutcome)
				var failed *ConditionError[user]
				require.ErrorAs(t, err, &failed)
				require.Equal(t, tc.want, failed.Old)
				require.Equal(t, tc.corrupt, errors.Is(err, ErrCorruptResponse))
				var sdk *types.ConditionalCheckFailedException
				require.ErrorAs(t, err, &sdk)
			}
			require.Equal(t, 2, f.requests, "a refusal is not repeated")
		})
	}
}

func TestErrorsKeepTheCause(t *testing.T) {
	cause := &types.ResourceNotFoundException{}
	f := &fake{
		get: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) { return nil, cause },
		put: func(*dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) { return nil, cause },
	}
	r := repo[user](t, f)
	_, err := r.Get(t.Context(), KeyOf(1))
	for _, err := range []error{err, r.Put(t.Context(), user{}), r.Put(t.Context(), user{}, IfNotExists())} {
		var sdk *types.ResourceNotFoundException
		require.ErrorAs(t, err, &sdk)
		require.NotErrorIs(t, err, ErrUnknownOutcome, "refused is not unknown")
		require.NotErrorIs(t, err, ErrNotFound, "the table is missing, not the item")
	}
	require.Equal(t, 3, f.requests)
}

func TestEndedContextSendsNothing(t *testing.T) {
	f := &fake{}
	r := repo[user](t, f)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, getErr := r.Get(ctx, KeyOf(1))
	_, allErr := r.All(ctx)
	_, pageErr := r.ScanPage(ctx, "", 1)
	for _, err := range []error{getErr, allErr, pageErr, r.Put(ctx, user{}), r.Delete(ctx, KeyOf(1))} {
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, ErrUnknownOutcome)
	}
	require.Zero(t, f.requests)
}

func TestMayHaveBeenApplied(t *testing.T) {
	require.False(t, mayHaveBeenApplied(&types.ProvisionedThroughputExceededException{}))
	require.False(t, mayHaveBeenApplied(&smithy.GenericAPIError{Code: "ThrottlingException"}))
	require.True(t, mayHaveBeenApplied(&types.InternalServerError{}))
	require.True(t, mayHaveBeenApplied(&smithy.GenericAPIError{Code: "ServiceUnavailable", Fault: smithy.FaultServer}))
	require.True(t, mayHaveBeenApplied(errors.New("anything")))
	for status, may := range map[int]bool{200: true, 302: true, 400: false, 408: true, 429: false, 500: true} {
		err := &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: errReset}
		require.Equal(t, may, mayHaveBeenApplied(err), "status %d", status)
	}
	require.True(t, mayHaveBeenApplied(context.DeadlineExceeded))
}
