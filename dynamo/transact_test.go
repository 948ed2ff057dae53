package dynamo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// court answers transactions from functions, and keeps what it was sent.
type court struct {
	Client
	writes []*dynamodb.TransactWriteItemsInput
	gets   []*dynamodb.TransactGetItemsInput
	write  func(attempt int) error
	get    func(attempt int) (*dynamodb.TransactGetItemsOutput, error)
}

func (c *court) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	c.writes = append(c.writes, in)
	if c.write != nil {
		if err := c.write(len(c.writes)); err != nil {
			return nil, err
		}
	}
	units := 2.0
	return &dynamodb.TransactWriteItemsOutput{ConsumedCapacity: []types.ConsumedCapacity{{CapacityUnits: &units}}}, nil
}

func (c *court) TransactGetItems(_ context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	c.gets = append(c.gets, in)
	return c.get(len(c.gets))
}

// canceledBy is the error of a canceled transaction with those codes.
func canceledBy(codes ...string) error {
	e := &types.TransactionCanceledException{}
	for _, code := range codes {
		e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
	}
	return e
}

type order struct {
	User string `dynamodbav:"user" dynamo:"partition"`
	No   int    `dynamodbav:"no" dynamo:"sort"`
	Sum  int    `dynamodbav:"sum"`
}

func TestTransactSendsAllKinds(t *testing.T) {
	c := &court{}
	users, orders := repo[user](t, c), repo[order](t, c)
	u := expression.Add(expression.Name("sum"), expression.Value(1))
	require.NoError(t, Transact(t.Context(),
		users.PutOp(user{ID: 1, Name: "Kim"}, IfNotExists()),
		orders.UpdateOp(KeyOf("kim", 1), u),
		orders.DeleteOp(KeyOf("kim", 2)),
		users.CheckOp(KeyOf(2), expression.Name("name").Equal(expression.Value("Lee"))),
	))
	require.Len(t, c.writes, 1)
	in := c.writes[0].TransactItems
	require.Equal(t, userItem("1", "Kim"), in[0].Put.Item)
	require.Equal(t, "attribute_not_exists (#0)", *in[0].Put.ConditionExpression)
	require.Equal(t, types.ReturnValuesOnConditionCheckFailureAllOld, in[0].Put.ReturnValuesOnConditionCheckFailure)
	require.Equal(t, item{"user": avS("kim"), "no": avN("1")}, in[1].Update.Key)
	require.Contains(t, *in[1].Update.UpdateExpression, "ADD")
	require.Equal(t, item{"user": avS("kim"), "no": avN("2")}, in[2].Delete.Key)
	require.Equal(t, item{"id": avN("2")}, in[3].ConditionCheck.Key)
	require.Equal(t, types.ReturnValuesOnConditionCheckFailureAllOld, in[3].ConditionCheck.ReturnValuesOnConditionCheckFailure)
	require.NotEmpty(t, *c.writes[0].ClientRequestToken)
	require.NoError(t, Transact(t.Context(), users.DeleteOp(KeyOf(1))))
	require.NotEqual(t, *c.writes[0].ClientRequestToken, *c.writes[1].ClientRequestToken, "each call its own")

	var used Consumed
	require.NoError(t, Transaction{Token: "mine", Consumed: &used}.Write(t.Context(), users.DeleteOp(KeyOf(1))))
	require.Equal(t, "mine", *c.writes[2].ClientRequestToken)
	require.Equal(t, Consumed{Write: 2}, used)
}

