package dynamo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

type visit struct {
	Page string `dynamodbav:"page" dynamo:"partition"`
	At   int    `dynamodbav:"at"   dynamo:"sort"`
	User string `dynamodbav:"us.er" dynamo:"index=byUser,partition"`
	Cost int    `dynamodbav:"cost" dynamo:"index=byUser,sort,index=byCost,sort"`
	Size int    `dynamodbav:"size"` // a reserved word
}

var (
	ofPage = expression.Key("page").Equal(expression.Value("/"))
	ofUser = expression.Key("us.er").Equal(expression.Value("kim"))
)

// visits answers queries with the items at 1…n of one page and one user.
func visits(n, page int) (*fake, *[]*dynamodb.QueryInput) {
	var sent []*dynamodb.QueryInput
	return &fake{query: func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
		sent = append(sent, in)
		at, most := 0, page
		if in.ExclusiveStartKey != nil {
			at, _ = strconv.Atoi(in.ExclusiveStartKey["at"].(*types.AttributeValueMemberN).Value)
		}
		if in.Limit != nil {
			most = min(most, int(*in.Limit))
		}
		out := &dynamodb.QueryOutput{}
		for ; at < n && len(out.Items) < most; at++ {
			k := strconv.Itoa(at + 1)
			out.Items = append(out.Items, item{"page": avS("/"), "at": avN(k), "us.er": avS("kim"), "cost": avN(k), "size": avN("1")})
		}
		if at < n {
			out.LastEvaluatedKey = item{"page": avS("/"), "at": avN(strconv.Itoa(at)), "us.er": avS("kim"), "cost": avN(strconv.Itoa(at))}
		}
		return out, nil
	}}, &sent
}

func TestQueryRequest(t *testing.T) {
	f, sent := visits(3, 10)
	r := repo[visit](t, f)
	for v, err := range r.Query(t.Context(), ofUser.And(expression.Key("cost").Between(expression.Value(1), expression.Value(9))),
		Index("byUser"), Descending(), PageSize(7), Project("size"), Capacity(new(Consumed)), Filter(expression.Name("size").GreaterThan(expression.Value(0)))) {
		require.NoError(t, err)
		require.Equal(t, "kim", v.User)
	}
	require.Equal(t, &dynamodb.QueryInput{
		TableName:              aws.String("ausg"),
		IndexName:              aws.String("byUser"),
		KeyConditionExpression: aws.String("(#1 = :1) AND (#2 BETWEEN :2 AND :3)"),
		FilterExpression:       aws.String("#0 > :0"),
		ProjectionExpression:   aws.String("#3, #4, #1, #2, #0"),
		ExpressionAttributeNames: map[string]string{
			"#0": "size", "#1": "us.er", "#2": "cost", "#3": "page", "#4": "at",
		},
		ExpressionAttributeValues: item{":0": avN("0"), ":1": avS("kim"), ":2": avN("1"), ":3": avN("9")},
		ScanIndexForward:          aws.Bool(false),
		Select:                    types.SelectSpecificAttributes,
		Limit:                     aws.Int32(7),
		ReturnConsumedCapacity:    types.ReturnConsumedCapacityTotal,
	}, (*sent)[0])

	*sent = nil
	for _, err := range r.Query(t.Context(), ofPage, Consistent()) {
		require.NoError(t, err)
	}
	require.Equal(t, &dynamodb.QueryInput{
		TableName:                 aws.String("ausg"),
		KeyConditionExpression:    aws.String("#0 = :0"),
		ExpressionAttributeNames:  map[string]string{"#0": "page"},
		ExpressionAttributeValues: item{":0": avS("/")},
		ConsistentRead:            aws.Bool(true),
	}, (*sent)[0])
}

