package dynamo

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

type doc struct {
	ID      string    `dynamodbav:"id" dynamo:"partition"`
	State   string    `dynamodbav:"state"`
	Hits    int       `dynamodbav:"hits"`
	Created time.Time `dynamodbav:"created" dynamo:"created"`
	Updated int64     `dynamodbav:"updated" dynamo:"updated"`
	Version int64     `dynamodbav:"v.n" dynamo:"version"`
}

var (
	setState  = expression.Set(expression.Name("state"), expression.Value("done"))
	countHit  = expression.Add(expression.Name("hits"), expression.Value(1))
	isWaiting = If(expression.Name("state").Equal(expression.Value("waiting")))
)

const noonText = "2024-02-29T12:00:00.623456789Z"

func TestUpdateRequest(t *testing.T) {
	var sent *dynamodb.UpdateItemInput
	f := &fake{update: func(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		sent = in
		return &dynamodb.UpdateItemOutput{Attributes: item{"id": avS("a"), "state": avS("done"), "v.n": avN("4")}}, nil
	}}
	got, err := repo[user](t, &fake{update: func(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		sent = in
		return &dynamodb.UpdateItemOutput{Attributes: userItem("1", "Lee")}, nil
	}}).Update(t.Context(), KeyOf(1), expression.Set(expression.Name("name"), expression.Value("Lee")))
	require.NoError(t, err)
	require.Equal(t, user{ID: 1, Name: "Lee"}, got)
	require.Equal(t, &dynamodb.UpdateItemInput{
		TableName:                 aws.String("ausg"),
		Key:                       item{"id": avN("1")},
		UpdateExpression:          aws.String("SET #0 = :0\n"),
		ExpressionAttributeNames:  map[string]string{"#0": "name"},
		ExpressionAttributeValues: item{":0": avS("Lee")},
		ReturnValues:              types.ReturnValueAllNew,
	}, sent)

	r := repo[doc](t, f, noonClock)
	d, err := r.Update(t.Context(), KeyOf("a"), setState, IfVersion(3), isWaiting)
	require.NoError(t, err)
	require.Equal(t, doc{ID: "a", State: "done", Version: 4}, d)
	require.Equal(t, &dynamodb.UpdateItemInput{
		TableName:           aws.String("ausg"),
		Key:                 item{"id": avS("a")},
		UpdateExpression:    aws.String("SET #0 = :1, #version = :version, #created = if_not_exists(#created, :created), #updated = :updated"),
		ConditionExpression: aws.String("((#0 = :0) AND (attribute_exists (#1))) AND (#2 = :2)"),
		ExpressionAttributeNames: map[string]string{
			"#0": "state", "#1": "id", "#2": "v.n", "#version": "v.n", "#created": "created", "#updated": "updated",
		},
		ExpressionAttributeValues: item{
			":0": avS("waiting"), ":1": avS("done"), ":2": avN("3"),
			":version": avN("4"), ":created": avS(noonText), ":updated": avN("1709208000"),
		},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, sent)

	_, err = r.Update(t.Context(), KeyOf("a"), countHit)
	require.NoError(t, err)
	require.Equal(t, "ADD #0 :0\nSET #version = if_not_exists(#version, :zero) + :one, #created = if_not_exists(#created, :created), #updated = :updated", *sent.UpdateExpression)
	require.Equal(t, "attribute_exists (#1)", *sent.ConditionExpression, "what was deleted stays deleted")

	_, err = r.Update(t.Context(), KeyOf("a"), countHit, IfNotExists())
	require.NoError(t, err)
	require.Equal(t, "attribute_not_exists (#1)", *sent.ConditionExpression)
	require.Equal(t, avN("1"), sent.ExpressionAttributeValues[":version"])
}

// The caller's builder may be used again and again, by several goroutines.
func TestUpdateLeavesTheBuilderAlone(t *testing.T) {
	var sent []string
	f := &fake{update: func(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		sent = append(sent, *in.UpdateExpression)
		return &dynamodb.UpdateItemOutput{Attributes: item{"id": avS("a")}}, nil
	}}
	r := repo[doc](t, f)
	u := expression.Set(expression.Name("state"), expression.Value("done"))
	for range 2 {
		_, err := r.Update(t.Context(), KeyOf("a"), u)
		require.NoError(t, err)
	}
	require.Equal(t, sent[0], sent[1])
}

func TestUpdatesThatCannotBe(t *testing.T) {
	f := &fake{}
	var old *user
	for _, tc := range []struct {
		name string
		do   func() error
		want string
	}{
		{"the version", func() error {
			_, err := repo[doc](t, f).Update(t.Context(), KeyOf("a"), expression.Add(expression.NameNoDotSplit("v.n"), expression.Value(1)))
			return err
		}, `attribute "v.n" (field Version) is kept by Update itself`},
		{"the time", func() error {
			_, err := repo[doc](t, f).Update(t.Context(), KeyOf("a"), expression.Remove(expression.Name("created")))
			return err
		}, `attribute "created" (field Created) is kept by Update itself`},
		{"part of a template", func() error {
			_, err := repo[team](t, f).Update(t.Context(), KeyOf("ORG#a##TEAM#1#X", "PROFILE"), expression.Set(expression.Name("lead"), expression.Value("lee")))
			return err
		}, `attribute "lead" takes part in the template of field GSI: Put the whole item`},
		{"nothing", func() error {
			_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), expression.UpdateBuilder{})
			return err
		}, "expression: buildTree error: unset parameter: UpdateBuilder"},
		{"not UTF-8", func() error {
			_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), expression.Set(expression.Name("name"), expression.Value("\xff")))
			return err
		}, "expression: value :0: not valid UTF-8"},
		{"Old of another type", func() error {
			_, err := repo[doc](t, f).Update(t.Context(), KeyOf("a"), setState, Old(&old))
			return err
		}, "option Old is given a **dynamo.user, want a **dynamo.doc"},
		{"Old without place", func() error {
			_, err := repo[doc](t, f).Update(t.Context(), KeyOf("a"), setState, Old[doc](nil))
			return err
		}, "Old needs a pointer to store to"},
		{"Stored", func() error {
			_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), setState, Stored(new(user)))
			return err
		}, "option Stored does not apply"},
		{"Old and Once", func() error {
			_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), setState, Old(&old), Once())
			return err
		}, "options Once and Old exclude each other: a transaction answers no item"},
		{"a long token", func() error {
			_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), setState, Once("0123456789012345678901234567890123456"))
			return err
		}, "Once takes one token of 1 to 36 characters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.EqualError(t, tc.do(), "dynamo: update ausg: "+tc.want)
		})
	}
	require.Zero(t, f.requests)
}

