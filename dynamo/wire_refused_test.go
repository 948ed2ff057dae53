package dynamo

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// tag is a string whose name as the key of a map is another.
type tag string

func (tag) String() string { return "tag" }

// Keys of a map that come to one name are refused, and not sent as two attributes
// of one name.
func TestNamesByMethodOnTheWire(t *testing.T) {
	type tagged struct {
		ID  int         `dynamodbav:"id" dynamo:"partition"`
		Map map[tag]int `dynamodbav:"map"`
	}
	var s sent
	r := repo[tagged](t, s.client())
	require.ErrorIs(t, r.Put(t.Context(), tagged{1, map[tag]int{"a": 1, "b": 2}}), errSameName)
	require.NoError(t, r.Put(t.Context(), tagged{1, map[tag]int{"a": 1}}))
	require.Len(t, s.bodies, 1)
}

// holes encodes itself as what is no attribute value.
type holes struct{ av types.AttributeValue }

func (h holes) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return h.av, nil }

// Values of no kind, of which neither the SDK nor the encoder here makes JSON, are
// refused by themselves: a batch goes on without them.
func TestValuesOfNoKind(t *testing.T) {
	type holed struct {
		ID    int   `dynamodbav:"id" dynamo:"partition"`
		Holes holes `dynamodbav:"holes"`
	}
	for _, av := range []types.AttributeValue{
		avL(avN("1"), nil, avN("2")), avM(item{"a": nil}), avL(avM(item{"a": avL(nil)})), &types.UnknownUnionMember{Tag: "X"},
	} {
		var s sent
		for _, c := range []Client{s.client(), wrapper{s.client()}} {
			r := repo[holed](t, c)
			require.ErrorIs(t, r.Put(t.Context(), holed{1, holes{av}}), errNoSuchKind)
			var left *BatchError[holed]
			require.ErrorAs(t, r.PutAll(t.Context(), slices.Values([]holed{{1, holes{av}}, {2, holes{avS("x")}}})), &left)
			require.Len(t, left.Left, 1)
			require.Zero(t, left.Left[0].Index)
		}
		require.Len(t, s.bodies, 2)
	}
}

// keeper decodes itself, and keeps what it is given.
type keeper struct{ av types.AttributeValue }

func (k *keeper) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	k.av = av
	return nil
}

// A type that decodes itself is never given what is no attribute value, and what it
// keeps of a fake's bytes is its own.
func TestUnmarshalersGetValues(t *testing.T) {
	type kept struct {
		ID   int      `dynamodbav:"id" dynamo:"partition"`
		List []keeper `dynamodbav:"list"`
	}
	for _, av := range []types.AttributeValue{nil, &types.UnknownUnionMember{Tag: "X"}} {
		err := repo[kept](t, &fake{}).store.codec.decode(item{"id": avN("1"), "list": avL(av)}, reflect.New(reflect.TypeFor[kept]()).Elem())
		require.ErrorIs(t, err, ErrCorruptResponse)
	}
	var got kept
	given := &types.AttributeValueMemberB{Value: []byte("abc")}
	require.NoError(t, repo[kept](t, &fake{}).store.codec.decode(item{"id": avN("1"), "list": avL(given)}, reflect.ValueOf(&got).Elem()))
	given.Value[0] = 'x'
	require.Equal(t, "abc", string(got.List[0].av.(*types.AttributeValueMemberB).Value))
}