func TestQueriesThatCannotBe(t *testing.T) {
	f := &fake{}
	r := repo[visit](t, f)
	for _, tc := range []struct {
		name string
		k    expression.KeyConditionBuilder
		opts []ReadOption
		want string
	}{
		{"another attribute", expression.Key("size").Equal(expression.Value(1)), nil, `key condition: attribute "size" is not part of the key (page, at)`},
		{"key of an index", ofUser, nil, `key condition: attribute "us.er" is not part of the key (page, at)`},
		{"key of the table", ofPage, []ReadOption{Index("byUser")}, `key condition: attribute "page" is not part of the key (us.er, cost)`},
		{"another kind", expression.Key("page").Equal(expression.Value(4711)), nil, `key condition: attribute "page" (field Page): want type S, got N`},
		{"another kind for the sort key", ofPage.And(expression.Key("at").BeginsWith("x")), nil, `key condition: attribute "at" (field At): want type N, got S`},
		{"empty key", expression.Key("page").Equal(expression.Value("")), nil, `key condition: attribute "page" (field Page): a key cannot be empty`},
		{"no partition key", expression.Key("at").Equal(expression.Value(1)), nil, "key condition: the partition key page is missing"},
		{"no key condition", expression.KeyConditionBuilder{}, nil, "expression: buildTree error: unset parameter: KeyConditionBuilder"},
		{"consistent on a global index", ofUser, []ReadOption{Index("byUser"), Consistent()}, `index "byUser": a global index cannot be read consistently`},
		{"no index", ofPage, []ReadOption{Index("")}, "Index needs a name"},
		{"option of pages", ofPage, []ReadOption{Scope("x")}, "option Scope does not apply"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := 0
			for v, err := range r.Query(t.Context(), tc.k, tc.opts...) {
				n++
				require.Zero(t, v)
				require.EqualError(t, err, "dynamo: query ausg: "+tc.want)
			}
			require.Equal(t, 1, n)
		})
	}
	_, err := r.ScanPage(t.Context(), "", 1, Index("byUser"), Consistent())
	require.EqualError(t, err, `dynamo: scan page ausg: index "byUser": a global index cannot be read consistently`)
	_, err = r.QueryPage(t.Context(), ofPage, "", 1, Index("byNothing"))
	require.EqualError(t, err, `dynamo: query page ausg: index "byNothing": pages need its key, which no tag dynamo:"index=byNothing,partition" declares`)
	_, err = r.QueryPage(t.Context(), ofPage, "", 1, Limit(1))
	require.EqualError(t, err, "dynamo: query page ausg: option Limit does not apply")
	require.Zero(t, f.requests)
}

// An index that T does not declare can be read: DynamoDB checks what is asked.
func TestQueryOfAnUndeclaredIndex(t *testing.T) {
	f, sent := visits(2, 10)
	n := 0
	for _, err := range repo[visit](t, f).Query(t.Context(), expression.Key("other").Equal(expression.Value(1)), Index("byOther")) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 2, n)
	require.Equal(t, "byOther", *(*sent)[0].IndexName)
}

// An item that comes from an index without the index's key cannot be right.
func TestItemsOfAnIndexHaveItsKey(t *testing.T) {
	f := &fake{query: func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
		return &dynamodb.QueryOutput{Items: []map[string]types.AttributeValue{{"page": avS("/"), "at": avN("1"), "us.er": avS("kim")}}}, nil
	}}
	for _, err := range repo[visit](t, f).Query(t.Context(), ofUser, Index("byUser")) {
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.ErrorContains(t, err, `key attribute "cost" is missing or not of type N`)
	}
}

func TestQueryPageCursorsHoldTheIndexKey(t *testing.T) {
	f, sent := visits(7, 3)
	r := repo[visit](t, f)
	var got []int
	cursor := ""
	for pages := 0; pages == 0 || cursor != ""; pages++ {
		page, err := r.QueryPage(t.Context(), ofUser, cursor, 2, Index("byUser"), Project("size"))
		require.NoError(t, err)
		for _, v := range page.Items {
			got = append(got, v.At)
		}
		cursor = page.Next
	}
	require.Equal(t, upTo(7), got)
	require.Equal(t, item{"page": avS("/"), "at": avN("2"), "us.er": avS("kim"), "cost": avN("2")}, (*sent)[1].ExclusiveStartKey)
}