func TestUpdateActions(t *testing.T) {
	name, val := expression.Name, expression.Value
	for _, tc := range []struct {
		name       string
		u          expression.UpdateBuilder
		idempotent bool
	}{
		{"set", expression.Set(name("a"), val(1)).Set(name("b.c"), val([]int{1, 2})), true},
		{"remove", expression.Remove(name("a")).Remove(name("b.c")), true},
		{"set if it is not there", expression.Set(name("a"), expression.IfNotExists(name("a"), val(1))), true},
		{"set if another is not there", expression.Set(name("a"), expression.IfNotExists(name("b"), val(1))), false},
		{"counter", expression.Set(name("a"), name("a").Plus(val(1))), false},
		{"counter that begins", expression.Set(name("a"), expression.Plus(expression.IfNotExists(name("a"), val(1)), val(1))), false},
		{"down", expression.Set(name("a"), name("a").Minus(val(1))), false},
		{"add a number", expression.Add(name("a"), val(1)), false},
		{"add to a set", expression.Add(name("a"), val(&types.AttributeValueMemberSS{Value: []string{"x"}})), true},
		{"delete from a set", expression.Delete(name("a"), val(&types.AttributeValueMemberNS{Value: []string{"1"}})), true},
		{"copy", expression.Set(name("a"), name("b")), false},
		{"append", expression.Set(name("a"), expression.ListAppend(name("a"), val([]int{1}))), false},
		{"element", expression.Set(name("a[7]"), val(1)), false},
		{"remove an element", expression.Remove(name("a.b[0]")), false},
		{"one of several", expression.Set(name("a"), val(1)).Add(name("n"), val(1)), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var e expressions
			err := (&builders{update: &tc.u}).build(&e)
			require.NoError(t, err)
			actions := parseUpdate(*e.update)
			require.NotEmpty(t, actions)
			require.Equal(t, tc.idempotent, everyAction(actions, func(a action) bool { return a.idempotent(e.values) }))
			for _, a := range actions {
				require.Contains(t, e.names, a.attribute())
			}
		})
	}
}

