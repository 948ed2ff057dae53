package dynamo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// onWire is what DynamoDB's JSON of av is made of.
func onWire(av types.AttributeValue) any {
	var v any
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		v = av.Value
	case *types.AttributeValueMemberN:
		v = av.Value
	case *types.AttributeValueMemberB:
		v = av.Value
	case *types.AttributeValueMemberBOOL:
		v = av.Value
	case *types.AttributeValueMemberNULL:
		v = av.Value
	case *types.AttributeValueMemberSS:
		v = av.Value
	case *types.AttributeValueMemberNS:
		v = av.Value
	case *types.AttributeValueMemberBS:
		v = av.Value
	case *types.AttributeValueMemberL:
		l := []any{}
		for _, elem := range av.Value {
			l = append(l, onWire(elem))
		}
		v = l
	case *types.AttributeValueMemberM:
		m := map[string]any{}
		for name, elem := range av.Value {
			m[name] = onWire(elem)
		}
		v = m
	}
	return map[string]any{kindOf(av): v}
}

// Random values come out of the wire as they come out of attribute values,
// whatever the white space, and keep nothing of the body's memory.
func TestWireDecodesAsAttributeValuesDo(t *testing.T) {
	n, g := campaign(t, 1000)
	g.nan = false
	for range n {
		typ := g.structOf(3)
		p, err := planOf(typ, 0)
		require.NoError(t, err)
		av := g.someOf(typ)
		body, err := json.Marshal(onWire(av))
		require.NoError(t, err)
		if g.IntN(4) == 0 {
			body, _ = json.MarshalIndent(onWire(av), " ", "\t")
		}
		want, got := reflect.New(typ), reflect.New(typ)
		wantErr := p.decodeAV(av, want.Elem())
		w := readWire(body)
		gotErr := p.decodeWire(w, got.Elem())
		require.Equal(t, wantErr != nil, gotErr != nil, "%v, %s: %v, from the wire %v", typ, body, wantErr, gotErr)
		clear(body)
		if wantErr == nil {
			require.Equal(t, want.Interface(), got.Interface(), "%v", typ)
		}
	}
}

// Items whose attributes come in many orders, some missing, some unknown: what is
// expected after the item before is often wrong.
func TestItemsInAnyOrder(t *testing.T) {
	n, g := campaign(t, 300)
	names := []string{"name", "email", "NAME", "unknown", "x"}
	r := repo[user](t, &fake{})
	for range n {
		var bodies []string
		var want []user
		for i := range 20 {
			m := item{"id": avN(fmt.Sprint(i))}
			for _, name := range names {
				if g.IntN(2) == 0 {
					m[name] = avS(texts[g.IntN(len(texts))])
				}
			}
			var u user
			require.NoError(t, r.store.codec.decode(m, reflect.ValueOf(&u).Elem()))
			want = append(want, u)
			var members []string
			for name, av := range m { // in any order
				body, _ := json.Marshal(onWire(av))
				members = append(members, fmt.Sprintf("%q:%s", name, body))
			}
			bodies = append(bodies, "{"+strings.Join(members, ",")+"}")
		}
		a := r.store.codec.intake(new(received), r.store.schema.keys, r.store.codec.newList())
		body := []byte(`{"Items":[` + strings.Join(bodies, ",") + `]}`)
		require.NotNil(t, a.decode(body))
		clear(body)
		require.NoError(t, a.err)
		require.Equal(t, want, a.into.Interface())
		require.Equal(t, item{"id": avN("13")}, a.key(13))
	}
}

type line struct {
	Price int            `dynamodbav:"price"`
	More  map[string]int `dynamodbav:"more"`
}

type basket struct {
	ID    int    `dynamodbav:"id" dynamo:"partition"`
	Lines []line `dynamodbav:"lines"`
}

