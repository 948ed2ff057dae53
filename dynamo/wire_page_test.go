package dynamo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

// shuffled is an item as it goes over the wire, its members and those of its maps in
// any order, with white space now and then.
func shuffled(g gen, m item) string {
	names := sortedKeys(m)
	if g.IntN(2) == 0 {
		g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	members := make([]string, len(names))
	for i, name := range names {
		space := strings.Repeat(" ", 1-min(g.IntN(20), 1))
		quoted, _ := json.Marshal(name)
		members[i] = space + string(quoted) + space + ":" + space + shuffledAV(g, m[name]) + space
	}
	return "{" + strings.Join(members, ",") + "}"
}

func shuffledAV(g gen, av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberM:
		return `{"M":` + shuffled(g, av.Value) + `}`
	case *types.AttributeValueMemberL:
		elems := make([]string, len(av.Value))
		for i, elem := range av.Value {
			elems[i] = shuffledAV(g, elem)
		}
		return `{"L":[` + strings.Join(elems, ",") + `]}`
	}
	body, _ := json.Marshal(onWire(av))
	return string(body)
}

// someItem is an item for a struct type, some attributes missing and one unknown.
func someItem(g gen, typ reflect.Type) item {
	m := item{}
	if some, ok := g.someOf(typ).(*types.AttributeValueMemberM); ok {
		for name, av := range some.Value {
			if g.IntN(4) > 0 {
				m[name] = av
			}
		}
	}
	if g.IntN(4) == 0 {
		m["unknown"] = avL(avS("x"))
	}
	return m
}

// The items of a page share what has been learned of their order, and memory for
// strings, lists and pointees; each comes out as it does by itself, and stays so
// when those after it are read.
func TestItemsOfAPageAreTheirOwn(t *testing.T) {
	n, g := campaign(t, 300)
	g.nan = false
	for range n {
		typ := g.structOf(3)
		p, err := planOf(typ, 0)
		require.NoError(t, err)
		var want, got []any
		var bodies []string
		for len(bodies) < 12 {
			m, v := someItem(g, typ), reflect.New(typ)
			if p.decodeAV(avM(m), v.Elem()) == nil || g.IntN(8) == 0 {
				want, bodies = append(want, v.Interface()), append(bodies, shuffled(g, m))
			}
		}
		body := []byte("[" + strings.Join(bodies, ",") + "]")
		w := readWire(body)
		w.enterArray()
		for i := 0; w.scan.NextElem(); i++ {
			v, start := reflect.New(typ), w.scan
			if p.decodeWireFields(w, v.Elem(), nil) != nil {
				require.Error(t, p.decodeAV(readWire([]byte(`{"M":`+bodies[i]+`}`)).av(), reflect.New(typ).Elem()), bodies[i])
				w.scan = start
				w.scan.Skip()
				v, want[i] = reflect.Value{}, nil
			}
			if got = append(got, nil); v.IsValid() {
				got[i] = v.Interface()
			}
		}
		require.NoError(t, w.bad())
		clear(body)
		require.Equal(t, want, got, "%v", typ)
	}
}

// The list of a page is used again by later ones, of other scans as well, and
// leaves nothing behind in their items; items that have been given stay as they are.
func TestListsOfPagesAreUsedAgain(t *testing.T) {
	type doc struct {
		ID   int            `dynamodbav:"id" dynamo:"partition"`
		Name string         `dynamodbav:"name"`
		Tags []string       `dynamodbav:"tags"`
		Map  map[string]int `dynamodbav:"map"`
		Line *line          `dynamodbav:"line"`
	}
	full := func(id int) string {
		return fmt.Sprintf(`{"id":{"N":"%d"},"name":{"S":"a"},"tags":{"L":[{"S":"x"}]},"map":{"M":{"k":{"N":"1"}}},"line":{"M":{"price":{"N":"5"}}}}`, id)
	}
	want := func(id int) doc { return doc{id, "a", []string{"x"}, map[string]int{"k": 1}, &line{Price: 5}} }
	pages := []string{
		`{"Items":[` + full(1) + `,{"id":{"N":"2"}},` + full(3) + `],"LastEvaluatedKey":{"id":{"N":"3"}}}`,
		`{"Items":[{"id":{"N":"4"}}],"LastEvaluatedKey":{"id":{"N":"4"}}}`,
		`{"Items":[{"id":{"N":"5"}},{"id":{"N":"6"},"name":{"S":"b"},"tags":{"BOOL":true}}]}`,
	}
	client := smithyhttp.ClientDoFunc(func(req *http.Request) (*http.Response, error) {
		asked, _ := io.ReadAll(req.Body)
		switch {
		case bytes.Contains(asked, []byte(`"N":"4"`)):
			return summed(200, pages[2]), nil
		case bytes.Contains(asked, []byte(`"N":"3"`)):
			return summed(200, pages[1]), nil
		}
		return summed(200, pages[0]), nil
	})
	r := repo[doc](t, httpFunc(nil).client(func(o *dynamodb.Options) { o.HTTPClient = client }))
	scan := func(each func(doc)) {
		var got []doc
		for v, err := range r.Scan(t.Context()) {
			if len(got) == 5 {
				require.ErrorContains(t, err, "item 1 of the page")
				break
			}
			require.NoError(t, err)
			got = append(got, v)
			each(v)
		}
		require.Equal(t, []doc{want(1), {ID: 2}, want(3), {ID: 4}, {ID: 5}}, got)
	}
	for range 20 {
		scan(func(v doc) {
			if v.ID%2 == 0 {
				scan(func(doc) {})
			}
		})
	}
}

// A text that comes again is one string, but only within a block.
func TestTextsThatComeAgain(t *testing.T) {
	w, last := readWire(make([]byte, 1<<20)), place{}
	taken := func(text string) int {
		before := w.block.Len()
		require.Equal(t, text, w.keepAgain(&last, []byte(text)))
		return w.block.Len() - before
	}
	require.Zero(t, taken(""))
	require.Equal(t, 5, taken("Seoul"))
	require.Zero(t, taken("Seoul"))
	require.Equal(t, 5, taken("Busan"))
	require.Equal(t, 5, taken("Seoul"))
	require.Zero(t, taken(strings.Repeat("x", shortText+1)), "it has memory of its own")
	require.Zero(t, taken("Seoul"))
	w.block.Reset()
	require.Equal(t, 5, taken("Seoul"), "the block before would be kept")
	require.Zero(t, taken("Seoul"))
	w.block.Reset()
	w.keep([]byte("this is Busan"))
	last = place{8, 13}
	require.Zero(t, taken("Busan"), "wherever it comes from")
}