func TestQueryCursorsAreBoundToTheirRead(t *testing.T) {
	f, _ := visits(9, 10)
	f.scan = func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) { return nil, nil }
	r := repo[visit](t, f, CursorKey(secretKey))
	page, err := r.QueryPage(t.Context(), ofPage, "", 2, Scope("kim"))
	require.NoError(t, err)
	ranged, err := r.QueryPage(t.Context(), ofPage.And(expression.Key("at").LessThanEqual(expression.Value(0))), "", 2, Scope("kim"))
	require.NoError(t, err)
	visits, err := r.QueryPage(t.Context(), ofUser, "", 2, Scope("kim"), Index("byUser"))
	require.NoError(t, err)
	type rated struct {
		Page string `dynamodbav:"page" dynamo:"partition"`
		At   int    `dynamodbav:"at"   dynamo:"sort"`
		User string `dynamodbav:"us.er" dynamo:"index=byUser,partition"`
		Rate int    `dynamodbav:"rate" dynamo:"index=byUser,sort"`
	}
	requests := f.requests
	atLeast := func(n int) expression.KeyConditionBuilder {
		return ofPage.And(expression.Key("at").GreaterThanEqual(expression.Value(n)))
	}
	for name, use := range map[string]func(cursor string) error{
		"another key": func(c string) error {
			_, err := r.QueryPage(t.Context(), expression.Key("page").Equal(expression.Value("/x")), c, 1, Scope("kim"))
			return err
		},
		"a condition on the sort key": func(c string) error { _, err := r.QueryPage(t.Context(), atLeast(0), c, 1, Scope("kim")); return err },
		"another comparison": func(string) error {
			_, err := r.QueryPage(t.Context(), atLeast(0), ranged.Next, 1, Scope("kim"))
			return err
		},
		"another key of the index": func(string) error {
			_, err := repo[rated](t, f, CursorKey(secretKey)).QueryPage(t.Context(), ofUser, visits.Next, 1, Scope("kim"), Index("byUser"))
			return err
		},
		"another order": func(c string) error {
			_, err := r.QueryPage(t.Context(), ofPage, c, 1, Scope("kim"), Descending())
			return err
		},
		"another scope": func(c string) error { _, err := r.QueryPage(t.Context(), ofPage, c, 1, Scope("lee")); return err },
		"a filter": func(c string) error {
			_, err := r.QueryPage(t.Context(), ofPage, c, 1, Scope("kim"), Filter(expression.Name("size").AttributeExists()))
			return err
		},
		"an index": func(c string) error {
			_, err := r.QueryPage(t.Context(), ofPage, c, 1, Scope("kim"), Index("byCost"))
			return err
		},
		"a scan": func(c string) error { _, err := r.ScanPage(t.Context(), c, 1, Scope("kim")); return err },
	} {
		require.ErrorIs(t, use(page.Next), ErrCursor, name)
	}
	require.Equal(t, requests, f.requests, "nothing is sent")
	_, err = r.QueryPage(t.Context(), ofPage, page.Next, 5, Scope("kim"), Consistent(), Project("size"), PageSize(3))
	require.NoError(t, err, "what does not change which items there are does not matter")
}

func TestEveryChangedQueryCursorIsRefused(t *testing.T) {
	const seed, rounds = 20260720, 100_000
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	f, _ := visits(9, 10)
	r := repo[visit](t, f, CursorKey(secretKey))
	page, err := r.QueryPage(t.Context(), ofUser, "", 2, Index("byUser"))
	require.NoError(t, err)
	raw, err := cursorText.DecodeString(page.Next)
	require.NoError(t, err)
	requests := f.requests
	for range rounds {
		bad := change(rnd, page.Next, raw)
		if bad == page.Next {
			continue
		}
		if _, err := r.QueryPage(t.Context(), ofUser, bad, 1, Index("byUser")); !isCursorError(err) {
			t.Fatalf("%q, made from %q, gives %v", bad, page.Next, err)
		}
	}
	require.Equal(t, requests, f.requests)
}

func TestQueryLimitsAndLoops(t *testing.T) {
	for _, limit := range []int{1, 3, 4, 6, 10} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			f, sent := visits(9, 3)
			n := 0
			for _, err := range repo[visit](t, f).Query(t.Context(), ofPage, Limit(limit)) {
				require.NoError(t, err)
				n++
			}
			require.Equal(t, min(limit, 9), n)
			require.Len(t, *sent, (min(limit, 9)+2)/3)
		})
	}
	f := &fake{query: func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
		return &dynamodb.QueryOutput{LastEvaluatedKey: item{"page": avS("/"), "at": avN("1")}}, nil
	}}
	for _, err := range repo[visit](t, f).Query(t.Context(), ofPage) {
		require.ErrorIs(t, err, ErrCorruptResponse)
	}
	require.Equal(t, 2, f.requests, "a key that does not advance ends the loop")
}