func TestTransactIsCheckedBeforeTheWire(t *testing.T) {
	c := &court{}
	users := repo[user](t, c)
	deletes := func(n int) (ops []WriteOp) {
		for i := range n {
			ops = append(ops, users.DeleteOp(KeyOf(i)))
		}
		return ops
	}
	var large []WriteOp
	for i := range 11 {
		large = append(large, users.PutOp(user{ID: i, Name: strings.Repeat("x", 390<<10)}))
	}
	set := expression.Set(expression.Name("name"), expression.Value("x"))
	for _, tc := range []struct {
		ops  []WriteOp
		want string
	}{
		{nil, "there are no operations"},
		{deletes(101), "101 operations, DynamoDB takes 100"},
		{large, "bytes together, DynamoDB takes 4194304"},
		{[]WriteOp{users.PutOp(user{Name: strings.Repeat("x", 400<<10)})}, "operation 0, put ausg: the item has"},
		{[]WriteOp{users.DeleteOp(KeyOf(1)), users.PutOp(user{ID: 1})}, "operations 0 and 1 are about the same item"},
		{[]WriteOp{users.DeleteOp(KeyOf(1)), users.DeleteOp(KeyOf("x"))}, `operation 1, delete ausg: key attribute "id"`},
		{[]WriteOp{users.DeleteOp(KeyOf(1)), repo[user](t, &court{}).DeleteOp(KeyOf(2))}, "operation 1 has another client"},
		{[]WriteOp{{}}, "operation 0 is the zero value"},
		{[]WriteOp{users.DeleteOp(KeyOf(1), IfNotExists())}, "IfNotExists does not apply"},
		{[]WriteOp{users.PutOp(user{}, Once())}, "Once does not apply"},
		{[]WriteOp{users.PutOp(user{}, Old(new(*user)))}, "Old does not apply"},
		{[]WriteOp{users.UpdateOp(KeyOf(1), set, Capacity(new(Consumed)))}, "Capacity does not apply"},
	} {
		require.ErrorContains(t, Transact(t.Context(), tc.ops...), "dynamo: transact: ")
		require.ErrorContains(t, Transact(t.Context(), tc.ops...), tc.want)
	}
	require.NoError(t, Transact(t.Context(), deletes(100)...))
	elsewhere, err := New[user](c, "another table")
	require.NoError(t, err)
	require.NoError(t, Transact(t.Context(), users.DeleteOp(KeyOf(1)), elsewhere.DeleteOp(KeyOf(1))), "not the same item")
	require.ErrorContains(t, Transaction{Token: strings.Repeat("x", 37)}.Write(t.Context(), deletes(1)...), "36 characters")
	require.ErrorContains(t, TransactGet(t.Context(), users.GetOp(KeyOf(1), nil)), "pointer")
	require.ErrorContains(t, TransactGet(t.Context(), users.GetOp(KeyOf(1), new(user), Consistent())), "does not apply")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Transact(ended, deletes(1)...), context.Canceled)
	require.Len(t, c.writes, 2)
}

func TestCancellationReasonsAreThoseOfTheOperations(t *testing.T) {
	c := &court{write: func(int) error {
		return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
			{Code: aws.String("None")},
			{Code: aws.String("ConditionalCheckFailed"), Message: aws.String("The conditional request failed"), Item: item{"user": avS("kim"), "no": avN("1"), "sum": avN("9")}},
			{Code: aws.String("ConditionalCheckFailed")},
			{Code: aws.String("ValidationError"), Message: aws.String("too large")},
		}}
	}}
	users, orders := repo[user](t, c), repo[order](t, c)
	err := Transact(t.Context(),
		users.PutOp(user{ID: 1}), orders.PutOp(order{User: "kim", No: 1}, IfNotExists()),
		users.CheckOp(KeyOf(2), expression.Name("id").AttributeExists()), users.DeleteOp(KeyOf(3)))
	require.EqualError(t, err, "dynamo: transact: operation 1, put ausg: condition failed; operation 2, check ausg: condition failed; operation 3, delete ausg: ValidationError: too large")
	require.ErrorIs(t, err, ErrConditionFailed)
	require.NotErrorIs(t, err, ErrUnknownOutcome)
	var ofOrder *ConditionError[order]
	require.ErrorAs(t, err, &ofOrder)
	require.Equal(t, &order{"kim", 1, 9}, ofOrder.Old)
	var ofUser *ConditionError[user]
	require.ErrorAs(t, err, &ofUser)
	require.Nil(t, ofUser.Old, "missing is not the same as another")
	var sdk *types.TransactionCanceledException
	require.ErrorAs(t, err, &sdk)
	var failed *TransactionError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, []string{"None", "ConditionalCheckFailed", "ConditionalCheckFailed", "ValidationError"},
		[]string{failed.Reasons[0].Code, failed.Reasons[1].Code, failed.Reasons[2].Code, failed.Reasons[3].Code})
	require.NoError(t, failed.Reasons[0].Err)
	require.Len(t, c.writes, 1, "not worth another attempt")
}

