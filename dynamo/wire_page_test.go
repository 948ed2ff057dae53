package dynamo

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
