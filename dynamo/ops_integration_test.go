package dynamo_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Ticket has a tag of every kind.
type Ticket struct {
	PK      string    `dynamodbav:"pk"               dynamo:"partition,template=ORG#{org}"`
	SK      string    `dynamodbav:"sk"               dynamo:"sort,template=TICKET#{no}"`
	Org     string    `dynamodbav:"org"`
	No      int       `dynamodbav:"no"`
	Owner   string    `dynamodbav:"owner.name,omitempty" dynamo:"index=byOwner,partition"`
	Due     int       `dynamodbav:"due"              dynamo:"index=byOwner,sort,index=byDue,sort"`
	Status  string    `dynamodbav:"status"` // a reserved word
	Hits    int       `dynamodbav:"hits"`
	Tags    []string  `dynamodbav:"tags,stringset,omitempty"`
	Expires time.Time `dynamodbav:"expires,unixtime" dynamo:"ttl"`
	Created time.Time `dynamodbav:"created"          dynamo:"created"`
	Updated time.Time `dynamodbav:"updated,unixtime" dynamo:"updated"`
	Version int       `dynamodbav:"version"          dynamo:"version"`
}

const tickets = "tickets"

// ticking is a clock that is a second further every time.
func ticking() func() time.Time {
	now := time.Date(2026, 7, 19, 12, 0, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func newTickets(t *testing.T, c dynamo.Client, opts ...dynamo.Option) *dynamo.Repository[Ticket] {
	t.Helper()
	r, err := dynamo.New[Ticket](c, tickets, append(opts, dynamo.Clock(ticking()))...)
	require.NoError(t, err)
	return r
}

func name(s string) expression.NameBuilder { return expression.Name(s) }
func value(v any) expression.ValueBuilder  { return expression.Value(v) }
func at(r int) time.Time                   { return time.Date(2026, 7, 19, 12, 0, r, 0, time.UTC) }
func ofOrg(s string) expression.KeyConditionBuilder {
	return expression.Key("pk").Equal(expression.Value("ORG#" + s))
}

func TestVersions(t *testing.T) {
	eachDoorOf[Ticket](t, tickets, func(t *testing.T, c dynamo.Client) {
		r, ctx := newTickets(t, c), t.Context()
		mine := Ticket{Org: "acme", No: 1, Status: "open"}
		require.NoError(t, r.Put(ctx, mine, dynamo.Stored(&mine)))
		require.Equal(t, 1, mine.Version)
		require.Equal(t, "ORG#acme", mine.PK)
		got, err := r.Get(ctx, r.KeyFor(Ticket{Org: "acme", No: 1}), dynamo.Consistent())
		require.NoError(t, err)
		mine.Expires = got.Expires // the same time in another zone
		require.Equal(t, mine.Updated.Unix(), got.Updated.Unix())
		mine.Updated = got.Updated
		require.Equal(t, mine, got, "Stored is what is read")

		yours := got
		mine.Status = "mine"
		require.NoError(t, r.Put(ctx, mine, dynamo.Stored(&mine)))
		require.Equal(t, 2, mine.Version)
		require.Equal(t, at(1), mine.Created, "the time of creation is kept")
		require.Equal(t, at(2), mine.Updated)

		yours.Status = "yours"
		err = r.Put(ctx, yours)
		var failed *dynamo.ConditionError[Ticket]
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "mine", failed.Old.Status, "the second writer learns of the first")
		require.False(t, failed.Missing)
		require.ErrorIs(t, r.Put(ctx, Ticket{Org: "acme", No: 1}), dynamo.ErrConditionFailed, "version 0 creates")

		_, err = r.Update(ctx, r.KeyFor(mine), expression.Set(name("status"), value("x")), dynamo.IfVersion(1))
		require.ErrorIs(t, err, dynamo.ErrConditionFailed)
		mine, err = r.Update(ctx, r.KeyFor(mine), expression.Set(name("status"), value("done")), dynamo.IfVersion(2))
		require.NoError(t, err)
		require.Equal(t, 3, mine.Version)
		mine, err = r.Update(ctx, r.KeyFor(mine), expression.Add(name("hits"), value(5)))
		require.NoError(t, err)
		require.Equal(t, []any{4, 5, "done"}, []any{mine.Version, mine.Hits, mine.Status})
		require.Equal(t, at(1), mine.Created)
		require.Greater(t, mine.Updated.Unix(), at(2).Unix())

		require.ErrorIs(t, r.Delete(ctx, r.KeyFor(mine), dynamo.IfVersion(3)), dynamo.ErrConditionFailed)
		require.NoError(t, r.Delete(ctx, r.KeyFor(mine), dynamo.IfVersion(4)))

		err = r.Put(ctx, mine)
		require.ErrorAs(t, err, &failed)
		require.True(t, failed.Missing)
		require.Nil(t, failed.Old)
		_, err = r.Update(ctx, r.KeyFor(mine), expression.Add(name("hits"), value(1)))
		require.ErrorIs(t, err, dynamo.ErrConditionFailed)
		require.ErrorIs(t, r.Delete(ctx, r.KeyFor(mine), dynamo.IfVersion(0)), dynamo.ErrConditionFailed)
		_, err = r.Get(ctx, r.KeyFor(mine), dynamo.Consistent())
		require.ErrorIs(t, err, dynamo.ErrNotFound, "what was deleted stays deleted")

		created, err := r.Update(ctx, r.KeyFor(mine), expression.Set(name("due"), value(7)), dynamo.IfNotExists())
		require.NoError(t, err)
		require.Equal(t, []any{"acme", 1, 7, 1}, []any{created.Org, created.No, created.Due, created.Version}, "parts of the key are read from it")
	})
}

// An item that was written before its type had a version has version 0, whether
// the attribute is missing, NULL or zero.
func TestVersionsOfOldItems(t *testing.T) {
	eachDoorOf[Ticket](t, tickets, func(t *testing.T, c dynamo.Client) {
		r, ctx := newTickets(t, c), t.Context()
		for i, version := range []types.AttributeValue{nil, &types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberN{Value: "0"}} {
			item := map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "ORG#acme"}, "sk": &types.AttributeValueMemberS{Value: fmt.Sprint("TICKET#", i)},
			}
			if version != nil {
				item["version"] = version
			}
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tickets), Item: item})
			require.NoError(t, err)
			got, err := r.Get(ctx, dynamo.KeyOf("ORG#acme", fmt.Sprint("TICKET#", i)))
			require.NoError(t, err)
			require.Zero(t, got.Version)
			require.ErrorIs(t, r.Put(ctx, got, dynamo.IfNotExists()), dynamo.ErrConditionFailed)
			_, err = r.Update(ctx, r.KeyFor(got), expression.Set(name("status"), value("x")), dynamo.IfVersion(0))
			require.NoError(t, err)
			require.ErrorIs(t, r.Put(ctx, got), dynamo.ErrConditionFailed)
		}
	})
}