// What may be repeated is; what may not is not, and says so.
func TestLostAnswerOfAnUpdate(t *testing.T) {
	now := item{"id": avS("a"), "state": avS("done"), "v.n": avN("4"), "created": avS(noonText), "updated": avN("1709208000")}
	later := item{"id": avS("a"), "state": avS("done"), "v.n": avN("5"), "created": avS(noonText), "updated": avN("1709208000")}
	lost, clash := &types.InternalServerError{}, &types.TransactionConflictException{}
	refused := func(it item) error { return &types.ConditionalCheckFailedException{Item: it} }
	for _, tc := range []struct {
		name    string
		u       expression.UpdateBuilder
		opts    []WriteOption
		answers []error // of the attempts; nil is success
		unknown bool
		want    error
		sent    int
	}{
		{"counter", countHit, nil, []error{lost}, true, nil, 1},
		{"counter with a condition that may hold again", countHit, []WriteOption{isWaiting}, []error{lost}, true, nil, 1},
		{"counter of a version", countHit, []WriteOption{IfVersion(3)}, []error{lost, nil}, false, nil, 2},
		{"counter of a version, applied", countHit, []WriteOption{IfVersion(3)}, []error{lost, refused(now)}, true, nil, 2},
		{"set under a condition", setState, []WriteOption{isWaiting}, []error{lost, nil}, false, nil, 2},
		{"set under a condition, applied by somebody", setState, []WriteOption{isWaiting}, []error{lost, refused(now)}, true, nil, 2},
		{"set of a version, applied", setState, []WriteOption{IfVersion(3)}, []error{lost, refused(now)}, false, nil, 2},
		{"set of a version, changed since", setState, []WriteOption{IfVersion(3)}, []error{lost, refused(later)}, true, nil, 2},
		{"set of a version, deleted since", setState, []WriteOption{IfVersion(3)}, []error{lost, refused(nil)}, true, nil, 2},
		{"removal of a version, applied", expression.Remove(expression.Name("hits")), []WriteOption{IfVersion(3)}, []error{lost, refused(now)}, false, nil, 2},
		{"removal of a version, not to be seen", expression.Remove(expression.Name("state")), []WriteOption{IfVersion(3)}, []error{lost, refused(now)}, true, nil, 2},
		{"set of a version, without doubt", setState, []WriteOption{IfVersion(3)}, []error{refused(now)}, false, ErrConditionFailed, 1},
		{"conflict", countHit, nil, []error{clash, nil}, false, nil, 2},
		{"throttled", countHit, nil, []error{&types.ProvisionedThroughputExceededException{}}, false, ErrThrottled, 1},
		{"conflict without end", countHit, nil, []error{clash}, false, clash, writeAttempts},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{}
				f.update = func(*dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
					if err := tc.answers[min(f.requests, len(tc.answers))-1]; err != nil {
						return nil, err
					}
					return &dynamodb.UpdateItemOutput{Attributes: now}, nil
				}
				got, err := repo[doc](t, f, noonClock).Update(t.Context(), KeyOf("a"), tc.u, tc.opts...)
				require.Equal(t, tc.sent, f.requests)
				switch {
				case tc.unknown:
					require.ErrorIs(t, err, ErrUnknownOutcome)
					require.NotErrorIs(t, err, ErrConditionFailed)
				case tc.want != nil:
					require.ErrorIs(t, err, tc.want)
					require.NotErrorIs(t, err, ErrUnknownOutcome)
				default:
					require.NoError(t, err)
					require.Equal(t, "done", got.State)
				}
			})
		})
	}
}

// The SDK repeats an update only if it may.
func TestTheSDKDoesNotRepeatACounter(t *testing.T) {
	for _, tc := range []struct {
		u    expression.UpdateBuilder
		opts []WriteOption
		sent int
	}{
		{countHit, nil, 1},
		{setState, nil, 3},
		{setState, []WriteOption{Old(new(*user))}, 1},
		{setState, []WriteOption{Old(new(*user)), isWaiting}, 1},
		{setState, []WriteOption{isWaiting}, writeAttempts},
		{countHit, []WriteOption{isWaiting}, 1},
		{countHit, []WriteOption{Once()}, 3 * writeAttempts},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.fault = func(int, func() *http.Response) (*http.Response, error) { return nil, errReset }
			client := w.client(func(o *dynamodb.Options) { o.RetryMaxAttempts = 3 })
			_, err := repo[user](t, client).Update(t.Context(), KeyOf(1), tc.u, tc.opts...)
			require.ErrorIs(t, err, ErrUnknownOutcome)
			require.Equal(t, tc.sent, w.requests)
		})
	}
}

// With a token the last answer is true of all attempts: had the lost one been
// applied, the repetition would have been a success.
func TestOnceLeavesNoDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.fault = func(n int, serve func() *http.Response) (*http.Response, error) {
			if n == 1 {
				return nil, errReset
			}
			return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[`+
				`{"Code":"ConditionalCheckFailed","Item":{"id":{"N":"1"},"name":{"S":"Lee"}}}]}`), nil
		}
		err := repo[user](t, w.client()).Put(t.Context(), user{ID: 1}, IfNotExists(), Once())
		require.ErrorIs(t, err, ErrConditionFailed)
		require.NotErrorIs(t, err, ErrUnknownOutcome)
		var failed *ConditionError[user]
		require.ErrorAs(t, err, &failed)
		require.Equal(t, &user{ID: 1, Name: "Lee"}, failed.Old)
		require.Equal(t, 2, w.requests)
	})
}

func TestAnUpdateWithoutItsItemIsNoSuccess(t *testing.T) {
	f := &fake{update: func(*dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		return &dynamodb.UpdateItemOutput{}, nil
	}}
	_, err := repo[user](t, f).Update(t.Context(), KeyOf(1), countHit)
	require.ErrorIs(t, err, ErrUnknownOutcome)
	require.ErrorIs(t, err, ErrCorruptResponse)
	f.update = func(*dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		return &dynamodb.UpdateItemOutput{Attributes: userItem("2", "x")}, nil
	}
	_, err = repo[user](t, f).Update(t.Context(), KeyOf(1), countHit)
	require.EqualError(t, err, "dynamo: update ausg: done, but the new item: corrupt response: an item with another key")
	f.update = func(*dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
		return &dynamodb.UpdateItemOutput{Attributes: item{"id": avN("1"), "name": avM(nil)}}, nil
	}
	got, err := repo[user](t, f).Update(t.Context(), KeyOf(1), countHit)
	require.ErrorContains(t, err, `done, but the new item: attribute "name"`)
	require.Zero(t, got, "half an item is no result")
}
