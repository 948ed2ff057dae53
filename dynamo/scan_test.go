package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// shelf is a table for scans: items with ids 1…n in order, and a filter that
// lets keep through. It answers as DynamoDB does: Limit counts items read, and
// a page that ends at its limit has a key even if nothing follows.
type shelf struct {
	n, page int
	keep    func(id int) bool
	sent    []*dynamodb.ScanInput
}

func (s *shelf) scan(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	s.sent = append(s.sent, in)
	id, page := 0, s.page
	if in.ExclusiveStartKey != nil {
		id, _ = strconv.Atoi(in.ExclusiveStartKey["id"].(*types.AttributeValueMemberN).Value)
	}
	if in.Limit != nil {
		page = min(page, int(*in.Limit))
	}
	out := &dynamodb.ScanOutput{}
	for read := 0; id < s.n; read++ {
		if read == page {
			out.LastEvaluatedKey = item{"id": avN(strconv.Itoa(id))}
			break
		}
		id++
		out.ScannedCount++
		if in.FilterExpression == nil || s.keep(id) {
			out.Items = append(out.Items, userItem(strconv.Itoa(id), "u"))
		}
	}
	if int(out.ScannedCount) == page && out.LastEvaluatedKey == nil && id == s.n {
		out.LastEvaluatedKey = item{"id": avN(strconv.Itoa(id))}
	}
	out.Count = int32(len(out.Items))
	return out, nil
}

// starts lists the start keys of the requests so far, 0 for the beginning.
func (s *shelf) starts() (ids []int) {
	for _, in := range s.sent {
		id := 0
		if in.ExclusiveStartKey != nil {
			id, _ = strconv.Atoi(in.ExclusiveStartKey["id"].(*types.AttributeValueMemberN).Value)
		}
		ids = append(ids, id)
	}
	return ids
}

func ids(users []user) (ids []int) {
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}

func upTo(n int) (ids []int) {
	for id := 1; id <= n; id++ {
		ids = append(ids, id)
	}
	return ids
}

var anyFilter = Filter(expression.Name("name").AttributeExists())

func TestAll(t *testing.T) {
	s := &shelf{n: 25, page: 10}
	all, err := repo[user](t, &fake{scan: s.scan}).All(t.Context())
	require.NoError(t, err)
	require.Equal(t, upTo(25), ids(all))
	require.Equal(t, []int{0, 10, 20}, s.starts())
	require.Nil(t, s.sent[0].Limit)
	require.Nil(t, s.sent[0].ConsistentRead)
	require.Nil(t, s.sent[0].ExpressionAttributeNames)
}

func TestAllOfAnEmptyTableIsAnEmptyList(t *testing.T) {
	all, err := repo[user](t, &fake{scan: (&shelf{page: 1}).scan}).All(t.Context())
	require.NoError(t, err)
	b, err := json.Marshal(all)
	require.NoError(t, err)
	require.Equal(t, "[]", string(b))
}

func TestAllGivesNothingAfterAnError(t *testing.T) {
	s, boom := &shelf{n: 25, page: 10}, errors.New("boom")
	f := &fake{}
	f.scan = func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
		if f.requests == 2 {
			return nil, boom
		}
		return s.scan(in)
	}
	all, err := repo[user](t, f).All(t.Context())
	require.ErrorIs(t, err, boom)
	require.EqualError(t, err, "dynamo: scan ausg: boom")
	require.Nil(t, all)
}

// A bubble does not end before its goroutines, and fails if one is stuck. What
// runs ahead of the loop gets as far as it can at each Wait.
func TestScanIsLazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{n: 25, page: 10}
		seq := repo[user](t, &fake{scan: s.scan}).Scan(t.Context())
		synctest.Wait()
		require.Empty(t, s.sent, "no request before the loop")
		for range 2 { // ranging again asks again
			s.sent = nil
			for u, err := range seq {
				require.NoError(t, err)
				synctest.Wait()
				require.Len(t, s.sent, (u.ID+9)/10, "a page is requested when the loop gets there")
				if u.ID == 20 {
					break
				}
			}
			synctest.Wait()
			require.Len(t, s.sent, 2, "break stops the requests")
		}
	})
}

func TestScanSurvivesAPanicInTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{n: 25, page: 10}
		require.PanicsWithValue(t, "mine", func() {
			for range repo[user](t, &fake{scan: s.scan}).Scan(t.Context()) {
				panic("mine")
			}
		})
		synctest.Wait()
		require.Len(t, s.sent, 1)
	})
}

func TestScanHasAtMostOneErrorAndLast(t *testing.T) {
	s := &shelf{n: 25, page: 10}
	f := &fake{}
	f.scan = func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
		out, err := s.scan(in)
		if f.requests == 2 {
			out.Items[3] = item{"id": avN("14"), "name": avL()}
		}
		return out, err
	}
	var got []int
	var errs []error
	for u, err := range repo[user](t, f).Scan(t.Context()) {
		if err != nil {
			require.Zero(t, u)
			errs = append(errs, err)
			continue // the loop is not left on purpose
		}
		require.Empty(t, errs, "no item after an error")
		got = append(got, u.ID)
	}
	require.Equal(t, upTo(13), got)
	require.Len(t, errs, 1)
	require.EqualError(t, errs[0], `dynamo: scan ausg: item 3 of the page: attribute "name": cannot decode L into string`)
	require.Equal(t, 2, f.requests)
}

func TestScanStopsWhenTheContextEnds(t *testing.T) {
	s := &shelf{n: 25, page: 10}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []int
	var last error
	for u, err := range repo[user](t, &fake{scan: s.scan}).Scan(ctx) {
		if last = err; err == nil {
			got = append(got, u.ID)
		}
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Equal(t, upTo(10), got, "what has been read is still given")
	require.Len(t, s.sent, 1)
}

func TestScanSkipsEmptyPages(t *testing.T) {
	s := &shelf{n: 60, page: 10, keep: func(id int) bool { return id == 1 || id == 60 }}
	all, err := repo[user](t, &fake{scan: s.scan}).All(t.Context(), anyFilter)
	require.NoError(t, err)
	require.Equal(t, []int{1, 60}, ids(all))
	require.Equal(t, "attribute_exists (#0)", *s.sent[6].FilterExpression)
	require.Equal(t, map[string]string{"#0": "name"}, s.sent[6].ExpressionAttributeNames)
	require.Nil(t, s.sent[6].ExpressionAttributeValues)
}

func TestScanLimitCountsMatches(t *testing.T) {
	even := func(id int) bool { return id%2 == 0 }
	for _, tc := range []struct {
		name   string
		opts   []ReadOption
		want   []int
		starts []int
		limits []int // 0: none
	}{
		{"one page", []ReadOption{Limit(3)}, upTo(3), []int{0}, []int{3}},
		{"exactly a page", []ReadOption{Limit(10)}, upTo(10), []int{0}, []int{10}},
		{"several pages ask for what is left", []ReadOption{Limit(25)}, upTo(25), []int{0, 10, 20}, []int{25, 15, 5}},
		{"more than there is", []ReadOption{Limit(100)}, upTo(40), []int{0, 10, 20, 30, 40}, []int{100, 90, 80, 70, 60}},
		{"page size", []ReadOption{Limit(5), PageSize(2)}, upTo(5), []int{0, 2, 4}, []int{2, 2, 1}},
		{"under a filter", []ReadOption{Limit(7), anyFilter}, []int{2, 4, 6, 8, 10, 12, 14}, []int{0, 10}, []int{0, 0}},
		{"page size under a filter", []ReadOption{Limit(2), PageSize(3), anyFilter}, []int{2, 4}, []int{0, 3}, []int{3, 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &shelf{n: 40, page: 10, keep: even}
			all, err := repo[user](t, &fake{scan: s.scan}).All(t.Context(), tc.opts...)
			require.NoError(t, err)
			require.Equal(t, tc.want, ids(all))
			require.Equal(t, tc.starts, s.starts())
			var limits []int
			for _, in := range s.sent {
				if in.Limit == nil {
					limits = append(limits, 0)
				} else {
					limits = append(limits, int(*in.Limit))
				}
			}
			require.Equal(t, tc.limits, limits)
		})
	}
}

func TestScanOptions(t *testing.T) {
	s := &shelf{n: 1, page: 10, keep: func(int) bool { return true }}
	f := &fake{scan: s.scan}
	r := repo[user](t, f)
	_, err := r.All(t.Context(), Consistent(), Project("email"), anyFilter, Filter(expression.Name("id").GreaterThan(expression.Value(0))))
	require.NoError(t, err)
	in := s.sent[0]
	require.True(t, *in.ConsistentRead)
	require.Equal(t, types.SelectSpecificAttributes, in.Select)
	require.Equal(t, "(attribute_exists (#0)) AND (#1 > :0)", *in.FilterExpression)
	require.Equal(t, "#1, #2", *in.ProjectionExpression)
	require.Equal(t, map[string]string{"#0": "name", "#1": "id", "#2": "email"}, in.ExpressionAttributeNames)
	require.Equal(t, item{":0": avN("0")}, in.ExpressionAttributeValues)

	for want, opt := range map[string]ReadOption{
		"the limit must be positive":                                     Limit(0),
		"the page size must be positive and fit into 32 bits":            PageSize(-1),
		"option Scope does not apply":                                    Scope("s"),
		"expression: buildTree error: unset parameter: ConditionBuilder": Filter(expression.ConditionBuilder{}),
		"expression: a name: not valid UTF-8":                            Filter(expression.Name("s\xff").AttributeExists()),
		"expression: value :0[0]: not valid UTF-8":                       Filter(expression.Name("s").Equal(expression.Value([]string{"s\xff"}))),
	} {
		_, err := r.All(t.Context(), opt)
		require.EqualError(t, err, "dynamo: scan ausg: "+want)
	}
	require.Equal(t, 1, f.requests)
}

func TestScanRefusesImpossibleAnswers(t *testing.T) {
	key := func(id string) item { return item{"id": avN(id)} }
	circle := func(n int) func(int) *dynamodb.ScanOutput {
		return func(request int) *dynamodb.ScanOutput {
			id := strconv.Itoa(request)
			if request > 3 { // three pages, then in circles of n
				id = strconv.Itoa(4 + (request-4)%n)
			}
			return &dynamodb.ScanOutput{LastEvaluatedKey: key(id)}
		}
	}
	for _, tc := range []struct {
		name     string
		page     func(request int) *dynamodb.ScanOutput
		requests int
		items    int
	}{
		{"no answer", func(int) *dynamodb.ScanOutput { return nil }, readAttempts, 0},
		{"fewer items than Count", func(int) *dynamodb.ScanOutput {
			return &dynamodb.ScanOutput{Count: 2, Items: []map[string]types.AttributeValue{userItem("1", "u")}}
		}, readAttempts, 0},
		{"item without key", func(int) *dynamodb.ScanOutput {
			return &dynamodb.ScanOutput{Items: []map[string]types.AttributeValue{userItem("1", "u"), {"name": avS("u")}}}
		}, 1, 1},
		{"key does not advance", func(int) *dynamodb.ScanOutput {
			return &dynamodb.ScanOutput{Items: []map[string]types.AttributeValue{userItem("1", "u")}, LastEvaluatedKey: key("1")}
		}, 2, 1},
		{"key does not advance, spelt otherwise", func(request int) *dynamodb.ScanOutput {
			return &dynamodb.ScanOutput{LastEvaluatedKey: key([]string{"1", "1.0"}[request-1])}
		}, 2, 0},
		{"circle of two", circle(2), 7, 0},
		{"circle of five", circle(5), 13, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &fake{}
			f.scan = func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) { return tc.page(f.requests), nil }
			items := 0
			for _, err := range repo[user](t, f, Backoff(0, 0)).Scan(t.Context()) {
				if err != nil {
					require.ErrorIs(t, err, ErrCorruptResponse)
					break
				}
				items++
			}
			require.Equal(t, tc.items, items)
			require.LessOrEqual(t, f.requests, tc.requests)
		})
	}
}