func TestOldItems(t *testing.T) {
	eachDoorOf[Ticket](t, tickets, func(t *testing.T, c dynamo.Client) {
		r, ctx := newTickets(t, c), t.Context()
		key := dynamo.KeyOf("ORG#acme", "TICKET#1")
		old := &Ticket{Status: "stale"}
		v := Ticket{Org: "acme", No: 1, Status: "open"}
		require.NoError(t, r.Put(ctx, v, dynamo.Old(&old), dynamo.Stored(&v)))
		require.Nil(t, old, "there was none")
		v.Status = "done"
		require.NoError(t, r.Put(ctx, v, dynamo.Old(&old)))
		require.Equal(t, "open", old.Status)
		got, err := r.Update(ctx, key, expression.Set(name("status"), value("shut")), dynamo.Old(&old))
		require.NoError(t, err)
		require.Zero(t, got)
		require.Equal(t, "done", old.Status)
		require.NoError(t, r.Delete(ctx, key, dynamo.Old(&old)))
		require.Equal(t, []any{"shut", 3}, []any{old.Status, old.Version})
		require.NoError(t, r.Delete(ctx, key, dynamo.Old(&old)))
		require.Nil(t, old)
	})
}

func TestUpdates(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx, key := newDocs(t, c), t.Context(), dynamo.KeyOf("a", 1)
		got, err := r.Update(ctx, key, expression.Add(name("size"), value(2)).
			Add(name("tags"), value(&types.AttributeValueMemberSS{Value: []string{"x", "y"}})).
			Set(name("body"), expression.IfNotExists(name("body"), value("b"))))
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"x", "y"}, got.Tags)
		got.Tags = nil
		require.Equal(t, Doc{ID: "a", Rev: 1, Body: "b", Size: 2}, got, "an update creates what is not there")
		got, err = r.Update(ctx, key, expression.Set(name("size"), name("size").Plus(value(40))).Remove(name("tags")),
			dynamo.If(name("size").Equal(value(2))))
		require.NoError(t, err)
		require.Equal(t, Doc{ID: "a", Rev: 1, Body: "b", Size: 42}, got)

		_, err = r.Update(ctx, key, expression.Set(name("size"), value(0)), dynamo.If(name("size").Equal(value(2))))
		var failed *dynamo.ConditionError[Doc]
		require.ErrorAs(t, err, &failed)
		require.Equal(t, &got, failed.Old)
		require.Equal(t, "update", failed.Operation)
		_, err = r.Update(ctx, dynamo.KeyOf("b", 1), expression.Set(name("size"), value(0)), dynamo.If(name("size").Equal(value(2))))
		require.ErrorAs(t, err, &failed)
		require.True(t, failed.Missing)
	})
}

func TestOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx, key := newDocs(t, c), t.Context(), dynamo.KeyOf("a", 1)
		count := func(opts ...dynamo.WriteOption) error {
			_, err := r.Update(ctx, key, expression.Add(name("size"), value(1)), opts...)
			return err
		}
		for range 3 {
			require.NoError(t, count(dynamo.Once("event-4711")), "the same event, delivered three times")
		}
		require.NoError(t, count(dynamo.Once()))
		require.NoError(t, count(dynamo.Once()))
		got, err := r.Get(ctx, key, dynamo.Consistent())
		require.NoError(t, err)
		require.Equal(t, 3, got.Size)
		err = r.Delete(ctx, key, dynamo.Once("event-4711"))
		var mismatch *types.IdempotentParameterMismatchException
		require.ErrorAs(t, err, &mismatch)

		var failed *dynamo.ConditionError[Doc]
		require.ErrorAs(t, r.Put(ctx, Doc{ID: "a", Rev: 1}, dynamo.IfNotExists(), dynamo.Once()), &failed)
		require.Equal(t, 3, failed.Old.Size)
		require.ErrorAs(t, r.Delete(ctx, dynamo.KeyOf("b", 1), dynamo.If(name("size").Equal(value(1))), dynamo.Once()), &failed)
		require.True(t, failed.Missing)
		require.NoError(t, r.Delete(ctx, key, dynamo.Once()))
		_, err = r.Get(ctx, key, dynamo.Consistent())
		require.ErrorIs(t, err, dynamo.ErrNotFound)
	})
}