// What passes is repeated with one token, what does not is not, and at the end
// an outcome is unknown only if an attempt may have been applied.
func TestTransactRepeats(t *testing.T) {
	serverError := &types.InternalServerError{}
	for _, tc := range []struct {
		name     string
		errs     []error // of one attempt after the other, the last for ever
		attempts int
		want     error
		unknown  bool
	}{
		{"success", []error{nil}, 1, nil, false},
		{"conflict", []error{canceledBy("None", "TransactionConflict"), nil}, 2, nil, false},
		{"throttled", []error{canceledBy("ThrottlingError", "ProvisionedThroughputExceeded"), errThrottled, nil}, 3, nil, false},
		{"all none", []error{canceledBy("None", "None"), nil}, 2, nil, false},
		{"in progress", []error{&types.TransactionInProgressException{}, &types.TransactionConflictException{}, nil}, 3, nil, false},
		{"mixed", []error{canceledBy("TransactionConflict", "ConditionalCheckFailed"), nil}, 1, ErrConditionFailed, false},
		{"no reasons", []error{&types.TransactionCanceledException{}, nil}, 1, nil, false},
		{"always a conflict", []error{canceledBy("TransactionConflict", "None")}, 8, nil, false},
		{"always throttled", []error{errThrottled}, 8, ErrThrottled, false},
		{"lost, then done", []error{errReset, serverError, nil}, 3, nil, false},
		{"lost, then in progress", []error{errReset, &types.TransactionInProgressException{}, nil}, 3, nil, false},
		{"lost, then refused", []error{errReset, canceledBy("ConditionalCheckFailed", "None")}, 2, ErrConditionFailed, false},
		{"lost, then throttled", []error{errReset, errThrottled}, 8, ErrThrottled, true},
		{"always lost", []error{errReset}, 8, errReset, true},
		{"lost, then other operations, by a wrapper's doing perhaps", []error{errReset, &types.IdempotentParameterMismatchException{}}, 2, ErrTokenReused, true},
		{"reused", []error{&types.IdempotentParameterMismatchException{}}, 1, ErrTokenReused, false},
		{"missing table", []error{&types.ResourceNotFoundException{}}, 1, nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &court{write: func(n int) error { return tc.errs[min(n, len(tc.errs))-1] }}
				users := repo[user](t, c)
				var stored user
				err := Transact(t.Context(), users.PutOp(user{ID: 1}, Stored(&stored)), users.DeleteOp(KeyOf(2)))
				require.Len(t, c.writes, tc.attempts)
				for _, in := range c.writes {
					require.Equal(t, c.writes[0].ClientRequestToken, in.ClientRequestToken, "one token")
				}
				last := tc.errs[min(len(tc.errs), tc.attempts)-1]
				require.Equal(t, last == nil, err == nil, "%v", err)
				require.Equal(t, last == nil, stored.ID == 1, "stored upon success only")
				require.Equal(t, tc.unknown, errors.Is(err, ErrUnknownOutcome), "%v", err)
				if tc.want != nil {
					require.ErrorIs(t, err, tc.want)
				}
				if last != nil {
					require.ErrorIs(t, err, last)
					var failed *TransactionError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, *c.writes[0].ClientRequestToken, failed.Token)
					require.Len(t, failed.Reasons, 2)
				}
			})
		})
	}
}

// What only the SDK gets to see is the same each time: another one's was in the way.
func TestTokenOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire := newWire()
		wire.fault = func(n int, _ func() *http.Response) (*http.Response, error) {
			if n == 1 {
				return nil, errReset
			}
			return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"}`), nil
		}
		err := Transact(t.Context(), repo[user](t, wire.client()).DeleteOp(KeyOf(1)))
		require.ErrorIs(t, err, ErrTokenReused)
		require.NotErrorIs(t, err, ErrUnknownOutcome)
	})
}

func TestTransactEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &court{write: func(int) error { return errReset }}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := Transact(ctx, repo[user](t, c).DeleteOp(KeyOf(1)))
		require.Equal(t, 200*time.Millisecond, time.Since(start))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, ErrUnknownOutcome)
	})
}