func TestEmptyLastEvaluatedKeyIsTheEnd(t *testing.T) {
	f := &fake{scan: func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
		return &dynamodb.ScanOutput{Items: []map[string]types.AttributeValue{userItem("1", "u")}, LastEvaluatedKey: item{}}, nil
	}}
	r := repo[user](t, f)
	all, err := r.All(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	page, err := r.ScanPage(t.Context(), "", 1)
	require.NoError(t, err)
	require.Empty(t, page.Next)
	require.Equal(t, 2, f.requests)
}

func TestScanPage(t *testing.T) {
	third := func(id int) bool { return id%3 == 0 }
	for _, tc := range []struct {
		name  string
		limit int
		opts  []ReadOption
		pages [][]int
		// start keys of all requests: Next is the last item returned
		starts []int
	}{
		{"no filter", 15, nil, [][]int{upTo(15), upTo(30)[15:], upTo(40)[30:]}, []int{0, 10, 15, 25, 30, 40}},
		{"exactly at the end", 20, nil, [][]int{upTo(20), upTo(40)[20:], nil}, []int{0, 10, 20, 30, 40}},
		{"filter", 5, []ReadOption{anyFilter}, [][]int{{3, 6, 9, 12, 15}, {18, 21, 24, 27, 30}, {33, 36, 39}}, []int{0, 10, 15, 25, 30, 40}},
		{"one match at a time", 1, []ReadOption{Filter(expression.Name("x").AttributeExists()), PageSize(5)}, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &shelf{n: 40, page: 10, keep: third}
			r := repo[user](t, &fake{scan: s.scan})
			var pages [][]int
			for cursor, first := "", true; first || cursor != ""; first = false {
				page, err := r.ScanPage(t.Context(), cursor, tc.limit, tc.opts...)
				require.NoError(t, err)
				require.NotNil(t, page.Items)
				require.LessOrEqual(t, len(page.Items), tc.limit)
				pages = append(pages, ids(page.Items))
				cursor = page.Next
			}
			if tc.pages == nil {
				require.Equal(t, []int{3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39}, slices.Concat(pages...))
				return
			}
			require.Equal(t, tc.pages, pages)
			require.Equal(t, tc.starts, s.starts())
		})
	}
}

func TestScanPageOptions(t *testing.T) {
	f := &fake{}
	r := repo[user](t, f)
	for _, limit := range []int{0, -1} {
		_, err := r.ScanPage(t.Context(), "", limit)
		require.EqualError(t, err, "dynamo: scan page ausg: the limit of a page must be positive")
	}
	_, err := r.ScanPage(t.Context(), "", 1, Limit(1))
	require.EqualError(t, err, "dynamo: scan page ausg: option Limit does not apply")
	require.Zero(t, f.requests)
}

// Next comes from the item, so a projection without the key cannot lose it.
func TestScanPageProjectsTheKey(t *testing.T) {
	s := &shelf{n: 2, page: 10}
	page, err := repo[user](t, &fake{scan: s.scan}).ScanPage(t.Context(), "", 1, Project("name"))
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	require.Equal(t, "#0, #1", *s.sent[0].ProjectionExpression)
	require.Equal(t, "id", s.sent[0].ExpressionAttributeNames["#0"])
}