func TestQueries(t *testing.T) {
	const n = 60
	eachDoorOf[Ticket](t, tickets, func(t *testing.T, c dynamo.Client) {
		r, ctx := newTickets(t, c, dynamo.CursorKey([]byte("0123456789abcdef"))), t.Context()
		for i := range n {
			v := Ticket{Org: fmt.Sprint("org", i%2), No: i, Due: i / 4, Status: []string{"open", "done"}[i%3/2]}
			if i%3 > 0 {
				v.Owner = "kim"
			}
			require.NoError(t, r.Put(ctx, v))
		}
		kim := expression.Key("owner.name").Equal(value("kim"))
		open := dynamo.Filter(name("status").Equal(value("open")))
		for _, tc := range []struct {
			name  string
			k     expression.KeyConditionBuilder
			opts  []dynamo.ReadOption
			want  func(i int) bool
			order func(a, b Ticket) bool // of neighbours
		}{
			{"a partition", ofOrg("org0"), nil, func(i int) bool { return i%2 == 0 }, func(a, b Ticket) bool { return a.SK < b.SK }},
			{"backwards", ofOrg("org1"), []dynamo.ReadOption{dynamo.Descending(), dynamo.Consistent()}, func(i int) bool { return i%2 == 1 }, func(a, b Ticket) bool { return a.SK > b.SK }},
			{"from a sort key", ofOrg("org0").And(expression.Key("sk").BeginsWith("TICKET#1")), nil,
				func(i int) bool { return i%2 == 0 && fmt.Sprint(i)[0] == '1' }, func(a, b Ticket) bool { return a.SK < b.SK }},
			{"a filter", ofOrg("org0"), []dynamo.ReadOption{open}, func(i int) bool { return i%2 == 0 && i%3 < 2 }, func(a, b Ticket) bool { return a.SK < b.SK }},
			{"a local index", ofOrg("org0").And(expression.Key("due").LessThan(value(9))), []dynamo.ReadOption{dynamo.Index("byDue"), dynamo.Consistent()},
				func(i int) bool { return i%2 == 0 && i/4 < 9 }, func(a, b Ticket) bool { return a.Due <= b.Due }},
			{"a global index", kim, []dynamo.ReadOption{dynamo.Index("byOwner"), dynamo.Descending(), dynamo.Project("status")},
				func(i int) bool { return i%3 > 0 }, func(a, b Ticket) bool { return a.Due >= b.Due }},
			{"a global index and a filter", kim.And(expression.Key("due").Between(value(2), value(11))), []dynamo.ReadOption{dynamo.Index("byOwner"), open},
				func(i int) bool { return i%3 == 1 && i/4 >= 2 && i/4 <= 11 }, func(a, b Ticket) bool { return a.Due <= b.Due }},
			{"nothing", ofOrg("org2"), nil, func(int) bool { return false }, nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				var want []int
				for i := range n {
					if tc.want(i) {
						want = append(want, i)
					}
				}
				var got []Ticket
				for v, err := range r.Query(ctx, tc.k, tc.opts...) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.ElementsMatch(t, want, numbers(got))
				for i := 1; i < len(got); i++ {
					require.True(t, tc.order(got[i-1], got[i]))
				}
				for _, limit := range []int{1, 7, 1000} {
					require.Equal(t, numbers(got), numbers(pagesOf(t, r, tc.k, limit, tc.opts...)))
				}
				require.Equal(t, numbers(got), numbers(pagesOf(t, r, tc.k, 4, append(tc.opts, dynamo.PageSize(3))...)))
			})
		}
		all, err := r.All(ctx, dynamo.Index("byOwner"))
		require.NoError(t, err)
		require.Len(t, all, n*2/3, "an item without the index's key is not in it")
	})
}

func numbers(list []Ticket) (out []int) {
	for _, v := range list {
		out = append(out, v.No)
	}
	return out
}

// pagesOf reads a query page by page, and deletes nothing of it.
func pagesOf(t *testing.T, r *dynamo.Repository[Ticket], k expression.KeyConditionBuilder, limit int, opts ...dynamo.ReadOption) (out []Ticket) {
	t.Helper()
	for cursor, first := "", true; first || cursor != ""; first = false {
		page, err := r.QueryPage(t.Context(), k, cursor, limit, opts...)
		require.NoError(t, err)
		out, cursor = append(out, page.Items...), page.Next
		if cursor != "" {
			require.Len(t, page.Items, limit)
		}
	}
	return out
}

// An item cannot have a key of an index that DynamoDB would refuse.
func TestIndexKeysAreChecked(t *testing.T) {
	type it struct {
		ID    string  `dynamodbav:"id" dynamo:"partition"`
		Email *string `dynamodbav:"email" dynamo:"index=byEmail,partition"`
	}
	eachDoorOf[it](t, "its", func(t *testing.T, c dynamo.Client) {
		r, err := dynamo.New[it](c, "its")
		require.NoError(t, err)
		require.EqualError(t, r.Put(t.Context(), it{ID: "a", Email: aws.String("")}),
			`dynamo: put its: attribute "email" (field Email), a key of index "byEmail": a key cannot be empty; the option omitempty of dynamodbav keeps such items out of the index`)
		require.ErrorContains(t, r.Put(t.Context(), it{ID: "a"}), "want type S, got NULL; the option omitempty")
		require.NoError(t, r.Put(t.Context(), it{ID: "a", Email: aws.String("a@example.com")}))
	})
}