// What was applied is not applied again when DynamoDB may have forgotten the token:
// a connection that is dead for long, or a Lambda that was frozen, ends in a doubt.
func TestTokensAreNotTrustedForEver(t *testing.T) {
	add := expression.Add(expression.Name("n"), expression.Value(1))
	for name, count := range map[string]func(ctx context.Context, r *Repository[user]) error{
		"Transact": func(ctx context.Context, r *Repository[user]) error { return Transact(ctx, r.UpdateOp(KeyOf(1), add)) },
		"Once": func(ctx context.Context, r *Repository[user]) error {
			_, err := r.Update(ctx, KeyOf(1), add, Once())
			return err
		},
	} {
		for lost, attempts := range map[time.Duration]int{11 * time.Minute: 1, 5 * time.Minute: 2, 0: 3} {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				lose := func(n int) error {
					if sent = n; n == 3 {
						return nil
					}
					time.Sleep(lost)
					return errReset
				}
				wire := newWire()
				wire.fault = func(n int, _ func() *http.Response) (*http.Response, error) { return answer(200, "{}"), lose(n) }
				for _, c := range []Client{&court{write: lose}, wire.client()} {
					err := count(t.Context(), repo[user](t, c))
					require.Equal(t, attempts, sent, "%s, lost after %v", name, lost)
					require.Equal(t, attempts < 3, errors.Is(err, ErrUnknownOutcome), "%v", err)
					require.Equal(t, attempts < 3, err != nil)
				}
			})
		}
	}
}

// A transaction that was refused has not been applied: it may be repeated at any
// time.
func TestRefusedTransactionsAreRepeatedLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &court{}
		c.write = func(n int) error {
			if time.Sleep(11 * time.Minute); n%2 == 1 {
				return canceledBy("TransactionConflict")
			}
			return nil
		}
		require.NoError(t, Transact(t.Context(), repo[user](t, c).DeleteOp(KeyOf(1))))
		require.NoError(t, repo[user](t, c).Delete(t.Context(), KeyOf(1), Once()))
		require.Len(t, c.writes, 4)
	})
}

// 4 MB are taken, a byte more is not sent.
func TestTransactOf4MBIsTheLimit(t *testing.T) {
	c := &court{}
	users := repo[user](t, c)
	for more, sent := range []int{1, 1} {
		var ops []WriteOp
		left := maxTransactBytes + more
		for i := 1; left > 0; i++ {
			op := users.PutOp(user{ID: i, Name: strings.Repeat("x", min(left, 390<<10))})
			if over := op.op.size - left; over > 0 { // names, and the key
				op = users.PutOp(user{ID: i, Name: strings.Repeat("x", left-over)})
			}
			left -= op.op.size
			ops = append(ops, op)
		}
		err := Transact(t.Context(), ops...)
		require.Equal(t, more == 0, err == nil, "%v", err)
		require.Len(t, c.writes, sent)
	}
}

func TestTransactGetCountsCapacity(t *testing.T) {
	units := 2.0
	c := &court{get: func(int) (*dynamodb.TransactGetItemsOutput, error) {
		return &dynamodb.TransactGetItemsOutput{Responses: []types.ItemResponse{{Item: userItem("1", "Kim")}}, ConsumedCapacity: []types.ConsumedCapacity{{CapacityUnits: &units}}}, nil
	}}
	var used Consumed
	require.NoError(t, Transaction{Consumed: &used}.Get(t.Context(), repo[user](t, c).GetOp(KeyOf(1), new(user))))
	require.Equal(t, Consumed{Read: 2}, used)
}

// What a transaction of one write is answered, is what the write says.
func TestAnswersToOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &court{write: func(int) error { return &types.TransactionCanceledException{} }}
		err := repo[user](t, c).Delete(t.Context(), KeyOf(1), Once())
		var canceled *types.TransactionCanceledException
		require.ErrorAs(t, err, &canceled, "without a reason")
		require.NotErrorIs(t, err, ErrConditionFailed)
		require.NotErrorIs(t, err, ErrUnknownOutcome)

		units := 1.5
		two := twoTables{nil, &dynamodb.TransactWriteItemsOutput{ConsumedCapacity: []types.ConsumedCapacity{{CapacityUnits: &units}, {CapacityUnits: &units}}}}
		var used Consumed
		require.NoError(t, repo[user](t, two).Delete(t.Context(), KeyOf(1), Once(), Capacity(&used)))
		require.Equal(t, Consumed{Write: 3}, used)
	})
}

type twoTables struct {
	Client
	out *dynamodb.TransactWriteItemsOutput
}

func (c twoTables) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return c.out, nil
}

