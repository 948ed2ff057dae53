package dynamo

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// The sizes of the examples in "DynamoDB item sizes and formats", and of each kind.
func TestItemSize(t *testing.T) {
	for _, tc := range []struct {
		av   types.AttributeValue
		size int
	}{
		{avS(""), 0},
		{avS("héé"), 5},
		{avB("abc"), 3},
		{avN("0"), 1},
		{avN("27"), 2},
		{avN("-27"), 2},
		{avN("100000"), 2},
		{avN("1E100"), 2},
		{avN("0.001"), 2},
		{avN("12345678901234567890"), 11},
		{&types.AttributeValueMemberBOOL{}, 1},
		{&types.AttributeValueMemberNULL{Value: true}, 1},
		{avL(), 3},
		{avL(avS("a"), avN("1")), 3 + 2 + 1 + 2},
		{avM(item{}), 3},
		{avM(item{"ab": avS("c")}), 3 + 1 + 3},
		{&types.AttributeValueMemberSS{Value: []string{"a", "bc"}}, 3},
		{&types.AttributeValueMemberNS{Value: []string{"1", "222"}}, 2 + 3},
		{&types.AttributeValueMemberBS{Value: [][]byte{{1}, {2, 3}}}, 3},
	} {
		require.Equal(t, 4+tc.size, itemSize(item{"name": tc.av}), "%#v", tc.av)
	}
}

func TestItemOf400KBIsTheLimit(t *testing.T) {
	fits := item{"id": avS(strings.Repeat("x", 400<<10-2))}
	require.NoError(t, checkSize(fits))
	fits["i"] = avS("")
	require.Error(t, checkSize(fits))
}

// A chunk is cut by what its items take in a request, which is never more than
// is reckoned with.
func TestWireSizeIsNeverExceeded(t *testing.T) {
	all := strings.Builder{}
	for c := rune(0); c < 0x3000; c++ {
		all.WriteRune(c)
	}
	for _, av := range []types.AttributeValue{
		avS(all.String()), avN("-123"), avB(all.String()), avB(""), avB("a"),
		&types.AttributeValueMemberBOOL{Value: false}, &types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberSS{Value: []string{"a", "\x01"}}, &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		&types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}}, avL(), avL(avL(), avS("")), avM(item{}), avM(item{"\u2028": avM(item{"b": avN("1")})}),
	} {
		m := item{"na\"me": av}
		reckoned := wireSize(m)
		sent := sentSize(t, m) - sentSize(t, item{})
		require.LessOrEqual(t, sent, reckoned, kindOf(av))
		require.LessOrEqual(t, reckoned, sent+64+sent/4, "and not far from it: %s", kindOf(av))
	}
}

// sentSize is the length of the body in which the SDK puts m.
func sentSize(t *testing.T, m item) (n int) {
	w := newWire()
	c := w.client(func(o *dynamodb.Options) {
		o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			n = len(b)
			return answer(200, "{}"), err
		})
	})
	table := "t"
	_, err := c.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &table, Item: m})
	require.NoError(t, err)
	return n
}

// 25 items that take more than 16 MB in a request go in two.
func TestChunksAreCutByBytes(t *testing.T) {
	large := strings.Repeat("\x01", 300<<10) // six bytes each in JSON
	var sizes []int
	w := newWire()
	c := w.client(func(o *dynamodb.Options) {
		o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(req.Body)
			sizes = append(sizes, len(b))
			return answer(200, `{"UnprocessedItems":{}}`), err
		})
	})
	require.NoError(t, repo[user](t, c).PutAll(t.Context(), func(yield func(user) bool) {
		for u := range numbered(25) {
			u.Name = large
			if !yield(u) {
				return
			}
		}
	}, Parallel(1)))
	require.Len(t, sizes, 3)
	for _, n := range sizes {
		require.LessOrEqual(t, n, 16<<20)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (f doer) Do(req *http.Request) (*http.Response, error) { return f(req) }
