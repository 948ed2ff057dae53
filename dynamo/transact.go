package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Transactions whose answer is lost.
//
// A write transaction carries a token by which DynamoDB knows a repetition for
// ten minutes: one that was done is answered with success and not done again.
// So every attempt whose outcome is unknown is simply repeated, and what the
// last answer says is true of all of them. Transactions that others stand in the
// way of are repeated as well, which the SDK does not do.

// Limits of a transaction ("Quotas in Amazon DynamoDB").
const (
	maxOperations    = 100
	maxTransactBytes = 4 << 20
)

// Attempts at a transaction.
const transactAttempts = 8

// ErrTokenReused says that the token of a transaction was used with other
// operations within the last ten minutes. Nothing was written, unless the error
// matches [ErrUnknownOutcome] as well.
var ErrTokenReused = errors.New("the token was used for another transaction")

// Transaction is how to run a transaction. The zero value is ready to use, and is
// what [Transact] and [TransactGet] use.
type Transaction struct {
	// Token, of 1 to 36 characters, makes a write happen once even if it is asked
	// for again within ten minutes, by this call or another, as when an event is
	// delivered twice. The operations must be the same, or the error is
	// [ErrTokenReused]. By default each call makes its own.
	Token string

	// Consumed, if not nil, has added to it what the transaction consumes; see
	// [Capacity].
	Consumed *Consumed
}

// Transact writes all operations, up to 100 of 4 MB together, or none. They may
// be of several repositories, which must have one client, and must be about
// different items.
//
//	err := dynamo.Transact(ctx,
//		orders.PutOp(order, dynamo.IfNotExists()),
//		stock.UpdateOp(dynamo.KeyOf(order.Article), expression.Add(…)),
//		users.CheckOp(dynamo.KeyOf(order.User), expression.Name("active").Equal(…)),
//	)
//
// If DynamoDB cancels it the error is a [*TransactionError] that says of each
// operation what stood in its way; a condition that did not hold is a
// [*ConditionError] of the repository's type, found by [errors.As].
//
// Conflicts with other transactions, throttling and lost answers are repeated
// with the same token, up to 8 times in all and for as long as DynamoDB knows the
// token; see [Backoff]. An outcome that is unknown after that is
// [ErrUnknownOutcome].
func Transact(ctx context.Context, ops ...WriteOp) error {
	return Transaction{}.Write(ctx, ops...)
}

// TransactGet reads up to 100 items, of several repositories with one client, as
// they are at one moment. If one is missing the error is a [*TransactionError] that
// matches [ErrNotFound]; the others are stored all the same. After any other error
// none is.
func TransactGet(ctx context.Context, ops ...ReadOp) error {
	return Transaction{}.Get(ctx, ops...)
}