func TestCapacity(t *testing.T) {
	eachDoor(t, func(t *testing.T, c dynamo.Client) {
		r, ctx := newDocs(t, c), t.Context()
		var used dynamo.Consumed
		for i := range 10 {
			require.NoError(t, r.Put(ctx, Doc{ID: "a", Rev: i}, dynamo.Capacity(&used)))
		}
		require.Equal(t, dynamo.Consumed{Write: 10}, used)
		_, err := r.Update(ctx, dynamo.KeyOf("a", 1), expression.Set(name("body"), value("b")), dynamo.Capacity(&used))
		require.NoError(t, err)
		require.NoError(t, r.Delete(ctx, dynamo.KeyOf("a", 9), dynamo.Capacity(&used)))
		require.Equal(t, dynamo.Consumed{Write: 12}, used)

		used = dynamo.Consumed{}
		_, err = r.Get(ctx, dynamo.KeyOf("a", 1), dynamo.Consistent(), dynamo.Capacity(&used))
		require.NoError(t, err)
		require.Equal(t, dynamo.Consumed{Read: 1}, used)
		for _, err := range r.Query(ctx, expression.Key("id").Equal(value("a")), dynamo.PageSize(1), dynamo.Capacity(&used)) {
			require.NoError(t, err)
		}
		require.GreaterOrEqual(t, used.Read, 1+9*0.5, "the sum of all pages")
	})
}

// 500 increments through answers that get lost. The SDK's blind repetition counts
// hundreds too many; see TestLostAnswerOfAnUpdate for what is not repeated.
func TestCounter(t *testing.T) {
	const n, seed = 500, 3
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		db := dynamotest.New(dynamotest.TableFor[Doc](docs))
		for i, operation := range []string{"UpdateItem", "TransactWriteItems"} {
			for j, effect := range []dynamotest.Effect{dynamotest.InternalError, dynamotest.Reset, dynamotest.CutBody, dynamotest.EmptyBody} {
				db.Inject(dynamotest.Fault{Operation: operation, Effect: effect, Applied: true, Chance: 0.05, Seed: uint64(seed + 10*i + j)})
			}
			db.Inject(dynamotest.Fault{Operation: operation, Effect: dynamotest.InternalError, Chance: 0.05, Seed: seed})
			db.Inject(dynamotest.Fault{Operation: operation, Effect: dynamotest.Conflict, Chance: 0.05, Seed: seed})
		}
		sdk := db.Client()
		r := newDocs(t, sdk)
		count := expression.Add(name("size"), value(1))

		size := func(id string) int {
			got, err := r.Get(t.Context(), dynamo.KeyOf(id, 1), dynamo.Consistent())
			require.NoError(t, err)
			return got.Size
		}
		for range n {
			_, _ = sdk.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName:        aws.String(docs),
				Key:              map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "sdk"}, "rev": &types.AttributeValueMemberN{Value: "1"}},
				UpdateExpression: aws.String("ADD #s :one"), ExpressionAttributeNames: map[string]string{"#s": "size"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
			})
		}
		require.Greater(t, size("sdk"), n+20, "the faults are such that the SDK alone goes wrong")

		for range n {
			_, err := r.Update(t.Context(), dynamo.KeyOf("once", 1), count, dynamo.Once())
			require.NoError(t, err)
		}
		require.Equal(t, n, size("once"))

		known, unknown := 0, 0
		for range n {
			_, err := r.Update(t.Context(), dynamo.KeyOf("plain", 1), count)
			switch {
			case err == nil:
				known++
			case errors.Is(err, dynamo.ErrUnknownOutcome):
				unknown++
			default:
				require.NotErrorIs(t, err, dynamo.ErrConditionFailed)
			}
		}
		require.LessOrEqual(t, known, size("plain"))
		require.LessOrEqual(t, size("plain"), known+unknown, "never counted twice")
		t.Logf("without Once: %d known, %d unknown, the counter is at %d", known, unknown, size("plain"))
	})
}