// odd is a client that looks as if it could be compared.
type odd struct {
	Client
	more any
}

func TestClientsThatCannotBeCompared(t *testing.T) {
	var c Client = odd{&court{}, []int{1}}
	require.NoError(t, Transact(t.Context(), repo[user](t, c).DeleteOp(KeyOf(1)), repo[order](t, c).DeleteOp(KeyOf("kim", 1))))
}

// Over the wire: the SDK repeats nothing itself, and an empty body is no success.
func TestTransactOverTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bodies := []string{"", `{"CancellationReasons":[],`, "{}"}
		var tokens []string
		w := newWire()
		client := w.client(func(o *dynamodb.Options) {
			o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(req.Body)
				_, after, _ := strings.Cut(string(b), `"ClientRequestToken":"`)
				token, _, _ := strings.Cut(after, `"`)
				tokens = append(tokens, token)
				return answer(200, bodies[len(tokens)-1]), err
			})
		})
		require.NoError(t, Transact(t.Context(), repo[user](t, client).DeleteOp(KeyOf(1))))
		require.Len(t, tokens, 3)
		require.Equal(t, []string{tokens[0], tokens[0], tokens[0]}, tokens)
	})
}

func TestTransactGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kim, his := userItem("1", "Kim"), item{"user": avS("kim"), "no": avN("1"), "sum": avN("5")}
		c := &court{}
		users, orders := repo[user](t, c), repo[order](t, c)
		var u, nobody user
		var o order
		get := func(answers ...item) error {
			c.gets = nil
			c.get = func(n int) (*dynamodb.TransactGetItemsOutput, error) {
				if n == 1 {
					return nil, canceledBy("TransactionConflict", "None", "None")
				}
				out := &dynamodb.TransactGetItemsOutput{}
				for _, m := range answers {
					out.Responses = append(out.Responses, types.ItemResponse{Item: m})
				}
				return out, nil
			}
			u, nobody, o = user{}, user{}, order{}
			return TransactGet(t.Context(), users.GetOp(KeyOf(1), &u), orders.GetOp(KeyOf("kim", 1), &o, Project("sum")), users.GetOp(KeyOf(2), &nobody))
		}
		require.NoError(t, get(kim, his, userItem("2", "Lee")))
		require.Equal(t, []any{user{ID: 1, Name: "Kim"}, order{"kim", 1, 5}, user{ID: 2, Name: "Lee"}}, []any{u, o, nobody})
		require.Len(t, c.gets, 2, "a conflict is repeated")
		require.Equal(t, "#0, #1, #2", *c.gets[0].TransactItems[1].Get.ProjectionExpression)

		err := get(kim, his, nil)
		require.ErrorIs(t, err, ErrNotFound)
		require.EqualError(t, err, "dynamo: transact: operation 2, get ausg: item not found")
		require.Equal(t, user{ID: 1, Name: "Kim"}, u, "the others are read")

		for _, answers := range [][]item{{kim, his}, {kim, his, kim}, {}} {
			err = get(answers...)
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.NotErrorIs(t, err, ErrUnknownOutcome)
			require.Zero(t, u, "nothing is changed")
			require.Len(t, c.gets, 8)
		}
		err = get(kim, item{"user": avS("kim"), "no": avN("1"), "sum": avS("x")}, nil)
		var bad *DecodeError
		require.ErrorAs(t, err, &bad)
		require.Zero(t, u)
		require.Len(t, c.gets, 2)
	})
}

// A counter behind a wire that loses every fifth answer after the write counts
// right: every attempt of one call carries one token.
func TestCountersCountRight(t *testing.T) {
	const seed, calls = 12, 500
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, seed)
		done, count := map[string]bool{}, 0
		c := &court{}
		c.write = func(int) error {
			if token := *c.writes[len(c.writes)-1].ClientRequestToken; !done[token] {
				done[token] = true
				count++
			}
			if b.rnd.Float64() < 0.2 {
				return errReset
			}
			return nil
		}
		users := repo[user](t, c)
		for range calls {
			u := expression.Add(expression.Name("n"), expression.Value(1))
			require.NoError(t, Transact(t.Context(), users.UpdateOp(KeyOf(1), u)))
		}
		require.Equal(t, calls, count)
		require.Greater(t, len(c.writes), calls+50, "answers were lost")
	})
}
