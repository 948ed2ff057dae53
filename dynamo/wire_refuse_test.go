package dynamo

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// What is no attribute value is a corrupt answer, wherever in an item it stands and
// whether it comes as expected, out of order, for a field, an interface or a method.
func TestWhatIsNoValueIsRefused(t *testing.T) {
	type inner struct {
		Name string `dynamodbav:"name"`
	}
	type doc struct {
		ID   string   `dynamodbav:"id" dynamo:"partition"`
		Name string   `dynamodbav:"name"`
		N    int      `dynamodbav:"n"`
		Ptr  *int     `dynamodbav:"ptr"`
		When date     `dynamodbav:"when"`
		Any  any      `dynamodbav:"any"`
		List []string `dynamodbav:"list"`
		Subs []inner  `dynamodbav:"subs"`
		Own  customID `dynamodbav:"own"`
	}
	r := repo[doc](t, &fake{})
	read := func(items string) error {
		a := r.store.codec.intake(new(received), r.store.schema.keys, r.store.codec.newList())
		rest := a.decode([]byte(`{"Items":[` + items + `]}`))
		if a.bad != nil {
			require.Nil(t, rest, items)
		}
		return a.bad
	}
	good := `{"id":{"S":"1"},"name":{"S":"a"},"n":{"N":"1"},"ptr":{"N":"1"},"any":{"S":"x"},"list":{"L":[{"S":"x"}]},"subs":{"L":[{"M":{"name":{"S":"x"}}}]},"own":{"S":"c-1"}}`
	require.NoError(t, read(good+","+good))
	for _, tt := range []struct{ old, bad, want string }{
		{`"name":{"S":"a"}`, `"name":{"S":"s3cret` + "\xff" + `"}`, "UTF-8"},
		{`"name":{"S":"a"}`, `"name":{"S":"a","N":"1"}`, manyKinds},
		{`"name":{"S":"a"}`, `"name":{"NULL":1}`, "neither true nor false"},
		{`"name":{"S":"a"}`, `"name":{"S":1}`, ""},
		{`"name":{"S":"a"}`, `"NAME":{"S":"s3cret` + "\xff" + `"}`, ""},
		{`"name":{"S":"a"}`, `"NAME":{"NULL":1}`, ""},
		{`"n":{"N":"1"}`, `"n":{"N":"` + "\xff" + `"}`, "UTF-8"},
		{`"n":{"N":"1"}`, `"n":{"N":1}`, ""},
		{`"ptr":{"N":"1"}`, `"ptr":{"BOOL":1}`, "neither true nor false"},
		{`"ptr":{"N":"1"}`, `"ptr":{"B":"*"}`, "not base64"},
		{`"any":{"S":"x"}`, `"any":{"B":"*"}`, "not base64"},
		{`"any":{"S":"x"}`, `"any":{"S":"` + "\xff" + `"}`, "UTF-8"},
		{`"any":{"S":"x"}`, `"any":{"M":{"` + "\xff" + `":{"S":"x"}}}`, "UTF-8"},
		{`"any":{"S":"x"}`, `"any":{"M":{"a":{"S":"x"},"a":{"S":"x"}}}`, sameNames},
		{`"any":{"S":"x"}`, `"any":{"L":[{"S":"x"},{}]}`, ""},
		{`"any":{"S":"x"}`, `"any":{"L":{}}`, ""},
		{`{"L":[{"S":"x"}]}`, `{"L":[{"S":"` + "\xff" + `"}]}`, "UTF-8"},
		{`{"L":[{"S":"x"}]}`, `{"L":[{"S":"x"},{"X":"y"}]}`, ""},
		{`{"L":[{"S":"x"}]}`, `{"L":{}}`, ""},
		{`{"M":{"name":{"S":"x"}}}`, `{"M":[]}`, ""},
		{`"own":{"S":"c-1"}`, `"own":{"M":{"a":{"S":"x"},"a":{"S":"y"}}}`, sameNames},
		{`"own":{"S":"c-1"}`, `"own":{"M":{"` + "\xff" + `":{"S":"x"}}}`, "UTF-8"},
		{`"id":{"S":"1"}`, `"id":{"S":"` + "\xff" + `"}`, "UTF-8"},
	} {
		bad := strings.Replace(good, tt.old, tt.bad, 1)
		for _, items := range []string{bad, good + "," + bad, bad + "," + good} {
			err := read(items)
			require.ErrorIs(t, err, ErrCorruptResponse, items)
			require.ErrorContains(t, err, tt.want, items)
			require.NotContains(t, err.Error(), "s3cret")
		}
	}
}

// Lists of strings share room; one that outgrows it has its own, and null is "".
func TestLongListsOfStrings(t *testing.T) {
	type doc struct {
		ID   int      `dynamodbav:"id" dynamo:"partition"`
		List []string `dynamodbav:"list"`
	}
	for n := range 100 {
		var list []types.AttributeValue
		var want []string
		for i := range n {
			s := strings.Repeat("x", i%3)
			list, want = append(list, avS(s)), append(want, s)
		}
		list, want = append(list, &types.AttributeValueMemberNULL{Value: true}, avS("end")), append(want, "", "end")
		body := string(appendItem(nil, item{"id": avN("1"), "list": avL(list...)}))
		c := repo[doc](t, &fake{}).store.codec
		a := c.intake(new(received), nil, c.newList())
		require.NotNil(t, a.decode([]byte(`{"Items":[`+body+`,`+body+`]}`)))
		require.NoError(t, a.err)
		for _, d := range a.into.Interface().([]doc) {
			require.Equal(t, want, d.List)
		}
	}
}