// Decode errors say where and what, on either way, and what came before counts.
func TestDecodeErrorsHaveAPath(t *testing.T) {
	for path, value := range map[string]types.AttributeValue{
		"lines[2].price":   avM(item{"price": avS("s3cret")}),
		"lines[2].more[…]": avM(item{"more": avM(item{"s3cret": avL()})}),
		"lines[2]":         avS("s3cret"),
	} {
		bad := item{"id": avN("2"), "lines": avL(avM(item{}), avM(item{"price": avN("1E3")}), value)}
		page := map[string]any{"Items": []any{onWire(avM(item{"id": avN("1")})).(map[string]any)["M"], onWire(avM(bad)).(map[string]any)["M"]}}
		body, err := json.Marshal(page)
		require.NoError(t, err)
		requests := 0
		for _, client := range []Client{
			inTurn(&requests, func() *http.Response { return summed(200, string(body)) }).client(),
			&fake{scan: func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
				return &dynamodb.ScanOutput{Items: []item{{"id": avN("1")}, bad}}, nil
			}},
		} {
			var ids []int
			var last error
			for b, err := range repo[basket](t, client).Scan(t.Context()) {
				if last = err; err == nil {
					ids = append(ids, b.ID)
				}
			}
			require.Equal(t, []int{1}, ids)
			var decode *DecodeError
			require.ErrorAs(t, last, &decode)
			require.Equal(t, path, decode.Attribute)
			require.ErrorContains(t, last, "item 1 of the page: attribute ")
			require.NotContains(t, last.Error(), "s3cret")
		}
	}
}

// What a page of 1 MB costs: three allocations an item and a string of the like.
func TestAllocations(t *testing.T) {
	const items = 2936
	var b strings.Builder
	b.WriteString(`{"Items":[`)
	for i := range items {
		fmt.Fprintf(&b, `{"id":{"N":"%d"},"name":{"S":"Kim Minseo"},"email":{"S":"kim.%d@example.com"}},`, i, i)
	}
	body := []byte(strings.TrimSuffix(b.String(), ",") + `]}`)
	r := repo[user](t, &fake{})
	perPage := testing.AllocsPerRun(5, func() {
		a := r.store.codec.intake(new(received), r.store.schema.keys, r.store.codec.newList())
		if a.decode(body); a.n != items {
			t.Error(a.bad, a.err)
		}
	})
	require.LessOrEqual(t, perPage, 200.0)
	m := item{"id": avN("1"), "name": avS("Kim"), "email": avS("kim@example.com")}
	u := new(user)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { *u = user{}; _ = r.store.codec.decode(m, reflect.ValueOf(u).Elem()) }), 1.0)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = r.store.codec.encode(reflect.ValueOf(u).Elem()) }), 8.0)
}