// Write is [Transact] with the settings of t.
func (t Transaction) Write(ctx context.Context, ops ...WriteOp) error {
	token := t.Token
	if token == "" {
		token = rand.Text()
	}
	x := &exchange{operation: "TransactWriteItems", token: token, meter: t.meter()}
	in := &dynamodb.TransactWriteItemsInput{
		ClientRequestToken:     aws.String(token),
		ReturnConsumedCapacity: x.meter.wanted(),
	}
	for _, op := range ops {
		x.add(op.op)
		in.TransactItems = append(in.TransactItems, op.write)
	}
	if len(token) > maxToken {
		x.bad = errors.New("the token is longer than 36 characters")
	}
	err := x.run(ctx, func(hooks ...func(*dynamodb.Options)) error {
		out, err := x.store.client.TransactWriteItems(ctx, x.store.own(in).(*dynamodb.TransactWriteItemsInput), hooks...)
		if err == nil && out != nil {
			x.meter.writes(out.ConsumedCapacity)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, op := range ops {
		if op.done != nil {
			op.done()
		}
	}
	return nil
}

// Get is [TransactGet] with the settings of t. Token has no effect: reading needs
// none.
func (t Transaction) Get(ctx context.Context, ops ...ReadOp) error {
	x := &exchange{operation: "TransactGetItems", meter: t.meter()}
	in := &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: x.meter.wanted()}
	for _, op := range ops {
		x.add(op.op)
		in.TransactItems = append(in.TransactItems, op.get)
	}
	var missing []int
	err := x.run(ctx, func(hooks ...func(*dynamodb.Options)) error {
		out, err := x.store.client.TransactGetItems(ctx, x.store.own(in).(*dynamodb.TransactGetItemsInput), hooks...)
		if err != nil {
			return err
		}
		if out == nil {
			return errEmptyBody
		}
		x.meter.reads(out.ConsumedCapacity)
		missing, err = take(ops, out.Responses)
		return err
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	e := x.failure(ErrNotFound)
	for _, i := range missing {
		e.Reasons[i].Err = ErrNotFound
	}
	return e
}

// take decodes all answers and then stores them, so that an error changes
// nothing. It gives the places of those that there is no item for.
func take(ops []ReadOp, answers []types.ItemResponse) (missing []int, err error) {
	if len(answers) != len(ops) {
		return nil, corrupt("%d answers to %d operations", len(answers), len(ops))
	}
	values := make([]reflect.Value, len(ops))
	for i, op := range ops {
		if answers[i].Item == nil {
			missing = append(missing, i)
			continue
		}
		if values[i], err = op.decode(answers[i].Item); err != nil {
			return nil, errorf("operation %d: %w", i, err)
		}
	}
	for i, v := range values {
		if v.IsValid() {
			ops[i].into.Set(v)
		}
	}
	return missing, nil
}

func (t Transaction) meter() *meter {
	if t.Consumed == nil {
		return nil
	}
	return &meter{into: t.Consumed}
}

// exchange is a transaction under way.
type exchange struct {
	operation string // DynamoDB's name
	token     string // of a write
	meter     *meter
	store     *store // of the first operation
	ops       []*operation
	bad       error // why it cannot be sent
}

// add takes one operation and checks what can be checked before sending.
func (x *exchange) add(op *operation) {
	i := len(x.ops)
	switch {
	case op == nil:
		op = &operation{}
		x.wrong(errorf("operation %d is the zero value", i))
	case op.err != nil:
		x.wrong(errorf("operation %d, %s %s: %w", i, op.name, op.table, op.err))
	case x.store == nil:
		x.store = op.store
	case !sameClient(x.store.client, op.store.client):
		x.wrong(errorf("operation %d has another client than those before it", i))
	}
	x.ops = append(x.ops, op)
}

func (x *exchange) wrong(err error) {
	if x.bad == nil {
		x.bad = err
	}
}

// check refuses what DynamoDB would refuse.
func (x *exchange) check() error {
	switch {
	case x.bad != nil:
		return x.bad
	case len(x.ops) == 0:
		return errors.New("there are no operations")
	case len(x.ops) > maxOperations:
		return errorf("%d operations, DynamoDB takes %d", len(x.ops), maxOperations)
	}
	size, seen := 0, map[string]int{}
	for i, op := range x.ops {
		size += op.size
		if before, twice := seen[op.id]; twice {
			return errorf("operations %d and %d are about the same item", before, i)
		}
		seen[op.id] = i
	}
	if size > maxTransactBytes {
		return errorf("the items have %d bytes together, DynamoDB takes %d", size, maxTransactBytes)
	}
	return nil
}

// sameClient compares clients, where they can be compared.
func sameClient(a, b Client) bool {
	return !reflect.ValueOf(a).Comparable() || !reflect.ValueOf(b).Comparable() || a == b
}

// run sends the transaction until it is answered. Its errors carry the prefix.
func (x *exchange) run(ctx context.Context, send func(hooks ...func(*dynamodb.Options)) error) error {
	err := x.check()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return errorf("dynamo: transact: %w", err)
	}
	o := x.store.watch(ctx, x.operation)
	until := tokenEnd()
	for attempt, doubt := 1, false; ; attempt++ {
		a := newAttempt()
		err := send(a.hook, o.attach)
		v := a.end(ctx, err)
		o.end(len(x.ops), v.err)
		if v.err == nil {
			return nil
		}
		doubt = x.token != "" && (doubt || v.doubtful) && !x.settles(v.err)
		if bad := (*DecodeError)(nil); errors.As(v.err, &bad) {
			v.again = false
		}
		if v.again && attempt < transactAttempts {
			ended := x.store.backoff.wait(ctx, attempt)
			if ended == nil && !(doubt && time.Now().After(until)) {
				continue
			}
			v.err = errors.Join(v.err, ended)
		}
		if doubt {
			v.err = errorf("%w: %w", ErrUnknownOutcome, v.err)
		}
		return x.failure(v.err)
	}
}

// settles tells whether an answer leaves no doubt about the attempts before it
// with the same token: had one been applied, it would have been a success. But where
// something else changes what is sent, encrypts it say, an attempt may be none of the
// same operations: then it was perhaps the one before that used the token.
func (x *exchange) settles(err error) bool {
	var canceled *types.TransactionCanceledException
	var reused *types.IdempotentParameterMismatchException
	return errors.As(err, &canceled) || !x.store.copies && errors.As(err, &reused)
}

// failure makes the error of a transaction.
func (x *exchange) failure(err error) *TransactionError {
	var reused *types.IdempotentParameterMismatchException
	if errors.As(err, &reused) {
		err = errorf("%w: %w", ErrTokenReused, err)
	}
	e := &TransactionError{Token: x.token, Reasons: make([]Reason, len(x.ops)), Err: why(err)}
	for i, op := range x.ops {
		e.Reasons[i] = Reason{Operation: op.name, Table: op.table}
	}
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) || len(canceled.CancellationReasons) != len(x.ops) {
		return e
	}
	for i, reason := range canceled.CancellationReasons {
		e.Reasons[i].take(x.ops[i], reason)
	}
	return e
}