// FuzzWire holds the reader of attribute values against the SDK's: what it takes
// the SDK takes as well, for the same. It may refuse more.
func FuzzWire(f *testing.F) {
	for _, seed := range []string{
		`{"id":{"N":"7"},"name":{"S":"K\u00efm\n"}}`, `{"a":{"M":{"b":{"L":[{"BOOL":true},{"NULL":true},{"B":"AQID"}]}}}}`,
		`{"a":{"SS":["x","y"]},"b":{"NS":["1"]},"c":{"BS":["AQ=="]}}`, `{ "a" : { "S" : "x" } , "b":{"N":"-1E-3"}}`,
		`{"a":{}}`, `{"a":{"S":"x","N":"1"}}`, `{"a":{"X":1}}`, `{"a":{"S":"\ud800"}}`, `{"a":null}`, `[]`, `{"a":{"S":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	var body []byte
	sdk := httpFunc(func(*http.Request) (*http.Response, error) {
		return answer(200, `{"Item":`+string(body)+`}`), nil
	}).client(once)
	type all struct {
		ID string         `dynamodbav:"id" dynamo:"partition"`
		A  any            `dynamodbav:"a"`
		B  map[string]any `dynamodbav:"b"`
		C  []string       `dynamodbav:"c"`
	}
	p, err := planOf(reflect.TypeFor[all](), 0)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		w := readWire(data)
		got := w.item()
		if w.bad() == nil {
			_ = w.scan.End()
		}
		fromWire := reflect.New(p.typ)
		direct := readWire(data)
		directErr := p.decodeWireFields(direct, fromWire.Elem(), nil)
		if w.bad() != nil {
			return
		}
		body = data
		out, err := sdk.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new(string), Key: item{"id": avN("1")}})
		require.NoError(t, err)
		require.Equal(t, out.Item, got)
		fromAV := reflect.New(p.typ)
		err = p.decodeAV(avM(got), fromAV.Elem())
		require.Equal(t, err == nil, directErr == nil, "%v, %v", err, directErr)
		if err == nil {
			require.Equal(t, fromAV.Interface(), fromWire.Interface())
		}
	})
}

// What has been learned from one item does not make the next one well formed.
func TestMalformedPagesAreRefused(t *testing.T) {
	type doc struct {
		ID   string            `dynamodbav:"id" dynamo:"partition"`
		Name string            `dynamodbav:"name"`
		Map  map[string]string `dynamodbav:"map"`
		Any  any               `dynamodbav:"any"`
	}
	r := repo[doc](t, &fake{})
	for _, items := range []string{
		`{"name":{"S":"a"},"id":{"S":"1"}},{"x":{"S":"b"}"name":{"S":"c"},"id":{"S":"2"}}`,
		`{"x":{"S":"a"},"name":{"S":"b"},"id":{"S":"1"}},{,"name":{"S":"c"},"id":{"S":"2"}}`,
		`{"id":{"S":"1"},"map":{"M":{"k":{"S":"a"},"k":{"S":"b"}}}}`,
		`{"id":{"S":"1"},"any":{"M":{"k":{"S":"a"},"k":{"S":"b"}}}}`,
	} {
		a := r.store.codec.intake(new(received), r.store.schema.keys, r.store.codec.newList())
		require.Nil(t, a.decode([]byte(`{"Items":[`+items+`]}`)), items)
		require.ErrorIs(t, a.bad, ErrCorruptResponse)
	}
}

// A small first item makes no room for a page of small items of a large type.
func TestASmallFirstItem(t *testing.T) {
	type doc struct {
		ID    int        `dynamodbav:"id" dynamo:"partition"`
		Name  string     `dynamodbav:"name"`
		Large [1000]byte `dynamodbav:"large"`
	}
	body := []byte(`{"Items":[{"id":{"N":"0"}}`)
	for i := range 500 {
		body = fmt.Appendf(body, `,{"id":{"N":"%d"},"name":{"S":"%s"}}`, i+1, strings.Repeat("x", 2000))
	}
	body = append(body, "]}"...)
	c := repo[doc](t, &fake{}).store.codec
	a := c.intake(new(received), nil, c.newList())
	require.NotNil(t, a.decode(body))
	require.Equal(t, 501, a.n)
	require.Less(t, a.into.Cap(), 5000)
}

// The items of a GetAll come from the wire, and what is wrong with the answer is an
// error whichever way they come.
func TestGetAllFromTheWire(t *testing.T) {
	const rest = `,"UnprocessedKeys":{}}`
	for name, tt := range map[string]struct{ body, want string }{
		"good":                 {`{"Responses":{"ausg":[{"name":{"S":"Kim"},"id":{"N":"7.0"}}]}` + rest, ""},
		"none":                 {`{"Responses":{}` + rest, "none"},
		"no Responses":         {`{"UnprocessedKeys":{}}`, "no Responses"},
		"null":                 {`{"Responses":null` + rest, "no Responses"},
		"a list":               {`{"Responses":[]` + rest, "not an answer"},
		"another key":          {`{"Responses":{"ausg":[{"id":{"N":"8"}}]}` + rest, "not asked for"},
		"twice":                {`{"Responses":{"ausg":[{"id":{"N":"7"}},{"id":{"N":"7"}}]}` + rest, "came twice"},
		"no key":               {`{"Responses":{"ausg":[{"name":{"S":"Kim"}}]}` + rest, "item 0 of the answer: corrupt response: key attribute"},
		"no kind":              {`{"Responses":{"ausg":[{"id":{"N":"7"},"name":{}}]}` + rest, "corrupt response"},
		"another type":         {`{"Responses":{"ausg":[{"id":{"N":"7"},"name":{"BOOL":true}}]}` + rest, "item 0 of the answer: "},
		"unprocessed, wider":   {`{"Responses":{"ausg":[]},"UnprocessedKeys":{"ausg":{"Keys":[{"id":{"N":"7"},"n":{"N":"9"}}]}}}`, "unprocessed key that was not asked for"},
		"unprocessed, unasked": {`{"Responses":{"ausg":[]},"UnprocessedKeys":{"ausg":{"Keys":[{"id":{"N":"9"}}]}}}`, "unprocessed key that was not asked for"},
	} {
		for _, opt := range []func(*dynamodb.Options){once, withMiddleware} {
			client := httpFunc(func(*http.Request) (*http.Response, error) { return summed(200, tt.body), nil }).client(opt)
			all, err := repo[user](t, client, Backoff(1, 1)).GetAll(t.Context(), []Key{KeyOf(7)})
			switch {
			case tt.want == "":
				require.NoError(t, err, name)
				require.Equal(t, []user{kim}, all, name)
			case tt.want == "none":
				require.NoError(t, err, name)
				require.Empty(t, all, name)
			default:
				require.ErrorContains(t, err, tt.want, name)
			}
		}
	}
}
